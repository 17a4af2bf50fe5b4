"""Opens what the app answers with, and brings what an earlier server left behind in order."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from holdfast.apps.studio.database import open_database
from holdfast.apps.studio.journal import Journal
from holdfast.apps.studio.people import People
from holdfast.apps.studio.rates import Rates
from holdfast.apps.studio.room import Room, Settings
from holdfast.apps.studio.runner import Runner, RunnerSettings
from holdfast.apps.studio.sessions import Sessions
from holdfast.apps.studio.snippets import Snippets
from holdfast.apps.studio.turns import Turns
from holdfast.apps.studio.versions import Versions
from holdfast.coding.workshop import Workshop
from holdfast.core.errors import StorageError

__all__ = ["Parts", "opened_room"]

_LOG = logging.getLogger(__name__)
_KEEP_S = 30 * 24 * 3600.0
"""How long what was deleted can be had back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a room is made of."""

    workshop: Workshop
    database: str
    """The address of the database."""
    token: str
    """What stands for the administrator."""
    settings: Settings = field(default_factory=Settings)
    running: RunnerSettings = field(default_factory=RunnerSettings)
    sweep_s: float = 3600.0
    """How often what is too old is removed, beside once at the start."""


@contextlib.asynccontextmanager
async def opened_room(parts: Parts) -> AsyncIterator[Room]:
    """A room; all jobs are interrupted at the end of the block, and stored. Raises as `open_database`."""
    async with open_database(parts.database) as database, Journal(database) as journal:
        runner = Runner(database, journal, parts.workshop, parts.running)
        room = Room(
            database=database,
            journal=journal,
            runner=runner,
            workshop=parts.workshop,
            people=People(database, parts.token, parts.settings.hasher),
            sessions=Sessions(database),
            turns=Turns(database),
            versions=Versions(database),
            snippets=Snippets(database),
            settings=parts.settings,
            job_rates=Rates(parts.settings.jobs),
            login_rates=Rates(parts.settings.logins),
        )
        await room.people.administrator()
        await runner.recover()
        await room.sweep(_KEEP_S)
        await room.versions.sweep()
        sweeping = asyncio.create_task(_sweep(room, parts.sweep_s))
        try:
            yield room
        finally:
            sweeping.cancel()
            await asyncio.wait([sweeping])
            await runner.aclose()


async def _sweep(room: Room, every_s: float) -> None:
    """Remove what is too old, again and again."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await room.sweep(_KEEP_S)
        except StorageError as error:
            _LOG.warning("what is too old cannot be removed at present: %s", error)
