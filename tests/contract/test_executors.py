"""Every executor keeps its contract."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.contract.executor_suite import ExecutorSuite, SeparateSuite, endless, ends, told

from holdfast.core.assignments import Assigned, Failed
from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import Executor, Work
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.local import LocalExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings


class TestInline(ExecutorSuite):
    @pytest.fixture
    def make(self) -> Callable[[int], Executor]:
        return lambda jobs: InlineExecutor(ExecutorSettings(jobs=jobs))


class TestLocal(SeparateSuite):
    @pytest.fixture
    def make(self) -> Callable[[int], Executor]:
        return lambda jobs: LocalExecutor(ExecutorSettings(jobs=jobs))


def _leave_pid(file: Path) -> None:
    file.write_text(f"{os.getpid()}\n", encoding="ascii")


@asynccontextmanager
async def _announced(file: Path) -> AsyncIterator[Work[int, int]]:
    """A worker that leaves the number of its process, and whose task never ends."""

    async def work(task: int) -> AsyncIterator[int]:
        yield task
        await asyncio.Event().wait()

    _leave_pid(file)
    yield work


async def _hold(file: Path) -> None:
    async for _ in LocalExecutor().map(partial(_announced, file), [Assigned("a", 1)]):
        pass


def test_workers_end_with_a_process_that_was_killed(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    run = "import sys, asyncio, pathlib; from tests.contract.test_executors import _hold;"
    run += " asyncio.run(_hold(pathlib.Path(sys.argv[1])))"
    parent = subprocess.Popen([sys.executable, "-c", run, file], cwd=Path(__file__).parents[2])
    while not (file.exists() and file.read_text(encoding="ascii").endswith("\n")):
        assert parent.poll() is None, "it ended before its worker was set up"
        time.sleep(0.01)
    worker = int(file.read_text(encoding="ascii"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while _is_running(worker):  # the suite's own time limit tells where it never ends
        time.sleep(0.01)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_worker_that_falls_silent_is_ended(tmp_path: Path) -> None:
    executor = InlineExecutor(ExecutorSettings(attempts=1, silence_s=0.2))
    outcomes = asyncio.run(told(executor, partial(endless, tmp_path), [1]))
    (end,) = ends(outcomes)
    assert isinstance(end, Failed)
    assert end.kind == "died"
    assert "said nothing for 0.2 s" in end.message


@asynccontextmanager
async def _never_set_up() -> AsyncIterator[Work[int, int]]:
    await asyncio.Event().wait()
    yield lambda task: _nothing()


async def _nothing() -> AsyncIterator[int]:
    for number in ():
        yield number


def test_a_worker_that_is_never_set_up_is_given_up() -> None:
    executor = LocalExecutor(ExecutorSettings(attempts=2, silence_s=0.2))
    with pytest.raises(InfrastructureError, match=r"workers die while they are set up: .* within 0\.2 s"):
        asyncio.run(told(executor, _never_set_up, [1]))
