"""The options of the commands that measure provers and tell what they did."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer

from holdfast.apps.cli.options import Debug, Json, Quiet

__all__ = ["add_measuring"]

_Dispatch: TypeAlias = Callable[..., NoReturn]
"""Runs the command module of a name with the options that all commands have, and its own."""


def add_measuring(app: typer.Typer, dispatch: _Dispatch) -> None:
    """Declare them in `app`."""
    _add_compare(app, dispatch)


def _add_compare(app: typer.Typer, dispatch: _Dispatch) -> None:
    @app.command()
    def compare(
        *,
        baseline: Annotated[
            Path, typer.Option("--baseline", metavar="FILE", readable=False, help="A result of eval.")
        ],
        experiment: Annotated[
            Path, typer.Option("--experiment", metavar="FILE", readable=False, help="Another one.")
        ],
        allow_different: Annotated[
            bool,
            typer.Option("--allow-different", help="Compare what both have of theorems and budgets."),
        ] = False,
        seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the bootstrap.")] = 0,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Compare two runs theorem by theorem: gained and lost, how sure that is, what a proof costs."""
        fields = {"allow_different": allow_different, "seed": seed}
        dispatch("compare", (json, quiet, debug), baseline=baseline, experiment=experiment, **fields)
