"""Files that stay read: whose turn it is, what is dropped, what is read on."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from holdfast.apps.kept import InUseError, KeptFiles, StillReadingError, Turn
from holdfast.apps.live import LiveDocument, NoGoalError, Place
from holdfast.checkers.toy.checker import ToyChecker
from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.core.trajectories import Observed

SOURCE = Source("a.toy", "theorem a : A -> A. admitted.\n")


@dataclass
class Shelf:
    """Toy documents, counted; reading one waits until it is let."""

    opened: int = 0
    closed: int = 0
    read: int = 0
    reading: threading.Event = field(default_factory=threading.Event)
    let: threading.Event = field(default_factory=threading.Event)
    taught: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[LiveDocument]:
        self.opened += 1
        try:
            yield _Document(self)
        finally:
            self.closed += 1


class _Document:
    language = "rocq"

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def at(self, source: Source, offset: int) -> Place:
        self._shelf.reading.set()
        await asyncio.to_thread(self._shelf.let.wait)
        self._shelf.read += 1
        if offset < 0:
            raise NoGoalError("nothing is here", file=source.name)
        checker = ToyChecker()
        async with checker.open(source) as reader:
            session = await reader.enter(checker.holes(source)[0])
            return Place(session, session.root, None, "")

    def teach(self, item: Observed) -> None:
        self._shelf.taught.append(item.step)

    def forget_learner(self) -> None: ...

    async def aclose(self) -> None: ...


async def _conclusion(place: Place, turn: Turn) -> str:
    assert turn.reached
    return place.goal.subgoals[0].conclusion


async def _asked(kept: KeptFiles, shelf: Shelf, key: str = "a", offset: int = 0, limit_s: float = 200) -> str:
    return await kept.ask(key, shelf.open, SOURCE, offset, _conclusion, limit_s=limit_s)


@pytest.mark.asyncio
async def test_questions_about_a_file_take_turns_and_it_stays_open() -> None:
    shelf, kept = Shelf(), KeptFiles(2)
    shelf.let.set()
    asked = [asyncio.create_task(_asked(kept, shelf)) for _ in range(3)]
    assert len({await each for each in asked}) == 1
    with pytest.raises(NoGoalError):
        await _asked(kept, shelf, offset=-1)
    assert (shelf.opened, shelf.read, shelf.closed) == (1, 4, 0)
    await kept.aclose()
    assert shelf.closed == 1


@pytest.mark.asyncio
async def test_what_is_read_too_slowly_is_read_on() -> None:
    shelf, kept = Shelf(), KeptFiles(2)
    limit_s = 0.01
    while not shelf.reading.is_set():  # who leaves before the reading has begun is not read for
        limit_s *= 2
        with pytest.raises(StillReadingError):
            await _asked(kept, shelf, limit_s=limit_s)
    shelf.let.set()
    assert await _asked(kept, shelf)
    assert (shelf.opened, shelf.read) == (1, 2)
    await kept.aclose()


@pytest.mark.asyncio
async def test_who_leaves_while_a_file_is_read_has_it_closed() -> None:
    shelf, kept = Shelf(), KeptFiles(2)
    leaving = asyncio.create_task(_asked(kept, shelf))
    await asyncio.to_thread(shelf.reading.wait)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert len(kept) == 0
    shelf.let.set()
    assert await _asked(kept, shelf)
    await kept.aclose()
    assert (shelf.opened, shelf.closed) == (2, 2)


@pytest.mark.asyncio
async def test_a_file_is_read_on_for_the_next_who_asks_where_that_is_wanted() -> None:
    shelf, kept = Shelf(), KeptFiles(2)
    for _ in range(3):
        asked = kept.ask("a", shelf.open, SOURCE, 0, _conclusion, limit_s=200, breakable=False)
        leaving = asyncio.create_task(asked)
        await asyncio.to_thread(shelf.reading.wait)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
    shelf.let.set()
    assert await _asked(kept, shelf)
    # The first was being read already; the two behind it had not begun when they were given up.
    assert (shelf.opened, shelf.read) == (1, 2)
    await kept.aclose()


@pytest.mark.asyncio
async def test_the_file_unused_for_longest_makes_room() -> None:
    shelf, kept = Shelf(), KeptFiles(2)
    shelf.let.set()
    for key in ("a", "b", "a", "c", "a"):
        assert await _asked(kept, shelf, key)
    assert (len(kept), shelf.opened) == (2, 3)
    await kept.aclose()
    assert shelf.closed == 3


@pytest.mark.asyncio
async def test_where_there_is_no_room_a_question_is_refused_until_a_file_is_free() -> None:
    shelf, kept = Shelf(), KeptFiles(1, strict=True)
    asked = asyncio.create_task(_asked(kept, shelf))
    await asyncio.to_thread(shelf.reading.wait)
    with pytest.raises(InUseError, match="all 1 documents"):
        await _asked(kept, shelf, "b")
    shelf.let.set()
    assert await asked
    assert await _asked(kept, shelf, "b")
    await kept.aclose()
    assert (shelf.opened, shelf.closed) == (2, 2)


@pytest.mark.asyncio
async def test_what_is_told_reaches_each_open_file_before_its_next_question() -> None:
    shelf, kept = Shelf(), KeptFiles(2)
    shelf.let.set()
    for key in ("a", "b"):
        await _asked(kept, shelf, key)
    kept.tell(lambda document: document.teach(Observed("a", Goal(()), "easy")))
    for key in ("a", "b"):
        await _asked(kept, shelf, key)
    assert shelf.taught == ["easy", "easy"]
    await kept.aclose()
