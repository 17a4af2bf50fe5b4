"""The library: programs worth keeping, found by title, tags and words, with where they come from."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.database import Database
from holdfast.apps.studio.errors import ConflictError, NotFoundError, TooManyError
from holdfast.apps.studio.records import Snippet
from holdfast.apps.studio.tables import ContentRow, SnippetRow, TagRow, new_id
from holdfast.apps.studio.versions import store_contents
from holdfast.apps.studio.words import clean, forget_words, has_words, store_words

__all__ = ["Asked", "NewSnippet", "Snippets"]

_MOST = 20_000
"""Snippets that one user may have, deleted ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSnippet:
    """A program to keep."""

    title: str
    language: str
    code: str
    tags: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    created: float | None = None
    """When it was first kept, for one that comes from elsewhere; None for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which snippets are looked for; all conditions hold."""

    words: str = ""
    """Each is the beginning of a word in the title, the tags, the program or its prompts."""
    tag: str | None = None
    language: str | None = None
    deleted: bool = False
    limit: int = 100
    offset: int = 0


class Snippets:
    """All snippets; every question names whose they are, and others' are as if they were not there."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def add(self, owner: str, new: Sequence[NewSnippet]) -> Sequence[Snippet]:
        """Keep all of them, or none. Raises TooManyError."""
        async with self._database.writing() as session:
            count = select(func.count()).select_from(SnippetRow).where(SnippetRow.owner_id == owner)
            if (await session.scalar(count) or 0) + len(new) > _MOST:
                raise TooManyError(f"no more than {_MOST} snippets are kept: delete some")
            return await _add(session, owner, new)

    async def get(self, owner: str, snippet_id: str) -> Snippet:
        """One snippet, also when it was deleted. Raises NotFoundError."""
        async with self._database.reading() as session:
            return await _record(session, await _owned(session, owner, snippet_id, deleted=True))

    async def shared(self, key: str) -> Snippet:
        """The snippet of a public page. Raises NotFoundError."""
        asked = select(SnippetRow).where(SnippetRow.share == key, SnippetRow.deleted.is_(None))
        async with self._database.reading() as session:
            row = await session.scalar(asked)
            if row is None:
                raise NotFoundError("there is no such page")
            return await _record(session, row)

    async def find(self, owner: str, asked: Asked) -> Sequence[Snippet]:
        """Those that were asked for, the one changed last first."""
        async with self._database.reading() as session:
            chosen = select(SnippetRow).where(SnippetRow.owner_id == owner)
            chosen = chosen.where(
                SnippetRow.deleted.is_not(None) if asked.deleted else SnippetRow.deleted.is_(None)
            )
            if asked.language is not None:
                chosen = chosen.where(SnippetRow.language == asked.language)
            if asked.tag is not None:
                tagged = select(TagRow.snippet_id).where(TagRow.tag == clean(asked.tag))
                chosen = chosen.where(SnippetRow.id.in_(tagged))
            condition = has_words(session, asked.words)
            if condition is not None:
                chosen = chosen.where(condition)
            chosen = chosen.order_by(SnippetRow.updated.desc(), SnippetRow.id.desc())
            rows = (await session.scalars(chosen.limit(asked.limit).offset(asked.offset))).all()
            return await _records(session, rows)

    async def tags(self, owner: str) -> dict[str, int]:
        """All tags in use, and how many snippets have each."""
        asked = select(TagRow.tag, func.count()).join(SnippetRow, TagRow.snippet_id == SnippetRow.id)
        asked = asked.where(SnippetRow.owner_id == owner, SnippetRow.deleted.is_(None))
        async with self._database.reading() as session:
            found = await session.execute(asked.group_by(TagRow.tag))
            return dict(sorted(found.all()))

    async def change(
        self,
        owner: str,
        snippet_id: str,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        revision: int | None = None,
    ) -> Snippet:
        """Change the title, the tags.

        Raises NotFoundError, and ConflictError where `revision` is not the snippet's.
        """
        async with self._database.writing() as session:
            row = await _owned(session, owner, snippet_id, lock=True)
            if revision is not None and row.revision != revision:
                raise ConflictError("the snippet was changed meanwhile")
            if title is not None:
                row.title = clean(title)
            if tags is not None:
                await _set_tags(session, row.id, tags)
            _touch(row)
            await session.flush()
            snippet = await _record(session, row)
            await store_words(session, {snippet.id: _texts(snippet)})
            return snippet

    async def share(self, owner: str, snippet_id: str, *, shared: bool) -> Snippet:
        """Give it a public page at an address that nobody can guess, or take that away."""
        async with self._database.writing() as session:
            row = await _owned(session, owner, snippet_id, lock=True)
            row.share = (row.share or secrets.token_urlsafe(18)) if shared else None
            _touch(row)
            return await _record(session, row)

    async def delete(self, owner: str, snippet_id: str) -> Snippet:
        """Delete; `restore` undoes it. Its public page is gone at once. Raises NotFoundError."""
        return await self._mark(owner, snippet_id, deleted=time.time())

    async def restore(self, owner: str, snippet_id: str) -> Snippet:
        """Undo a deletion. Raises NotFoundError."""
        return await self._mark(owner, snippet_id, deleted=None)

    async def _mark(self, owner: str, snippet_id: str, *, deleted: float | None) -> Snippet:
        async with self._database.writing() as session:
            row = await _owned(session, owner, snippet_id, deleted=True, lock=True)
            if (row.deleted is None) != (deleted is None):
                row.deleted = deleted
                row.revision += 1
            return await _record(session, row)

    async def sweep(self, before: float) -> None:
        """Remove for good what was deleted before that time."""
        async with self._database.writing() as session:
            gone = await session.scalars(select(SnippetRow.id).where(SnippetRow.deleted < before))
            for each in gone.all():
                await forget_words(session, each)
                await session.execute(delete(SnippetRow).where(SnippetRow.id == each))


async def _add(session: AsyncSession, owner: str, new: Sequence[NewSnippet]) -> Sequence[Snippet]:
    """Keep all of them, in few statements: an import has thousands, and others wait for it."""
    now = time.time()
    digests = await store_contents(session, [each.code for each in new])
    made = []
    for each, digest in zip(new, digests, strict=True):
        row = SnippetRow(
            id=new_id(), owner_id=owner, title=clean(each.title), language=each.language, digest=digest,
            provenance=each.provenance, created=now if each.created is None else each.created, updated=now,
            deleted=None, revision=1, share=None,
        )  # fmt: skip
        session.add(row)
        made.append(_told(row, clean(each.code), _tags(each.tags)))
    await session.flush()
    session.add_all(TagRow(snippet_id=each.id, tag=tag) for each in made for tag in each.tags)
    await session.flush()
    await store_words(session, {each.id: _texts(each) for each in made})
    return made


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Each once, without white space around it, and never empty."""
    return tuple(sorted({" ".join(clean(tag).split()) for tag in tags} - {""}))


