"""Tells how the search of a list of theorems goes on: records for programs, progress for people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink
from holdfast.core.trajectories import TheoremRecord

__all__ = ["SearchProgress"]


@dataclass(slots=True)
class SearchProgress:
    """Of one command; several rounds may follow each other."""

    sink: EventSink
    result: Callable[[Mapping[str, object]], None] | None = None
    """Given a record of each search that ends."""
    title: str = "searching"
    """What the first round is called."""
    searched: int = 0
    """Searches that ended since this was made."""
    _task: str = ""
    _attempt: int = 1
    _done: int = 0
    _proved: int = 0

    def begin(self, attempt: int, total: int, done: Sequence[TheoremRecord]) -> None:
        """A round begins: which attempt it is, of how many theorems, and what was done of them before."""
        self.end()
        self._task, self._attempt = self.title if attempt == 1 else f"attempt {attempt}", attempt
        self._done, self._proved = len(done), sum(record.status == "proved" for record in done)
        self.sink.emit(TaskStarted(self._task, total, "theorems"))
        if done:
            self.sink.emit(TaskAdvanced(self._task, self._done, "done before"))

    def take(self, record: TheoremRecord) -> None:
        """A search has ended."""
        self.searched += 1
        self._done += 1
        self._proved += record.status == "proved"
        if self.result is not None:
            self.result(_record(record, self._attempt))
        self.sink.emit(TaskAdvanced(self._task, self._done, f"{self._proved} proved"))

    def end(self) -> None:
        """The round has, too."""
        if self._task:
            self.sink.emit(TaskFinished(self._task, f"{self._proved} proved"))
        self._task = ""


def _record(record: TheoremRecord, attempt: int) -> dict[str, object]:
    return {
        "kind": "theorem",
        "file": record.file,
        "name": record.theorem,
        "attempt": attempt,
        "status": record.status,
        "steps": list(record.steps),
        "nodes": record.nodes,
        "cpu_s": round(record.cpu_s, 4),
        "wall_s": round(record.wall_s, 4),
        "found_nodes": record.found_nodes,
        "found_cpu_s": None if record.found_cpu_s is None else round(record.found_cpu_s, 4),
        "tokens": record.tokens,
        "axioms": list(record.axioms),
        "reason": record.reason,
    }
