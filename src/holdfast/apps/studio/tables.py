"""What the code app keeps, as tables; the same on SQLite and on PostgreSQL.

Times are seconds since 1970, as floats. Identifiers sort in the order in which they were made. What is
deleted keeps its row, with the time, until it is swept away; so every deletion can be undone for a while.
"""

import secrets
import time
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "Base",
    "ContentRow",
    "EventRow",
    "JobRow",
    "LoginRow",
    "SessionRow",
    "SnippetRow",
    "TagRow",
    "TurnRow",
    "UserRow",
    "VersionRow",
    "new_id",
]


def new_id() -> str:
    """An identifier nobody has yet; later ones sort behind earlier ones."""
    return f"{time.time_ns():016x}{secrets.token_hex(5)}"


class Base(DeclarativeBase):
    """All tables that are made from classes; words are searched for in tables of the dialect's own."""


_ID = String(26)


def _owner() -> Mapped[str]:
    return mapped_column(_ID, ForeignKey("users.id", ondelete="CASCADE"), index=True)


class UserRow(Base):
    """Somebody with data of their own."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str | None] = mapped_column(Text)
    """A hash by Argon2; None for the administrator, whom the token of the server lets in."""
    role: Mapped[str] = mapped_column(String(16))
    created: Mapped[float] = mapped_column(Float)


class LoginRow(Base):
    """A secret that stands for a user: a browser's cookie, or a program's token. Only its hash is kept."""

    __tablename__ = "logins"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    user_id: Mapped[str] = _owner()
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(200))
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[float] = mapped_column(Float)
    expires: Mapped[float] = mapped_column(Float, index=True)


class SessionRow(Base):
    """A conversation about one program."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    owner_id: Mapped[str] = _owner()
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(200))
    created: Mapped[float] = mapped_column(Float)
    updated: Mapped[float] = mapped_column(Float)
    deleted: Mapped[float | None] = mapped_column(Float)
    revision: Mapped[int] = mapped_column(Integer)
    """Goes up with every change; whoever names an old one is refused."""
    head_id: Mapped[str | None] = mapped_column(_ID)
    """The version that is worked on."""
    words: Mapped[str] = mapped_column(Text)
    """Title and prompts, folded, for the search."""


class TurnRow(Base):
    """One request to the model; turns with the same parent are branches."""

    __tablename__ = "turns"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    session_id: Mapped[str] = mapped_column(_ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[str | None] = mapped_column(_ID)
    prompt: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(32))
    base_id: Mapped[str | None] = mapped_column(_ID)
    """The version that the model was shown."""
    version_id: Mapped[str | None] = mapped_column(_ID)
    """The version that came of it; None where none did."""
    job_id: Mapped[str | None] = mapped_column(_ID)
    """The last job that worked on it."""
    refusal: Mapped[str | None] = mapped_column(Text)
    partial: Mapped[str | None] = mapped_column(Text)
    """What had come when the work was broken off."""
    created: Mapped[float] = mapped_column(Float)


class ContentRow(Base):
    """A text by its SHA-256; never changed."""

    __tablename__ = "contents"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class VersionRow(Base):
    """A program at one moment; never changed."""

    __tablename__ = "versions"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    session_id: Mapped[str] = mapped_column(_ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[str | None] = mapped_column(_ID)
    parent_id: Mapped[str | None] = mapped_column(_ID)
    digest: Mapped[str] = mapped_column(String(64), ForeignKey("contents.digest"))
    origin: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(32))
    good: Mapped[bool] = mapped_column(Boolean)
    """Whether the model may be shown it: what a model wrote that cannot be read is kept, and not built on."""
    created: Mapped[float] = mapped_column(Float)


class JobRow(Base):
    """Work that goes on without whoever asked for it."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    owner_id: Mapped[str] = _owner()
    session_id: Mapped[str | None] = mapped_column(
        _ID, ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    turn_id: Mapped[str | None] = mapped_column(_ID)
    version_id: Mapped[str | None] = mapped_column(_ID)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created: Mapped[float] = mapped_column(Float)
    ended: Mapped[float | None] = mapped_column(Float)


class EventRow(Base):
    """One thing that a job said; its number is the identifier that clients resume from."""

    __tablename__ = "events"

    job_id: Mapped[str] = mapped_column(_ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[float] = mapped_column(Float)


class SnippetRow(Base):
    """A program that was worth keeping."""

    __tablename__ = "snippets"
    __table_args__ = (Index("snippets_by_owner", "owner_id", "updated"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    owner_id: Mapped[str] = mapped_column(_ID, ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), ForeignKey("contents.digest"))
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[float] = mapped_column(Float)
    updated: Mapped[float] = mapped_column(Float)
    deleted: Mapped[float | None] = mapped_column(Float)
    revision: Mapped[int] = mapped_column(Integer)
    share: Mapped[str | None] = mapped_column(String(64), unique=True)
    """What the address of its public page ends with; None where it has none."""


class TagRow(Base):
    """A tag of a snippet."""

    __tablename__ = "tags"

    snippet_id: Mapped[str] = mapped_column(
        _ID, ForeignKey("snippets.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)
