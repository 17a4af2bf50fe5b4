"""Work that several requests wait for: equal ones share it, stale ones leave it, and nobody left ends it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

__all__ = ["Flights", "SupersededError"]

_T = TypeVar("_T")


class SupersededError(Exception):
    """The same client has asked something newer meanwhile."""


@dataclass(eq=False, slots=True)
class _Waiter:
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    superseded: bool = False


@dataclass(eq=False, slots=True)
class _Flight(Generic[_T]):
    items: list[_T] = field(default_factory=list)
    done: bool = False
    error: Exception | None = None
    waiters: set[_Waiter] = field(default_factory=set)
    task: asyncio.Task[None] | None = None

    async def run(self, work: AsyncIterator[_T]) -> None:
        """Collect what the work yields; what it raises is for those who wait."""
        try:
            async for item in work:
                self.items.append(item)
                self._wake()
        except Exception as error:  # noqa: BLE001 - raised again in each request that waits
            self.error = error
        finally:
            self.done = True
            self._wake()

    def _wake(self) -> None:
        for waiter in self.waiters:
            waiter.wake.set()


class Flights(Generic[_T]):
    """Work under way, by what was asked. Used in one event loop."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._flights: dict[Hashable, _Flight[_T]] = {}
        self._newest: dict[Hashable, _Waiter] = {}
        self.coalesced = 0
        """How many requests found their work under way."""
        self.superseded = 0
        """How many requests were ended for a newer one."""

    def __len__(self) -> int:
        return len(self._flights)

    async def join(
        self, key: Hashable, work: Callable[[], AsyncIterator[_T]], *, group: Hashable = None
    ) -> AsyncGenerator[_T, None]:
        """What the work for `key` yields, from its beginning; `work` begins it where it is not under way.

        Args:
            key: what is asked; equal keys share their work.
            work: begins it.
            group: who asks, None for nobody; an earlier request of the group raises SupersededError.
        """
        waiter = _Waiter()
        self._supersede(group, waiter)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight()
            flight.task = asyncio.create_task(flight.run(work()))
        else:
            self.coalesced += 1
        flight.waiters.add(waiter)
        if flight.done:
            waiter.wake.set()
        try:
            async for item in _followed(flight, waiter):
                yield item
        finally:
            self._leave(key, flight, waiter, group)

    async def aclose(self) -> None:
        """End everything that is under way."""
        flights = list(self._flights.values())
        self._flights.clear()
        for flight in flights:
            if flight.task is not None:
                flight.task.cancel()
        tasks = [flight.task for flight in flights if flight.task is not None]
        if tasks:
            await asyncio.wait(tasks)

    def _supersede(self, group: Hashable, waiter: _Waiter) -> None:
        if group is None:
            return
        older = self._newest.get(group)
        if older is not None:
            older.superseded = True
            older.wake.set()
            self.superseded += 1
        self._newest[group] = waiter

    def _leave(self, key: Hashable, flight: _Flight[_T], waiter: _Waiter, group: Hashable) -> None:
        flight.waiters.discard(waiter)
        if group is not None and self._newest.get(group) is waiter:
            del self._newest[group]
        if not flight.waiters:
            if self._flights.get(key) is flight:
                del self._flights[key]
            if flight.task is not None and not flight.done:
                flight.task.cancel()


async def _followed(flight: _Flight[_T], waiter: _Waiter) -> AsyncGenerator[_T, None]:
    seen = 0
    while True:
        if waiter.superseded:
            raise SupersededError
        while seen < len(flight.items):
            yield flight.items[seen]
            seen += 1
        if flight.done and seen == len(flight.items):
            break
        waiter.wake.clear()
        await waiter.wake.wait()
    if flight.error is not None:
        raise flight.error
