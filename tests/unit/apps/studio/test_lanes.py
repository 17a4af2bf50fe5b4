"""Jobs that wait for room: in order, and each is told how many are before it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from holdfast.apps.studio.lanes import Lane


@pytest.mark.asyncio
async def test_jobs_begin_in_order_and_know_their_place() -> None:
    told: list[tuple[str, int]] = []
    moved = asyncio.Event()
    begun: list[str] = []

    def tell(job: str, place: int) -> None:
        told.append((job, place))
        if (job, place) == ("d", 0):
            moved.set()

    lane = Lane(1, tell)

    async def do(job: str) -> None:
        async with lane.turn(job):
            begun.append(job)

    async with AsyncExitStack() as running, asyncio.TaskGroup() as jobs:
        await running.enter_async_context(lane.turn("a"))
        assert (lane.place("a"), told) == (None, [])
        tasks = {name: jobs.create_task(do(name)) for name in "bcd"}
        await asyncio.sleep(0)
        assert told == [("b", 0), ("c", 1), ("d", 2)]
        tasks["b"].cancel()  # who was stopped is in nobody's way
        tasks["c"].cancel()
        await asyncio.wait([tasks["b"], tasks["c"]])
        assert [lane.place(name) for name in "abcd"] == [None, None, None, 0]
        await moved.wait()
        assert told[3:] == [("d", 0)], "two who left are told at once"
        await running.aclose()
    assert begun == ["d"]
    assert lane.place("d") is None
