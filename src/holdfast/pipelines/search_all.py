"""Searches a list of theorems with an executor and keeps what comes in a store of trajectories."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from holdfast.core.assignments import Assigned, Failed, Finished, Item
from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import Executor, MakeWorker
from holdfast.core.trajectories import SearchOrigin, TheoremRecord, TrajectoryRow
from holdfast.pipelines.theorems import SourceTask, Theorem, by_source
from holdfast.pipelines.trajectory_writer import TrajectoryWriter

__all__ = ["Recorded", "SearchTask", "remaining", "search_all", "search_name", "tasks_of"]

_MOST = 8
"""Theorems of one file that one worker takes at a time: what is found counts when all of them are audited."""
_MOST_IN_A_ROW = 5
"""Tasks that may break of the same cause, one after the other, before the rest is left for another time."""

Recorded: TypeAlias = SearchOrigin | TrajectoryRow | TheoremRecord
"""What a worker tells: for each theorem its origin, its rows, and when all are audited its record."""


@dataclass(frozen=True, slots=True)
class SearchTask:
    """Some theorems of one source, and which attempt at each this is."""

    source: SourceTask
    attempts: tuple[int, ...]


def search_name(file: str, theorem: str, attempt: int) -> str:
    """The name of a search: the same theorem in the same attempt has the same."""
    return f"{file}:{theorem}#{attempt}"


def remaining(theorems: Sequence[Theorem], writer: TrajectoryWriter) -> list[Theorem]:
    """The theorems that a store has no result of; those that broke or had too few verdicts are among them."""
    done = {key for key, record in writer.theorems.items() if record.status in {"proved", "not_found"}}
    return [theorem for theorem in theorems if theorem.key not in done]


def tasks_of(theorems: Sequence[Theorem], writer: TrajectoryWriter) -> Iterator[Assigned[SearchTask]]:
    """Tasks for some theorems, large sources in pieces."""
    for source in by_source(theorems):
        for at in range(0, len(source.names), _MOST):
            names = source.names[at : at + _MOST]
            piece = SourceTask(
                source.source, source.path, source.language, names, source.statements[at : at + _MOST]
            )
            attempts = tuple(_attempt(writer, source.source.name, name) for name in names)
            yield Assigned(f"{source.source.name}:{names[0]}", SearchTask(piece, attempts))


def _attempt(writer: TrajectoryWriter, file: str, name: str) -> int:
    before = writer.theorems.get((file, name))
    return 1 if before is None else before.attempt + 1


@dataclass(slots=True)
class _Under:
    """A task that is under way."""

    task: SearchTask
    attempt: int = 1
    begun: dict[str, str] = field(default_factory=dict)
    """Names of searches by theorem."""
    records: list[TheoremRecord] = field(default_factory=list)


async def search_all(
    theorems: Sequence[Theorem],
    *,
    executor: Executor,
    make_worker: MakeWorker[SearchTask, Recorded],
    writer: TrajectoryWriter,
    report: Callable[[TheoremRecord], None],
) -> None:
    """Search theorems, each once, and write all that comes to `writer`.

    A theorem that could not be searched gets a record that says so. Rows are written as they come, records
    when the worker is done with the whole task; `report` is told of them then. When this is cancelled, what
    came is in the store, and what was under way will be searched anew.

    Raises StorageError where the store cannot be written, what setting up a worker raises, and
    InfrastructureError where one task after the other breaks of the same cause, such as a server that died.
    """
    streak = _Streak()
    tasks = {assigned.key: assigned for assigned in tasks_of(theorems, writer)}
    under = {key: _Under(assigned.task) for key, assigned in tasks.items()}
    async with aclosing(executor.map(make_worker, tasks.values())) as outcomes:
        async for outcome in outcomes:
            work = under[outcome.key]
            match outcome:
                case Item(_, value, attempt):
                    _take(value, attempt, work, writer)
                case Finished():
                    streak.add(_finish(work, writer, report, "the worker said nothing of it"))
                case Failed(message=message):
                    work.records.clear()
                    streak.add(_finish(work, writer, report, message))


@dataclass(slots=True)
class _Streak:
    """Tasks, one after the other, of which nothing could be searched, for one and the same reason."""

    reason: str = ""
    length: int = 0

    def add(self, records: Sequence[TheoremRecord]) -> None:
        """One more task is done. Raises InfrastructureError where it makes no sense to go on."""
        reasons = {record.reason if record.status == "error" else "" for record in records}
        reason = reasons.pop() if len(reasons) == 1 else ""
        self.length = self.length + 1 if reason and reason == self.reason else min(len(reason), 1)
        self.reason = reason
        if self.length >= _MOST_IN_A_ROW:
            raise InfrastructureError(f"{self.length} tasks in a row could not be searched: {reason}")


def _take(value: Recorded, attempt: int, work: _Under, writer: TrajectoryWriter) -> None:
    if attempt != work.attempt:  # a worker died, and another one begins the task anew
        writer.drop(list(work.begun.values()))
        work.begun.clear()
        work.records.clear()
        work.attempt = attempt
    match value:
        case SearchOrigin():
            work.begun[value.theorem_name] = value.search
            writer.begin(value)
        case TrajectoryRow():
            writer.add(value)
        case TheoremRecord():
            work.records.append(value)


def _finish(
    work: _Under, writer: TrajectoryWriter, report: Callable[[TheoremRecord], None], why: str
) -> list[TheoremRecord]:
    """Write the records of a task that has ended, with `why` for those that there are none of."""
    source = work.task.source
    written = []
    told = {record.theorem: record for record in work.records}
    for name, statement, attempt in zip(source.names, source.statements, work.task.attempts, strict=True):
        record = told.get(name) or TheoremRecord(
            search=search_name(source.source.name, name, attempt),
            theorem=name,
            file=source.source.name,
            language=source.language,
            status="error",
            statement=statement,
            reason=why,
            config_digest=writer.digest,
            attempt=attempt,
        )
        if name not in work.begun:
            writer.begin(_origin_of(record))
        writer.end(record)
        report(record)
        written.append(record)
    return written


def _origin_of(record: TheoremRecord) -> SearchOrigin:
    """Of a search that never began."""
    return SearchOrigin(
        search=record.search,
        theorem_name=record.theorem,
        file=record.file,
        language=record.language,
        statement=record.statement,
        config_digest=record.config_digest,
        attempt=record.attempt,
    )
