"""`holdfast serve`: suggestions over HTTP, in the shapes that public clients ask for."""

import importlib
import importlib.util
import os

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.server.config import Config
from holdfast.core.errors import MissingToolError
from holdfast.core.events import Note

__all__ = ["Config", "run"]

_NEEDED = ("fastapi", "prometheus_client", "uvicorn")


async def run(config: Config, output: Output) -> Report:
    """Serve until a signal comes; then end what is under way, and with exit code 0."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise MissingToolError("serving needs FastAPI and uvicorn: pip install 'holdfast[server]'")

    def announce(host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        output.emit(Note(f"listening on http://{shown}:{port}"))
        output.result({"kind": "listening", "host": host, "port": port})

    command = importlib.import_module("holdfast.apps.server.command")
    cache = cache_directory(config.cache, os.environ)
    await command.run(config, cache, environ=os.environ, sink=output, announce=announce)
    return Report(ExitCode.ACHIEVED, {"stopped": True})
