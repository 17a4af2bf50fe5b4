"""Where events go besides a live display: plain lines, a file of JSON lines, several sinks, nowhere.

A sink never raises: a pipe that was closed or a disk that is full silences it and does not end the work.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import IO, assert_never

from holdfast.core.errors import StorageError
from holdfast.core.events import Event, Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink
from holdfast.runtime.lines import JsonLineFile

__all__ = ["JsonLinesSink", "NullSink", "PlainSink", "TeeSink", "duration"]

_LOG = logging.getLogger(__name__)
_EVENT_VERSION = 1


class NullSink:
    """Drops every event."""

    def emit(self, event: Event) -> None:
        """Drop one event."""


class TeeSink:
    """Hands every event to several sinks, in order."""

    def __init__(self, sinks: Sequence[EventSink]) -> None:
        self._sinks = tuple(sinks)

    def emit(self, event: Event) -> None:
        """Hand one event on."""
        for sink in self._sinks:
            sink.emit(event)


class JsonLinesSink:
    """Appends events to a file, each with its kind and the time.

    The first failure to write is logged and ends the writing; events are the story of a run, not its result.
    """

    def __init__(self, file: JsonLineFile, *, clock: Callable[[], float] = time.time) -> None:
        """Write to `file`, which stays the caller's to close; `clock` tells seconds since the epoch."""
        self._file = file
        self._clock = clock
        self._broken = False

    def emit(self, event: Event) -> None:
        """Append one event."""
        if self._broken:
            return
        record = {"version": _EVENT_VERSION, "time_s": round(self._clock(), 3), "kind": type(event).__name__}
        try:
            self._file.append(record | asdict(event), durable=False)
        except (StorageError, ValueError) as error:
            self._broken = True
            _LOG.warning("events are no longer stored: %s", error)


@dataclass(slots=True)
class _Progress:
    """What is known of a task that runs. Mutable: `spoken_s` moves with each line that is printed."""

    started_s: float
    spoken_s: float
    total: int | None
    unit: str


class PlainSink:
    """Prints a line when a task ends, and now and then while it runs; for logs and pipes."""

    def __init__(
        self, stream: IO[str], *, every_s: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Print to `stream`, at most one line a task in `every_s` seconds while it runs."""
        self._stream = stream
        self._every_s = every_s
        self._clock = clock
        self._tasks: dict[str, _Progress] = {}

    def emit(self, event: Event) -> None:
        """Print what one event is worth."""
        match event:
            case Note(text, level):
                self._print(text if level == "info" else f"{level}: {text}")
            case TaskStarted(task, total, unit):
                now = self._clock()
                self._tasks[task] = _Progress(now, now, total, unit)
            case TaskAdvanced():
                self._advanced(event)
            case TaskFinished(task, outcome):
                known = self._tasks.pop(task, None)
                took = "" if known is None else f" ({duration(self._clock() - known.started_s)})"
                self._print(f"{task}: {outcome or 'done'}{took}")
            case _:
                assert_never(event)

    def _advanced(self, event: TaskAdvanced) -> None:
        now = self._clock()
        known = self._tasks.get(event.task)
        if known is None or now - known.spoken_s < self._every_s:
            return
        known.spoken_s = now
        elapsed_s = now - known.started_s
        of_total = "" if known.total is None else f"/{known.total}"
        unit = f" {known.unit}" if known.unit else ""
        detail = f", {event.detail}" if event.detail else ""
        left = ""
        if known.total and event.done:
            left = f", about {duration(elapsed_s * (known.total - event.done) / event.done)} left"
        self._print(f"{event.task}: {event.done}{of_total}{unit}, {duration(elapsed_s)}{left}{detail}")

    def _print(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            _LOG.debug("a line was not printed: %s", error)


def duration(seconds: float) -> str:
    """A time for people.

    >>> [duration(s) for s in (0.04, 3.14, 75, 3600 * 2 + 5)]
    ['0.0 s', '3.1 s', '1:15', '2:00:05']
    """
    if seconds < 60:
        return f"{max(seconds, 0):.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
