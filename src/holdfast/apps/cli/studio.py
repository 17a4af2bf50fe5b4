"""The options of `holdfast app`."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.apps.cli.options import Cache, Debug, Dispatch, Json, ModelMemory, Models, Quiet, Unsafe

__all__ = ["add_studio"]


def add_studio(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare it in `app`."""

    @app.command("app")
    def studio(
        *,
        host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 takes any.")] = 8080,
        model: Models = None,
        models: Annotated[
            Path | None,
            typer.Option("--models", metavar="FILE.toml", readable=False, help="Models by name."),
        ] = None,
        model_memory: ModelMemory = None,
        data: Annotated[
            Path | None,
            typer.Option(
                "--data", metavar="DIR", readable=False, help="Where all is kept, else $HOLDFAST_DATA."
            ),
        ] = None,
        database: Annotated[
            str | None,
            typer.Option(
                "--database", metavar="URL", help="In place of a file there: postgresql://HOST/NAME."
            ),
        ] = None,
        users: Annotated[
            bool, typer.Option("--users", help="Have accounts; the token's owner makes them.")
        ] = False,
        token: Annotated[
            str | None,
            typer.Option(metavar="TOKEN", help="What lets you in, else $HOLDFAST_TOKEN, else new."),
        ] = None,
        unsafe: Unsafe = False,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Open the code app: generate code, say what is wrong, test it safely, keep what works."""
        where = {
            "host": host,
            "port": port,
            "data": data,
            "database": database,
            "users": users,
            "token": token,
        }
        who = {"models": tuple(model or ()), "models_file": models, "model_memory_mb": model_memory}
        dispatch("app", (json, quiet, debug), **where, **who, unsafe=unsafe, cache=cache)
