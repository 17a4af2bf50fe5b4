"""Sinks: what is printed, where, and that nothing ever comes back as an error."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from holdfast.core.events import Event, Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.runtime.lines import JsonLineFile
from holdfast.runtime.sinks import JsonLinesSink, NullSink, PlainSink, TeeSink
from holdfast.runtime.terminal import TerminalSink

EVENTS: tuple[Event, ...] = (
    Note("reading sums.v"),
    TaskStarted("sum_app", 100, "nodes"),
    TaskAdvanced("sum_app", 10, "depth 3"),
    TaskAdvanced("never started", 1),
    TaskFinished("sum_app", "proved"),
    TaskFinished("never started", "not found"),
    Note("one worker is gone", "warning"),
)


class Clock:
    """Tells 0, 12, 24, ... seconds."""

    def __init__(self) -> None:
        self.now = -12.0

    def __call__(self) -> float:
        self.now += 12.0
        return self.now


class Kept:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


def test_plain_lines() -> None:
    stream = io.StringIO()
    sink = PlainSink(stream, clock=Clock())
    for event in EVENTS:
        sink.emit(event)
    assert stream.getvalue().splitlines() == [
        "reading sums.v",
        "sum_app: 10/100 nodes, 12.0 s, about 1:48 left, depth 3",
        "sum_app: proved (36.0 s)",
        "never started: not found",
        "warning: one worker is gone",
    ]


def test_plain_lines_come_now_and_then() -> None:
    stream = io.StringIO()
    sink = PlainSink(stream, every_s=25, clock=Clock())
    sink.emit(TaskStarted("t"))
    for done in range(1, 7):
        sink.emit(TaskAdvanced("t", done))
    assert stream.getvalue().splitlines() == ["t: 3, 36.0 s", "t: 6, 1:12"]


def test_a_tee_keeps_the_order_and_none_drops() -> None:
    first, second = Kept(), Kept()
    sink = TeeSink([first, NullSink(), second])
    for event in EVENTS:
        sink.emit(event)
    assert first.events == second.events == list(EVENTS)


def test_json_lines_hold_every_field(tmp_path: Path) -> None:
    with JsonLineFile(tmp_path / "events.jsonl") as file:
        sink = JsonLinesSink(file, clock=lambda: 1.23456)
        for event in EVENTS:
            sink.emit(event)
    records = [json.loads(line) for line in (tmp_path / "events.jsonl").read_bytes().splitlines()]
    assert [record["kind"] for record in records] == [type(event).__name__ for event in EVENTS]
    assert records[2] == {
        "version": 1, "time_s": 1.235, "kind": "TaskAdvanced", "task": "sum_app", "done": 10,
        "detail": "depth 3",
    }  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_ends_no_work(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    with (
        JsonLineFile(tmp_path / "events.jsonl") as file,
        Path("/dev/full").open("w", encoding="ascii") as full,
    ):
        json_lines = JsonLinesSink(file)
        sink = TeeSink([json_lines, PlainSink(full)])
        for event in EVENTS:
            sink.emit(event)
        with pytest.raises(OSError, match="No space"):
            full.close()
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        f"events are no longer stored: cannot write {tmp_path / 'events.jsonl'}: No space left on device"
    ]


def test_a_closed_stream_ends_no_work() -> None:
    stream = io.StringIO()
    plain, console = PlainSink(stream), Console(file=stream, force_terminal=True)
    with TerminalSink(console) as terminal:
        stream.close()
        for event in EVENTS:
            plain.emit(event)
            terminal.emit(event)


@pytest.fixture
def screen() -> Iterator[Console]:
    with io.StringIO() as stream:
        yield Console(
            file=stream, force_terminal=True, color_system=None, width=80, height=24, legacy_windows=False
        )


def drawn(sink: TerminalSink) -> list[str]:
    """The lines of the display as they stand, on a sheet of paper of 80 columns."""
    stream = io.StringIO()
    Console(file=stream, width=80, color_system=None).print(sink.picture())
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_the_terminal_shows_what_runs_within_80_columns(screen: Console) -> None:
    with TerminalSink(screen) as sink:
        sink.emit(
            TaskStarted("a_theorem_with_a_name_that_goes_on_and_on_and_never_comes_to_its_end", 5000, "nodes")
        )
        sink.emit(TaskAdvanced("a_theorem_with_a_name_that_goes_on_and_on_and_never_comes_to_its_end", 1234))
        sink.emit(TaskStarted("sum_rev"))
        sink.emit(TaskAdvanced("sum_rev", 7, "depth [3]"))
        lines = drawn(sink)
    assert len(lines) == 2
    assert all(len(line) <= 80 for line in lines)
    assert "a_theorem_with_a_name" in lines[0]
    assert "1234/5000 nodes" in lines[0]
    assert "…" in lines[0]
    assert "sum_rev  depth [3]" in lines[1]


def test_the_terminal_forgets_old_ends_but_counts_them(screen: Console) -> None:
    with TerminalSink(screen) as sink:
        sink.emit(TaskStarted("still running"))
        for number in range(30):
            sink.emit(TaskStarted(f"task{number}"))
            sink.emit(TaskFinished(f"task{number}", "proved" if number % 3 else "not found"))
        lines = drawn(sink)
    assert len(lines) == 7
    assert "still running" in lines[0]
    assert [line.split()[0] for line in lines[1:6]] == [f"task{number}" for number in range(25, 30)]
    assert lines[6] == "  10 not found, 20 proved"


def test_the_terminal_is_wiped_and_notes_stay(screen: Console) -> None:
    with TerminalSink(screen) as sink:
        for event in EVENTS:
            sink.emit(event)
    written = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "warning: one worker is gone" in written
    after_cursor_is_shown_again = written.rpartition("\x1b[?25h")[2]
    assert after_cursor_is_shown_again.strip("\r\n") in {"", "\x1b[1A\x1b[2K"}
