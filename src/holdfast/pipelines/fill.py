"""Fill the holes of a source: search each, then audit the whole; only what the audit passes is kept."""

import functools
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from holdfast.core.documents import Hole, Source
from holdfast.core.errors import CheckerError, ModelError, SourceError, UserError
from holdfast.core.events import TaskFinished, TaskStarted
from holdfast.core.goals import Goal
from holdfast.core.seams import Checker, EventSink, Learner, Reader, Session
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.pipelines.settle import settle
from holdfast.runtime.threads import in_threads
from holdfast.search.best_first import Budget, SearchResult, SearchSettings, best_first

__all__ = ["NOTHING_LEFT", "SearchHole", "entered", "fill", "search_plainly"]

NOTHING_LEFT = "nothing is left to try"
"""Why a hole is not filled at which every step that was offered has been tried."""
_AUDIT = "audit of what was found"


class SearchHole(Protocol):
    """Searches one hole; what `best_first` raises comes through."""

    def __call__(
        self, hole: Hole, session: Session, learner: Learner, budget: Budget, settings: SearchSettings | None
    ) -> Awaitable[SearchResult]:
        """Search the session's root with what `learner` proposes, and tell it of the verdicts."""
        ...


async def search_plainly(
    hole: Hole, session: Session, learner: Learner, budget: Budget, settings: SearchSettings | None
) -> SearchResult:
    """Best-first search, as `fill` does it unless told otherwise."""
    del hole
    return await best_first(session, learner, budget=budget, observe=learner.judged, settings=settings)


@dataclass(slots=True)
class _Job:
    """The state that the workers of one `fill` share; they are threads, and take turns under `lock`."""

    checker: Checker
    source: Source
    queue: deque[Hole]
    make_learner: Callable[[], Learner]
    budget: Budget
    sink: EventSink
    report: Callable[[HoleResult], None]
    search: SearchHole
    settings: SearchSettings | None = None
    results: dict[Hole, HoleResult] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Hole | None:
        """The next hole, None when all are taken."""
        with self.lock:
            if not self.queue:
                return None
            hole = self.queue.popleft()
            self.sink.emit(TaskStarted(hole.name))
            return hole

    def put(self, result: HoleResult) -> None:
        """Keep one result and tell everyone who wants to know."""
        # A search only claims: what it found is called proved when the audit has passed it.
        outcome = "found" if result.status == "proved" else result.status.replace("_", " ")
        with self.lock:
            self.results[result.hole] = result
            self.report(result)
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
    search: SearchHole = search_plainly,
    settings: SearchSettings | None = None,
) -> Filled:
    """Search every hole within `budget` each, then audit what was found.

    Args:
        checker: the judge of the source's language.
        source: the text; it is not changed.
        holes: its holes, in file order.
        make_learner: makes the proposer of one worker; it is taught what the worker reads on its way. One
            that is an async context manager is entered in the worker and left at its end.
        budget: for each hole.
        sink: told when a hole is begun and done.
        jobs: how many workers; each reads the source on its own and takes the next open hole.
        done: results of an earlier run by hole name; those holes are not searched again, only audited.
        report: called with each search result as it comes, before the audit.
        search: searches one hole; for those who record what is tried, or have it valued.
        settings: how to search; None for the defaults.

    Raises:
        SourceError: the source is not accepted, before its holes or behind them.
        InfrastructureError: the audit could not run.
    """
    known = {hole: done[hole.name] for hole in holes if done and hole.name in done}
    queue = deque(hole for hole in holes if hole not in known)
    job = _Job(checker, source, queue, make_learner, budget, sink, report, search, settings, dict(known))
    try:
        workers = [functools.partial(_work, job)] * min(jobs, len(queue))
        await in_threads([functools.partial(_accept, job), *workers] if workers else [])
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    found = [job.results[hole] for hole in holes]
    if not any(result.status == "proved" for result in found):
        return Filled(source, tuple(found), None)
    sink.emit(TaskStarted(_AUDIT))
    filled = await settle(checker, source, found)
    kept = [result.status for result in filled.results] == [result.status for result in found]
    sink.emit(TaskFinished(_AUDIT, "passed" if kept else "passed in part"))
    return filled


async def _accept(job: _Job) -> None:
    """Read the whole source beside the search: the audit could pass nothing of one that is not accepted."""
    with suppress(CheckerError):
        async with job.checker.open(job.source) as reader:
            await reader.finish()


async def _work(job: _Job) -> None:
    """Take holes until none is left; a reader that broke is replaced and its hole is undecided."""
    while job.queue:
        async with (
            entered(job.make_learner()) as learner,
            job.checker.open(job.source, learner.learn) as reader,
        ):
            sound = True
            while job.queue and sound:
                sound = await _search_next(job, reader, learner)


def entered(learner: Learner) -> AbstractAsyncContextManager[Learner]:
    """A proposer for the time of a worker: one that is a context is entered and left, others just used."""
    return learner if isinstance(learner, AbstractAsyncContextManager) else nullcontext(learner)


async def _search_next(job: _Job, reader: Reader, learner: Learner) -> bool:
    """Search the next hole; False when the reader can not be used any more."""
    hole = job.take()
    if hole is None:
        return True
    began = time.monotonic()
    try:
        session = await reader.enter(hole)
        if _nothing_left(session.root):
            job.put(HoleResult(hole, "proved", wall_s=time.monotonic() - began, found_cpu_s=0.0))
            return True
        result = await job.search(hole, session, learner, job.budget, job.settings)
        if result.proof is not None:
            result = replace(result, proof=await reader.polish(result.proof))
    except SourceError:
        raise
    except UserError as error:
        why = str(error).removeprefix(f"{hole.name}: ")
        job.put(HoleResult(hole, "not_found", why, wall_s=time.monotonic() - began))
        return True
    except (CheckerError, ModelError) as error:
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
    spent = "the budget is used up" if result.ended == "budget" else NOTHING_LEFT
    return replace(base, reason=spent)
