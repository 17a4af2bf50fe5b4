"""`holdfast lsp`: suggestions, proofs and audits in an editor, beside the language server that it has."""

import importlib
import importlib.util
from dataclasses import dataclass

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.room import RoomConfig, room_settings
from holdfast.core.errors import MissingToolError

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(RoomConfig):
    """How to serve."""


async def run(config: Config, output: Output) -> Report:
    """Serve until the client leaves or a signal comes; exit code 1 where it left without a shutdown."""
    if importlib.util.find_spec("pygls") is None:
        raise MissingToolError("serving editors needs pygls: pip install 'holdfast[lsp]'")
    command = importlib.import_module("holdfast.apps.lsp.command")
    orderly = await command.serve(room_settings(config), sink=output)
    return Report(ExitCode.ACHIEVED if orderly else ExitCode.NOT_ACHIEVED, {"stopped": True})