def _texts(snippet: Snippet) -> tuple[str, ...]:
    """What a snippet is found by."""
    prompts = snippet.provenance.get("prompts")
    told = [str(each) for each in prompts] if isinstance(prompts, list) else []
    return (snippet.title, *snippet.tags, snippet.code, *told)


async def _set_tags(session: AsyncSession, snippet_id: str, tags: Sequence[str]) -> None:
    await session.execute(delete(TagRow).where(TagRow.snippet_id == snippet_id))
    session.add_all(TagRow(snippet_id=snippet_id, tag=tag) for tag in _tags(tags))
    await session.flush()


async def _owned(
    session: AsyncSession, owner: str, snippet_id: str, *, deleted: bool = False, lock: bool = False
) -> SnippetRow:
    asked = select(SnippetRow).where(SnippetRow.id == snippet_id, SnippetRow.owner_id == owner)
    row = await session.scalar(asked.with_for_update() if lock else asked)
    if row is None or (row.deleted is not None and not deleted):
        raise NotFoundError(f"there is no snippet {snippet_id[:40]}")
    return row


def _touch(row: SnippetRow) -> None:
    row.updated = time.time()
    row.revision += 1


async def _record(session: AsyncSession, row: SnippetRow) -> Snippet:
    return (await _records(session, [row]))[0]


async def _records(session: AsyncSession, rows: Sequence[SnippetRow]) -> list[Snippet]:
    ids = [row.id for row in rows]
    tags: dict[str, list[str]] = {each: [] for each in ids}
    asked = select(TagRow.snippet_id, TagRow.tag).where(TagRow.snippet_id.in_(ids))
    for snippet_id, tag in await session.execute(asked):
        tags[snippet_id].append(tag)
    wanted = select(ContentRow.digest, ContentRow.text).where(
        ContentRow.digest.in_({row.digest for row in rows})
    )
    texts = dict((await session.execute(wanted)).all())
    return [_told(row, texts[row.digest], tuple(sorted(tags[row.id]))) for row in rows]


def _told(row: SnippetRow, code: str, tags: tuple[str, ...]) -> Snippet:
    return Snippet(
        id=row.id, title=row.title, language=row.language, code=code, digest=row.digest, tags=tags,
        provenance=row.provenance, created=row.created, updated=row.updated, deleted=row.deleted,
        revision=row.revision, share=row.share,
    )  # fmt: skip
