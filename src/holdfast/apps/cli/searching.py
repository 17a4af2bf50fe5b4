"""The options of the command that searches lists of theorems, and those that it shares with others."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.apps.cli.options import (
    Asked,
    Backend,
    Cache,
    Debug,
    Dispatch,
    Json,
    Model,
    Quiet,
    RocqBackend,
    Tests,
    Unsafe,
)

__all__ = [
    "ConfigFile",
    "CpuBudget",
    "DryRun",
    "EncoderOption",
    "Imports",
    "LearnFor",
    "MostPremises",
    "MostTheorems",
    "Nodes",
    "PolicyFolder",
    "RayAddress",
    "Resume",
    "Sample",
    "Seed",
    "ServerUrl",
    "StatedIn",
    "StoreFolder",
    "TheoremLists",
    "ValueFolder",
    "ValueWeight",
    "Where",
    "Workers",
    "add_searching",
    "model_of",
]

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", readable=False, help="Settings as TOML; options win over them."),
]
TheoremLists = Annotated[
    list[Path] | None,
    typer.Option(
        "--theorems",
        metavar="FILE",
        readable=False,
        help="A list (.json, .jsonl), a .v, .lean or .py file, or a folder of them; repeatable.",
    ),
]
CpuBudget = Annotated[
    float | None,
    typer.Option("--budget", "-b", min=0, metavar="SECONDS", help="CPU time for a theorem, else 10."),
]
Nodes = Annotated[
    int | None, typer.Option("--nodes", min=1, metavar="N", help="Most steps judged for a theorem.")
]
MostTheorems = Annotated[
    int | None, typer.Option("--max-theorems", min=1, metavar="N", help="Only the first N theorems.")
]
StatedIn = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="NAME",
        help="Language of statements in lists that do not say: rocq or lean, else lean.",
    ),
]
Imports = Annotated[
    str | None,
    typer.Option("--imports", metavar="A,B", help="What statements in lists rest on, where they do not say."),
]
Workers = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", "--num-workers", "--concurrency", min=1, metavar="N", help="How many run at once."
    ),
]
Sample = Annotated[
    int | None, typer.Option("--sample", min=1, metavar="N", help="Only N theorems, drawn by --seed.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, metavar="N", help="Seed of all that is drawn, else 0.")
]
ServerUrl = Annotated[
    str | None,
    typer.Option("--server-url", metavar="URL", help="An SGLang server, as --model sglang+URL names it."),
]
ValueFolder = Annotated[
    Path | None,
    typer.Option(
        "--value", "--ebm-path", metavar="DIR", readable=False, help="A value function that was trained."
    ),
]
PolicyFolder = Annotated[
    Path | None,
    typer.Option("--policy", metavar="DIR", readable=False, help="A small policy that was trained."),
]

MostPremises = Annotated[
    int | None,
    typer.Option(
        "--premises",
        min=0,
        max=64,
        metavar="K",
        help="How many theorems a prompt for a Rocq goal names, else 10; 0 for none.",
    ),
]
StoreFolder = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", readable=False, help="Where trajectories go."),
]
LearnFor = Annotated[
    float | None,
    typer.Option("--learn", min=0, metavar="SECONDS", help="Longest wait for new libraries, else 30."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with a store: nothing that is finished is repeated.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check all that can be checked, and search nothing.")]
Where = Annotated[
    str, typer.Option("--executor", metavar="KIND", help="Where workers run: local, or ray for a cluster.")
]
RayAddress = Annotated[
    str | None,
    typer.Option("--ray-address", metavar="ADDRESS", help="A running cluster: auto, or its address."),
]

ValueWeight = Annotated[
    float | None,
    typer.Option(
        "--value-weight", min=0, metavar="W", help="What the value counts, instead of what was fitted."
    ),
]
EncoderOption = Annotated[
    str | None,
    typer.Option("--encoder", metavar="SPEC", help="Who encodes goals for the value, else the embedded one."),
]


_LeanStepper = Annotated[
    Backend | None,
    typer.Option(
        "--lean-backend", envvar="HOLDFAST_LEAN_BACKEND", help="What steps through Lean proofs, else auto."
    ),
]
_RocqStepper = Annotated[
    RocqBackend | None,
    typer.Option(
        "--rocq-backend",
        envvar="HOLDFAST_ROCQ_BACKEND",
        help="What steps through Rocq proofs, else coqidetop.",
    ),
]


def add_searching(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare the command in `app`."""

    @app.command()
    def search(
        *,
        theorems: TheoremLists = None,
        language: StatedIn = None,
        imports: Imports = None,
        output: StoreFolder = None,
        config: ConfigFile = None,
        budget: CpuBudget = None,
        nodes: Nodes = None,
        max_theorems: MostTheorems = None,
        sample: Sample = None,
        seed: Seed = None,
        proposer: Asked = None,
        model: Model = None,
        server_url: ServerUrl = None,
        premises: MostPremises = None,
        value: ValueFolder = None,
        policy: PolicyFolder = None,
        value_weight: ValueWeight = None,
        encoder: EncoderOption = None,
        learn: LearnFor = None,
        tests: Tests = None,
        unsafe: Unsafe = False,
        lean_backend: _LeanStepper = None,
        rocq_backend: _RocqStepper = None,
        resume: Resume = False,
        dry_run: DryRun = False,
        jobs: Workers = 1,
        executor: Where = "local",
        ray_address: RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Search a list of theorems, and keep every step that was tried as data to learn from."""
        stated = {"language": language, "imports": imports.split(",") if imports else None}
        asked = {"proposer": proposer, "model": model_of(model, server_url), "premises": premises}
        what = {"theorems": theorems, "max_theorems": max_theorems, "sample": sample, "seed": seed}
        valued = {"value": value, "value_weight": value_weight, "encoder": encoder, "policy": policy}
        more = {"learn_s": learn, "tests": tests, "unsafe": unsafe or None, "output": output}
        how = {"budget_s": budget, "nodes": nodes, "lean_backend": lean_backend, "rocq_backend": rocq_backend}
        run = {"file": config, "resume": resume, "dry_run": dry_run, "cache": cache}
        where = {"jobs": jobs, "executor": executor, "ray_address": ray_address}
        flags = {**stated, **asked, **what, **how, **valued, **more}
        dispatch("search", (json, quiet, debug), flags=flags, **run, **where)


def model_of(model: str | None, server_url: str | None) -> str | None:
    """The model that the user means by one of two options."""
    if model is None and server_url is not None:
        return f"sglang+{server_url}"
    return model
