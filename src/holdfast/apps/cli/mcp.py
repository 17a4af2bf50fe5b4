"""`holdfast mcp`: goals, trials, proofs and audits for agents, over the Model Context Protocol."""

import importlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.room import RoomConfig, room_settings
from holdfast.core.errors import MissingToolError, UserError
from holdfast.core.events import Note

__all__ = ["Config", "run"]

_HOST = "127.0.0.1"
_TOKEN = "HOLDFAST_TOKEN"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(RoomConfig):
    """Which files, and how to be reached."""

    root: Path
    http: bool = False
    """Whether to listen for HTTP; else the one client is at standard input and output."""
    host: str = _HOST
    port: int = 6100
    token: str | None = None


async def run(config: Config, output: Output) -> Report:
    """Serve until the client leaves or a signal comes; then with exit code 0."""
    if importlib.util.find_spec("mcp") is None:
        raise MissingToolError("serving agents needs the SDK of the protocol: pip install 'holdfast[mcp]'")
    if not config.http and (config.token is not None or config.host != _HOST):
        raise UserError("--host and --token go with --http")
    command = importlib.import_module("holdfast.apps.mcp.command")
    token = config.token or os.environ.get(_TOKEN) or None
    listen = command.Listen(config.host, config.port, token) if config.http else None

    def announce(host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        output.emit(Note(f"listening on http://{shown}:{port}/mcp"))
        output.result({"kind": "listening", "host": host, "port": port})

    await command.serve(config.root, room_settings(config), listen, sink=output, announce=announce)
    return Report(ExitCode.ACHIEVED, {"stopped": True})
