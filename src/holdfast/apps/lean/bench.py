"""Lean files: the project around them, the Lean that checks them, the embedded proposers."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.bench import ProofBench, Task
from holdfast.apps.lean.backends import LeanBackend, find_stepper
from holdfast.apps.lean.here import find_lean
from holdfast.apps.lean.learner import make_learner
from holdfast.apps.lean.lessons import learned_shards
from holdfast.checkers.lean.audit import STANDARD_AXIOMS, AuditSettings, audit
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, Source
from holdfast.core.events import Note
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import EventSink, Learner
from holdfast.models.mixture import MixtureProposer
from holdfast.models.shards import Shard
from holdfast.pipelines.results import HoleResult
from holdfast.search.best_first import SearchSettings

__all__ = ["LeanBench", "audit_file", "open_bench"]


async def audit_file(
    file: Path,
    source: Source,
    original: Source | None,
    *,
    cache: Path,
    allowed: Sequence[str],
    unsafe: bool = False,
) -> AuditReport:
    """Re-check one file; `allowed` are axioms beside those of Lean's own library. Raises as `find_lean`."""
    settings = AuditSettings(allowed_axioms=STANDARD_AXIOMS | frozenset(allowed))
    lean = await find_lean(file, cache, unsafe=unsafe)
    return await audit(source, original, installation=lean, settings=settings)


@asynccontextmanager
async def open_bench(task: Task) -> AsyncIterator["LeanBench"]:
    """What it takes to work on one Lean file. Raises as `find_lean` does."""
    lean = await find_lean(task.path, task.cache, unsafe=task.unsafe, sink=task.sink)
    if lean.sandbox is None:
        task.sink.emit(Note("no sandbox holds here: code in the file runs as you do", "warning"))
    backend = LeanBackend(task.lean_backend)
    checker = LeanChecker(lean, stepper=await find_stepper(backend, lean, os.environ, sink=task.sink))
    identity = await checker.identity()
    shards = learned_shards(task.cache, identity) if task.embedded else None
    yield LeanBench(checker, identity, str(lean.level), shards)


@dataclass(slots=True)
class LeanBench(ProofBench):
    """Fills `Bench`."""

    checker: LeanChecker
    identity: CheckerIdentity
    level: str
    shards: Sequence[Shard] | None
    """What was learned from other files; None where the embedded proposers are not wanted."""
    settings: SearchSettings | None = None

    async def prepare(
        self, source: Source, holes: Sequence[Hole], sink: EventSink
    ) -> Mapping[str, HoleResult]:
        """Nothing: what a file rests on is compiled by Lake."""
        del source, holes, sink
        return {}

    def make_learner(self) -> Learner:
        """The embedded proposers, taught what was learned before; nobody where they are not wanted."""
        return MixtureProposer({}) if self.shards is None else make_learner(self.shards)

    def details(self, result: HoleResult) -> Mapping[str, object]:
        """How Lean was kept apart from the machine."""
        del result
        return {"level": self.level}
