"""Sessions: conversations about one program each, of one user each."""

import time
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.database import Database
from holdfast.apps.studio.errors import ConflictError, NotFoundError, TooManyError
from holdfast.apps.studio.records import Session
from holdfast.apps.studio.tables import JobRow, SessionRow, TurnRow, new_id
from holdfast.apps.studio.words import clean, fold

__all__ = ["Sessions", "add_prompt", "owned_session", "touch"]

_MOST = 10_000
"""Sessions that one user may have, deleted ones too."""
_UNTITLED = "New session"
_TITLE = 60


class Sessions:
    """All sessions; every question names whose they are, and others' are as if they were not there."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def create(self, owner: str, *, title: str, language: str, model: str) -> Session:
        """A blank session. Raises TooManyError."""
        now = time.time()
        row = SessionRow(
            id=new_id(), owner_id=owner, title=clean(title) or _UNTITLED, language=language, model=model,
            created=now, updated=now, deleted=None, revision=1, head_id=None, words=fold(title),
        )  # fmt: skip
        async with self._database.writing() as session:
            count = select(func.count()).select_from(SessionRow).where(SessionRow.owner_id == owner)
            if (await session.scalar(count) or 0) >= _MOST:
                raise TooManyError(f"there are {_MOST} sessions already: delete some")
            session.add(row)
        return _record(row)

    async def get(self, owner: str, session_id: str) -> Session:
        """One session, also when it was deleted. Raises NotFoundError."""
        async with self._database.reading() as session:
            return _record(await owned_session(session, owner, session_id, deleted=True))

    async def find(
        self, owner: str, *, words: str = "", deleted: bool = False, limit: int = 100, offset: int = 0
    ) -> Sequence[Session]:
        """Those whose title or prompts hold every word of `words`, the one changed last first."""
        asked = select(SessionRow).where(SessionRow.owner_id == owner)
        asked = asked.where(SessionRow.deleted.is_not(None) if deleted else SessionRow.deleted.is_(None))
        for word in fold(words).split()[:16]:
            asked = asked.where(SessionRow.words.contains(word, autoescape=True))
        asked = asked.order_by(SessionRow.updated.desc(), SessionRow.id.desc()).limit(limit).offset(offset)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(asked)]

    async def change(
        self, owner: str, session_id: str, changes: dict[str, str], *, revision: int | None = None
    ) -> Session:
        """Change `title`, `language` or `model`.

        Raises NotFoundError, and ConflictError where `revision` is not the session's.
        """
        async with self._database.writing() as session:
            row = await owned_session(session, owner, session_id, lock=True)
            if revision is not None and row.revision != revision:
                raise ConflictError("the session was changed meanwhile")
            for name, value in changes.items():
                setattr(row, name, clean(value))
            prompts = await session.scalars(select(TurnRow.prompt).where(TurnRow.session_id == row.id))
            row.words = fold("\n".join((row.title, *prompts)))
            touch(row)
            return _record(row)

    async def delete(self, owner: str, session_id: str) -> Session:
        """Delete; `restore` undoes it. What was deleted already stays so. Raises NotFoundError."""
        return await self._mark(owner, session_id, deleted=time.time())

    async def restore(self, owner: str, session_id: str) -> Session:
        """Undo a deletion. Raises NotFoundError."""
        return await self._mark(owner, session_id, deleted=None)

    async def _mark(self, owner: str, session_id: str, *, deleted: float | None) -> Session:
        async with self._database.writing() as session:
            row = await owned_session(session, owner, session_id, deleted=True, lock=True)
            if (row.deleted is None) != (deleted is None):
                row.deleted = deleted
                row.revision += 1
            return _record(row)

    async def running(self, session_id: str) -> Sequence[str]:
        """The jobs of a session that have not ended."""
        asked = select(JobRow.id).where(JobRow.session_id == session_id, JobRow.ended.is_(None))
        async with self._database.reading() as session:
            return list(await session.scalars(asked))

    async def sweep(self, before: float) -> None:
        """Remove for good what was deleted before that time."""
        async with self._database.writing() as session:
            await session.execute(delete(SessionRow).where(SessionRow.deleted < before))


async def owned_session(
    session: AsyncSession, owner: str, session_id: str, *, deleted: bool = False, lock: bool = False
) -> SessionRow:
    """The row of a session. Raises NotFoundError.

    Args:
        session: the transaction.
        owner: whose it has to be.
        session_id: which.
        deleted: whether one that was deleted counts.
        lock: whether others wait who want to change it, until the transaction ends.
    """
    asked = select(SessionRow).where(SessionRow.id == session_id, SessionRow.owner_id == owner)
    row = await session.scalar(asked.with_for_update() if lock else asked)
    if row is None or (row.deleted is not None and not deleted):
        raise NotFoundError(f"there is no session {session_id[:40]}")
    return row


def add_prompt(row: SessionRow, prompt: str) -> None:
    """Let the session be found by a prompt, and name it after its first one."""
    if row.title == _UNTITLED:
        row.title = " ".join(prompt.split())[:_TITLE] or _UNTITLED
        row.words = fold(row.title)
    row.words = f"{row.words}\n{fold(prompt)}"
    touch(row)


def touch(row: SessionRow) -> None:
    """Note that it was changed."""
    row.updated = time.time()
    row.revision += 1


def _record(row: SessionRow) -> Session:
    return Session(
        id=row.id, title=row.title, language=row.language, model=row.model, created=row.created,
        updated=row.updated, deleted=row.deleted, revision=row.revision, head=row.head_id,
    )  # fmt: skip
