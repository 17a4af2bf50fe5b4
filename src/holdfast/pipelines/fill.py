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

_AUDIT = "audit of what was found"
Status = Literal["proved", "not_found", "undecided"]
_NOT_JUDGED = "not_judged"
"""The reason of an audit that something else had to be refused first."""


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
        # A search only claims: what it found is called proved when the audit has passed it.
        outcome = "found" if result.status == "proved" else result.status.replace("_", " ")
        self.sink.emit(TaskFinished(result.hole.name, outcome))


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
    return await _audit(job, [job.results[hole] for hole in holes])


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
    report: AuditReport | None = None
    while proofs := {each.hole: each.proof for each in kept if each.proof and each.status == "proved"}:
        candidate = checker.fill(source, proofs)
        report = await checker.audit(candidate, source)
        judged = [_after_audit(result, report) for result in kept]
        if all(new.status == old.status for new, old in zip(judged, kept, strict=True)):
            if not _is_unjudged(kept, report):
                return Filled(candidate, tuple(judged), report)
            judged = await _one_by_one(checker, source, kept)
        kept = _whole_theorems(judged)
    return Filled(source, tuple(kept), report)


def _is_unjudged(kept: Sequence[HoleResult], report: AuditReport) -> bool:
    """Whether the audit stopped before some proof was judged, for a reason that is none of the proofs'."""
    proved = {theorem.name for theorem in report.theorems if theorem.verdict == "proved"}
    return any(each.status == "proved" and theorem_of(each.hole) not in proved for each in kept)


async def _one_by_one(checker: Checker, source: Source, kept: Sequence[HoleResult]) -> list[HoleResult]:
    """Find the theorems whose proofs the rest of the file does not stand, each theorem on its own."""
    judged: dict[str, list[HoleResult]] = {}
    for name in dict.fromkeys(theorem_of(each.hole) for each in kept if each.status == "proved"):
        own = [each for each in kept if theorem_of(each.hole) == name]
        candidate = checker.fill(source, {each.hole: each.proof for each in own if each.proof})
        report = await checker.audit(candidate, source)
        stands = not _is_unjudged(own, report)
        why = "; ".join(report.problems) or "it could not be judged"
        judged[name] = own if stands else [_refused(each, why) for each in own]
    # Each stands alone and yet not all together: then the file says so, and nothing of it is kept.
    if all(each.status == "proved" for own in judged.values() for each in own):
        return [_refused(each, "the proofs do not hold together") for each in kept]
    return [
        next((new for new in judged.get(theorem_of(old.hole), ()) if new.hole == old.hole), old)
        for old in kept
    ]


def _after_audit(result: HoleResult, report: AuditReport) -> HoleResult:
    """A result with its own judgement; one that was not judged for the sake of another stays as it is."""
    if result.status != "proved":
        return result
    name = theorem_of(result.hole)
    judgement = next((theorem for theorem in report.theorems if theorem.name == name), None)
    if judgement is None or judgement.reason == _NOT_JUDGED:
        return result
    if judgement.verdict == "proved":
        return replace(result, axioms=judgement.axioms)
    return _refused(result, judgement.message or judgement.reason)


def _refused(result: HoleResult, why: str) -> HoleResult:
    if result.status != "proved":
        return result
    return replace(result, status="not_found", reason=f"the audit refused it: {why}")


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
