"""The live display of a terminal: one line a task, with progress, elapsed time and what is left."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self, assert_never

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TaskID
from rich.table import Column
from rich.text import Text

from holdfast.core.events import Event, Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.runtime.sinks import duration

__all__ = ["TerminalSink"]

_LOG = logging.getLogger(__name__)
_FINISHED_SHOWN = 5
_BAD = frozenset({"not found", "undecided", "refused", "no verdict", "failed"})


class TerminalSink:
    """Draws running tasks, the latest finished ones and a count by outcome; notes stay above.

    A context manager: what was drawn is wiped at the end, so that only notes and the report remain.
    """

    def __init__(self, console: Console) -> None:
        """Draw on `console`, which should be one of standard error."""
        self._console = console
        self._display = _Display(console)
        self._running: dict[str, TaskID] = {}
        self._finished: deque[TaskID] = deque()

    def __enter__(self) -> Self:
        self._guarded(self._display.start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guarded(self._display.stop)

    def emit(self, event: Event) -> None:
        """Draw one event."""
        self._guarded(lambda: self._draw(event))

    def picture(self) -> RenderableType:
        """What is drawn now, for a console of any kind."""
        return self._display.get_renderable()

    def _draw(self, event: Event) -> None:
        match event:
            case Note(text, level):
                style = "" if level == "info" else "yellow"
                words = text if level == "info" else f"{level}: {text}"
                self._console.print(Text(words, style=style), soft_wrap=True)
            case TaskStarted(task, total, unit):
                self._running[task] = self._display.add_task(
                    task, total=total, unit=unit, detail="", outcome=None
                )
            case TaskAdvanced(task, done, detail):
                if task in self._running:
                    self._display.update(self._running[task], completed=done, detail=detail)
            case TaskFinished(task, outcome):
                self._finish(task, outcome)
            case _:
                assert_never(event)

    def _finish(self, task: str, outcome: str) -> None:
        self._display.counts[outcome or "done"] += 1
        number = self._running.pop(task, None)
        if number is None:
            return
        self._display.update(number, outcome=outcome or "done")
        self._display.stop_task(number)
        self._finished.append(number)
        if len(self._finished) > _FINISHED_SHOWN:
            self._display.remove_task(self._finished.popleft())

    def _guarded(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a display that fails must not end the work it displays
            _LOG.debug("the display failed: %s", error)


class _Display(Progress):
    """Rich's progress table, with a line of counts below it."""

    def __init__(self, console: Console) -> None:
        self.counts: Counter[str] = Counter()
        super().__init__(
            _Busy(),
            _Name(table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
            _Bar(),
            _Amount(table_column=Column(no_wrap=True, justify="right", max_width=24, overflow="ellipsis")),
            _Times(table_column=Column(no_wrap=True, justify="right")),
            console=console,
            transient=True,
            expand=True,
            # Standard output belongs to results, and may be a pipe while standard error is a terminal.
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def get_renderables(self) -> Iterable[RenderableType]:
        """The table, then how many tasks ended with which outcome, once that says more than the table."""
        yield from super().get_renderables()
        if self.counts.total() > _FINISHED_SHOWN:
            parts = (f"{count} {outcome}" for outcome, count in sorted(self.counts.items()))
            yield Text("  " + ", ".join(parts), style="dim", no_wrap=True, overflow="ellipsis")


class _Busy(SpinnerColumn):
    def render(self, task: Task) -> RenderableType:
        """Something that moves while the task runs, be its amount reached or not."""
        return Text(" ") if task.fields["outcome"] is not None else self.spinner.render(task.get_time())


class _Name(ProgressColumn):
    def render(self, task: Task) -> Text:
        """The task's name, and what it is at."""
        detail = f"  {task.fields['detail']}" if task.fields["detail"] else ""
        return Text.assemble((task.description, "bold"), (detail, "dim"))


class _Bar(ProgressColumn):
    def __init__(self) -> None:
        self._bar = BarColumn(bar_width=14)
        super().__init__()

    def render(self, task: Task) -> RenderableType:
        """A bar where the amount is known and the task runs, else its outcome."""
        outcome = task.fields["outcome"]
        if outcome is not None:
            return Text(outcome, style="yellow" if outcome in _BAD else "green")
        return self._bar.render(task) if task.total else Text("")


class _Amount(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Units done, of how many."""
        if task.total is None and not task.completed:
            return Text("")
        of_total = "" if task.total is None else f"/{task.total:.0f}"
        return Text(f"{task.completed:.0f}{of_total} {task.fields['unit']}".rstrip(), style="cyan")


class _Times(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Time used, and an estimate of what is left."""
        used = duration(task.elapsed or 0.0)
        left = task.time_remaining
        running = task.fields["outcome"] is None
        return Text(f"{used} left {duration(left)}" if running and left else used, style="dim")
