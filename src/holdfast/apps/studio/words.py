"""Words of texts, and snippets by the words in them, through SQLite's FTS5 or PostgreSQL's tsvector.

Words are cut and folded here and not by the database, so that both find the same things.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from sqlalchemy import ColumnElement, Select, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.tables import SnippetRow

__all__ = ["clean", "digest_words", "fold", "forget_words", "has_words", "store_words"]

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 64
"""Longest part of a word that is told apart; what names it longer is cut as well."""
_MOST_ASKED = 16
_HALVES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what no database holds: null characters, and halves of characters."""
    return _HALVES.sub("\ufffd", text.replace("\0", "\ufffd"))


def fold(text: str) -> str:
    """The text as it is compared when case does not matter."""
    return clean(text).casefold()


def digest_words(text: str) -> tuple[str, ...]:
    """Its words, folded and cut, in order.

    >>> digest_words("Reverse_list(x2): Straße")
    ('reverse', 'list', 'x2', 'strasse')
    """
    return tuple(match.group()[:_LONGEST] for match in _WORD.finditer(fold(text)))


async def store_words(session: AsyncSession, texts: Mapping[str, Sequence[str]]) -> None:
    """Let each snippet be found by the words of its texts, and by no others."""
    if not texts:
        return
    await session.execute(text("DELETE FROM snippet_words WHERE id = :id"), [{"id": each} for each in texts])
    found = {each: sorted(set(chain.from_iterable(map(digest_words, its)))) for each, its in texts.items()}
    if session.get_bind().dialect.name == "sqlite":
        statement = "INSERT INTO snippet_words (id, words) VALUES (:id, :words)"
        rows: list[dict[str, object]] = [{"id": each, "words": " ".join(its)} for each, its in found.items()]
    else:
        statement = "INSERT INTO snippet_words (id, words) VALUES (:id, array_to_tsvector(:words))"
        rows = [{"id": each, "words": its} for each, its in found.items()]
    await session.execute(text(statement), rows)


async def forget_words(session: AsyncSession, snippet_id: str) -> None:
    """Let a snippet not be found any more."""
    await session.execute(text("DELETE FROM snippet_words WHERE id = :id"), {"id": snippet_id})


def has_words(session: AsyncSession, asked: str) -> ColumnElement[bool] | None:
    """Whether a snippet has, for each word of `asked`, one that begins with it; None where none is asked."""
    words = digest_words(asked)[:_MOST_ASKED]
    if not words:
        return None
    if session.get_bind().dialect.name == "sqlite":
        condition = text("snippet_words MATCH :asked").bindparams(
            asked=" ".join(f'"{word}"*' for word in words)
        )
    else:
        asked_for = " & ".join(f"'{word}':*" for word in words)
        condition = text("words @@ CAST(:asked AS tsquery)").bindparams(asked=asked_for)
    found: Select[tuple[str]] = (
        select(literal_column("id")).select_from(text("snippet_words")).where(condition)
    )
    return SnippetRow.id.in_(found)
