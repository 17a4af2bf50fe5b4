"""Keeps warm workers, lends the one that has loaded what is needed, and replaces the worn and the broken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Pool", "PoolSettings", "Worker"]


class PoolSettings(BaseModel):
    """How many workers there are and when one has served long enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=1, gt=0)
    """Most workers at a time."""
    requests: int = Field(default=1000, gt=0)
    """Requests after which a worker is replaced."""
    age_s: float = Field(default=1800.0, gt=0)
    """Seconds after which a worker is replaced."""
    rss_mb: float = Field(default=2500.0, gt=0)
    """Resident memory beyond which a worker is replaced, in MB (2**20 bytes)."""


class Worker(Protocol):
    """What a pool has to know of a worker."""

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        ...

    @property
    def requests(self) -> int:
        """How many requests it has served."""
        ...

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        ...

    def rss_mb(self) -> float:
        """Resident memory in MB (2**20 bytes)."""
        ...

    async def aclose(self) -> None:
        """End it."""
        ...


W = TypeVar("W", bound=Worker)


class Pool(Generic[W]):
    """Lends workers of one event loop. A worker is looked at when it comes back, never while it is lent."""

    def __init__(self, factory: Callable[[str], Awaitable[W]], settings: PoolSettings | None = None) -> None:
        """`factory` starts a worker that has loaded what a key stands for."""
        self._factory = factory
        self._settings = settings or PoolSettings()
        self._places = asyncio.Semaphore(self._settings.size)
        self._idle: list[tuple[str, W]] = []
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @asynccontextmanager
    async def lease(self, key: str) -> AsyncIterator[W]:
        """A worker that has loaded `key`, for this block alone; waits while all are lent.

        What the factory raises comes through, and its place in the pool is free again.
        """
        async with self._places:
            worker = await self._take(key)
            try:
                yield worker
            finally:
                await self._return(key, worker)

    async def aclose(self) -> None:
        """End the idle workers; lent ones are ended by whoever closes their lease later."""
        self._settings = self._settings.model_copy(update={"requests": 0})
        while self._idle:
            await self._end(self._idle.pop()[1])

    async def _take(self, key: str) -> W:
        at = next((at for at in reversed(range(len(self._idle))) if self._idle[at][0] == key), None)
        if at is not None:
            return self._idle.pop(at)[1]
        evicted = self._idle.pop(0)[1] if self._count >= self._settings.size else None
        self._count += evicted is None
        try:
            if evicted is not None:
                await evicted.aclose()
            return await self._factory(key)
        except BaseException:
            self._count -= 1
            raise

    async def _return(self, key: str, worker: W) -> None:
        if self._is_worn(worker):
            await self._end(worker)
        else:
            self._idle.append((key, worker))

    async def _end(self, worker: W) -> None:
        try:
            await worker.aclose()
        finally:
            self._count -= 1

    def _is_worn(self, worker: W) -> bool:
        limits = self._settings
        return (
            not worker.alive
            or worker.requests >= limits.requests
            or worker.age_s >= limits.age_s
            or worker.rss_mb() >= limits.rss_mb
        )
