"""The options of the commands that look for what is known."""

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

__all__ = ["add_retrieving"]

_Libraries = Annotated[
    list[str] | None,
    typer.Option(
        "--library", "-l", metavar="NAME", help="A library, or the beginning of its name; repeatable."
    ),
]


def add_retrieving(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""

    @app.command(name="search-premises")
    def search_premises(
        query: Annotated[str, typer.Argument(metavar="QUERY", help="Names, parts of names, signs, words.")],
        *,
        library: _Libraries = None,
        file: Annotated[
            Path | None,
            typer.Option("--file", metavar="FILE", readable=False, help="A .v file: what it rests on."),
        ] = None,
        top_k: Annotated[
            int, typer.Option("--top-k", "-k", min=1, max=1000, metavar="N", help="How many are told.")
        ] = 10,
        encoder: Annotated[
            str | None,
            typer.Option(
                "--encoder",
                metavar="SPEC",
                help="Search by meaning, with vectors of http://HOST/v1, hf:DIR or sglang+http://HOST.",
            ),
        ] = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Find theorems and definitions of installed libraries of Rocq, with statements and places."""
        fields = {"query": query, "libraries": tuple(library or ()), "file": file, "count": top_k}
        dispatch("search_premises", (json, quiet, debug), **fields, encoder=encoder, cache=cache)
