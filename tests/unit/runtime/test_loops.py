"""Event loops in threads of their own."""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from holdfast.runtime.loops import LoopThread


async def _thread() -> str:
    return threading.current_thread().name


def test_work_runs_in_the_thread() -> None:
    with LoopThread("elsewhere") as loop:
        assert loop.submit(_thread()).result() == "elsewhere"


@pytest.mark.asyncio
async def test_it_is_waited_for_from_another_loop_and_errors_come_along() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with LoopThread("elsewhere") as loop:
        assert await loop.run(_thread()) == "elsewhere"
        with pytest.raises(ValueError, match="no"):
            await loop.run(fail())


def test_closing_cancels_what_runs_and_waits_for_it() -> None:
    began, ended = threading.Event(), []

    async def forever() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    loop = LoopThread("elsewhere")
    running = loop.submit(forever())
    began.wait()
    loop.close()
    assert ended == [True]
    with pytest.raises(CancelledError):
        running.result()
    loop.close()
