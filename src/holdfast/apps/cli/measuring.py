"""The options of the commands that measure provers and tell what they did."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer

from holdfast.apps.cli.options import Debug, Json, Quiet

__all__ = ["add_measuring"]

_Dispatch: TypeAlias = Callable[..., NoReturn]
"""Runs the command module of a name with the options that all commands have, and its own."""

_Trajectories = Annotated[
    list[Path],
    typer.Option(
        "--trajectories",
        "--input",
        metavar="FILE",
        readable=False,
        help="A store of trajectories, or a file of burn-qed; repeatable.",
    ),
]
_SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave damaged files out, instead of stopping.")]


def add_measuring(app: typer.Typer, dispatch: _Dispatch) -> None:
    """Declare them in `app`."""
    _add_compare(app, dispatch)
    _add_summary(app, dispatch)


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


def _add_summary(app: typer.Typer, dispatch: _Dispatch) -> None:
    @app.command()
    def summary(
        *,
        trajectories: _Trajectories,
        sql: Annotated[
            list[str] | None,
            typer.Option(
                "--sql", metavar="QUERY", help="A SELECT over trajectories and theorems; - reads from stdin."
            ),
        ] = None,
        html: Annotated[
            Path | None, typer.Option("--html", metavar="DIR", help="Write a report with a page a theorem.")
        ] = None,
        skip_bad: _SkipBad = False,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Sum up trajectories: counts, shape of the search, where the time went; or answer SQL over them."""
        fields = {"sql": tuple(sql or ()), "html": html, "skip_bad": skip_bad}
        dispatch("summary", (json, quiet, debug), trajectories=tuple(trajectories), **fields)
