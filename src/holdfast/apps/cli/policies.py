"""The options of the commands that train policies, and make what policies are trained on."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.apps.cli.options import (
    Asked,
    Cache,
    Debug,
    Dispatch,
    Jobs,
    Json,
    Model,
    Quiet,
    Unsafe,
)
from holdfast.apps.cli.searching import (
    ConfigFile,
    LearnFor,
    MostTheorems,
    RayAddress,
    Resume,
    Seed,
    ServerUrl,
    StoreFolder,
    TheoremLists,
    Where,
    model_of,
)

__all__ = ["add_policies"]


def add_policies(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""
    _add_train_policy(app, dispatch)
    _add_negatives(app, dispatch)
    _add_exports(app, dispatch)


_Pairs = Annotated[
    list[Path],
    typer.Option(
        "--pairs",
        metavar="FILE",
        readable=False,
        help="Pairs as JSON lines, or trajectories (.parquet); repeatable.",
    ),
]
_HeldOut = Annotated[
    float,
    typer.Option(
        "--held-out", min=0, max=0.99, metavar="SHARE", help="Share of the theorems that is left out."
    ),
]
_Language = Annotated[str, typer.Option("--language", metavar="NAME", help="rocq, lean or python.")]


_Base = Annotated[
    Path | None,
    typer.Option("--base", metavar="DIR", help="The model to begin with; else a small policy is made."),
]
_OutputDir = Annotated[
    Path,
    typer.Option("--output-dir", "-o", metavar="DIR", help="Where the adapter and the merged weights go."),
]
_Prompt = Annotated[
    str, typer.Option("--prompt", metavar="FORMAT", help="Prompt format that it will be asked by.")
]
_Steps = Annotated[int, typer.Option("--steps", min=1, metavar="N", help="How many updates.")]
_Batch = Annotated[int, typer.Option("--batch", min=1, metavar="N", help="Pairs in a batch.")]
_Accumulate = Annotated[int, typer.Option("--accumulate", min=1, metavar="N", help="Batches for one update.")]
_LearningRate = Annotated[float, typer.Option("--learning-rate", metavar="X", help="Its peak.")]
_Rank = Annotated[int, typer.Option("--rank", min=1, metavar="N", help="Rank of LoRA.")]
_Dropout = Annotated[float, typer.Option("--dropout", min=0, max=0.99, metavar="X", help="Dropout of LoRA.")]
_Head = Annotated[
    bool, typer.Option("--head", help="Train the output layer whole: for a model that knows little.")
]
_Longest = Annotated[
    int, typer.Option("--longest", min=16, metavar="TOKENS", help="Most tokens of prompt and step together.")
]
_Device = Annotated[str, typer.Option("--device", metavar="NAME", help="cpu, cuda, ...")]
_Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Seed of all that is drawn.")]


def _add_train_policy(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command("train-policy")
    def train_policy(
        *,
        pairs: _Pairs,
        base: _Base = None,
        output_dir: _OutputDir,
        language: _Language = "rocq",
        prompt: _Prompt = "proofstep.v1",
        steps: _Steps = 1500,
        batch: _Batch = 8,
        accumulate: _Accumulate = 1,
        learning_rate: _LearningRate = 2e-4,
        rank: _Rank = 16,
        dropout: _Dropout = 0.05,
        head: _Head = False,
        longest: _Longest = 1024,
        held_out: _HeldOut = 0.05,
        device: _Device = "cpu",
        seed: _Seed = 0,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Fine-tune a language model on the steps of audited proofs, with LoRA (extra `train`)."""
        settings = {
            "steps": steps,
            "batch": batch,
            "accumulate": accumulate,
            "learning_rate": learning_rate,
            "rank": rank,
            "dropout": dropout,
            "head": head,
            "longest": longest,
            "held_out": held_out,
            "device": device,
            "seed": seed,
        }
        dispatch(
            "train_policy",
            (json, quiet, debug),
            pairs=tuple(pairs),
            base=base,
            output_dir=output_dir,
            language=language,
            prompt=prompt,
            settings=settings,
        )


