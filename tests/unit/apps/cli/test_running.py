"""Commands end with a report, an error or a signal, and always with the right exit code and streams."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Options, Output, Report
from holdfast.apps.cli.running import Command, run_command
from holdfast.core.errors import CheckerDiedError, UserError
from holdfast.core.events import Note, TaskFinished, TaskStarted


class Streams:
    """Standard output and error, as files have them."""

    def __init__(self) -> None:
        self.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")

    def run(self, command: Command, **options: bool) -> int:
        return run_command(command, Options(**options), stdout=self.stdout, stderr=self.stderr)

    def out(self) -> str:
        return self.stdout.buffer.getvalue().decode()  # type: ignore[attr-defined]

    def err(self) -> str:
        self.stderr.flush()
        return self.stderr.buffer.getvalue().decode()  # type: ignore[attr-defined]


def table() -> Table:
    rows = Table("name", "status", box=None)
    rows.add_row("sum_app", "proved")
    return rows


async def two_holes(output: Output) -> Report:
    output.emit(Note("reading"))
    output.emit(TaskStarted("sum_app"))
    output.result({"kind": "hole", "name": "sum_app", "status": "proved"})
    output.emit(TaskFinished("sum_app", "proved"))
    output.result({"kind": "hole", "name": "∀_ok", "status": "not_found"})
    return Report(ExitCode.NOT_ACHIEVED, {"proved": 1, "holes": 2}, (table(), "--- a.v\n" + "x" * 300 + "\n"))


def failing(error: BaseException) -> Command:
    async def command(output: Output) -> Report:
        output.result({"kind": "hole", "name": "first"})
        raise error

    return command


def test_json_is_all_that_standard_output_holds() -> None:
    streams = Streams()
    assert streams.run(two_holes, json=True) == 1
    assert [json.loads(line) for line in streams.out().splitlines()] == [
        {"version": 1, "kind": "hole", "name": "sum_app", "status": "proved"},
        {"version": 1, "kind": "hole", "name": "∀_ok", "status": "not_found"},
        {"version": 1, "kind": "summary", "exit_code": 1, "proved": 1, "holes": 2},
    ]
    assert streams.err().startswith("reading\nsum_app: proved (")


def test_people_get_the_report_with_text_as_it_is() -> None:
    streams = Streams()
    assert streams.run(two_holes) == 1
    lines = streams.out().splitlines()
    assert [line.split() for line in lines[:2]] == [["name", "status"], ["sum_app", "proved"]]
    assert lines[2:] == ["--- a.v", "x" * 300]


def test_quiet_is_quiet() -> None:
    streams = Streams()
    assert streams.run(two_holes, quiet=True, json=True) == 1
    assert streams.err() == ""
    assert len(streams.out().splitlines()) == 3


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UserError("there is no theorem x in a.v"), 2, "there is no theorem x in a.v"),
        (CheckerDiedError("coqidetop ended unexpectedly"), 3, "coqidetop ended unexpectedly"),
        (FileNotFoundError(2, "No such file or directory", "b.v"), 2, "b.v: No such file or directory"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_an_error_is_one_sentence_and_a_last_record(error: BaseException, code: int, sentence: str) -> None:
    streams = Streams()
    assert streams.run(failing(error), json=True) == code
    assert streams.err() == f"holdfast: {sentence}\n"
    records = [json.loads(line) for line in streams.out().splitlines()]
    assert records[0]["name"] == "first"
    assert records[1:] == [{"version": 1, "kind": "summary", "exit_code": code, "error": sentence}]


def test_no_traceback_unless_asked_for() -> None:
    plain, debugged = Streams(), Streams()
    assert plain.run(failing(KeyError("x"))) == debugged.run(failing(KeyError("x")), debug=True) == 3
    assert "Traceback" not in plain.err()
    assert "test_running.py" in debugged.err()


def test_standard_output_that_is_full_is_told() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("the system has no /dev/full")
    for options in ({"json": True}, {"json": False}):
        streams = Streams()
        with Path("/dev/full").open("w", encoding="utf-8") as streams.stdout:
            assert streams.run(two_holes, **options) == 3
        assert streams.err().endswith("holdfast: cannot write to standard output: No space left on device\n")


def test_a_reader_that_left_ends_the_command_without_words() -> None:
    for options in ({"json": True}, {"json": False}):
        reading, writing = os.pipe()
        os.close(reading)
        streams = Streams()
        with os.fdopen(writing, "w", encoding="utf-8") as streams.stdout:
            assert streams.run(two_holes, quiet=True, **options) == 141
        assert streams.err() == ""


PROGRAM = """
import asyncio, sys
from pathlib import Path
from holdfast.apps.cli.output import ExitCode, Options, Report
from holdfast.apps.cli.running import run_command
from holdfast.runtime.child import Limits, run

async def worker(output, number):
    script = f"echo $$ > pid{number}; sleep 300 & echo $! > grandchild{number}; wait"
    await run(["sh", "-c", script], limits=Limits(wall_s=300))

async def command(output):
    try:
        async with asyncio.TaskGroup() as group:
            for number in range(2):
                group.create_task(worker(output, number))
            files = [Path(f"grandchild{n}") for n in range(2)]
            while not all(file.exists() and file.read_text() for file in files):
                await asyncio.sleep(0.01)
            output.result({"kind": "ready"})
    finally:
        Path("finished").write_text("the write that was under way")
    return Report(ExitCode.ACHIEVED, {})

sys.exit(run_command(command, Options(json=True), stdout=sys.stdout, stderr=sys.stderr))
"""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_children_and_finishes_the_write(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        assert program.stdout is not None
        assert json.loads(program.stdout.readline())["kind"] == "ready"
        program.send_signal(number)
        out, err = program.communicate()
    assert program.returncode == 128 + number
    assert err == f"holdfast: stopped by {number.name}\n"
    assert json.loads(out) == {
        "version": 1,
        "kind": "summary",
        "exit_code": 128 + number,
        "error": f"stopped by {number.name}",
    }
    assert (tmp_path / "finished").exists()
    pids = [int((tmp_path / f"{who}{n}").read_text()) for who in ("pid", "grandchild") for n in range(2)]
    while not all(gone(pid) for pid in pids):  # the kernel ends them in its own time; pytest's limit ends us
        time.sleep(0.01)
