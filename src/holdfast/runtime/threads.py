"""Runs coroutines side by side, each in a thread with an event loop of its own.

A worker that drives a checker mostly waits for it in short turns. One event loop that does so for several
checkers keeps all of them waiting for its next turn; a thread for each does not.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

__all__ = ["Work", "in_threads"]

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


async def in_threads(works: Sequence[Work]) -> None:
    """Run every work to its end, all at the same time.

    What they share they must guard with locks. Where one raises, or this call is cancelled, all others are
    cancelled and waited for; raises as `asyncio.TaskGroup` does.
    """
    if not works:
        return
    with ThreadPoolExecutor(len(works), thread_name_prefix="worker") as pool:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(_Worker(work).finish(pool))


class _Worker:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False

    async def finish(self, pool: ThreadPoolExecutor) -> None:
        running = asyncio.get_running_loop().run_in_executor(pool, self._run)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            self._cancel()
            await asyncio.wait((running,))
            if not running.cancelled():
                running.exception()  # looked at, so that nobody complains
            raise

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.current_task()
            if self._cancelled:
                return
        await self._work()

    def _cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: the work is done
                    self._loop.call_soon_threadsafe(self._task.cancel)
