"""`holdfast train-value`: learn from recorded searches which goals are worth going on from."""

import importlib
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.config import resolve
from holdfast.apps.encodings import make_encoding
from holdfast.apps.executors import ExecutorKind, executor_kind, open_executor
from holdfast.apps.value import open_encoder
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import MissingToolError, StorageError, UserError
from holdfast.core.events import Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import Encoder
from holdfast.core.vectors import Vector
from holdfast.pipelines.trajectory_store import read_rows
from holdfast.training.embedding_cache import EmbeddingCache, encode_all, encode_shared
from holdfast.training.value_examples import COLUMNS, Examples, read_examples
from holdfast.training.value_settings import ValueSettings
from holdfast.value.hashed import HashedEncoder
from holdfast.value.storage import StoredValue, save_value

__all__ = ["Config", "TrainValueConfig", "run"]

_CACHE = "embeddings.parquet"
_CHECKPOINTS = "checkpoints"
_USUAL = ValueSettings.model_validate({})
_ENCODING, _TRAINING = "encoding", "training"


class TrainValueConfig(BaseModel):
    """What a configuration file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trajectories: tuple[Path, ...] = ()
    output_dir: Path | None = None
    encoder: str = "measures"
    embeddings_cache: Path | None = None
    resume: bool = False
    unmarked: bool = False
    siblings: bool = True
    training: ValueSettings = _USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    config: Path | None = None
    flags: Mapping[str, object] = field(default_factory=dict)
    """As `apps.config.resolve` takes them."""
    jobs: int = 1
    """Workers that encode goals."""
    executor: str = "local"
    ray_address: str | None = None


async def run(config: Config, output: Output) -> Report:
    """Read the examples, encode what is new, train, and say what held-out theorems show."""
    chosen = resolve(TrainValueConfig, config.config, config.flags)
    if not chosen.trajectories or chosen.output_dir is None:
        raise UserError("say what to learn from and where to: --trajectories FILE --output-dir DIR")
    _check_extras()
    _make(chosen.output_dir)
    examples = _read(chosen, output)
    async with open_encoder(chosen.encoder, os.environ) as encoder:
        vectors = await _encoded(chosen, examples, encoder, config, output)
        spec = encoder.spec
    return _trained(chosen, examples, vectors, spec, output)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error


def _check_extras() -> None:
    missing = [name for name in ("torch", "safetensors") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingToolError(f"training needs {' and '.join(missing)}: pip install 'holdfast[train]'")


def _read(chosen: TrainValueConfig, output: Output) -> Examples:
    def tell(sentence: str) -> None:
        output.emit(Note(f"left out: {sentence}", "warning"))

    table = read_rows(chosen.trajectories, COLUMNS, skip_bad=tell)
    read = read_examples(table.to_pylist(), unmarked=chosen.unmarked, siblings=chosen.siblings)
    for reason, count in sorted(read.refusals.rows.items()):
        output.emit(Note(f"{count} rows are not learned from: {reason}", "warning"))
    for theorem, reason in sorted(read.refusals.theorems.items()):
        output.result({"kind": "refused", "theorem": theorem, "reason": reason})
    return read


async def _encoded(
    chosen: TrainValueConfig, examples: Examples, encoder: Encoder, config: Config, output: Output
) -> Mapping[str, Vector]:
    """Vectors of all goals; those that fail are missing, and told of."""
    assert chosen.output_dir is not None
    path = chosen.embeddings_cache
    if path is None and not isinstance(encoder, HashedEncoder):
        path = chosen.output_dir / _CACHE  # what the embedded encoder gives is sooner made than read
    texts = [text for one in examples.examples for text in (one.state, one.root)]
    wanted = len(set(texts))
    output.emit(TaskStarted(_ENCODING, wanted))
    cache = EmbeddingCache(encoder.spec, path)

    def report(done: int, total: int) -> None:
        del total
        output.emit(TaskAdvanced(_ENCODING, done))

    if config.jobs == 1 and config.executor == ExecutorKind.LOCAL:
        vectors = await encode_all(encoder, texts, cache, report=report)
    else:
        kind = executor_kind(config.executor)
        with open_executor(kind, jobs=config.jobs, address=config.ray_address) as executor:
            make = make_encoding(chosen.encoder)
            vectors = await encode_shared(make, texts, cache, executor, report=report)
    output.emit(TaskFinished(_ENCODING, f"{len(vectors)} of {wanted}"))
    if len(vectors) < wanted:
        failed = f"{wanted - len(vectors)} of {wanted} goals could not be encoded and are left out"
        output.emit(Note(failed, "warning"))
    return vectors


def _trained(
    chosen: TrainValueConfig,
    examples: Examples,
    vectors: Mapping[str, Vector],
    spec: EncodeSpec,
    output: Output,
) -> Report:
    assert chosen.output_dir is not None
    fit = importlib.import_module("holdfast.training.value_fit")  # torch takes seconds to import
    importlib.import_module("torch").set_num_threads(1)
    output.emit(TaskStarted(_TRAINING))

    def look(one: Any) -> None:  # noqa: ANN401 - its module is imported late
        health = one.health
        numbers = f"loss {health.loss:.3f}, pairs {health.pairwise:.1%}, gap {health.gap:.2f}"
        output.emit(TaskAdvanced(_TRAINING, one.step, numbers))
        output.result({"kind": "look", "step": one.step, "alarms": list(one.alarms), **asdict(health)})

    found = fit.fit_value(
        examples.examples,
        vectors,
        spec,
        chosen.training,
        checkpoints=chosen.output_dir / _CHECKPOINTS,
        resume=chosen.resume,
        look=look,
    )
    refused = {"refused_rows": sum(examples.refusals.rows.values())}
    if isinstance(found, fit.NotEnough):
        output.emit(TaskFinished(_TRAINING, "not begun"))
        summary = {"trained": False, "reason": found.reason, **refused}
        return Report(ExitCode.NOT_ACHIEVED, summary, errors=(found.reason,))
    output.emit(TaskFinished(_TRAINING, found.ended))
    save_value(chosen.output_dir, found.value)
    for alarm in found.value.report["alarms"]:
        output.emit(Note(f"when a head was at its best, {alarm}", "warning"))
    summary = {"trained": True, "output_dir": str(chosen.output_dir), "weight": found.value.weight}
    summary |= {"reason": found.value.reason, **refused, **found.value.report}
    return Report(ExitCode.ACHIEVED, summary, _body(found.value, chosen.output_dir))


def _body(value: StoredValue, folder: Path) -> tuple[Table | str, ...]:
    """How siblings are decided on held-out theorems, and whether search will use the value."""
    report = value.report
    table = Table(
        title=f"{report['decisions']} decisions between siblings, each by a head that never saw the theorem"
    )
    for heading in ("by", "first", "pairs in order"):
        table.add_column(heading, justify="left" if heading == "by" else "right")
    for name in ("log_probability", "value", "mixed"):
        row = report[name]
        table.add_row(name.replace("_", "-"), f"{row['rank1']:.1%}", f"{row['pairwise']:.1%}")
    table.add_row("chance", f"{report['log_probability']['chance']:.1%}", "50.0%")
    errors = (
        f"squared error of the chances: {report['brier']:.3f}, of the mean: {report['brier_of_prior']:.3f}"
    )
    if value.weight:
        verdict = f"search will use it: its estimate counts {value.weight:.2f}"
    else:
        verdict = f"search will not use it: {value.reason}"
    return table, f"{errors}\n{verdict}\n{folder}\n"
