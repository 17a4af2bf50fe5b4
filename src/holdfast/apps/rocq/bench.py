"""Rocq files: the project around them, the libraries they rest on, the embedded proposers."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.apps.bench import ProofBench, Task
from holdfast.apps.rocq.backends import RocqBackend, find_petanque
from holdfast.apps.rocq.recalling import MakeRecall, open_recall
from holdfast.apps.rocq.workbench import Workbench, make_learner, open_workbench, project_roots
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.libraries import Library, requires
from holdfast.checkers.rocq.project import load_project
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import EventSink, Learner
from holdfast.models.mixture import MixtureProposer
from holdfast.models.recall import Recall
from holdfast.models.shards import Shard
from holdfast.pipelines.results import HoleResult
from holdfast.search.best_first import SearchSettings

__all__ = ["RocqBench", "open_bench"]

_READERS = 4
"""How many libraries are read at once where there are as many processors, even with fewer `--jobs`."""


@asynccontextmanager
async def open_bench(task: Task) -> AsyncIterator["RocqBench"]:
    """What it takes to work on one Rocq file. Raises MissingToolError where there is no Rocq."""
    petanque = find_petanque(RocqBackend(task.rocq_backend), os.environ, sink=task.sink)
    project = load_project(task.path)
    for option in project.unsafe:
        task.sink.emit(Note(f"{project.file}: {option} weakens Rocq and is left out", "warning"))
    bench = await open_workbench(
        task.cache, roots=project_roots(project), arguments=project.argv(), sink=task.sink
    )
    installed = bench.installation.library.resolve()
    _refuse_prelude(task, installed)
    if project.file is None and task.path.resolve().is_relative_to(installed):
        # Its folder stands for no project of the user's: the libraries in it have names of their own.
        yield RocqBench(task, bench, RocqChecker(bench.installation, petanque=petanque))
        return
    library = project.logical_name(task.path) or ""
    checker = RocqChecker(bench.installation, project.argv(), library=library, petanque=petanque)
    yield RocqBench(task, bench, checker)


def _refuse_prelude(task: Task, installed: Path) -> None:
    """Raise UserError for a library that Rocq has loaded before anything is read: its proofs are in force."""
    named = task.source.name.split(".")[:2] in (["Coq", "Init"], ["Corelib", "Init"])
    if named or task.path.resolve().is_relative_to(installed / "theories" / "Init"):
        name = task.source.name
        raise UserError(f"{name} is part of what Rocq loads first, so its theorems are known: name another")


@dataclass(slots=True)
class RocqBench(ProofBench):
    """Fills `Bench`."""

    task: Task
    bench: Workbench
    checker: RocqChecker
    settings: SearchSettings | None = None
    _shards: Sequence[Shard] = field(default_factory=tuple)
    _make_recall: MakeRecall | None = None

    @property
    def identity(self) -> CheckerIdentity:
        """The version of Rocq and of its libraries."""
        return self.bench.identity

    @property
    def level(self) -> str:
        """How Rocq is kept apart from the machine."""
        return str(self.bench.installation.level)

    async def prepare(
        self, source: Source, holes: Sequence[Hole], sink: EventSink
    ) -> Mapping[str, HoleResult]:
        """Read what the file rests on and was not read before, unless that was ruled out."""
        if holes and self.task.embedded:
            libraries = self.bench.closure(requires(source))
            await self._study(libraries, sink)
            self._shards = self.bench.shards(libraries)
        if holes and (self.task.premises or self.task.retrieved):
            await asyncio.to_thread(self._open_recall, source, holes, sink)
        return {}

    def _open_recall(self, source: Source, holes: Sequence[Hole], sink: EventSink) -> None:
        """What is required before the first hole is in force at each of them."""
        self._make_recall = open_recall(
            self.bench,
            source,
            min(hole.start for hole in holes),
            cache=self.task.cache,
            sink=sink,
            own=self.task.path,
        )

    async def _study(self, libraries: Sequence[Library], sink: EventSink) -> None:
        task = self.task
        if task.learn_s > 0:
            # Somebody waits for it, and what it keeps does not depend on how many readers there were.
            jobs = max(task.jobs, min(_READERS, os.cpu_count() or 1))
            learned = await self.bench.study(libraries, sink=sink, jobs=jobs, wall_s=task.learn_s)
            if learned.left:
                advice = f"holdfast learn rocq {task.path} reads them all"
                text = f"{learned.left} libraries were left unread after {task.learn_s:g} s; {advice}"
                sink.emit(Note(text))

    def make_learner(self) -> Learner:
        """The embedded proposers, taught what the libraries hold; nobody where they are not wanted."""
        if not self.task.embedded:
            return MixtureProposer({})
        return make_learner(self._shards, self._recall(self.task.retrieved))

    def make_recall(self) -> Recall | None:
        """Theorems of what the file requires, and of the file as it is read."""
        return self._recall(self.task.premises)

    def _recall(self, count: int) -> Recall | None:
        return self._make_recall(count) if count and self._make_recall is not None else None

    def details(self, result: HoleResult) -> Mapping[str, object]:
        """How Rocq was kept apart from the machine."""
        del result
        return {"level": self.level}
