"""Who uses the app: accounts, passwords, and the secrets that browsers and programs carry.

Only hashes are kept: of passwords by Argon2, of secrets, which nobody can guess, by SHA-256.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from holdfast.apps.studio.database import Database
from holdfast.apps.studio.errors import ConflictError, NotFoundError
from holdfast.apps.studio.records import Token, User
from holdfast.apps.studio.tables import LoginRow, UserRow, new_id
from holdfast.core.errors import StorageError

__all__ = ["Identity", "Login", "People"]

_COOKIE = "holdfast"
_COOKIE_S = 30 * 24 * 3600.0
_TOKEN_S = 365 * 24 * 3600.0
_KNOWN_S = 1.0
"""How long it is known whom a secret stands for: so long at most lets one server in whom another shut out."""
_MOST_KNOWN = 1000
_AT_ONCE = 2
"""Passwords that are looked at at the same time: each takes 64 MB of memory."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and how that is known."""

    user: User
    by: Literal["cookie", "token"]
    csrf: str = ""
    """What requests that change something carry beside a cookie."""


@dataclass(frozen=True, slots=True)
class Login:
    """A new secret; it is told once and kept nowhere."""

    secret: str
    csrf: str
    user: User
    lasts_s: float


class People:
    """All users. The administrator has no password: the server's own token lets them in."""

    def __init__(self, database: Database, token: str, hasher: PasswordHasher) -> None:
        """Keep them in `database`; `token` stands for the administrator while this server runs."""
        self._database = database
        self._token = token
        self._hasher = hasher
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None
        self._admin: User | None = None
        self._known: dict[tuple[str, str], tuple[Identity, float]] = {}
        """Whom a secret stands for, by kind and digest, and until when that is believed."""
        self._changes = 0

    async def administrator(self) -> User:
        """The administrator, who is there from the first start on."""
        if self._admin is None:
            async with self._database.writing() as session:
                row = await session.scalar(select(UserRow).where(UserRow.role == "admin"))
                if row is None:
                    row = UserRow(id=new_id(), name="local", password=None, role="admin", created=time.time())
                    session.add(row)
                self._admin = _record(row)
        return self._admin

    @property
    def cookie(self) -> str:
        """What the cookie of this app is called, once its administrator is there.

        A browser sends a cookie to every port of a host: another app there is not to take it for its own.
        """
        assert self._admin is not None, "an app is opened with its administrator"
        return f"{_COOKIE}-{_digest(self._admin.id)[:12]}"

    async def add(self, name: str, password: str) -> User:
        """A new account. Raises ConflictError where there is one of that name."""
        async with self._hashing:
            hashed = await asyncio.to_thread(self._hasher.hash, password)
        row = UserRow(id=new_id(), name=name, password=hashed, role="user", created=time.time())
        try:
            async with self._database.writing() as session:
                session.add(row)
        except StorageError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise ConflictError(f"there is a user {name} already") from None
            raise
        return _record(row)

    async def find(self) -> Sequence[User]:
        """All users."""
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(select(UserRow).order_by(UserRow.id))]

    async def set_password(self, user_id: str, password: str) -> None:
        """Another password; every login and token of the user ends. Raises NotFoundError."""
        async with self._hashing:
            hashed = await asyncio.to_thread(self._hasher.hash, password)
        async with self._database.writing() as session:
            row = await session.get(UserRow, user_id)
            if row is None or row.password is None:
                raise NotFoundError(f"there is no account {user_id[:40]} that has a password")
            row.password = hashed
            await session.execute(delete(LoginRow).where(LoginRow.user_id == user_id))
        self._changed()

    async def remove(self, user_id: str) -> None:
        """Remove an account with all that belongs to it. Raises NotFoundError."""
        async with self._database.writing() as session:
            row = await session.get(UserRow, user_id)
            if row is None or row.role == "admin":
                raise NotFoundError(f"there is no account {user_id[:40]} that can be removed")
            await session.execute(delete(UserRow).where(UserRow.id == user_id))
        self._changed()

    async def check(self, name: str, password: str) -> User | None:
        """The user of that name and password; takes as long where there is no such user."""
        async with self._database.reading() as session:
            row = await session.scalar(select(UserRow).where(UserRow.name == name))
        known = None if row is None else row.password
        async with self._hashing:
            right = await asyncio.to_thread(self._verify, known, password)
        return _record(row) if right and row is not None else None

    def _verify(self, known: str | None, password: str) -> bool:
        if known is None:
            if self._nobody is None:
                self._nobody = self._hasher.hash(secrets.token_urlsafe())
            known = self._nobody
        try:
            self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
        return known is not self._nobody

    def is_token(self, given: str) -> bool:
        """Whether it is the server's own token."""
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def let_in(self, user: User, kind: Literal["page", "api"], label: str = "") -> Login:
        """A new secret that stands for the user."""
        secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        lasts_s = _COOKIE_S if kind == "page" else _TOKEN_S
        now = time.time()
        row = LoginRow(
            digest=_digest(secret), id=new_id(), user_id=user.id, kind=kind, label=label, csrf=csrf,
            created=now, expires=now + lasts_s,
        )  # fmt: skip
        async with self._database.writing() as session:
            await session.execute(delete(LoginRow).where(LoginRow.expires < now))
            session.add(row)
        return Login(secret, csrf, user, lasts_s)

    async def sweep(self) -> None:
        """Remove logins and tokens that have expired."""
        async with self._database.writing() as session:
            await session.execute(delete(LoginRow).where(LoginRow.expires < time.time()))

    async def of_secret(self, secret: str, kind: Literal["page", "api"]) -> Identity | None:
        """Whom a secret stands for."""
        known = (kind, _digest(secret))
        identity, until = self._known.get(known, (None, 0.0))
        if identity is not None and time.monotonic() < until:
            return identity
        changes = self._changes
        asked = select(LoginRow, UserRow).join(UserRow, LoginRow.user_id == UserRow.id)
        asked = asked.where(LoginRow.digest == known[1], LoginRow.kind == kind)
        async with self._database.reading() as session:
            found = (await session.execute(asked.where(LoginRow.expires > time.time()))).first()
        if found is None:
            return None
        identity = Identity(_record(found[1]), "cookie" if kind == "page" else "token", found[0].csrf)
        if changes == self._changes:  # else it may be what was so before
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[known] = identity, time.monotonic() + _KNOWN_S
        return identity

    async def tokens(self, user: User) -> Sequence[Token]:
        """The tokens of a user's programs."""
        asked = select(LoginRow).where(LoginRow.user_id == user.id, LoginRow.kind == "api")
        async with self._database.reading() as session:
            rows = await session.scalars(asked.order_by(LoginRow.id))
            return [
                Token(id=row.id, label=row.label, created=row.created, expires=row.expires) for row in rows
            ]

    async def forget_token(self, user: User, token_id: str) -> None:
        """End a token. Raises NotFoundError."""
        async with self._database.writing() as session:
            row = await session.scalar(
                select(LoginRow).where(LoginRow.id == token_id, LoginRow.user_id == user.id)
            )
            if row is None:
                raise NotFoundError(f"there is no token {token_id[:40]}")
            await session.delete(row)
        self._changed()

    async def forget(self, secret: str) -> None:
        """End a login."""
        async with self._database.writing() as session:
            await session.execute(delete(LoginRow).where(LoginRow.digest == _digest(secret)))
        self._changed()

    def _changed(self) -> None:
        """Somebody is let in no more."""
        self._known.clear()
        self._changes += 1


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _record(row: UserRow) -> User:
    return User.model_validate({"id": row.id, "name": row.name, "role": row.role, "created": row.created})
