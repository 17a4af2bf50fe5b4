"""What jobs say, as rows: written together a few times a second, read by whoever follows, from any number on.

A follower is told only what is stored, so nothing that was ever told can be lost.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from holdfast.apps.studio.database import Database, insert_new
from holdfast.apps.studio.records import ENDED, JobEvent
from holdfast.apps.studio.tables import EventRow, JobRow
from holdfast.apps.studio.words import clean
from holdfast.core.errors import StorageError

__all__ = ["Journal"]

_LOG = logging.getLogger(__name__)
_PAUSE_S = 0.07
"""Between two writes: what comes meanwhile is written together, some 14 times a second."""
_AGAIN_S = 0.5
"""Until a database that did not answer is tried again."""
_AT_ONCE = 500


@dataclass(slots=True, eq=False)
class _Open:
    """A job that still says something."""

    number: int = 0
    """The last number that was given out."""
    text: list[str] = field(default_factory=list)
    """All text so far."""
    before: int = 0
    """The number of what it said last when it was opened."""
    stored: list[JobEvent] = field(default_factory=list)
    """What is stored of what it said since then, so that followers need not ask the database."""


@dataclass(slots=True, eq=False)
class _Said:
    job: str
    number: int
    kind: str
    data: dict[str, Any]
    at: float


class Journal:
    """The events of all jobs; for one event loop. Enter it before use."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database
        self._open: dict[str, _Open] = {}
        self._waiting: list[_Said] = []
        self._writing = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._news: dict[str, asyncio.Event] = {}
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Journal":
        """Begin to write."""
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write what is left, as far as the database takes it."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])
        with contextlib.suppress(StorageError):
            await self._store()

    def open(self, job: str, *, after: int = 0) -> None:
        """Let a job speak; `after` is the number of what it said last."""
        self._open[job] = _Open(number=after, before=after)

    def say(self, job: str, kind: str, data: dict[str, Any]) -> None:
        """Note what a job says; it is stored a moment later. What comes after `close` is dropped."""
        speaker = self._open.get(job)
        if speaker is None:
            return
        speaker.number += 1
        self._waiting.append(_Said(job, speaker.number, kind, data, time.time()))
        self._dirty.set()

    def write(self, job: str, text: str) -> None:
        """Note a piece of text; pieces that come close together are one event."""
        speaker = self._open.get(job)
        if speaker is None or not text:
            return
        text = clean(text)
        speaker.text.append(text)
        for said in reversed(self._waiting):
            if said.job == job:
                if said.kind == "text":
                    said.data["text"] += text
                    return
                break
        self.say(job, "text", {"text": text})

    def text(self, job: str) -> str:
        """All text that a job wrote, until it is closed."""
        speaker = self._open.get(job)
        return "" if speaker is None else "".join(speaker.text)

    def forget(self, job: str) -> None:
        """Let the text so far be no part of `text`; the model begins again."""
        self._open[job].text.clear()

    async def flush(self) -> None:
        """Store all that was said so far. Raises StorageError."""
        while self._waiting:
            await self._store()

    def close(self, job: str) -> int:
        """Let a job say nothing more; the number of what it said last."""
        return self._open.pop(job, _Open()).number

    def tell(self, job: str) -> None:
        """Wake all who follow a job."""
        news = self._news.pop(job, None)
        if news is not None:
            news.set()

    async def follow(
        self, job: str, after: int = 0, *, beat_s: float = 15.0
    ) -> AsyncIterator[JobEvent | None]:
        """What a job said behind number `after`, as it is stored, until it has ended.

        None comes where nothing was said for `beat_s` seconds. Raises StorageError.
        """
        while True:
            news = self._news.setdefault(job, asyncio.Event())
            # Whoever leaves in the middle of a reading would take a connection with them.
            known = self._known(job, after)
            events, ended = known if known is not None else await asyncio.shield(self._read(job, after))
            for event in events:
                yield event
            if events:
                after = events[-1].number
                continue
            if ended:
                self.tell(job)  # nobody is left waiting for more
                return
            try:
                async with asyncio.timeout(beat_s):
                    await news.wait()
            except TimeoutError:
                yield None

    def _known(self, job: str, after: int) -> tuple[list[JobEvent], bool] | None:
        """What is known without the database of a job that goes on; None where that is not all."""
        speaker = self._open.get(job)
        if speaker is None or after < speaker.before:
            return None
        return speaker.stored[after - speaker.before :], False

    async def _read(self, job: str, after: int) -> tuple[list[JobEvent], bool]:
        asked = select(EventRow).where(EventRow.job_id == job, EventRow.number > after)
        asked = asked.order_by(EventRow.number).limit(_AT_ONCE)
        async with self._database.reading() as session:
            # The state goes first: whatever a job says before its end is stored before its state.
            state = await session.scalar(select(JobRow.state).where(JobRow.id == job))
            rows = await session.scalars(asked)
            found = [JobEvent(number=row.number, kind=row.kind, data=row.data, at=row.at) for row in rows]
        return found, state is None or state in ENDED

    async def _write(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                await self._store()
            except StorageError as error:
                _LOG.warning("what jobs say cannot be stored at present: %s", error)
                self._dirty.set()
                await asyncio.sleep(_AGAIN_S)
            await asyncio.sleep(_PAUSE_S)

    async def _store(self) -> None:
        async with self._writing:
            taken, self._waiting = self._waiting, []
            if not taken:
                return
            try:
                await self._put(taken)
            except BaseException:
                self._waiting = taken + self._waiting
                raise
            for said in taken:
                if said.job in self._open:
                    event = JobEvent(number=said.number, kind=said.kind, data=said.data, at=said.at)
                    self._open[said.job].stored.append(event)
            for job in {said.job for said in taken}:
                self.tell(job)

    async def _put(self, taken: Sequence[_Said]) -> None:
        rows = [
            {"job_id": said.job, "number": said.number, "kind": said.kind, "data": said.data, "at": said.at}
            for said in taken
        ]
        async with self._database.writing() as session:
            asked = select(JobRow.id).where(JobRow.id.in_({said.job for said in taken}))
            known = set(await session.scalars(asked))  # a job goes with its user or session
            kept = [row for row in rows if row["job_id"] in known]
            if kept:
                await session.execute(insert_new(session, EventRow).on_conflict_do_nothing(), kept)
