"""Serves agents as a command asks: opens the folder and the workroom, and ends them."""

import asyncio
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli import doctor
from holdfast.apps.cli.output import Options, Output
from holdfast.apps.listening import bind, check_exposure
from holdfast.apps.mcp.desk import Desk
from holdfast.apps.mcp.folder import Folder
from holdfast.apps.mcp.http import serve_http
from holdfast.apps.mcp.server import make_server
from holdfast.apps.mcp.stdio import serve_stdio
from holdfast.apps.questions import WorkroomSettings
from holdfast.apps.workroom import Workroom
from holdfast.core.seams import EventSink

__all__ = ["Listen", "serve"]


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to be reached over HTTP."""

    host: str
    port: int
    token: str | None
    """What clients have to show, None where nobody has to."""


async def serve(
    root: Path,
    settings: WorkroomSettings,
    listen: Listen | None,
    *,
    sink: EventSink,
    announce: Callable[[str, int], None],
) -> None:
    """Serve about the files below `root` until cancelled: over HTTP, or to the one client of the pipes.

    Returns when that one leaves. Raises UserError where the folder or the address cannot be had.
    """
    folder = Folder(root)
    if listen is not None:
        check_exposure([listen.host], listen.token)
    with suppress(asyncio.CancelledError):
        await _serve(folder, settings, listen, sink=sink, announce=announce)


async def _serve(
    folder: Folder,
    settings: WorkroomSettings,
    listen: Listen | None,
    *,
    sink: EventSink,
    announce: Callable[[str, int], None],
) -> None:
    async with aclosing(Workroom(settings, sink=sink)) as workroom:
        server = make_server(Desk(workroom, folder, settings.cache, lambda: _examine(settings.cache)))
        if listen is None:
            await serve_stdio(server)
            return
        with bind(listen.host, [listen.port]) as sockets:
            for each in sockets:
                announce(*each.getsockname()[:2])
            await serve_http(server, sockets, token=listen.token)


async def _examine(cache: Path) -> Sequence[Mapping[str, object]]:
    """What `holdfast doctor --json` prints."""
    printed = io.BytesIO()
    output = Output(
        Options(json=True, quiet=True), io.TextIOWrapper(printed, encoding="utf-8"), io.StringIO()
    )
    with output:
        output.report(await doctor.run(doctor.Config(cache), output))
    return [json.loads(line) for line in printed.getvalue().splitlines()]
