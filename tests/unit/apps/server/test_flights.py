"""Equal requests share their work, stale ones leave it, and nobody left ends it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from holdfast.apps.server.flights import Flights, SupersededError

pytestmark = pytest.mark.asyncio


class Work:
    """Yields 0, 1, 2 as it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.gates = [asyncio.Event() for _ in range(3)]

    async def __call__(self) -> AsyncIterator[int]:
        self.begun += 1
        try:
            for at, gate in enumerate(self.gates):
                await gate.wait()
                yield at
        finally:
            self.ended += 1

    def open(self, count: int = 3) -> None:
        for gate in self.gates[:count]:
            gate.set()


async def _all(flights: Flights[int], key: str, work: Work, group: str | None = None) -> list[int]:
    return [item async for item in flights.join(key, work, group=group)]


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_equal_requests_share_one_work_and_late_ones_see_it_from_its_beginning() -> None:
    flights, work = Flights[int](), Work()
    first = asyncio.create_task(_all(flights, "a", work))
    await _turns()
    work.open(1)
    await _turns()
    second = asyncio.create_task(_all(flights, "a", work))
    await _turns()
    work.open()
    assert await first == await second == [0, 1, 2]
    assert (work.begun, work.ended, flights.coalesced, len(flights)) == (1, 1, 1, 0)
    assert await _all(flights, "a", work) == [0, 1, 2]
    assert work.begun == 2


async def test_different_requests_do_not_share() -> None:
    flights, work = Flights[int](), Work()
    work.open()
    assert [await _all(flights, key, work) for key in "ab"] == [[0, 1, 2]] * 2
    assert work.begun == 2


async def test_work_ends_when_the_last_who_waits_has_gone() -> None:
    flights, work = Flights[int](), Work()
    waiting = [asyncio.create_task(_all(flights, "a", work)) for _ in range(2)]
    await _turns()
    waiting[0].cancel()
    await _turns()
    assert work.ended == 0
    waiting[1].cancel()
    await _turns()
    assert work.ended == 1
    assert len(flights) == 0


async def test_a_newer_request_of_the_group_ends_the_older_one_alone() -> None:
    flights, work = Flights[int](), Work()
    other = asyncio.create_task(_all(flights, "a", work, "other"))
    old = asyncio.create_task(_all(flights, "a", work, "me"))
    await _turns()
    new = asyncio.create_task(_all(flights, "b", work, "me"))
    with pytest.raises(SupersededError):
        await old
    work.open()
    assert await other == await new == [0, 1, 2]
    assert flights.superseded == 1


async def test_what_the_work_raises_is_raised_in_all_who_wait() -> None:
    async def failing() -> AsyncIterator[int]:
        yield 0
        raise ValueError("no")

    flights = Flights[int]()
    for _ in range(2):
        items = flights.join("a", failing)
        assert await anext(items) == 0
        with pytest.raises(ValueError, match="no"):
            await anext(items)


async def test_closing_ends_what_is_under_way() -> None:
    flights, work = Flights[int](), Work()
    waiting = asyncio.create_task(_all(flights, "a", work))
    await _turns()
    await flights.aclose()
    assert work.ended == 1
    assert await waiting == []
