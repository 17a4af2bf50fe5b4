"""The worker that walks true proofs and tries other steps on the way; it tells what a search tells."""

import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.bench import Bench, Task, open_bench
from holdfast.apps.mixed import with_model
from holdfast.apps.models import ModelSource, prepare_model
from holdfast.core.documents import Hole
from holdfast.core.errors import CheckerError, ModelError, UserError
from holdfast.core.seams import Learner, MakeWorker, Reader, Work
from holdfast.core.trajectories import Fates, Observed, SearchOrigin, TheoremRecord, is_learnable
from holdfast.pipelines.fill import entered
from holdfast.pipelines.recording import Recording
from holdfast.pipelines.results import HoleResult
from holdfast.pipelines.search_all import Recorded, SearchTask, search_name
from holdfast.pipelines.settle import settle
from holdfast.runtime.sinks import NullSink
from holdfast.training.pairs import read_pairs
from holdfast.training.truths import Truths, read_truths, truths_of_pairs
from holdfast.training.walk import Route, Walk, WalkSettings, walk

__all__ = ["TOO_SHORT", "WalkConfig", "make_walker"]

TOO_SHORT = "its proof is too short"
"""Why a theorem is left out."""


class WalkConfig(BaseModel):
    """What decides what is tried; the same for all theorems of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates_per_step: int = Field(8, ge=1)
    """Steps tried at each goal of a proof, beside the true one."""
    target_negatives: int = Field(15, ge=0)
    """Steps that fail or go astray, per theorem; spread over the depths of its proof."""
    explore_nodes: int = Field(16, ge=1)
    """Steps spent below a candidate that holds, at least."""
    explore_s: float = Field(2.0, ge=0)
    """CPU seconds of the checker spent there, at most."""
    routes: int = Field(3, ge=0)
    """Other proofs of a theorem that are audited, each along as many other routes as it can go; what no
    audited proof goes along is no example of anything."""
    min_steps: int = Field(1, ge=1)
    """Theorems with shorter proofs are left out."""
    tactic_pairs: Path | None = None
    """Pairs that tell the true proofs; None for what stands in the sources."""
    model: str | None = None
    proposer: Literal["knn", "model", "mixed"] = "knn"
    learn_s: float = Field(30.0, ge=0)
    seed: int = 0
    unsafe: bool = False

    def settings(self) -> WalkSettings:
        """What the walk itself needs of it."""
        return WalkSettings(
            candidates=self.candidates_per_step,
            negatives=self.target_negatives,
            explore_nodes=self.explore_nodes,
            explore_cpu_s=self.explore_s,
        )


def make_walker(config: WalkConfig, *, digest: str, cache: Path) -> MakeWorker[SearchTask, Recorded]:
    """What sets up a worker; it travels to where the worker will run.

    Args:
        config: what to try.
        digest: of the whole configuration of the run, for the records.
        cache: the folder for what is kept from one run to the next.
    """
    return partial(_walker, config, digest, cache)


@asynccontextmanager
async def _walker(config: WalkConfig, digest: str, cache: Path) -> AsyncIterator[Work[SearchTask, Recorded]]:
    model = None
    if config.model is not None and config.proposer != "knn":
        model = prepare_model(config.model, os.environ, cache=cache / "answers.db", seed=config.seed)
    told: Mapping[str, Truths] | None = None
    if config.tactic_pairs is not None:
        told = truths_of_pairs(read_pairs([config.tactic_pairs], language="rocq").pairs)
    try:
        yield _Walker(config, digest, cache, model, told).work
    finally:
        if model is not None:
            await model.aclose()


@dataclass(slots=True)
class _Walked:
    """A walk that was taken, or why there was none, and what came of its audit."""

    hole: Hole
    walk: Walk | None = None
    status: Literal["not_found", "undecided"] = "not_found"
    reason: str = ""
    wall_s: float = 0.0
    audited: bool = False
    axioms: tuple[str, ...] = ()
    others: list[tuple[int, ...]] = field(default_factory=list)
    """The steps of other proofs that passed the audit."""
    tried: list[Route] = field(default_factory=list)
    """Routes that were put to the audit."""


@dataclass(frozen=True, slots=True)
class _Walker:
    config: WalkConfig
    digest: str
    cache: Path
    model: ModelSource | None
    told: Mapping[str, Truths] | None

    async def work(self, task: SearchTask) -> AsyncIterator[Recorded]:
        """Walk the proofs of a task; rows come theorem by theorem, records after the audit."""
        source = task.source
        if source.language == "python":
            raise UserError(f"{source.source.name}: functions have no proofs to walk: name .v or .lean files")
        wanted = Task(
            path=source.path,
            source=source.source,
            sink=NullSink(),
            cache=self.cache,
            learn_s=self.config.learn_s,
            unsafe=self.config.unsafe,
            embedded=self.config.proposer != "model",
        )
        async with open_bench(wanted) as bench:
            holes = bench.checker.holes(source.source, source.names)
            await bench.prepare(source.source, holes, NullSink())
            truths = await self._truths(task, bench)
            walked: list[_Walked] = []
            async for item in self._walk_all(task, bench, holes, truths, walked):
                yield item
            await self._audit(bench, task, walked)
            for each in walked:
                yield self._record(task, each)

    async def _truths(self, task: SearchTask, bench: Bench) -> Truths:
        if self.told is not None:
            return self.told.get(task.source.source.name, Truths())
        return await read_truths(bench.checker, task.source.source)

    async def _walk_all(
        self, task: SearchTask, bench: Bench, holes: Sequence[Hole], truths: Truths, walked: list[_Walked]
    ) -> AsyncIterator[Recorded]:
        """A reader that broke is replaced; what was recorded before stays."""
        waiting = list(holes)
        while waiting:
            async with (
                entered(self._learner(task, bench)) as learner,
                bench.checker.open(task.source.source, learner.learn) as reader,
            ):
                sound = True
                while waiting and sound:
                    rows: list[Recorded] = []
                    one = await self._walk(task, bench, waiting.pop(0), truths, (reader, learner), rows)
                    walked.append(one)
                    sound = one.status != "undecided"
                    for row in rows:
                        yield row

    def _learner(self, task: SearchTask, bench: Bench) -> Learner:
        made = bench.make_learner()
        return made if self.model is None else with_model(made, self.model, task.source.language)

    async def _walk(
        self,
        task: SearchTask,
        bench: Bench,
        hole: Hole,
        truths: Truths,
        live: tuple[Reader, Learner],
        rows: list[Recorded],
    ) -> _Walked:
        truth = truths.find(hole.name)
        if isinstance(truth, str):
            return _Walked(hole, reason=truth)
        if len(truth) < self.config.min_steps:
            return _Walked(hole, reason=f"{TOO_SHORT}: {len(truth)} steps")
        began = time.monotonic()
        try:
            found = await self._taken(task, bench, hole, truth, live, rows)
        except (CheckerError, ModelError) as error:
            return _Walked(hole, status="undecided", reason=str(error), wall_s=time.monotonic() - began)
        status: Literal["not_found", "undecided"] = "undecided" if found.undecided else "not_found"
        return _Walked(hole, found, status, found.stopped, wall_s=time.monotonic() - began)

    async def _taken(
        self,
        task: SearchTask,
        bench: Bench,
        hole: Hole,
        truth: Sequence[Observed],
        live: tuple[Reader, Learner],
        rows: list[Recorded],
    ) -> Walk:
        reader, learner = live
        session = await reader.enter(hole)
        origin = self._origin(task, bench, hole)
        rows.append(origin)
        recording = Recording(origin.search, task.source.language, rows.append)
        recording.root(session.root)
        return await walk(
            recording.session(session),
            truth,
            recording.proposer(learner),
            self.config.settings(),
            observe=learner.judged,
            record=recording.step,
        )

    async def _audit(self, bench: Bench, task: SearchTask, walked: Sequence[_Walked]) -> None:
        """Have the source audited as it stands, then other routes, one a theorem at a time."""
        whole = [each for each in walked if each.walk is not None and each.walk.proof() is not None]
        if not whole:
            return
        try:
            report = await bench.checker.audit(task.source.source)
        except CheckerError as error:
            for each in whole:
                each.status, each.reason = "undecided", f"the audit gave no verdict: {error}"
            return
        judged = {theorem.name: theorem for theorem in report.theorems}
        why = "; ".join(report.problems) or "the audit does not speak of it"
        for each in whole:
            found = judged.get(each.hole.name)
            if found is None or report.problems or found.verdict != "proved":
                said = why if found is None or report.problems else found.message or found.reason
                each.reason = f"the audit refused its proof: {said}"
            else:
                each.audited, each.axioms = True, found.axioms
        for _turn in range(self.config.routes):
            await self._audit_routes(bench, task, [each for each in whole if each.audited])

    async def _audit_routes(self, bench: Bench, task: SearchTask, walked: Sequence[_Walked]) -> None:
        """One more proof of each theorem, along as many routes that were not audited yet as it can go."""
        chosen: list[tuple[_Walked, Walk, list[Route]]] = []
        for each in walked:
            if each.walk is not None and (left := [one for one in each.walk.routes if one not in each.tried]):
                # The last ones found are the deepest, and those cross fewest others.
                routes = each.walk.apart(left[::-1])
                each.tried += routes
                chosen.append((each, each.walk, routes))
        claims = [
            HoleResult(each.hole, "proved", proof=taken.proof(routes)) for each, taken, routes in chosen
        ]
        if not claims:
            return
        settled = await settle(bench.checker, task.source.source, claims)
        for (each, taken, routes), result in zip(chosen, settled.results, strict=True):
            if result.status == "proved":
                each.others.append(taken.along(routes))

    def _origin(self, task: SearchTask, bench: Bench, hole: Hole) -> SearchOrigin:
        source, identity = task.source, bench.identity
        at = source.names.index(hole.name)
        return SearchOrigin(
            search=search_name(source.source.name, hole.name, task.attempts[at]),
            theorem_name=hole.name,
            file=source.source.name,
            language=source.language,
            statement=source.statements[at],
            proposer=self.config.proposer,
            model="" if self.model is None else (self.config.model or ""),
            prompt_version="" if self.model is None else self.model.prompts(source.language).name,
            seed=self.config.seed,
            checker_tool=identity.tool,
            checker_version=identity.version,
            checker_libraries=identity.libraries,
            sandbox=bench.level,
            learnable=is_learnable(level=bench.level),
            config_digest=self.digest,
            attempt=task.attempts[at],
        )

    def _record(self, task: SearchTask, walked: _Walked) -> TheoremRecord:
        source, at = task.source, task.source.names.index(walked.hole.name)
        base = TheoremRecord(
            search=search_name(source.source.name, walked.hole.name, task.attempts[at]),
            theorem=walked.hole.name,
            file=source.source.name,
            language=source.language,
            status="proved" if walked.audited else walked.status,
            statement=source.statements[at],
            reason="" if walked.audited else walked.reason,
            wall_s=walked.wall_s,
            config_digest=self.digest,
            attempt=task.attempts[at],
        )
        taken = walked.walk
        if taken is None:
            return base
        fates = Fates(taken.fates.proof, taken.fates.solved, taken.fates.given_up, tuple(walked.others))
        proof = taken.proof()
        steps = () if proof is None else tuple(step.text for step in proof.steps())
        return replace(
            base,
            steps=steps,
            proof="\n".join(f"{step}." for step in steps) if walked.audited else "",
            tree=None if proof is None else proof.to_json(),
            audited=walked.audited,
            axioms=walked.axioms,
            cpu_s=taken.cpu_s,
            nodes=len(taken.steps),
            fates=fates,
        )
