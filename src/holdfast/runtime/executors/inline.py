"""Workers in this process, on this event loop: for tests, and where there is one worker only."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from holdfast.core.assignments import Assigned, Outcome
from holdfast.core.seams import MakeWorker
from holdfast.runtime.executors.serving import Broken, Done, Frame, Raised, WorkerGoneError, serve
from holdfast.runtime.executors.sharing import ExecutorSettings, share_out

__all__ = ["InlineExecutor", "Post"]

_T = TypeVar("_T")
_R = TypeVar("_R")


class Post:
    """A worker on the running event loop, and the two queues by which it is spoken to."""

    def __init__(
        self,
        make_worker: MakeWorker[Any, Any],
        name: str,
        *,
        ahead: int = 1,
        check: Callable[[Frame], object] | None = None,
    ) -> None:
        """Begin to set it up. It works `ahead` frames ahead of its reader.

        `check` raises ValueError on a frame that cannot be sent to where the reader is.
        """
        self.name = name
        self._tasks: asyncio.Queue[Any] = asyncio.Queue()
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(ahead)
        self._check = check
        self._work = asyncio.create_task(serve(make_worker, self._tasks.get, self._send))

    async def ready(self) -> None:
        """Wait until it is set up. Raises what setting it up raised."""
        frame = await self._next()
        if isinstance(frame, Broken):
            raise frame.error

    async def run(self, task: object) -> AsyncIterator[Frame]:
        """Fills `WorkerHandle`."""
        self.give(task)
        while True:
            frame = await self._next()
            yield frame
            if isinstance(frame, Done | Raised):
                return

    def give(self, task: object) -> None:
        """Set it to work."""
        self._tasks.put_nowait(task)

    async def some(self) -> list[Frame]:
        """What it has to say next: one frame or more. Raises WorkerGoneError when it has ended."""
        frames = [await self._next()]
        while not self._frames.empty():
            frames.append(self._frames.get_nowait())
        return frames

    async def aclose(self) -> None:
        """End it, and wait until what it holds is given back."""
        self._work.cancel()
        await asyncio.wait((self._work,))

    async def _send(self, frame: Frame) -> None:
        if self._check is not None:
            self._check(frame)
        await self._frames.put(frame)

    async def _next(self) -> Frame:
        get = asyncio.create_task(self._frames.get())
        try:
            await asyncio.wait((get, self._work), return_when=asyncio.FIRST_COMPLETED)
            if get.done():
                return get.result()
        finally:
            get.cancel()
        error = None if self._work.cancelled() else self._work.exception()
        raise WorkerGoneError(f"it ended by itself: {error!r}")


class InlineExecutor:
    """Fills `Executor` without any process: a crash of a worker is a crash of the caller."""

    def __init__(self, settings: ExecutorSettings | None = None) -> None:
        """`settings.jobs` workers take turns on the event loop of whoever calls `map`."""
        self._settings = settings or ExecutorSettings()

    async def map(
        self, make_worker: MakeWorker[_T, _R], tasks: Iterable[Assigned[_T]]
    ) -> AsyncGenerator[Outcome[_R], None]:
        """Fills `Executor.map`."""

        @asynccontextmanager
        async def start() -> AsyncIterator[Post]:
            post = Post(make_worker, "here")
            try:
                await post.ready()
                yield post
            finally:
                await post.aclose()

        outcomes = share_out(start, tasks, self._settings)
        try:
            async for outcome in outcomes:
                yield outcome
        finally:
            await outcomes.aclose()
