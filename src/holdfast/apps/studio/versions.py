"""Versions: programs by their content, never changed, and what lies between two of them."""

import difflib
import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.database import Database, insert_new
from holdfast.apps.studio.errors import ConflictError, NotFoundError
from holdfast.apps.studio.records import Change, Diff, Version, VersionLine
from holdfast.apps.studio.sessions import owned_session, touch
from holdfast.apps.studio.tables import ContentRow, SessionRow, SnippetRow, VersionRow, new_id
from holdfast.apps.studio.words import clean

__all__ = ["Versions", "add_version", "compare", "store_content", "store_contents"]


class Versions:
    """All versions of all sessions."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def get(self, owner: str, version_id: str) -> Version:
        """One version. Raises NotFoundError."""
        async with self._database.reading() as session:
            row = await _owned(session, owner, version_id)
            return _record(row, await _text(session, row.digest))

    async def find(self, owner: str, session_id: str) -> Sequence[Version]:
        """Those of a session, the oldest first. Raises NotFoundError."""
        async with self._database.reading() as session:
            await owned_session(session, owner, session_id)
            asked = select(VersionRow, ContentRow.text).join(
                ContentRow, VersionRow.digest == ContentRow.digest
            )
            asked = asked.where(VersionRow.session_id == session_id).order_by(VersionRow.id)
            return [_record(row, text) for row, text in await session.execute(asked)]

    async def find_lines(self, owner: str, session_id: str) -> Sequence[VersionLine]:
        """Those of a session without their programs, the oldest first. Raises NotFoundError."""
        lines = func.length(ContentRow.text) - func.length(func.replace(ContentRow.text, "\n", "")) + 1
        async with self._database.reading() as session:
            await owned_session(session, owner, session_id)
            asked = select(VersionRow, lines).join(ContentRow, VersionRow.digest == ContentRow.digest)
            asked = asked.where(VersionRow.session_id == session_id).order_by(VersionRow.id)
            found = await session.execute(asked)
            return [VersionLine.model_validate({**_fields(row), "lines": count}) for row, count in found]

    async def sweep(self) -> None:
        """Remove texts that no version and no snippet has any more.

        Only while nothing else is done with the database: a text that is just being kept once more may go.
        """
        used = select(VersionRow.digest).union(select(SnippetRow.digest))
        async with self._database.writing() as session:
            await session.execute(delete(ContentRow).where(ContentRow.digest.not_in(used)))

    async def save(self, owner: str, session_id: str, code: str, *, base: str | None) -> Version:
        """What the user wrote, as the version that is worked on; the same text makes no new one.

        `base` is the version that was edited. Raises NotFoundError, and ConflictError where another one is
        worked on by now.
        """
        async with self._database.writing() as session:
            row = await owned_session(session, owner, session_id, lock=True)
            head = await _head(session, row, base)
            digest = await store_content(session, code)
            if head is not None and head.digest == digest:
                return _record(head, clean(code))
            made = add_version(
                session, row, digest, origin="user", turn=None if head is None else head.turn_id, parent=base
            )
            row.head_id = made.id
            return _record(made, clean(code))

    async def restore(self, owner: str, version_id: str, *, base: str | None) -> Version:
        """Work on an earlier version again: it comes once more, as the newest one.

        `base` is the version worked on so far. Raises as `save` does.
        """
        async with self._database.writing() as session:
            old = await _owned(session, owner, version_id)
            row = await owned_session(session, owner, old.session_id, lock=True)
            await _head(session, row, base)
            made = add_version(
                session, row, old.digest, origin="restored", turn=old.turn_id, parent=old.id, good=old.good
            )
            made.language = old.language
            row.head_id = made.id
            return _record(made, await _text(session, old.digest))


async def _owned(session: AsyncSession, owner: str, version_id: str) -> VersionRow:
    asked = select(VersionRow).join(SessionRow, VersionRow.session_id == SessionRow.id)
    asked = asked.where(VersionRow.id == version_id, SessionRow.owner_id == owner)
    row = await session.scalar(asked.where(SessionRow.deleted.is_(None)))
    if row is None:
        raise NotFoundError(f"there is no version {version_id[:40]}")
    return row


async def _head(session: AsyncSession, row: SessionRow, base: str | None) -> VersionRow | None:
    if row.head_id != base:
        raise ConflictError("another version is worked on by now")
    return None if base is None else await session.get(VersionRow, base)


async def _text(session: AsyncSession, digest: str) -> str:
    found = await session.get(ContentRow, digest)
    assert found is not None, "a foreign key holds this"
    return found.text


async def store_content(session: AsyncSession, text: str) -> str:
    """Keep a text, once; its SHA-256."""
    return (await store_contents(session, [text]))[0]


async def store_contents(session: AsyncSession, texts: Sequence[str]) -> Sequence[str]:
    """Keep texts, each once; their SHA-256, in the same order."""
    kept = [clean(text) for text in texts]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in kept]
    # In one order, or two who keep the same texts could wait for each other.
    rows = [{"digest": digest, "text": text} for digest, text in sorted(zip(digests, kept, strict=True))]
    if rows:
        await session.execute(insert_new(session, ContentRow).on_conflict_do_nothing(), rows)
    return digests


def add_version(
    session: AsyncSession,
    row: SessionRow,
    digest: str,
    *,
    origin: str,
    turn: str | None,
    parent: str | None,
    good: bool = True,
) -> VersionRow:
    """A version of a session, not yet the one that is worked on."""
    made = VersionRow(
        id=new_id(), session_id=row.id, turn_id=turn, parent_id=parent, digest=digest, origin=origin,
        language=row.language, good=good, created=time.time(),
    )  # fmt: skip
    session.add(made)
    touch(row)
    return made


def _record(row: VersionRow, text: str) -> Version:
    return Version.model_validate({**_fields(row), "lines": text.count("\n") + 1, "code": text})


def _fields(row: VersionRow) -> dict[str, Any]:
    return {
        "id": row.id, "session": row.session_id, "turn": row.turn_id, "parent": row.parent_id,
        "digest": row.digest, "origin": row.origin, "language": row.language, "good": row.good,
        "created": row.created,
    }  # fmt: skip


def compare(old: Version, new: Version) -> Diff:
    """What changed between two versions, line by line."""
    before, after = old.code.splitlines(), new.code.splitlines()
    changes = tuple(_changes(before, after))
    unified = difflib.unified_diff(before, after, old.id, new.id, lineterm="")
    return Diff(
        old=old.id,
        new=new.id,
        added=sum(each.kind == "added" for each in changes),
        removed=sum(each.kind == "removed" for each in changes),
        unified="\n".join(unified),
        changes=changes,
    )


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            for step in range(old_to - old_from):
                old, new = old_from + step, new_from + step
                yield Change(kind="same", text=before[old], old_line=old + 1, new_line=new + 1)
            continue
        for number in range(old_from, old_to):
            yield Change(kind="removed", text=before[number], old_line=number + 1)
        for number in range(new_from, new_to):
            yield Change(kind="added", text=after[number], new_line=number + 1)