_TacticPairs = Annotated[
    Path | None,
    typer.Option("--tactic-pairs", metavar="FILE", readable=False, help="Pairs that tell the true proofs."),
]
_MinSteps = Annotated[
    int | None, typer.Option("--min-steps", min=1, metavar="N", help="Leave out shorter proofs.")
]
_CandidatesPerStep = Annotated[
    int | None,
    typer.Option("--candidates-per-step", min=1, metavar="N", help="Steps tried at a goal, else 8."),
]
_TargetNegatives = Annotated[
    int | None,
    typer.Option("--target-negatives", min=0, metavar="N", help="Most negatives of a theorem, else 15."),
]
_Routes = Annotated[
    int | None,
    typer.Option("--routes", min=0, metavar="N", help="Other proofs of a theorem that are audited, else 3."),
]
_NumTheorems = Annotated[
    int | None, typer.Option("--num-theorems", min=1, metavar="N", help="Only the first N theorems.")
]


def _add_negatives(app: typer.Typer, dispatch: Dispatch) -> None:
    def negatives(
        *,
        theorems: TheoremLists = None,
        tactic_pairs: _TacticPairs = None,
        output: StoreFolder = None,
        config: ConfigFile = None,
        min_steps: _MinSteps = None,
        candidates_per_step: _CandidatesPerStep = None,
        target_negatives: _TargetNegatives = None,
        routes: _Routes = None,
        num_theorems: _NumTheorems = None,
        proposer: Asked = None,
        model: Model = None,
        server_url: ServerUrl = None,
        learn: LearnFor = None,
        seed: Seed = None,
        unsafe: Unsafe = False,
        resume: Resume = False,
        jobs: Jobs = 1,
        executor: Where = "local",
        ray_address: RayAddress = None,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Walk true proofs, try other steps at each of their goals, and keep what the checker says."""
        asked = model_of(model, server_url)
        who = None if proposer is None else proposer.value
        what = {"theorems": theorems, "tactic_pairs": tactic_pairs, "num_theorems": num_theorems}
        how = {"candidates_per_step": candidates_per_step, "target_negatives": target_negatives}
        more = {"min_steps": min_steps, "routes": routes, "learn_s": learn, "seed": seed, "output": output}
        who_asks = {"model": asked, "proposer": who or ("mixed" if asked else None), "unsafe": unsafe or None}
        run = {"file": config, "resume": resume, "cache": cache}
        where = {"jobs": jobs, "executor": executor, "ray_address": ray_address}
        flags = {**what, **how, **more, **who_asks}
        dispatch("negatives", (json, quiet, debug), flags=flags, **run, **where)

    app.command("negatives")(negatives)
    app.command("generate-negatives", hidden=True)(negatives)


_Trajectories = Annotated[
    list[Path], typer.Option("--trajectories", metavar="DIR", help="A store of trajectories; repeatable.")
]
_Lines = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Where the pairs go, as JSON lines.")
]
_Asked = Annotated[
    str, typer.Option("--prompt", metavar="FORMAT", help="Prompt format that models are asked by.")
]
_PerGoal = Annotated[int, typer.Option("--per-goal", min=1, metavar="N", help="Most pairs at a goal.")]
_Astray = Annotated[
    bool, typer.Option("--astray", help="Steps that hold and lead nowhere are rejected, too.")
]
_PackageFolder = Annotated[
    Path, typer.Option("--output-dir", "-o", metavar="DIR", help="Where the package goes.")
]
_PackageName = Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the package.")]


def _add_exports(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command("export-preferences")
    def export_preferences(
        *,
        trajectories: _Trajectories,
        output: _Lines,
        language: _Language = "rocq",
        prompt: _Asked = "proofstep.v1",
        per_goal: _PerGoal = 8,
        astray: _Astray = False,
        held_out: _HeldOut = 0.0,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Write steps of audited proofs beside refused ones at the same goals, as TRL reads them."""
        fields = {"language": language, "prompt": prompt, "per_goal": per_goal, "astray": astray}
        stores = tuple(trajectories)
        dispatch(
            "export_preferences",
            (json, quiet, debug),
            trajectories=stores,
            output=output,
            held_out=held_out,
            **fields,
        )

    @app.command("export-environment")
    def export_environment(
        *,
        theorems: TheoremLists = None,
        output_dir: _PackageFolder,
        name: _PackageName = "holdfast-proofs",
        max_theorems: MostTheorems = None,
        held_out: _HeldOut = 0.0,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Write theorems as an environment for `verifiers`, rewarded by the audit."""
        fields = {"package": name, "max_theorems": max_theorems, "held_out": held_out}
        lists = tuple(theorems or ())
        dispatch("export_environment", (json, quiet, debug), theorems=lists, output_dir=output_dir, **fields)
