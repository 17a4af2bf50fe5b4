"""Turns: what was asked for, in branches, and what the model is shown of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.database import Database
from holdfast.apps.studio.errors import NotFoundError, TooManyError
from holdfast.apps.studio.records import Job, Turn
from holdfast.apps.studio.sessions import add_prompt, owned_session
from holdfast.apps.studio.tables import ContentRow, JobRow, SessionRow, TurnRow, VersionRow, new_id
from holdfast.apps.studio.versions import add_version, store_content
from holdfast.apps.studio.words import clean
from holdfast.coding.records import Answer, Request

__all__ = ["Begun", "Turns", "Wish", "job_record", "keep_answer", "new_job", "request_of"]

_MOST = 2_000
"""Turns that one session may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for in a turn."""

    prompt: str
    parent: str | None = None
    """The turn that it goes on from; None for the newest one behind the version that is worked on."""
    first: bool = False
    """Whether it goes on from no turn at all."""
    base: str | None = None
    """The version to change; None for the last good one."""
    model: str | None = None
    """None for the session's."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """How the job goes about it: tests, rounds of repair, number of answers."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn and the job that works on it."""

    turn: Turn
    job: Job


class Turns:
    """All turns of all sessions."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def get(self, owner: str, turn_id: str) -> Turn:
        """One turn. Raises NotFoundError."""
        async with self._database.reading() as session:
            return _record((await _owned(session, owner, turn_id))[0])

    async def find(self, owner: str, session_id: str) -> Sequence[Turn]:
        """Those of a session, the oldest first. Raises NotFoundError."""
        async with self._database.reading() as session:
            await owned_session(session, owner, session_id)
            return [_record(row) for row in await _all(session, session_id)]

    async def begin(self, owner: str, session_id: str, wish: Wish) -> Begun:
        """A turn, and a job for it that waits to be begun. Raises NotFoundError and TooManyError."""
        async with self._database.writing() as session:
            row = await owned_session(session, owner, session_id, lock=True)
            turns = {each.id: each for each in await _all(session, session_id)}
            if len(turns) >= _MOST:
                raise TooManyError(f"the session has {_MOST} turns: begin another one")
            head = None if row.head_id is None else await session.get(VersionRow, row.head_id)
            parent = None if wish.first else wish.parent or _newest(turns, head)
            if parent is not None and parent not in turns:
                raise NotFoundError(f"the session has no turn {parent[:40]}")
            base = await _base(session, row, _chain(turns, parent), head, wish.base)
            turn = TurnRow(
                id=new_id(), session_id=row.id, parent_id=parent, prompt=clean(wish.prompt),
                model=wish.model or row.model, language=row.language, base_id=base, version_id=None,
                job_id=None, refusal=None, partial=None, created=time.time(),
            )  # fmt: skip
            add_prompt(row, turn.prompt)
            session.add(turn)
            job = _job_for(session, owner, turn, dict(wish.options))
            return Begun(_record(turn), job_record(job))

    async def again(self, owner: str, turn_id: str) -> Begun:
        """One more job for a turn whose last one was broken off. Raises NotFoundError."""
        async with self._database.writing() as session:
            turn, _ = await _owned(session, owner, turn_id)
            last = None if turn.job_id is None else await session.get(JobRow, turn.job_id)
            job = _job_for(session, owner, turn, {} if last is None else last.request)
            return Begun(_record(turn), job_record(job))


def _job_for(session: AsyncSession, owner: str, turn: TurnRow, options: dict[str, Any]) -> JobRow:
    kind = "generate" if turn.base_id is None else "adjust"
    if options.get("count", 1) > 1:
        kind = "best"
    elif options.get("rounds"):
        kind = "repair"
    job = new_job(session, owner, kind, options, session_id=turn.session_id, turn_id=turn.id)
    turn.job_id = job.id
    return job


def new_job(
    session: AsyncSession,
    owner: str,
    kind: str,
    request: dict[str, Any],
    *,
    session_id: str | None = None,
    turn_id: str | None = None,
    version_id: str | None = None,
) -> JobRow:
    """A job that waits to be begun."""
    row = JobRow(
        id=new_id(), owner_id=owner, session_id=session_id, turn_id=turn_id, version_id=version_id, kind=kind,
        state="queued", request=request, result=None, error=None, created=time.time(), ended=None,
    )  # fmt: skip
    session.add(row)
    return row


async def _owned(session: AsyncSession, owner: str, turn_id: str) -> tuple[TurnRow, SessionRow]:
    asked = select(TurnRow, SessionRow).join(SessionRow, TurnRow.session_id == SessionRow.id)
    asked = asked.where(TurnRow.id == turn_id, SessionRow.owner_id == owner, SessionRow.deleted.is_(None))
    found = (await session.execute(asked)).first()
    if found is None:
        raise NotFoundError(f"there is no turn {turn_id[:40]}")
    return found


async def _all(session: AsyncSession, session_id: str) -> Sequence[TurnRow]:
    asked = select(TurnRow).where(TurnRow.session_id == session_id).order_by(TurnRow.id)
    return (await session.scalars(asked)).all()


def _newest(turns: Mapping[str, TurnRow], head: VersionRow | None) -> str | None:
    """The newest turn of the branch that the version worked on belongs to."""
    if head is None or head.turn_id is None:
        return max(turns, default=None)
    branch = {head.turn_id}
    for turn in turns.values():  # parents come before their children
        if turn.parent_id in branch:
            branch.add(turn.id)
    return max(branch)


def _chain(turns: Mapping[str, TurnRow], last: str | None) -> list[TurnRow]:
    """A turn and all before it, the first one first."""
    chain = []
    while last is not None:
        chain.append(turns[last])
        last = turns[last].parent_id
    return chain[::-1]


async def _base(
    session: AsyncSession,
    row: SessionRow,
    chain: Sequence[TurnRow],
    head: VersionRow | None,
    asked: str | None,
) -> str | None:
    """The version to change: the one asked for, else the one worked on, else the last good one before."""
    if asked is not None:
        found = await session.get(VersionRow, asked)
        if found is None or found.session_id != row.id:
            raise NotFoundError(f"the session has no version {asked[:40]}")
        return found.id
    before = {turn.id for turn in chain} | {None}
    if head is not None and head.good and head.turn_id in before:
        return head.id
    asked_for = select(VersionRow.id).where(VersionRow.session_id == row.id, VersionRow.good)
    asked_for = asked_for.where(VersionRow.turn_id.in_([turn.id for turn in chain]))
    return await session.scalar(asked_for.order_by(VersionRow.id.desc()).limit(1))


async def request_of(session: AsyncSession, turn_id: str) -> Request:
    """What the model is asked in a turn: the first prompt, all that was said since, and the base."""
    turn = await session.get(TurnRow, turn_id)
    assert turn is not None, "who asks has read it before"
    turns = {each.id: each for each in await _all(session, turn.session_id)}
    prompts = [each.prompt for each in _chain(turns, turn.id)]
    reference = None
    if turn.base_id is not None:
        asked = select(ContentRow.text).join(VersionRow, VersionRow.digest == ContentRow.digest)
        reference = await session.scalar(asked.where(VersionRow.id == turn.base_id))
    return Request(
        model=turn.model,
        language=turn.language,
        task=prompts[0],
        feedback=tuple(prompts[1:]),
        reference=reference,
    )


async def keep_answer(session: AsyncSession, turn_id: str, answer: Answer) -> VersionRow | None:
    """Keep what became of a turn; the version is worked on from now, unless the user went on meanwhile."""
    turn = await session.get(TurnRow, turn_id)
    assert turn is not None, "it is deleted with the job only"
    turn.partial = None
    turn.refusal = None if answer.refusal is None else clean(answer.refusal.message)
    if answer.refusal is not None or not answer.code:
        return None
    row = await session.get(SessionRow, turn.session_id, with_for_update=True)
    assert row is not None, "turns go with their session"
    digest = await store_content(session, answer.code)
    made = add_version(
        session, row, digest, origin="model", turn=turn.id, parent=turn.base_id, good=answer.good
    )
    made.language = turn.language
    turn.version_id = made.id
    if answer.good and (row.head_id is None or await _untouched(session, row.head_id, turn)):
        row.head_id = made.id
    return made


async def _untouched(session: AsyncSession, head_id: str, turn: TurnRow) -> bool:
    """Whether the version worked on is older than the turn: nobody edited, restored or got another since."""
    asked = select(func.count()).select_from(VersionRow)
    asked = asked.where(VersionRow.id == head_id, VersionRow.created <= turn.created)
    return bool(await session.scalar(asked))


def _record(row: TurnRow) -> Turn:
    return Turn(
        id=row.id, session=row.session_id, parent=row.parent_id, prompt=row.prompt, model=row.model,
        language=row.language, base=row.base_id, version=row.version_id, job=row.job_id, refusal=row.refusal,
        partial=row.partial, created=row.created,
    )  # fmt: skip


def job_record(row: JobRow) -> Job:
    """A job as it is told."""
    return Job.model_validate({
        "id": row.id, "kind": row.kind, "state": row.state, "session": row.session_id, "turn": row.turn_id,
        "version": row.version_id, "request": row.request, "result": row.result, "error": row.error,
        "created": row.created, "ended": row.ended,
    })  # fmt: skip
