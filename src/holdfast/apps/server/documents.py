"""Answers about documents that are sent, piece by piece, from files that stay read meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TypeAlias

from holdfast.apps.advice import Suggests, advise
from holdfast.apps.kept import KeptFiles, Turn
from holdfast.apps.live import LiveDocument, Place
from holdfast.apps.server.asks import Ask, DocumentPlace, GoalSeen, Part, Remark
from holdfast.apps.server.errors import Fault, FaultError
from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal
from holdfast.search.suggest import judge, unchecked

__all__ = ["Documents", "MakeDocument"]

MakeDocument: TypeAlias = Callable[[DocumentPlace], LiveDocument]
_Put: TypeAlias = Callable[[Part], None]


class _Elsewhere:
    """A model that is asked in the server's own event loop, where its connections live."""

    def __init__(self, model: Suggests, loop: asyncio.AbstractEventLoop) -> None:
        self._model = model
        self._loop = loop

    async def suggest(
        self,
        goal: Goal,
        count: int,
        *,
        prefix: str = "",
        context: str = "",
        premises: tuple[str, ...] = (),
    ) -> Sequence[Proposal]:
        asked = self._model.suggest(goal, count, prefix=prefix, context=context, premises=premises)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._loop))


class Documents:
    """The documents used last, told apart by the key of their places; for one event loop."""

    def __init__(self, most: int) -> None:
        """Keep at most `most`; while all are in use, another one is refused."""
        self._kept = KeptFiles(most, strict=True)

    def __len__(self) -> int:
        return len(self._kept)

    async def suggest(
        self, ask: Ask, make: MakeDocument, model: Suggests | None
    ) -> AsyncGenerator[Part, None]:
        """The parts of an answer; `make` opens what is not kept.

        Ending the iteration early ends the work before its next step: to break off the one under way would
        cost the process that it runs in.
        """
        where = ask.place
        assert where is not None
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Part | None] = asyncio.Queue()
        elsewhere = None if model is None else _Elsewhere(model, loop)

        def put(part: Part) -> None:
            with contextlib.suppress(RuntimeError):  # the server's loop is closed: nobody listens
                loop.call_soon_threadsafe(parts.put_nowait, part)

        async def work(place: Place, turn: Turn) -> None:
            await _answer(ask, where, place, elsewhere, turn, put)

        source = Source(where.name, where.text)
        asked = self._kept.ask(
            where.key, lambda: aclosing(make(where)), source, where.offset, work, breakable=False
        )
        task = asyncio.create_task(asked)
        task.add_done_callback(lambda done: _end(parts, done))
        try:
            while (part := await parts.get()) is not None:
                yield part
            if task.cancelled():
                raise FaultError(Fault(503, "stopping", "the server is stopping", retry_after_s=5))
            await task
        finally:
            task.cancel()

    def tell(self, act: Callable[[LiveDocument], None]) -> None:
        """Have something done with each, in its thread; does not wait."""
        self._kept.tell(act)

    async def aclose(self) -> None:
        """End them all."""
        await self._kept.aclose()


def _end(parts: "asyncio.Queue[Part | None]", task: "asyncio.Task[None]") -> None:
    parts.put_nowait(None)
    if not task.cancelled():
        task.exception()  # whoever went away is not to be told of it


async def _answer(
    ask: Ask, where: DocumentPlace, place: Place, model: Suggests | None, turn: Turn, put: _Put
) -> None:
    put(GoalSeen(place.goal))
    advice = await advise(
        place.learner,
        model,
        place.goal,
        ask.count,
        prefix=ask.prefix,
        context=place.context,
        language=where.language,
        recall=place.recall,
    )
    for note in (*place.notes, *advice.notes):
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
        go_on=lambda: turn.goes_on() and time.monotonic() < deadline,
    )
    async for suggestion in judged:
        put(suggestion)
