"""Serves the app as a command asks: opens the database, the models and the sandbox, and ends them all."""

import asyncio
import contextlib
import importlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

from fastapi import FastAPI

from holdfast.apps.isolation import find_sandbox
from holdfast.apps.lean.here import find_lean
from holdfast.apps.listening import bind, check_exposure, serve_app
from holdfast.apps.models import ModelSource, prepare_model
from holdfast.apps.python.libraries import own_libraries
from holdfast.apps.rocq.here import find_rocq
from holdfast.apps.server.shelved import load_from
from holdfast.apps.studio.app import create_app
from holdfast.apps.studio.config import Config, offered
from holdfast.apps.studio.database import alone
from holdfast.apps.studio.guard import GuardSettings
from holdfast.apps.studio.opening import Parts, opened_room
from holdfast.apps.studio.room import Room, Settings
from holdfast.coding.custom import CustomModel, custom_class
from holdfast.coding.demo import ABOUT, DemoModel
from holdfast.coding.proofs import Prover
from holdfast.coding.workshop import Offer, Workshop
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Source
from holdfast.core.errors import HoldfastError, SandboxUnavailableError, StorageError, UserError
from holdfast.core.events import Note
from holdfast.core.seams import EventSink, LanguageModel
from holdfast.models.states import Loadable, ModelShelf
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Announced", "run"]

_TOKEN = "HOLDFAST_TOKEN"  # noqa: S105 - the name of a variable
_DATABASE = "HOLDFAST_DATABASE"
_DEMO = "demo"
_GRACE_S = 5
"""Seconds that requests have to end when the app is told to stop."""
_AUDIT = Limits(wall_s=120.0, memory_mb=4096)
"""For each process that looks at a proof of the app."""

Announced: TypeAlias = Callable[[str, int, str], None]
"""Told the address that is listened on, and the administrator's token."""


async def run(
    config: Config,
    cache: Path,
    *,
    environ: Mapping[str, str],
    sink: EventSink,
    announce: Announced,
    pages: Callable[[FastAPI], Callable[[], Coroutine[None, None, None]]],
) -> None:
    """Serve until cancelled.

    `pages` puts the pages on the app; what it gives back is run from the first moment in which requests are
    answered until the end.
    Raises UserError where that cannot be, as with an address that is in use.
    """
    given = config.token or environ.get(_TOKEN) or None
    check_exposure([config.host], given)
    token = given or secrets.token_urlsafe(24)
    address = config.database or environ.get(_DATABASE) or _file(config.data, environ)
    with alone(address), bind(config.host, (config.port,)) as sockets:
        async with _workshop(config, cache, environ, sink) as workshop:
            parts = Parts(
                workshop=workshop, database=address, token=token, settings=Settings(accounts=config.users)
            )
            async with opened_room(parts) as room:
                app = create_app(room, GuardSettings())
                show = pages(app)
                host, port = sockets[0].getsockname()[:2]
                announce(host, port, token)
                listening = asyncio.Event()
                async with asyncio.TaskGroup() as group:
                    showing = group.create_task(_when(listening, show))
                    await _serve(app, room, sockets, listening)
                    showing.cancel()


async def _when(event: asyncio.Event, act: Callable[[], Coroutine[None, None, None]]) -> None:
    await event.wait()
    await act()


async def _serve(app: FastAPI, room: Room, sockets: list[socket.socket], listening: asyncio.Event) -> None:
    serving = asyncio.create_task(
        serve_app(app, sockets, lifespan="on", grace_s=_GRACE_S, listening=listening)
    )
    try:
        await asyncio.wait([serving])
    finally:
        # Jobs go first: whoever follows one is told its end, and needs not be waited for.
        await room.runner.aclose()
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


def _file(data: Path | None, environ: Mapping[str, str]) -> str:
    """The address of the database in the data directory, which is made for its owner alone."""
    folder = data or _data_directory(environ)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / "app.sqlite"
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written to ({error.strerror}): name another, --data DIR"
        ) from None
    return f"sqlite:///{file.absolute()}"


