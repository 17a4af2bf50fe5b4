"""What the routes share: everything that requests are answered with, and who asks."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from argon2 import PasswordHasher
from fastapi import Depends, Request

from holdfast.apps.studio.database import Database
from holdfast.apps.studio.errors import Fault, FaultError
from holdfast.apps.studio.journal import Journal
from holdfast.apps.studio.people import Identity, People
from holdfast.apps.studio.rates import Rate, Rates
from holdfast.apps.studio.runner import Runner
from holdfast.apps.studio.sessions import Sessions
from holdfast.apps.studio.snippets import Snippets
from holdfast.apps.studio.turns import Turns
from holdfast.apps.studio.versions import Versions
from holdfast.coding.workshop import Workshop
from holdfast.core.errors import UnknownModelError

__all__ = ["InRoom", "Me", "Room", "Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the app answers."""

    accounts: bool = False
    """Whether there are accounts beside the administrator."""
    answer_s: float = 600.0
    """Longest wait for an answer on the routes that wait."""
    load_s: float = 5.0
    """Longest wait there for a model that is not loaded; who asks is then told so, and the load goes on."""
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    """How passwords are made hard to guess; it takes time and memory for each login."""
    jobs: Rate = field(default_factory=lambda: Rate(burst=120, per_s=2))
    """Jobs that one user may begin."""
    logins: Rate = field(default_factory=lambda: Rate(burst=10, per_s=0.2))
    """Attempts to log in, of one address and for one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything that requests are answered with."""

    database: Database
    journal: Journal
    runner: Runner
    workshop: Workshop
    people: People
    sessions: Sessions
    turns: Turns
    versions: Versions
    snippets: Snippets
    settings: Settings
    job_rates: Rates
    login_rates: Rates

    def check_model(self, name: str) -> str:
        """The name. Raises UnknownModelError where it is not one that is offered."""
        known = [each.name for each in self.workshop.models()]
        if name not in known:
            raise UnknownModelError(f"there is no model {name[:100]}: there are {', '.join(known)}")
        return name

    async def check_rate(self, identity: Identity) -> None:
        """Raise FaultError where the user begins jobs too fast, TooManyError where too many are under way."""
        wait_s = self.job_rates.wait_s(identity.user.id)
        if wait_s:
            text = "jobs are begun faster than is allowed"
            raise FaultError(Fault(429, "too_many", text, "wait a moment", retry_after_s=wait_s))
        await self.runner.check_room(identity.user.id)

    def check_login(self, names: Sequence[str]) -> None:
        """Raise FaultError where somebody tries too often to get in."""
        wait_s = max(self.login_rates.wait_s(name) for name in names)
        if wait_s:
            text = "too many attempts to log in"
            raise FaultError(Fault(429, "too_many", text, "wait before the next one", retry_after_s=wait_s))

    async def sweep(self, keep_s: float) -> None:
        """Remove for good what was deleted, or ended outside of a session, more than `keep_s` seconds ago.

        What jobs said on their way that ended so long ago goes too, and logins that have expired.
        """
        before = time.time() - keep_s
        await self.sessions.sweep(before)
        await self.snippets.sweep(before)
        await self.runner.sweep(before)
        await self.people.sweep()


def _room(request: Request) -> Room:
    room = request.app.state.room
    assert isinstance(room, Room)
    return room


def _identity(request: Request) -> Identity:
    identity = getattr(request.state, "identity", None)
    if not isinstance(identity, Identity):
        text = "this needs a token or a login"
        raise FaultError(Fault(401, "not_let_in", text, "send Authorization: Bearer TOKEN, or log in"))
    return identity


InRoom = Annotated[Room, Depends(_room)]
Me = Annotated[Identity, Depends(_identity)]
