"""Fill the holes of a source: search each, then audit the whole; only what the audit passes is kept."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import CheckerError, SourceError, UserError
from holdfast.core.events import TaskFinished, TaskStarted
from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Checker, EventSink, Learner, Reader
from holdfast.search.best_first import Budget, SearchResult, best_first

__all__ = ["Filled", "HoleResult", "Status", "fill"]

Status = Literal["proved", "not_found", "undecided"]


@dataclass(frozen=True, slots=True)
class HoleResult:
    """What became of one hole."""

    hole: Hole
    status: Status
    reason: str = ""
    """Why it is not proved; empty when it is."""
    proof: Proof | None = None
    """What was found; None when proved means that nothing was left to prove there."""
    cpu_s: float = 0.0
    """CPU seconds of the checker that the search used."""
    wall_s: float = 0.0
    nodes: int = 0
    """Steps that were judged."""
    found_cpu_s: float | None = None
    """The budget at which the proof was found, None when none was."""
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A source with every audited proof in place, and what became of each hole."""

    source: Source
    results: tuple[HoleResult, ...]
    audit: AuditReport | None
    """The audit of `source`, None where nothing was filled."""


@dataclass(slots=True)
class _Job:
    """The state that the workers of one `fill` share; only the event loop's thread touches it."""

    checker: Checker
    source: Source
    queue: deque[Hole]
    make_learner: Callable[[], Learner]
    budget: Budget
    sink: EventSink
    report: Callable[[HoleResult], None]
    results: dict[Hole, HoleResult] = field(default_factory=dict)

    def put(self, result: HoleResult) -> None:
        """Keep one result and tell everyone who wants to know."""
        self.results[result.hole] = result
        self.report(result)
        self.sink.emit(TaskFinished(result.hole.name, result.status.replace("_", " ")))


async def fill(
    checker: Checker,
    source: Source,
    holes: Sequence[Hole],
    *,
    make_learner: Callable[[], Learner],
    budget: Budget,
    sink: EventSink,
    jobs: int = 1,
    done: Mapping[str, HoleResult] | None = None,
    report: Callable[[HoleResult], None] = lambda _result: None,
) -> Filled:
    """Search every hole within `budget` each, then audit what was found.

    Args:
        checker: the judge of the source's language.
        source: the text; it is not changed.
        holes: its holes, in file order.
        make_learner: makes the proposer of one worker; it is taught what the worker reads on its way.
        budget: for each hole.
        sink: told when a hole is begun and done.
        jobs: how many workers; each reads the source on its own and takes the next open hole.
        done: results of an earlier run by hole name; those holes are not searched again, only audited.
        report: called with each search result as it comes, before the audit.

    Raises:
        SourceError: the source is not accepted, before its holes or behind them.
        InfrastructureError: the audit could not run.
    """
    known = {hole: done[hole.name] for hole in holes if done and hole.name in done}
    queue = deque(hole for hole in holes if hole not in known)
    job = _Job(checker, source, queue, make_learner, budget, sink, report, dict(known))
    try:
        async with asyncio.TaskGroup() as group:
            if queue:
                group.create_task(_accept(job))
            for _ in range(min(jobs, len(queue))):
                group.create_task(_work(job))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return await _audit(checker, source, [job.results[hole] for hole in holes])


async def _accept(job: _Job) -> None:
    """Read the whole source beside the search: the audit could pass nothing of one that is not accepted."""
    with suppress(CheckerError):
        async with job.checker.open(job.source) as reader:
            await reader.finish()


async def _work(job: _Job) -> None:
    """Take holes until none is left; a reader that broke is replaced and its hole is undecided."""
    while job.queue:
        learner = job.make_learner()
        async with job.checker.open(job.source, learner.learn) as reader:
            sound = True
            while job.queue and sound:
                sound = await _search_next(job, reader, learner)


async def _search_next(job: _Job, reader: Reader, learner: Learner) -> bool:
    """Search the next hole; False when the reader can not be used any more."""
    hole = job.queue.popleft()
    job.sink.emit(TaskStarted(hole.name))
    began = time.monotonic()
    try:
        session = await reader.enter(hole)
        if _nothing_left(session.root):
            job.put(HoleResult(hole, "proved", wall_s=time.monotonic() - began, found_cpu_s=0.0))
            return True
        result = await best_first(session, learner, budget=job.budget, observe=learner.judged)
    except SourceError:
        raise
    except UserError as error:
        job.put(HoleResult(hole, "not_found", str(error), wall_s=time.monotonic() - began))
        return True
    except CheckerError as error:
        job.put(HoleResult(hole, "undecided", str(error), wall_s=time.monotonic() - began))
        return False
    job.put(_judge(hole, result, time.monotonic() - began))
    return True


def _nothing_left(root: Goal) -> bool:
    """Whether the steps that stand before `Admitted` are a proof already, other holes apart."""
    return not (root.subgoals or root.shelved or any(root.background))


def _judge(hole: Hole, result: SearchResult, wall_s: float) -> HoleResult:
    base = HoleResult(hole, "not_found", cpu_s=result.cpu_s, wall_s=wall_s, nodes=result.nodes)
    if result.proof is not None:
        return replace(base, status="proved", proof=result.proof, found_cpu_s=result.found_cpu_s)
    if result.ended == "undecided":
        return replace(base, status="undecided", reason="the checker gave no verdict too often")
    spent = "the budget is used up" if result.ended == "budget" else "nothing is left to try"
    return replace(base, reason=spent)


async def _audit(checker: Checker, source: Source, results: Sequence[HoleResult]) -> Filled:
    """Drop what the audit refuses and audit again, until all that is left passes."""
    kept = _whole_theorems(results)
    while any(result.status == "proved" for result in kept):
        proofs = {result.hole: result.proof for result in kept if result.status == "proved"}
        candidate = checker.fill(source, proofs)
        try:
            report = await checker.audit(candidate, source)
        except CheckerError as error:
            return Filled(source, tuple(_unaudited(result, str(error)) for result in kept), None)
        judged = [_after_audit(result, report) for result in kept]
        if all(new.status == old.status for new, old in zip(judged, kept, strict=True)):
            return Filled(candidate, tuple(judged), report)
        kept = _whole_theorems(judged)
    return Filled(source, tuple(kept), None)


def _unaudited(result: HoleResult, why: str) -> HoleResult:
    if result.status != "proved":
        return result
    return replace(result, status="undecided", reason=f"found, but the audit gave no verdict: {why}")


def _after_audit(result: HoleResult, report: AuditReport) -> HoleResult:
    if result.status != "proved":
        return result
    name = theorem_of(result.hole)
    judgement = next((theorem for theorem in report.theorems if theorem.name == name), None)
    if judgement is not None and judgement.verdict == "proved":
        return replace(result, axioms=judgement.axioms)
    why = judgement.message or judgement.reason if judgement else "; ".join(report.problems)
    return replace(result, status="not_found", reason=f"the audit refused it: {why or 'it was not judged'}")


def _whole_theorems(results: Sequence[HoleResult]) -> list[HoleResult]:
    """A theorem counts only when all its holes are filled: until then it still ends in `Admitted`."""
    open_theorems = {theorem_of(result.hole) for result in results if result.status != "proved"}
    reason = "found, but another hole of the same theorem is still open"
    return [
        replace(result, status="not_found", reason=reason)
        if result.status == "proved" and theorem_of(result.hole) in open_theorems
        else result
        for result in results
    ]


def theorem_of(hole: Hole) -> str:
    """The theorem that a hole belongs to: its name without the number of the hole."""
    return hole.name.partition("#")[0]