def _data_directory(environ: Mapping[str, str]) -> Path:
    if named := environ.get("HOLDFAST_DATA"):
        return Path(named)
    base = Path(environ.get("XDG_DATA_HOME", ""))
    if base.is_absolute():  # the standard says to ignore a relative one
        return base / "holdfast"
    try:
        return Path.home() / ".local" / "share" / "holdfast"
    except RuntimeError as error:
        raise UserError("no home directory is known: name a data directory with --data DIR") from error


@contextlib.asynccontextmanager
async def _workshop(
    config: Config, cache: Path, environ: Mapping[str, str], sink: EventSink
) -> AsyncIterator[Workshop]:
    found = offered(config)
    offers: dict[str, Offer] = {}
    shelf = ModelShelf({}, memory_mb=config.model_memory_mb or _memory_mb() / 2)
    for name, line in found.models.items():
        source = prepare_model(line.spec, environ)
        made = None if line.custom is None else custom_class(line.custom)
        shelf.add(name, Loadable(partial(_load, source, made), source.memory_mb()))
        price = line.price or source.ledger.price(source.spec.options.model or name)
        offers[name] = Offer(line.about, price=price, currency=found.currency)
    if found.reviewer is not None and found.reviewer not in offers:
        raise UserError(f"the reviewer {found.reviewer} is none of the models: {', '.join(offers) or 'none'}")
    sandbox = await _sandbox(config, cache, sink)
    _add_demo(shelf, offers, sandbox)
    workshop = Workshop(
        shelf,
        offers,
        sandbox=sandbox,
        provers=await _provers(cache, sink),
        packages=own_libraries(),
        reviewer=found.reviewer,
    )
    try:
        yield workshop
    finally:
        await workshop.aclose()


def _add_demo(
    shelf: ModelShelf, offers: dict[str, Offer], sandbox: Sandbox | SandboxUnavailableError
) -> None:
    """Offer the demo, behind all others, unless one of them is called so."""
    if _DEMO in offers:
        return

    async def load(report: Callable[[float], None]) -> LanguageModel:
        del report  # it is there at once
        return DemoModel(sandbox if isinstance(sandbox, Sandbox) else None, name=_DEMO)

    shelf.add(_DEMO, Loadable(load, 0.0))
    offers[_DEMO] = Offer(ABOUT, demo=True)


async def _load(
    source: ModelSource, made: type[CustomModel] | None, report: Callable[[float], None]
) -> LanguageModel:
    del report  # neither files nor servers say how far they are
    model = await load_from(source)
    return model if made is None else made(model)


async def _sandbox(config: Config, cache: Path, sink: EventSink) -> Sandbox | SandboxUnavailableError:
    try:
        return await find_sandbox(cache, accept_unsafe=config.unsafe, sink=sink)
    except SandboxUnavailableError as error:
        sink.emit(Note(f"programs are not run: {error}", "warning"))
        return error


async def _provers(cache: Path, sink: EventSink) -> dict[str, Prover | str]:
    """What checks proofs; where nothing can, why."""
    return {"rocq": await _rocq(cache, sink), "lean": await _lean(cache)}


async def _rocq(cache: Path, sink: EventSink) -> Prover | str:
    try:
        found = await find_rocq(cache, sink=sink)
    except HoldfastError as error:
        return str(error)
    if found.sandbox is None:
        return "no sandbox holds here, and checking a proof runs its code"

    async def audit(source: Source) -> AuditReport:
        module = importlib.import_module("holdfast.checkers.rocq.audit")  # not before there is a proof
        settings = module.AuditSettings(limits=_AUDIT)
        report: AuditReport = await module.audit(source, installation=found, settings=settings)
        return report

    return audit


async def _lean(cache: Path) -> Prover | str:
    nowhere = Path("/") / "any.lean"
    try:
        await find_lean(nowhere, cache)
    except HoldfastError as error:
        return str(error)

    async def audit(source: Source) -> AuditReport:
        module = importlib.import_module("holdfast.apps.lean.bench")  # not before there is a proof
        report: AuditReport = await module.audit_file(nowhere, source, None, cache=cache, allowed=())
        return report

    return audit


def _memory_mb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 20)
