"""Does jobs, side by side, whoever listens: what they say goes to the journal, how they end into their rows.

A job belongs to the server and not to the request that began it. When the server ends in the middle of one,
the next start finds it running in the database, and calls it interrupted; what it had written is kept.
"""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.acts import Done, act, is_new_answer
from holdfast.apps.studio.database import Database, passes
from holdfast.apps.studio.errors import NotFoundError, TooManyError, fault_of
from holdfast.apps.studio.journal import Journal
from holdfast.apps.studio.lanes import Lane
from holdfast.apps.studio.records import ENDED, Job, JobKind
from holdfast.apps.studio.tables import EventRow, JobRow, SessionRow, TurnRow
from holdfast.apps.studio.turns import job_record, new_job
from holdfast.coding.workshop import Workshop
from holdfast.core.errors import StorageError

__all__ = ["Runner", "RunnerSettings"]

_LOG = logging.getLogger(__name__)
_AGAIN_S = 0.5
_LAST = ("result", "error", "end")
"""The kinds of what a job says when it ends."""
_How = Literal["done", "failed", "stopped", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """How much goes on at the same time."""

    answers: int = 64
    """Jobs that ask models."""
    programs: int = max(1, (os.cpu_count() or 2))
    """Jobs that run programs."""
    of_one_user: int = 100
    """Jobs of one user that have not ended; more are refused."""
    limit_s: float = 3600.0
    """Longest time for a job."""


class Runner:
    """All jobs of this server; for one event loop."""

    def __init__(
        self, database: Database, journal: Journal, workshop: Workshop, settings: RunnerSettings | None = None
    ) -> None:
        """Begin nothing yet."""
        self._database = database
        self._journal = journal
        self._workshop = workshop
        self._settings = settings or RunnerSettings()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()
        self._closing = False
        self._answers = Lane(self._settings.answers, self._tell_place)
        self._programs = Lane(self._settings.programs, self._tell_place)

    async def recover(self) -> int:
        """Call interrupted what an earlier server was in the middle of; how many jobs that were."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(JobRow).where(JobRow.ended.is_(None)))).all()
            jobs = [job_record(row) for row in rows]
        for job in jobs:
            async with self._database.reading() as session:
                asked = select(EventRow).where(EventRow.job_id == job.id).order_by(EventRow.number)
                events = (await session.scalars(asked)).all()
            self._journal.open(job.id, after=events[-1].number if events else 0)
            written = ""
            for each in events:
                if each.kind == "text":
                    written += each.data["text"]
                elif is_new_answer(each.kind, each.data):
                    written = ""
            await self._end(job, "interrupted", written, None, None)
        return len(jobs)

    async def check_room(self, owner: str) -> None:
        """Raise TooManyError where the user has too much under way."""
        asked = select(func.count()).select_from(JobRow)
        asked = asked.where(JobRow.owner_id == owner, JobRow.ended.is_(None))
        async with self._database.reading() as session:
            if (await session.scalar(asked) or 0) >= self._settings.of_one_user:
                raise TooManyError(f"{self._settings.of_one_user} jobs are under way")

    def begin(self, job: Job) -> None:
        """Do a job that stands in the database, beside everything else."""
        self._journal.open(job.id)
        self._journal.say(job.id, "state", {"state": "queued"})
        task = asyncio.create_task(self._do(job))
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

    async def add(
        self, owner: str, kind: str, request: dict[str, Any], *, session_id: str | None = None,
        version_id: str | None = None,
    ) -> Job:  # fmt: skip
        """A new job that belongs to no turn, begun."""
        await self.check_room(owner)
        async with self._database.writing() as session:
            made = new_job(session, owner, kind, request, session_id=session_id, version_id=version_id)
            job = job_record(made)
        self.begin(job)
        return job

    async def get(self, owner: str, job_id: str) -> Job:
        """One job. Raises NotFoundError."""
        async with self._database.reading() as session:
            row = await session.scalar(_owned(owner).where(JobRow.id == job_id))
            if row is None:
                raise NotFoundError(f"there is no job {job_id[:40]}")
            return self._placed(job_record(row))

    async def find(
        self, owner: str, *, session_id: str | None = None, kind: str | None = None, limit: int = 100
    ) -> Sequence[Job]:
        """The newest jobs first."""
        asked = _owned(owner)
        if session_id is not None:
            asked = asked.where(JobRow.session_id == session_id)
        if kind is not None:
            asked = asked.where(JobRow.kind == kind)
        async with self._database.reading() as session:
            rows = await session.scalars(asked.order_by(JobRow.id.desc()).limit(limit))
            return [self._placed(job_record(row)) for row in rows]

    async def stop(self, owner: str, job_id: str) -> Job:
        """End a job and keep what it wrote; one that has ended stays as it is. Raises NotFoundError."""
        await self.get(owner, job_id)
        await self.end([job_id])
        return await self.get(owner, job_id)

    async def end(self, job_ids: Sequence[str]) -> None:
        """End jobs, whosever they are, and wait until that is stored."""
        tasks = {each: self._tasks[each] for each in job_ids if each in self._tasks}
        for job_id, task in tasks.items():
            self._stopped.add(job_id)
            task.cancel()
        if tasks:
            await asyncio.wait(tasks.values())

    async def sweep(self, before: float) -> None:
        """Remove for good what ended before that time: jobs of no session, and of others what they said.

        Their results stay, and their ends, which tell whoever follows that nothing more comes.
        """
        async with self._database.writing() as session:
            gone = delete(JobRow).where(JobRow.session_id.is_(None), JobRow.ended < before)
            await session.execute(gone)
            old = select(JobRow.id).where(JobRow.ended < before)
            said = delete(EventRow).where(EventRow.job_id.in_(old), EventRow.kind.not_in(_LAST))
            await session.execute(said)

    async def wait(self, job_id: str) -> None:
        """Wait until a job that this server does has ended and that is stored; giving up does not end it."""
        task = self._tasks.get(job_id)
        if task is not None:
            await asyncio.wait([task])

    async def aclose(self) -> None:
        """Interrupt all jobs, so that they can be gone on with after the next start."""
        self._closing = True
        for task in list(self._tasks.values()):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    async def _do(self, job: Job) -> None:
        done: Done | None = None
        error: Exception | None = None
        how: _How = "done"
        try:
            async with asyncio.timeout(self._settings.limit_s), self._lane(job.kind).turn(job.id):
                # To be stopped in the middle of it would take a connection with it.
                await asyncio.shield(self._begun(job))
                self._journal.say(job.id, "state", {"state": "running"})
                done = await act(self._workshop, self._database, job, self._sayer(job))
        except asyncio.CancelledError:
            how = "stopped" if job.id in self._stopped else "interrupted"
        except Exception as raised:  # noqa: BLE001 - whatever it is, the job is told of it
            how, error = "failed", raised
        finally:
            self._stopped.discard(job.id)
        # From here on nothing ends the task but the database: how a job ended is not to be lost.
        ending = asyncio.ensure_future(self._end(job, how, self._journal.text(job.id), done, error))
        while not ending.done():
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                continue

    def _lane(self, kind: JobKind) -> Lane:
        return self._programs if kind in {"run", "test"} else self._answers

    def _tell_place(self, job: str, place: int) -> None:
        self._journal.say(job, "state", {"state": "queued", "place": place})

    def _placed(self, job: Job) -> Job:
        """The job, with how many are before it."""
        place = self._lane(job.kind).place(job.id) if job.state == "queued" else None
        return job if place is None else job.model_copy(update={"place": place})

    def _sayer(self, job: Job) -> Callable[[str, dict[str, Any]], None]:
        def say(kind: str, data: dict[str, Any]) -> None:
            if kind == "text":
                self._journal.write(job.id, data["text"])
            else:
                self._journal.say(job.id, kind, data)
                if is_new_answer(kind, data):
                    self._journal.forget(job.id)

        return say

    async def _begun(self, job: Job) -> None:
        waits = (JobRow.id == job.id, JobRow.state == "queued")  # it may have been stopped meanwhile
        async with self._database.writing() as session:
            await session.execute(update(JobRow).where(*waits).values(state="running"))

    async def _end(
        self, job: Job, how: _How, written: str, done: Done | None, error: Exception | None
    ) -> None:
        fault = None if error is None else _told(job, error)

        async def store(session: AsyncSession) -> None:
            result = None if done is None else await done.keep(session, job)
            row = await session.get(JobRow, job.id)
            if row is None or row.state in ENDED:  # its user is gone, or an answer of the database was lost
                return
            row.state, row.result, row.error, row.ended = how, result, fault, time.time()
            await session.execute(insert(EventRow), _endings(job.id, last, how, result, fault))
            if how != "done" and written and job.turn is not None:
                await session.execute(update(TurnRow).where(TurnRow.id == job.turn).values(partial=written))

        await self._insist(self._journal.flush)
        last = self._journal.close(job.id)
        await self._insist(lambda: self._stored(store))
        self._journal.tell(job.id)

    async def _stored(self, store: Callable[[AsyncSession], Awaitable[None]]) -> None:
        async with self._database.writing() as session:
            await store(session)

    async def _insist(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it as often as it takes until the database answers; once where the server is ending."""
        while True:
            try:
                await act()
            except StorageError as error:
                if self._closing or not passes(error):
                    _LOG.exception("how a job ended cannot be stored")
                    return
                await asyncio.sleep(_AGAIN_S)
            else:
                return


def _told(job: Job, error: Exception) -> dict[str, Any]:
    fault = fault_of(error)
    return {"status": fault.status, **fault.body().model_dump(), "job": job.id}


def _owned(owner: str) -> Any:  # noqa: ANN401 - a statement whose type says nothing more
    """Jobs of a user whose session, where they have one, is there."""
    gone = select(SessionRow.id).where(SessionRow.deleted.is_not(None), SessionRow.owner_id == owner)
    asked = select(JobRow).where(JobRow.owner_id == owner)
    return asked.where(JobRow.session_id.is_(None) | JobRow.session_id.not_in(gone))


def _endings(
    job: str, last: int, how: _How, result: Mapping[str, Any] | None, fault: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """What a job says behind number `last`, as rows."""
    endings: list[tuple[str, dict[str, Any]]] = []
    if result is not None:
        endings.append(("result", dict(result)))
    if fault is not None:
        endings.append(("error", dict(fault)))
    endings.append(("end", {"state": how}))
    now = time.time()
    return [
        {"job_id": job, "number": number, "kind": kind, "data": data, "at": now}
        for number, (kind, data) in enumerate(endings, last + 1)
    ]
