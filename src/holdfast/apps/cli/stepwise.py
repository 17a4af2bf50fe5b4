"""The options of the commands that work in steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeAlias

import typer

from holdfast.apps.cli.options import Cache, Debug, Jobs, Json, Quiet

__all__ = ["add_stepwise"]

_Dispatch: TypeAlias = Callable[..., NoReturn]
"""Runs the command module of a name with the options that all commands have, and its own."""

_File = Annotated[
    Path | None,
    typer.Argument(metavar="[CONFIG.toml]", readable=False, show_default=False, help="Settings as TOML."),
]
_Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="The folder that all steps write to.")
]
_Libraries = Annotated[
    list[str] | None,
    typer.Option("--library", metavar="NAME", help="Installed libraries by the beginning of their names."),
]
_Project = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="A folder with a _CoqProject, all its files.")
]
_Dictionary = Annotated[
    Path | None,
    typer.Option("--dictionary", metavar="FILE", readable=False, help="Docstrings by full name, as JSON."),
]
_KHave = Annotated[
    int | None, typer.Option("--k-have", min=0, metavar="N", help="Theorems with a have that are chosen.")
]
_KWithout = Annotated[
    int | None, typer.Option("--k-wo-have", min=0, metavar="N", help="Theorems without one.")
]
_Executor = Annotated[str, typer.Option("--executor", metavar="KIND", help="local, or ray.")]
_RayAddress = Annotated[str | None, typer.Option("--ray-address", metavar="ADDRESS", help="The Ray cluster.")]


def add_stepwise(app: typer.Typer, dispatch: _Dispatch) -> None:
    """Declare them in `app`."""
    group = typer.Typer(no_args_is_help=True, help="From a proof library to a training set, step by step.")
    app.add_typer(group, name="dataset")
    _add_run(group, dispatch)
    _add_step(group, dispatch)
    _add_status(group, dispatch)
    _add_verify(group, dispatch)


def _flags(
    output: Path | None,
    libraries: list[str] | None,
    project: Path | None,
    dictionary: Path | None = None,
    k_have: int | None = None,
    k_wo_have: int | None = None,
) -> dict[str, Any]:
    return {
        "output": output,
        "libraries": tuple(libraries) if libraries else None,
        "project": project,
        "dictionary": dictionary,
        "choose.k_have": k_have,
        "choose.k_wo_have": k_wo_have,
    }


def _add_run(group: typer.Typer, dispatch: _Dispatch) -> None:
    @group.command("run")
    def run_steps(
        *,
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        first: Annotated[int, typer.Option("--from", min=0, metavar="N", help="The first step.")] = 0,
        last: Annotated[int | None, typer.Option("--to", min=0, metavar="N", help="The last step.")] = None,
        jobs: Jobs = 1,
        executor: _Executor = "local",
        ray_address: _RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Run the steps one after the other; what is finished is not done again, what was begun goes on."""
        flags = _flags(output, library, project, dictionary, k_have, k_wo_have)
        bounds = {"first": first} if last is None else {"first": first, "last": last}
        workers = {"jobs": jobs, "executor": executor, "ray_address": ray_address, "cache": cache}
        dispatch("dataset", (json, quiet, debug), action="run", file=config, flags=flags, **bounds, **workers)


def _add_step(group: typer.Typer, dispatch: _Dispatch) -> None:
    @group.command("step")
    def one_step(
        *,
        number: Annotated[int, typer.Argument(min=0, metavar="N", help="Which step.")],
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        jobs: Jobs = 1,
        executor: _Executor = "local",
        ray_address: _RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Run one step; those before it must be finished."""
        flags = _flags(output, library, project, dictionary, k_have, k_wo_have)
        workers = {"jobs": jobs, "executor": executor, "ray_address": ray_address, "cache": cache}
        bounds = {"first": number, "last": number}
        dispatch("dataset", (json, quiet, debug), action="run", file=config, flags=flags, **bounds, **workers)


def _add_status(group: typer.Typer, dispatch: _Dispatch) -> None:
    @group.command("status")
    def status(
        *,
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Tell what each step took in and gave, and what it dropped and why."""
        flags = _flags(output, library, project, dictionary, k_have, k_wo_have)
        dispatch("dataset", (json, quiet, debug), action="status", file=config, flags=flags, cache=cache)


def _add_verify(group: typer.Typer, dispatch: _Dispatch) -> None:
    @group.command("verify")
    def verify(
        *,
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        sample: Annotated[
            int, typer.Option("--sample", min=1, metavar="N", help="How many theorems, drawn.")
        ] = 100,
        every: Annotated[bool, typer.Option("--all", help="All theorems.")] = False,
        jobs: Jobs = 1,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Replay what was recorded in a fresh Rocq, and compare each goal."""
        flags = _flags(output, library, project, dictionary, k_have, k_wo_have)
        fields = {"sample": None if every else sample, "jobs": jobs, "cache": cache}
        dispatch("dataset", (json, quiet, debug), action="verify", file=config, flags=flags, **fields)
