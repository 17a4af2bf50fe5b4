"""`holdfast app`: the code app, in a browser and over HTTP."""

import importlib.util
import os

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.importing import imported
from holdfast.apps.studio.config import Config
from holdfast.core.errors import MissingToolError
from holdfast.core.events import Note

__all__ = ["Config", "run"]

_NEEDED = (
    "aiosqlite",
    "alembic",
    "argon2",
    "fastapi",
    "nicegui",
    "sqlalchemy",
    "tree_sitter",
    "uvicorn",
)


async def run(config: Config, output: Output) -> Report:
    """Serve until a signal comes; then interrupt what is under way, and end with exit code 0."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise MissingToolError("the code app needs more packages: pip install 'holdfast[app]'")

    def announce(host: str, port: int, token: str) -> None:
        shown = f"[{host}]" if ":" in host else host
        output.emit(Note(f"open http://{shown}:{port}/enter?token={token}"))
        output.result({"kind": "listening", "host": host, "port": port, "token": token})

    web, command = imported("holdfast.apps.web.pages", "holdfast.apps.studio.command")
    cache = cache_directory(config.cache, os.environ)
    await command.run(config, cache, environ=os.environ, sink=output, announce=announce, pages=web.add_pages)
    return Report(ExitCode.ACHIEVED, {"stopped": True})
