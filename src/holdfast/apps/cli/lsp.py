"""`holdfast lsp`: suggestions, proofs and audits in an editor, beside the language server that it has."""

import importlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.core.errors import MissingToolError

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How to serve."""

    files: int = 4
    """How many files are kept read."""
    learn_s: float = 30.0
    unsafe: bool = False
    model: str | None = None
    """A language model that proposes beside the embedded proposers."""
    lean_backend: str = "auto"
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Serve until the client leaves or a signal comes; exit code 1 where it left without a shutdown."""
    if importlib.util.find_spec("pygls") is None:
        raise MissingToolError("serving editors needs pygls: pip install 'holdfast[lsp]'")
    command = importlib.import_module("holdfast.apps.lsp.command")
    workroom = importlib.import_module("holdfast.apps.workroom")
    settings = workroom.WorkroomSettings(
        cache=cache_directory(config.cache, os.environ),
        files=config.files,
        learn_s=config.learn_s,
        unsafe=config.unsafe,
        model=config.model,
        lean_backend=config.lean_backend,
        environ=os.environ,
    )
    orderly = await command.serve(settings, sink=output)
    return Report(ExitCode.ACHIEVED if orderly else ExitCode.NOT_ACHIEVED, {"stopped": True})
