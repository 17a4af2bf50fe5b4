"""The options of the command that searches, learns and measures again and again."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.apps.cli.options import (
    Cache,
    Debug,
    Dispatch,
    Json,
    Quiet,
)
from holdfast.apps.cli.searching import RayAddress, Where

__all__ = ["add_looping"]


def add_looping(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare it in `app`."""

    @app.command()
    def iterate(
        file: Annotated[
            Path, typer.Argument(metavar="CONFIG.toml", readable=False, help="What the loop is made of.")
        ],
        *,
        output: Annotated[
            Path | None,
            typer.Option("--output", "-o", metavar="DIR", readable=False, help="The directory of the run."),
        ] = None,
        iterations: Annotated[
            int | None, typer.Option("--iterations", "-n", min=1, metavar="N", help="How many, at most.")
        ] = None,
        max_theorems: Annotated[
            int | None,
            typer.Option("--max-theorems", min=2, metavar="N", help="Only the first N theorems of the list."),
        ] = None,
        jobs: Annotated[
            int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="How many workers.")
        ] = None,
        executor: Where = "local",
        ray_address: RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Search, learn from what the audit passed, measure, and again, as far as the gates let.

        A loop that was stopped goes on when the same command is run again: no finished stage is repeated.
        """
        where = {"machine.jobs": jobs, "machine.ray_address": ray_address}
        chosen = None if executor == "local" else executor
        flags = {"output": output, "iterations": iterations, "max_theorems": max_theorems, **where}
        flags["machine.executor"] = chosen
        dispatch("iterate", (json, quiet, debug), file=file, cache=cache, flags=flags)
