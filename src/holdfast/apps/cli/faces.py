"""The options of the commands that answer: people at a place, editors, agents, clients over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.apps.cli.options import (
    PREMISES,
    Asked,
    Backend,
    Cache,
    Debug,
    Dispatch,
    Json,
    LeanStepper,
    Learn,
    Model,
    ModelMemory,
    Models,
    Premises,
    Quiet,
    RocqBackend,
    RocqStepper,
    Tests,
    Unsafe,
)
from holdfast.apps.cli.studio import add_studio

__all__ = ["add_faces"]

_Kept = Annotated[int, typer.Option("--files", min=1, metavar="N", help="How many files are kept read.")]
_Learn = Annotated[
    float,
    typer.Option("--learn", min=0, metavar="SECONDS", help="Longest wait for libraries of a file, once."),
]


def add_faces(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""
    _add_suggest(app, dispatch)
    _add_serve(app, dispatch)
    _add_mcp(app, dispatch)
    _add_lsp(app, dispatch)
    _add_ask(app, dispatch)
    add_studio(app, dispatch)


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
        premises: Premises = PREMISES,
        lean_backend: LeanStepper = Backend.AUTO,
        rocq_backend: RocqStepper = RocqBackend.COQIDETOP,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Serve agents over the Model Context Protocol: goals, trials, proofs and audits of files."""
        fields = {"root": root, "http": http, "host": host, "port": port, "token": token}
        kept = {"files": files, "learn_s": learn, "unsafe": unsafe, "model": model, "cache": cache}
        kept |= {"lean_backend": lean_backend.value, "rocq_backend": rocq_backend.value}
        kept |= {"premises": premises}
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
        premises: Premises = PREMISES,
        lean_backend: LeanStepper = Backend.AUTO,
        rocq_backend: RocqStepper = RocqBackend.COQIDETOP,
        cache: Cache = None,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Serve an editor over pipes: suggestions, proofs and audits beside its own language server."""
        del stdio  # there is no other way
        kept = {"files": files, "learn_s": learn, "unsafe": unsafe, "model": model, "cache": cache}
        kept |= {"lean_backend": lean_backend.value, "rocq_backend": rocq_backend.value}
        kept |= {"premises": premises}
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


def _add_suggest(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def suggest(
        place: Annotated[
            str,
            typer.Argument(
                metavar="FILE:LINE[:COLUMN]",
                help="A place in a proof (.v, .lean), or in a function (.py).",
            ),
        ],
        *,
        prefix: Annotated[
            str, typer.Option("--prefix", "-p", metavar="TEXT", help="What every suggestion begins with.")
        ] = "",
        count: Annotated[
            int, typer.Option("--count", "-n", min=1, max=1000, metavar="N", help="How many suggestions.")
        ] = 10,
        check: Annotated[bool, typer.Option(help="Have each judged: by Rocq, by Lean, by the tests.")] = True,
        model: Model = None,
        proposer: Asked = None,
        premises: Premises = PREMISES,
        lean_backend: LeanStepper = Backend.AUTO,
        rocq_backend: RocqStepper = RocqBackend.COQIDETOP,
        tests: Tests = None,
        unsafe: Unsafe = False,
        learn: Learn = 30.0,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Suggest steps at a place of a proof, or bodies of a Python function, and say what comes of each."""
        asked = {
            "place": place,
            "prefix": prefix,
            "count": count,
            "check": check,
            "tests": tuple(tests or ()),
        }
        who = {"model": model, "proposer": None if proposer is None else proposer.value, "unsafe": unsafe}
        how = {"learn_s": learn, "lean_backend": lean_backend.value, "rocq_backend": rocq_backend.value}
        how |= {"premises": premises}
        dispatch("suggest", (json, quiet, debug), **asked, **who, **how, cache=cache)


def _add_serve(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def serve(
        *,
        host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
        port: Annotated[
            list[int] | None,
            typer.Option(
                "--port", min=0, max=65535, metavar="N", help="Else 6000; repeat for more than one."
            ),
        ] = None,
        model: Models = None,
        model_memory: ModelMemory = None,
        proposer: Asked = None,
        premises: Premises = PREMISES,
        token: Annotated[
            str | None, typer.Option(metavar="TOKEN", help="What clients must send, else $HOLDFAST_TOKEN.")
        ] = None,
        project: Annotated[
            Path | None, typer.Option(metavar="DIR", help="A folder with a _CoqProject, for its libraries.")
        ] = None,
        library: Annotated[
            list[str] | None,
            typer.Option(
                "--library", "-l", metavar="NAME", help="What goals sent as text rest on; repeatable."
            ),
        ] = None,
        documents: Annotated[
            int, typer.Option(min=1, metavar="N", help="How many documents are kept read, a checker each.")
        ] = 4,
        learn: Annotated[bool, typer.Option(help="Read libraries of documents, beside serving.")] = True,
        unsafe: Unsafe = False,
        lean_backend: LeanStepper = Backend.AUTO,
        rocq_backend: RocqStepper = RocqBackend.COQIDETOP,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Answer clients of llmstep, llmsuggest, SGLang and OpenAI over HTTP, and check what is suggested."""
        where = {"host": host, "ports": tuple(port or (6000,)), "token": token, "project": project}
        asked = None if proposer is None else proposer.value
        who = {"models": tuple(model or ()), "proposer": asked, "model_memory_mb": model_memory}
        how = {"libraries": tuple(library or ()), "documents": documents, "learn": learn}
        how |= {"lean_backend": lean_backend.value, "rocq_backend": rocq_backend.value}
        how |= {"premises": premises, "cache": cache}
        dispatch("serve", (json, quiet, debug), **where, **who, **how, unsafe=unsafe)
