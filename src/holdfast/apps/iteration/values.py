"""Trains a value function on the stores of a loop."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.apps.value import open_encoder
from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink
from holdfast.pipelines.trajectory_store import read_rows
from holdfast.training.embedding_cache import EmbeddingCache, encode_all
from holdfast.training.value_examples import COLUMNS, read_examples
from holdfast.training.value_settings import ValueSettings
from holdfast.value.storage import StoredValue, save_value

__all__ = ["Learned", "train_value"]

_TASK = "training a value"
_ENCODER = "measures"
"""The embedded one."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of it."""

    folder: Path | None
    """None where search is not to use it."""
    sentence: str


async def train_value(
    folder: Path, stores: Sequence[Path], settings: ValueSettings, sink: EventSink
) -> Learned:
    """A value on the embedded encoder; a training that was stopped goes on from its last checkpoint.

    Raises what `fit_value` raises, MissingToolError without torch.
    """
    read = read_examples(read_rows(stores, COLUMNS).to_pylist())
    texts = [text for one in read.examples for text in (one.state, one.root)]
    async with open_encoder(_ENCODER, {}) as encoder:
        spec = encoder.spec
        vectors = await encode_all(encoder, texts, EmbeddingCache(spec))
    fit = importlib.import_module("holdfast.training.value_fit")  # torch takes seconds to import
    importlib.import_module("torch").set_num_threads(1)
    sink.emit(TaskStarted(_TASK, settings.steps))

    def look(one: Any) -> None:  # noqa: ANN401 - its module is imported late
        sink.emit(TaskAdvanced(_TASK, one.step, f"loss {one.health.loss:.3f}"))

    found = fit.fit_value(
        read.examples,
        vectors,
        spec,
        settings,
        checkpoints=folder / "checkpoints",
        resume=(folder / "checkpoints").exists(),
        look=look,
    )
    sink.emit(TaskFinished(_TASK))
    if isinstance(found, fit.NotEnough):
        return Learned(None, f"no value was trained: {found.reason}")
    save_value(folder, found.value)
    return _judged(folder, found.value)


def _judged(folder: Path, value: StoredValue) -> Learned:
    """A value that does not beat log-probability on theorems that it did not learn from is not used."""
    report = value.report
    ranks = ", ".join(
        f"{name.replace('_', '-')} {report[name]['rank1']:.1%}"
        for name in ("log_probability", "value", "mixed")
    )
    figures = f"on {report['decisions']} held-out decisions the right sibling comes first by {ranks}"
    if not value.weight:
        return Learned(None, f"a value was trained and is not used: {value.reason}; {figures}")
    return Learned(folder, f"a value was trained and counts {value.weight:.2f} in search; {figures}")
