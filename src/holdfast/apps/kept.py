"""Files that stay read from one question to the next, each in a thread of its own.

Questions about one file take turns; those about different files do not wait for each other.
"""

import asyncio
import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias, TypeVar

from holdfast.apps.live import LiveDocument, Place
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerTimeoutError, InfrastructureError
from holdfast.runtime.loops import LoopThread

__all__ = ["InUseError", "KeptFiles", "Open", "StillReadingError", "Turn"]

_T = TypeVar("_T")
Open: TypeAlias = Callable[[], AbstractAsyncContextManager[LiveDocument]]
"""Opens a document, in the thread that it will live in."""


class StillReadingError(CheckerTimeoutError):
    """The file has not been read up to the place in time; it is read on, so asking again helps."""


class InUseError(InfrastructureError):
    """All files that may be kept are being asked about; one of them will be free in a moment."""


class Turn:
    """One question: whether it is still wanted, and whether it is at its place yet."""

    def __init__(self) -> None:
        """Wanted, and not there yet."""
        self._over = threading.Event()
        self.reached = False
        """Whether the text before the place has been read."""

    def end(self) -> None:
        """Try nothing more; what is under way is finished."""
        self._over.set()

    def goes_on(self) -> bool:
        """Whether to try another step."""
        return not self._over.is_set()


class _Kept:
    """A document and its thread."""

    def __init__(self, open_document: Open, name: str) -> None:
        self._open = open_document
        self._thread = LoopThread(name)
        self._lock = asyncio.Lock()
        self._stack = contextlib.AsyncExitStack()
        self._document: LiveDocument | None = None
        self._running: set[Future[Any]] = set()

    @property
    def users(self) -> int:
        """How many questions are being answered."""
        return len(self._running)

    def submit(self, work: Callable[[LiveDocument], Coroutine[Any, Any, _T]]) -> "Future[_T]":
        """Begin `work` when it is its turn."""

        async def locked() -> _T:
            async with self._lock:
                if self._document is None:
                    self._document = await self._stack.enter_async_context(self._open())
                return await work(self._document)

        future = self._thread.submit(locked())
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def later(self, act: Callable[[LiveDocument], None]) -> None:
        """Have `act` done when it is its turn; where the document is not open, there is nothing to do."""

        async def locked() -> None:
            async with self._lock:
                if self._document is not None:
                    act(self._document)

        self._thread.submit(locked())

    async def aclose(self) -> None:
        """Break off what runs, close the document and end the thread."""
        for future in tuple(self._running):
            future.cancel()
        with contextlib.suppress(Exception):
            await self._thread.run(self._leave())
        await asyncio.to_thread(self._thread.close)

    async def _leave(self) -> None:
        async with self._lock:
            await self._stack.aclose()


class KeptFiles:
    """The files asked about last; the one unused for longest makes room for another. For one event loop."""

    def __init__(self, most: int, *, strict: bool = False) -> None:
        """Keep at most `most`, more only while all of them are in use, and never where that is `strict`."""
        self._most = most
        self._strict = strict
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._kept)

    async def ask(
        self,
        key: Hashable,
        open_document: Open,
        source: Source,
        offset: int,
        work: Callable[[Place, Turn], Coroutine[Any, Any, _T]],
        *,
        limit_s: float | None = None,
        breakable: bool = True,
    ) -> _T:
        """What `work` makes of a place of a file; after `limit_s` seconds its turn is ended.

        Cancelling this while the file is still being read breaks off the reading where it is `breakable`, and
        what was read is lost; else it is read on for who asks next. Raises StillReadingError, InUseError, and
        whatever opening the file, `LiveDocument.at` and `work` raise.
        """
        turn = Turn()

        async def answer(document: LiveDocument) -> _T:
            if not turn.goes_on():  # nobody has waited for it to be its turn
                raise asyncio.CancelledError
            place = await document.at(source, offset)
            turn.reached = True
            return await work(place, turn)

        kept = self._get(key, open_document)
        future = asyncio.wrap_future(kept.submit(answer))
        try:
            await asyncio.wait((future,), timeout=limit_s)
            turn.end()
            if not future.done() and not turn.reached:
                future.add_done_callback(_look_at)
                text = f"{source.name} is still being read after {limit_s:g} s: ask again in a moment"
                raise StillReadingError(text)
            await asyncio.wait((future,))
            return future.result()
        except asyncio.CancelledError:
            turn.end()
            future.add_done_callback(_look_at)
            if breakable and not turn.reached and kept.users == 1:
                self._drop(key)
            raise

    def tell(self, act: Callable[[LiveDocument], None]) -> None:
        """Have something done with each document, in its thread; does not wait."""
        for kept in self._kept.values():
            kept.later(act)

    async def aclose(self) -> None:
        """Close them all."""
        for key in tuple(self._kept):
            self._drop(key)
        if self._closing:
            await asyncio.wait(self._closing)

    def _get(self, key: Hashable, open_document: Open) -> _Kept:
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= self._most:
                idle = next((each for each, kept in self._kept.items() if not kept.users), None)
                if idle is not None:
                    self._drop(idle)
                elif self._strict:
                    raise InUseError(f"all {self._most} documents are in use: try again in a second")
            found = self._kept[key] = _Kept(open_document, f"file {len(self._kept)}")
        self._kept.move_to_end(key)
        return found

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            task = asyncio.create_task(kept.aclose())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def _look_at(future: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more, and nobody is to be told of what it raised."""
    if not future.cancelled():
        future.exception()
