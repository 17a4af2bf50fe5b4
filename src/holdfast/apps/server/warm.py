"""Documents that stay read while somebody works on them, each in a thread of its own."""

import asyncio
import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future
from typing import TypeAlias

from holdfast.apps.advice import Suggests, advise
from holdfast.apps.live import LiveDocument
from holdfast.apps.server.asks import Ask, DocumentPlace, GoalSeen, Part, Remark
from holdfast.apps.server.errors import Fault, FaultError
from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Observed
from holdfast.runtime.loops import LoopThread
from holdfast.search.suggest import judge, unchecked

__all__ = ["MakeDocument", "WarmDocument", "WarmDocuments"]

MakeDocument: TypeAlias = Callable[[DocumentPlace], LiveDocument]
_Put: TypeAlias = Callable[[Part | BaseException | None], None]


class _Elsewhere:
    """A model that is asked in the server's own event loop, where its connections live."""

    def __init__(self, model: Suggests, loop: asyncio.AbstractEventLoop) -> None:
        self._model = model
        self._loop = loop

    async def suggest(
        self, goal: Goal, count: int, *, prefix: str = "", context: str = ""
    ) -> Sequence[Proposal]:
        asked = self._model.suggest(goal, count, prefix=prefix, context=context)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._loop))


class WarmDocument:
    """One document and the thread that drives its checker."""

    def __init__(self, document: LiveDocument, name: str) -> None:
        """Start the thread."""
        self._document = document
        self._thread = LoopThread(name)
        self._lock = asyncio.Lock()
        self.users = 0
        """How many requests are at it."""

    async def suggest(self, ask: Ask, model: Suggests | None) -> AsyncGenerator[Part, None]:
        """The parts of an answer. Ending the iteration early ends the work before its next step."""
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Part | BaseException | None] = asyncio.Queue()
        stopped = threading.Event()

        def put(part: Part | BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the server's loop is closed: nobody listens
                loop.call_soon_threadsafe(parts.put_nowait, part)

        elsewhere = None if model is None else _Elsewhere(model, loop)
        self.users += 1
        work = self._thread.submit(self._work(ask, elsewhere, put, stopped))
        try:
            while (part := await parts.get()) is not None:
                if isinstance(part, BaseException):
                    raise part
                yield part
        finally:
            # A step under way is waited for: to break it off would cost the process that it runs in.
            stopped.set()
            self.users -= 1
            del work

    def teach(self, item: Observed) -> None:
        """Tell the learner of a step that was taken; does not wait."""
        self._later(lambda: self._document.teach(item))

    def forget_learner(self) -> None:
        """Have another learner made before the next answer; does not wait."""
        self._later(self._document.forget_learner)

    async def aclose(self) -> None:
        """End the checker and the thread."""
        with contextlib.suppress(Exception):
            await self._thread.run(self._document.aclose())
        await asyncio.to_thread(self._thread.close)

    def _later(self, act: Callable[[], None]) -> Future[None]:
        async def locked() -> None:
            async with self._lock:
                act()

        return self._thread.submit(locked())

    async def _work(self, ask: Ask, model: Suggests | None, put: _Put, stopped: threading.Event) -> None:
        try:
            async with self._lock:
                if not stopped.is_set():
                    await self._answer(ask, model, put, stopped)
        except asyncio.CancelledError:
            put(FaultError(Fault(503, "stopping", "the server is stopping", retry_after_s=5)))
            raise
        except Exception as error:  # noqa: BLE001 - raised again where the answer is awaited
            put(error)
        else:
            put(None)

    async def _answer(self, ask: Ask, model: Suggests | None, put: _Put, stopped: threading.Event) -> None:
        assert ask.place is not None
        source = Source(ask.place.name, ask.place.text)
        place = await self._document.at(source, ask.place.offset)
        put(GoalSeen(place.goal))
        for note in place.notes:
            put(Remark(note))
        advice = await advise(
            place.learner,
            model,
            place.goal,
            ask.count,
            prefix=ask.prefix,
            context=place.context,
            language=ask.place.language,
        )
        for note in advice.notes:
            put(Remark(note))
        if not (ask.check and place.judged):
            for proposal in advice.proposals:
                put(unchecked(proposal))
            return
        deadline = time.monotonic() + ask.limit_s
        judged = judge(
            place.session,
            place.goal,
            advice.proposals,
            observe=None if place.learner is None else place.learner.judged,
            go_on=lambda: not stopped.is_set() and time.monotonic() < deadline,
        )
        async for suggestion in judged:
            put(suggestion)


class WarmDocuments:
    """The documents used last; the one unused for longest makes room for another."""

    def __init__(self, make: MakeDocument, most: int) -> None:
        """Keep at most `most`."""
        self._make = make
        self._most = most
        self._kept: OrderedDict[str, WarmDocument] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, place: DocumentPlace) -> WarmDocument:
        """The document of that place's key, a new one where none is kept."""
        found = self._kept.get(place.key)
        if found is None:
            self._make_room()
            document = WarmDocument(self._make(place), f"document {len(self._kept)}")
            found = self._kept[place.key] = document
        self._kept.move_to_end(place.key)
        return found

    def each(self) -> list[WarmDocument]:
        """All that are kept."""
        return list(self._kept.values())

    async def aclose(self) -> None:
        """End them all."""
        kept, self._kept = self.each(), OrderedDict()
        async with asyncio.TaskGroup() as group:
            for document in kept:
                group.create_task(document.aclose())
        if self._closing:
            await asyncio.wait(self._closing)

    def _make_room(self) -> None:
        if len(self._kept) < self._most:
            return
        idle = next((key for key, document in self._kept.items() if not document.users), None)
        if idle is None:
            text = f"all {self._most} documents are in use: try again in a second"
            raise FaultError(Fault(503, "documents_in_use", text, retry_after_s=1))
        task = asyncio.create_task(self._kept.pop(idle).aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
