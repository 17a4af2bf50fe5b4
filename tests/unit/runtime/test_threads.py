"""Work in threads: it ends, fails and is cancelled as in one event loop."""

import asyncio
import threading

import pytest

from holdfast.runtime.threads import in_threads

pytestmark = pytest.mark.asyncio


async def test_all_work_at_the_same_time_in_threads_of_their_own() -> None:
    meeting = threading.Barrier(8, timeout=20)
    seen: list[int] = []

    async def work() -> None:
        meeting.wait()
        seen.append(threading.get_ident())

    await in_threads([work] * 8)
    await in_threads([])
    assert len(set(seen)) == 8
    assert threading.get_ident() not in seen


async def test_a_failure_cancels_the_others_and_is_raised() -> None:
    started = threading.Event()
    ended: list[str] = []

    async def waits() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cleaned up")

    async def fails() -> None:
        started.wait(20)
        raise ValueError("no")

    with pytest.raises(ExceptionGroup) as caught:
        await in_threads([waits, fails])
    assert [str(error) for error in caught.value.exceptions] == ["no"]
    assert ended == ["cleaned up"]


async def test_cancelling_waits_until_all_have_cleaned_up() -> None:
    started = threading.Barrier(4, timeout=20)
    ended: list[str] = []

    async def waits() -> None:
        started.wait()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            ended.append("cleaned up")

    task = asyncio.create_task(in_threads([waits] * 3))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cleaned up"] * 3


async def test_a_timeout_cancels() -> None:
    async def waits() -> None:
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await in_threads([waits] * 2)
