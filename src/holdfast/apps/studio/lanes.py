"""Rows in which jobs wait until there is room for them: first come, first begun, and each knows its place."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

__all__ = ["Lane"]

_SAY_S = 0.5
"""Longest time until jobs that moved up are told so: all that happened meanwhile is told at once."""


class Lane:
    """A row of jobs; for one event loop.

    Args:
        room: how many jobs are done at the same time.
        tell: told the job and its place in the row, when it has to wait and when it moves up.
    """

    def __init__(self, room: int, tell: Callable[[str, int], None]) -> None:
        """Nobody waits yet."""
        self._room = asyncio.Semaphore(room)
        self._tell = tell
        self._waiting: dict[str, int] = {}
        """The place that each job was told last, in the order in which they came."""
        self._saying: asyncio.TimerHandle | None = None

    def place(self, job: str) -> int | None:
        """How many jobs begin before it; None for one that does not wait here."""
        return list(self._waiting).index(job) if job in self._waiting else None

    @contextlib.asynccontextmanager
    async def turn(self, job: str) -> AsyncIterator[None]:
        """Wait until there is room, and keep it until the end of the block."""
        if self._room.locked():
            self._waiting[job] = len(self._waiting)
            self._tell(job, len(self._waiting) - 1)
        try:
            await self._room.acquire()
        finally:
            if self._waiting.pop(job, None) is not None and self._waiting and self._saying is None:
                self._saying = asyncio.get_running_loop().call_later(_SAY_S, self._say)
        try:
            yield
        finally:
            self._room.release()

    def _say(self) -> None:
        self._saying = None
        for place, (job, told) in enumerate(list(self._waiting.items())):
            if told != place:
                self._waiting[job] = place
                self._tell(job, place)
