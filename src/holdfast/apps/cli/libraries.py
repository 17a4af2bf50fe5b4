"""The options of the commands that grow libraries from examples."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from holdfast.apps.cli.options import Cache, Debug, Dispatch, Json, Quiet

__all__ = ["DomainName", "add_libraries"]


class DomainName(StrEnum):
    """What the tasks are about."""

    BOARDS = "boards"
    GRIDS = "grids"
    LISTS = "lists"
    PROOFS = "proofs"


_File = Annotated[
    Path | None,
    typer.Argument(metavar="[CONFIG.toml]", readable=False, show_default=False, help="Settings as TOML."),
]
_Name = Annotated[
    str | None, typer.Option("--experiment-name", metavar="NAME", help="What the experiment is called.")
]
_OutputDir = Annotated[
    Path | None, typer.Option("--output-dir", metavar="DIR", help="Where experiments lie, else experiments.")
]
_Train = Annotated[
    Path | None,
    typer.Option("--train-set", metavar="FILE", readable=False, help="Tasks that the library is made from."),
]
_Validation = Annotated[
    Path | None,
    typer.Option("--validation-set", metavar="FILE", readable=False, help="Tasks that it is tried on."),
]
_Reference = Annotated[
    Path | None,
    typer.Option(
        "--reference-library",
        metavar="FILE",
        help="Python functions that people wrote, to measure the library against.",
    ),
]
_Domain = Annotated[
    DomainName | None, typer.Option("--domain", help="What the tasks are about, else boards.")
]
_Model = Annotated[
    str | None,
    typer.Option("--model", metavar="SPEC", help="Also ask a model: http://HOST/v1?model=NAME, ..."),
]
_BatchSize = Annotated[
    int | None, typer.Option("--batch-size", min=1, metavar="N", help="Instructions read at once.")
]
_MetaBatchSize = Annotated[
    int | None, typer.Option("--meta-batch-size", min=2, metavar="N", help="Summaries merged at once.")
]
_Temperature = Annotated[
    float | None,
    typer.Option("--temperature", min=0, max=5, metavar="T", help="Of all questions, else each prompt's."),
]
_MaxTokens = Annotated[
    int | None, typer.Option("--max-tokens", min=1, metavar="N", help="Of all answers, else each prompt's.")
]
_Refinement = Annotated[
    int | None, typer.Option("--refinement-iterations", min=0, metavar="N", help="Rounds of stage 2, else 3.")
]
_Cycles = Annotated[
    int | None, typer.Option("--max-extension-cycles", min=0, metavar="N", help="Of stage 6, else 3.")
]
_Workers = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Programs, and questions, at once.")
]
_Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Of all that is drawn, else 42.")]
_MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, metavar="AMOUNT", help="Stop before the answers cost more."),
]
_Vision = Annotated[
    bool, typer.Option("--vision", help="Show the model pictures of training tasks and of starts.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only estimate what the next stage asks and costs.")]
_Folder = Annotated[
    Path, typer.Argument(metavar="DIR", readable=False, help="The experiment: its folder in --output-dir.")
]


def add_libraries(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""
    group = typer.Typer(no_args_is_help=True, help="A library that grows from examples, stage by stage.")
    app.add_typer(group, name="library")
    _add_run(group, dispatch)
    _add_looks(group, dispatch)


def _flags(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by their place in the configuration, of the options that a command was given."""
    domain = given["domain"]
    same = (
        "experiment_name",
        "output_dir",
        "train_set",
        "validation_set",
        "reference_library",
        "model",
        "workers",
    )
    stages = (
        "batch_size",
        "meta_batch_size",
        "temperature",
        "max_tokens",
        "refinement_iterations",
        "max_extension_cycles",
        "seed",
    )
    return {
        "domain": None if domain is None else domain.value,
        "ask.max_cost": given["max_cost"],
        "stages.vision": given["vision"] or None,
        **{name: given[name] for name in same},
        **{f"stages.{name}": given[name] for name in stages},
    }


def _add_run(group: typer.Typer, dispatch: Dispatch) -> None:
    @group.command("run")
    def run_stages(
        *,
        config: _File = None,
        experiment_name: _Name = None,
        stage: Annotated[str, typer.Option("--stage", metavar="0..6|all", help="Which stage.")] = "all",
        train_set: _Train = None,
        validation_set: _Validation = None,
        reference_library: _Reference = None,
        domain: _Domain = None,
        model: _Model = None,
        batch_size: _BatchSize = None,
        meta_batch_size: _MetaBatchSize = None,
        temperature: _Temperature = None,
        max_tokens: _MaxTokens = None,
        refinement_iterations: _Refinement = None,
        max_extension_cycles: _Cycles = None,
        workers: _Workers = None,
        seed: _Seed = None,
        output_dir: _OutputDir = None,
        max_cost: _MaxCost = None,
        vision: _Vision = False,
        dry_run: _DryRun = False,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Run one stage, or all: what is finished is not done again, what was begun goes on."""
        told = {"stage": stage, "dry_run": dry_run, "cache": cache}
        flags = _flags(locals())
        dispatch("library", (json, quiet, debug), action="run", file=config, flags=flags, **told)


def _add_looks(group: typer.Typer, dispatch: Dispatch) -> None:
    @group.command("status")
    def status(folder: _Folder, *, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
        """Tell which stages are finished, and what each came to."""
        dispatch("library", (json, quiet, debug), action="status", folder=folder)

    @group.command("show")
    def show(
        folder: _Folder,
        function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Its name.")],
        *,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Show a function: its code, its documentation and examples, where it comes from, who uses it."""
        dispatch("library", (json, quiet, debug), action="show", folder=folder, function=function)

    @group.command("report")
    def report(folder: _Folder, *, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
        """Tell how programs for validation tasks did, what is reused, and what was refused and why."""
        dispatch("library", (json, quiet, debug), action="report", folder=folder)
