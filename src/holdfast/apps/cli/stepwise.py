"""The options of the commands that work in steps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from holdfast.apps.cli.options import (
    Cache,
    Debug,
    Dispatch,
    Jobs,
    Json,
    Quiet,
)
from holdfast.apps.cli.options import Checker as CheckerKind
from holdfast.apps.cli.searching import RayAddress, Where

__all__ = ["add_stepwise"]

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
    Path | None, typer.Option("--project", metavar="DIR", help="A folder with a _CoqProject or .lean files.")
]
_Checker = Annotated[
    CheckerKind | None, typer.Option("--checker", help="Whose sources are read, else those of Rocq.")
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
_Model = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="SPEC", help="Who writes chains of thought: http://HOST/v1?model=NAME, ..."
    ),
]
_Embed = Annotated[
    str | None,
    typer.Option("--embed", metavar="SPEC", help="A model that ranks what searches find, else words."),
]
_Skip = Annotated[
    bool, typer.Option("--skip-model-steps", help="Go without chains of thought, from 4 to 10.")
]
_MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="AMOUNT", help="Stop before the answers of DIR cost more."),
]
_MeanDelay = Annotated[
    float | None,
    typer.Option(
        "--mean-delay", min=0, metavar="SECONDS", help="Mean of a drawn pause before each question."
    ),
]
_TopK = Annotated[
    int | None, typer.Option("--top-k", min=1, metavar="N", help="How many results a search has.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only estimate what steps 5 to 7 ask and cost.")]
_PlotHist = Annotated[bool, typer.Option("--plot-hist", help="Draw the sizes of kept chains to chains.svg.")]


def add_stepwise(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""
    group = typer.Typer(no_args_is_help=True, help="From a proof library to a training set, step by step.")
    app.add_typer(group, name="dataset")
    _add_run(group, dispatch)
    _add_step(group, dispatch)
    _add_status(group, dispatch)
    _add_verify(group, dispatch)


def _flags(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by their place in the configuration, of the options that a command was given."""
    told = {
        "libraries": tuple(given["library"]) if given["library"] else None,
        "choose.k_have": given["k_have"],
        "choose.k_wo_have": given["k_wo_have"],
        "ask.max_cost": given.get("max_cost"),
        "ask.mean_delay": given.get("mean_delay"),
        "skip_model_steps": given["skip_model_steps"] or None,
    }
    checker = given["checker"]
    told["checker"] = None if checker is None else checker.value
    same = ("output", "project", "dictionary", "model", "embed", "top_k")
    return told | {name: given[name] for name in same}


def _run(dispatch: Dispatch, given: Mapping[str, Any], bounds: Mapping[str, int]) -> NoReturn:
    """Run the steps of some bounds with the options that a command was given."""
    same = ("jobs", "executor", "ray_address", "cache", "dry_run", "plot_hist")
    fields = {name: given[name] for name in same}
    common = (given["json"], given["quiet"], given["debug"])
    dispatch("dataset", common, action="run", file=given["config"], flags=_flags(given), **bounds, **fields)


def _add_run(group: typer.Typer, dispatch: Dispatch) -> None:
    @group.command("run")
    def run_steps(
        *,
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        checker: _Checker = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        model: _Model = None,
        embed: _Embed = None,
        top_k: _TopK = None,
        skip_model_steps: _Skip = False,
        max_cost: _MaxCost = None,
        mean_delay: _MeanDelay = None,
        dry_run: _DryRun = False,
        plot_hist: _PlotHist = False,
        first: Annotated[int, typer.Option("--from", min=0, metavar="N", help="The first step.")] = 0,
        last: Annotated[int | None, typer.Option("--to", min=0, metavar="N", help="The last step.")] = None,
        jobs: Jobs = 1,
        executor: Where = "local",
        ray_address: RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Run the steps one after the other; what is finished is not done again, what was begun goes on."""
        bounds = {"first": first} if last is None else {"first": first, "last": last}
        _run(dispatch, locals(), bounds)


def _add_step(group: typer.Typer, dispatch: Dispatch) -> None:
    @group.command("step")
    def one_step(
        *,
        number: Annotated[int, typer.Argument(min=0, metavar="N", help="Which step.")],
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        checker: _Checker = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        model: _Model = None,
        embed: _Embed = None,
        top_k: _TopK = None,
        skip_model_steps: _Skip = False,
        max_cost: _MaxCost = None,
        mean_delay: _MeanDelay = None,
        dry_run: _DryRun = False,
        plot_hist: _PlotHist = False,
        jobs: Jobs = 1,
        executor: Where = "local",
        ray_address: RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Run one step; those before it must be finished."""
        _run(dispatch, locals(), {"first": number, "last": number})


def _add_status(group: typer.Typer, dispatch: Dispatch) -> None:
    @group.command("status")
    def status(
        *,
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        checker: _Checker = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        model: _Model = None,
        embed: _Embed = None,
        top_k: _TopK = None,
        skip_model_steps: _Skip = False,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Tell what each step took in and gave, and what it dropped and why."""
        flags = _flags(locals())
        dispatch("dataset", (json, quiet, debug), action="status", file=config, flags=flags, cache=cache)


def _add_verify(group: typer.Typer, dispatch: Dispatch) -> None:
    @group.command("verify")
    def verify(
        *,
        config: _File = None,
        output: _Output = None,
        library: _Libraries = None,
        project: _Project = None,
        checker: _Checker = None,
        dictionary: _Dictionary = None,
        k_have: _KHave = None,
        k_wo_have: _KWithout = None,
        model: _Model = None,
        embed: _Embed = None,
        top_k: _TopK = None,
        skip_model_steps: _Skip = False,
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
        """Replay what was recorded in a fresh Rocq or Lean, and compare each goal."""
        flags = _flags(locals())
        fields = {"sample": None if every else sample, "jobs": jobs, "cache": cache}
        dispatch("dataset", (json, quiet, debug), action="verify", file=config, flags=flags, **fields)
