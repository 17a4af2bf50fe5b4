"""The `holdfast` command: its options, and which module does what.

Command modules are imported when they are run, so that `--help` costs no more than reading this file.
"""

import importlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from holdfast import __version__
from holdfast.apps.cli.faces import add_faces
from holdfast.apps.cli.libraries import add_libraries
from holdfast.apps.cli.looping import add_looping
from holdfast.apps.cli.measuring import add_measuring
from holdfast.apps.cli.options import (
    PREMISES,
    Asked,
    Backend,
    Budget,
    Cache,
    Checker,
    Debug,
    Files,
    Jobs,
    Json,
    LeanStepper,
    Learn,
    Model,
    Premises,
    Quiet,
    Retrieved,
    RocqBackend,
    RocqStepper,
    RunDirectory,
    Sources,
    Target,
    Tests,
    Theorems,
    Unsafe,
)
from holdfast.apps.cli.policies import add_policies
from holdfast.apps.cli.retrieving import add_retrieving
from holdfast.apps.cli.searching import add_searching
from holdfast.apps.cli.stepwise import add_stepwise
from holdfast.apps.cli.training import add_training

__all__ = ["app", "main"]

app = typer.Typer(
    name="holdfast",
    help="Models propose, checkers decide, what holds is kept.",
    epilog="Exit codes: 0 all achieved, 1 not all achieved, 2 wrong use or input, 3 a tool or disk failed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

sandbox = typer.Typer(help="Where programs run that nobody vouches for.", no_args_is_help=True)
app.add_typer(sandbox, name="sandbox")

Python = Annotated[
    Path | None,
    typer.Option(
        "--python", metavar="PATH", readable=False, help="Whose libraries a Python file finds: .venv, ..."
    ),
]


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"holdfast {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def prove(
    files: Sources,
    *,
    theorem: Theorems = None,
    budget: Budget = 10.0,
    tests: Tests = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Fill functions whose tests a trivial body passes, too.")
    ] = False,
    strengthen: Annotated[
        bool, typer.Option("--strengthen", help="Propose tests that tell passing Python bodies apart.")
    ] = False,
    python: Python = None,
    unsafe: Unsafe = False,
    learn: Learn = 30.0,
    model: Model = None,
    proposer: Asked = None,
    premises: Premises = PREMISES,
    retrieve: Retrieved = 0,
    lean_backend: LeanStepper = Backend.AUTO,
    rocq_backend: RocqStepper = RocqBackend.COQIDETOP,
    write: Annotated[bool, typer.Option("--write", "-w", help="Put what was found into the files.")] = False,
    output: Target = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print what was found as a patch.")] = False,
    jobs: Jobs = 1,
    run: RunDirectory = None,
    cache: Cache = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fill the holes of Rocq, Lean and Python files: unproved theorems, functions without a body."""
    kept = {"jobs": jobs, "run": run, "cache": cache, "write": write, "output": output, "diff": diff}
    who = {"model": model, "proposer": None if proposer is None else proposer.value, "premises": premises}
    who |= {"retrieved": retrieve, "lean_backend": lean_backend.value, "rocq_backend": rocq_backend.value}
    _dispatch(
        "prove",
        (json, quiet, debug),
        files=tuple(files),
        theorems=tuple(theorem or ()),
        budget_s=budget,
        learn_s=learn,
        **kept,
        tests=tuple(tests or ()),
        accept=accept,
        strengthen=strengthen,
        python=python,
        unsafe=unsafe,
        **who,
    )


@app.command()
def learn(
    checker: Annotated[Checker, typer.Argument(metavar="rocq|lean", help="What is learned for.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            readable=False,
            help="Rocq files whose libraries are read, or Lean files and folders.",
        ),
    ] = None,
    *,
    library: Annotated[
        list[str] | None,
        typer.Option("--library", "-l", metavar="NAME", help="A library, as Require names it; repeatable."),
    ] = None,
    jobs: Jobs = 1,
    cache: Cache = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Learn from the proofs of installed libraries, once for each version of them, or of Lean files."""
    fields = {"files": tuple(files or ()), "libraries": tuple(library or ()), "jobs": jobs, "cache": cache}
    _dispatch("learn", (json, quiet, debug), checker=checker.value, **fields)


