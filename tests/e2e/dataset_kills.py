"""Makes a dataset twice: at one go, and killed at each of many moments and gone on with.

Run: python -m tests.e2e.dataset_kills PROJECT CACHE FOLDER. It prints the moments, each with the signal that
ended the start.

Each start is a fork of this process, so that nothing but the work itself is done again and again.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.e2e.chain_writer import Writer

from holdfast.apps.dataset_models import DatasetModels
from holdfast.apps.datasets import MODEL_STEPS, DatasetConfig, open_pipeline
from holdfast.core.events import Event, TaskAdvanced
from holdfast.models.answer_cache import AnswerCache
from holdfast.pipelines.dataset.asking import Asker
from holdfast.pipelines.dataset.choosing import ChooseSettings
from holdfast.pipelines.dataset.spending import AskSettings
from holdfast.runtime.executors.inline import InlineExecutor

__all__: list[str] = []

_NAMES = (
    "sources",
    "theorems",
    "haves",
    "chosen",
    "evaluated",
    "chains",
    "docstrings",
    "queries",
    "searches",
    "kept",
)


class _Sink:
    """Ends the process when a step has handled its first row; the next start finds it in the journal."""

    def __init__(self, step: str) -> None:
        self._step = step

    def emit(self, event: Event) -> None:
        if event == TaskAdvanced(self._step, 1):
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before(*parts: str) -> _Sink:
    """End the process when a file with these in its path is about to be put in its place."""

    def watch(event: str, given: tuple[object, ...]) -> None:
        if event == "os.rename" and all(part in str(given[1]) for part in parts):
            _die()

    sys.addaudithook(watch)
    return _Sink("")


async def _make(project: Path, cache: Path, output: Path, sink: _Sink) -> None:
    config = DatasetConfig(output=output, project=project, choose=ChooseSettings(min_steps=1))
    pipeline = await open_pipeline(config, cache, sink)
    with contextlib.closing(AnswerCache(output / "answers.sqlite")) as answers:
        asker = Asker(Writer(), "writer", answers, {}, AskSettings(concurrency=1))
        pipeline.models = DatasetModels(asker=asker, prices={}, encoder=None, finder="words")
        await pipeline.run(0, MODEL_STEPS[-1], InlineExecutor(), sink)
        pipeline.export()


def _moments() -> list[tuple[str, Callable[[], _Sink]]]:
    """Names of moments, each with what makes a start end there."""

    found: list[tuple[str, Callable[[], _Sink]]] = []
    for number, name in enumerate(_NAMES):
        folder = f"/{number:02}-{name}/"
        found.append((f"{name}: a row", partial(_Sink, name)))
        # Where all rows are told, the two places at which something is still to be written take turns.
        late = ("/shards/", "finished.json")[number % 2]
        found.append((f"{name}: {late}", partial(_before, folder, late)))
    files = ("steps/train.parquet", "chat/test.jsonl", "README.md")
    return [*found, *((f"export: {file}", partial(_before, "/dataset/", file)) for file in files)]


def _start(project: Path, cache: Path, output: Path, prepare: Callable[[], _Sink]) -> int:
    """One start in a process of its own; the signal that ended it, 0 for none."""
    output.mkdir(exist_ok=True)
    child = os.fork()
    if not child:
        code = 1
        try:
            asyncio.run(_make(project, cache, output, prepare()))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"a start ended with code {os.WEXITSTATUS(status)}")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def main() -> None:
    """Make both."""
    project, cache, folder = map(Path, sys.argv[1:])
    told = {"whole": _start(project, cache, folder / "whole", partial(_Sink, ""))}
    for name, prepare in _moments():
        told[name] = _start(project, cache, folder / "killed", prepare)
    told["last"] = _start(project, cache, folder / "killed", partial(_Sink, ""))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
