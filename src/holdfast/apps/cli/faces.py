"""The options of the commands that editors and agents start."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer

from holdfast.apps.cli.options import Backend, Cache, Debug, Json, LeanStepper, Model, Quiet, Unsafe

__all__ = ["Dispatch", "add_faces"]

Dispatch: TypeAlias = Callable[..., NoReturn]
"""Runs the command module of a name with the options that all commands have, and its own."""

_Kept = Annotated[int, typer.Option("--files", min=1, metavar="N", help="How many files are kept read.")]
_Learn = Annotated[
    float,
    typer.Option("--learn", min=0, metavar="SECONDS", help="Longest wait for libraries of a file, once."),
]


def add_faces(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""
    _add_mcp(app, dispatch)
    _add_lsp(app, dispatch)
    _add_ask(app, dispatch)


def _add_mcp(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def mcp(
        *,
        root: Annotated[
            Path, typer.Option("--root", metavar="DIR", help="The folder whose files may be named.")
        ] = Path(),
        http: Annotated[bool, typer.Option("--http", help="Listen for HTTP, in place of pipes.")] = False,
        host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 takes any.")] = 6100,
        token: Annotated[
            str | None, typer.Option(metavar="TOKEN", help="What clients must send, else $HOLDFAST_TOKEN.")
        ] = None,
        files: _Kept = 4,
        learn: _Learn = 30.0,
        unsafe: Unsafe = False,
        model: Model = None,
        lean_backend: LeanStepper = Backend.AUTO,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Serve agents over the Model Context Protocol: goals, trials, proofs and audits of files."""
        fields = {"root": root, "http": http, "host": host, "port": port, "token": token}
        kept = {"files": files, "learn_s": learn, "unsafe": unsafe, "model": model, "cache": cache}
        kept |= {"lean_backend": lean_backend.value}
        dispatch("mcp", (json, quiet, debug), **fields, **kept)


def _add_lsp(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def lsp(
        *,
        stdio: Annotated[bool, typer.Option("--stdio", hidden=True, help="What editors add.")] = False,
        files: _Kept = 4,
        learn: _Learn = 30.0,
        unsafe: Unsafe = False,
        model: Model = None,
        lean_backend: LeanStepper = Backend.AUTO,
        cache: Cache = None,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Serve an editor over pipes: suggestions, proofs and audits beside its own language server."""
        del stdio  # there is no other way
        kept = {"files": files, "learn_s": learn, "unsafe": unsafe, "model": model, "cache": cache}
        kept |= {"lean_backend": lean_backend.value}
        dispatch("lsp", (False, quiet, debug), **kept)


def _add_ask(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def ask(
        *,
        server: Annotated[
            str | None,
            typer.Option("--server", metavar="URL", help="Else $HOLDFAST_SERVER, else port 6000 here."),
        ] = None,
        debug: Debug = False,
    ) -> None:
        """Pass one question, a line of JSON, to a `holdfast serve`; for tactics and other programs."""
        dispatch("ask", (False, True, debug), server=server)