@app.command()
def audit(
    files: Files,
    *,
    coqchk: Annotated[
        bool, typer.Option("--coqchk", help="Also run coqchk over the compiled file; slow.")
    ] = False,
    original: Annotated[
        Path | None,
        typer.Option(
            "--original",
            metavar="FILE",
            readable=False,
            help="The file that statements must be unchanged from.",
        ),
    ] = None,
    allow_axiom: Annotated[
        list[str] | None,
        typer.Option("--allow-axiom", metavar="NAME", help="Proofs may rest on this axiom; repeatable."),
    ] = None,
    unsafe: Unsafe = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compile files in a fresh process and say which theorems are proved, and from which axioms."""
    _dispatch(
        "audit",
        (json, quiet, debug),
        files=tuple(files),
        coqchk=coqchk,
        original=original,
        allow_axioms=tuple(allow_axiom or ()),
        unsafe=unsafe,
    )


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A Python file.")],
    *,
    tests: Annotated[
        list[Path] | None,
        typer.Option(
            "--tests",
            "-T",
            metavar="FILE",
            readable=False,
            help="Tests: a pytest file, assertions, or records in .jsonl; repeatable.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="CPU time of one call.")
    ] = 5.0,
    memory: Annotated[
        int, typer.Option("--memory", min=64, metavar="MB", help="Memory of the program.")
    ] = 512,
    python: Python = None,
    beside: Annotated[
        bool,
        typer.Option(
            "--beside", help="Tests that fail apart may share a process with the program; weak verdicts."
        ),
    ] = False,
    unsafe: Unsafe = False,
    cache: Cache = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run the tests of a Python file in a sandbox, and judge what comes back outside of it."""
    _dispatch(
        "check",
        (json, quiet, debug),
        file=file,
        tests=tuple(tests or ()),
        timeout_s=timeout,
        memory_mb=memory,
        python=python,
        beside=beside,
        accept_unsafe=unsafe,
        cache=cache,
    )


@app.command()
def doctor(*, cache: Cache = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Say what is installed, what is missing, and the command that installs it."""
    _dispatch("doctor", (json, quiet, debug), cache=cache)


@sandbox.command("test")
def sandbox_test(
    *,
    only_this_user: Annotated[
        bool, typer.Option("--only-this-user", help="Do not test again as an ordinary user when root.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Attack each kind of sandbox that this machine has, and print what held."""
    _dispatch("sandbox", (json, quiet, debug), only_this_user=only_this_user)


def _dispatch(name: str, options: tuple[bool, bool, bool], **fields: object) -> NoReturn:
    """Run a command module's `run(Config(**fields), output)` and leave with its exit code."""
    running = importlib.import_module("holdfast.apps.cli.running")

    async def command(output: object) -> object:
        module = importlib.import_module(f"holdfast.apps.cli.{name}")
        return await module.run(module.Config(**fields), output)

    json, quiet, debug = options
    chosen = running.Options(json=json, quiet=quiet, debug=debug)
    raise typer.Exit(running.run_command(command, chosen, stdout=sys.stdout, stderr=sys.stderr))


add_faces(app, _dispatch)
add_retrieving(app, _dispatch)
add_searching(app, _dispatch)
add_measuring(app, _dispatch)
add_policies(app, _dispatch)
add_stepwise(app, _dispatch)
add_training(app, _dispatch)
add_looping(app, _dispatch)
add_libraries(app, _dispatch)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `holdfast` with the given arguments, or those of the process, and leave with an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(args=arguments)
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        running = importlib.import_module("holdfast.apps.cli.running")
        sys.exit(running.ended(error, running.Options(), stdout=sys.stdout, stderr=sys.stderr))
