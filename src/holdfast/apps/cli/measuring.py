"""The options of the commands that measure provers and tell what they did."""

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
    Tests,
    Unsafe,
)
from holdfast.apps.cli.searching import (
    ConfigFile,
    CpuBudget,
    LearnFor,
    MostTheorems,
    PolicyFolder,
    RayAddress,
    Resume,
    Sample,
    Seed,
    ServerUrl,
    TheoremLists,
    ValueFolder,
    Where,
    model_of,
)

__all__ = ["add_measuring"]

_Trajectories = Annotated[
    list[Path],
    typer.Option(
        "--trajectories",
        "--input",
        metavar="FILE",
        readable=False,
        help="A store of trajectories, or a file of burn-qed; repeatable.",
    ),
]
_SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave damaged files out, instead of stopping.")]

_Result = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", readable=False, help="Where the result goes, as JSON."),
]
_Budgets = Annotated[
    str | None,
    typer.Option(
        "--budgets", "--max-rounds", metavar="N,N", help="Steps judged for a theorem, else 50,100,200."
    ),
]
_CpuBudgets = Annotated[
    str | None, typer.Option("--cpu-budgets", metavar="S,S", help="CPU seconds for a theorem.")
]
_Attempts = Annotated[
    int | None, typer.Option("--pass-n", min=1, metavar="N", help="Attempts at a theorem, else 1.")
]
_AllAttempts = Annotated[
    bool, typer.Option("--all-attempts", help="Go on after an attempt that succeeds: pass@k varies less.")
]
_Stores = Annotated[
    Path | None,
    typer.Option("--trajectories", metavar="DIR", help="Where trajectories go, else beside the result."),
]


def add_measuring(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare them in `app`."""
    _add_eval(app, dispatch)
    _add_compare(app, dispatch)
    _add_summary(app, dispatch)
    _add_probe(app, dispatch)
    _add_export_pairs(app, dispatch)


def _add_eval(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command("eval")
    def evaluate(
        *,
        theorems: TheoremLists = None,
        output: _Result = None,
        budgets: _Budgets = None,
        cpu_budgets: _CpuBudgets = None,
        pass_n: _Attempts = None,
        all_attempts: _AllAttempts = False,
        trajectories: _Stores = None,
        config: ConfigFile = None,
        max_theorems: MostTheorems = None,
        sample: Sample = None,
        seed: Seed = None,
        proposer: Asked = None,
        model: Model = None,
        server_url: ServerUrl = None,
        value: ValueFolder = None,
        policy: PolicyFolder = None,
        learn: LearnFor = None,
        tests: Tests = None,
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
        """Count the theorems of a list that a prover proves, at every budget, from one run."""
        asked = None if proposer is None else proposer.value
        which = {"theorems": theorems, "max_theorems": max_theorems, "sample": sample, "seed": seed}
        whom = {"proposer": asked, "model": model_of(model, server_url), "value": value, "tests": tests}
        steps, cpu = (None if text is None else text.split(",") for text in (budgets, cpu_budgets))
        much = {"budgets": steps, "cpu_budgets": cpu, "attempts": pass_n, "policy": policy, "learn_s": learn}
        more = {"every_attempt": all_attempts or None, "trajectories": trajectories, "unsafe": unsafe or None}
        where = {"jobs": jobs, "executor": executor, "ray_address": ray_address, "cache": cache}
        flags = {**which, **whom, **much, **more, "output": output}
        dispatch("eval", (json, quiet, debug), flags=flags, file=config, resume=resume, **where)


def _add_compare(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def compare(
        *,
        baseline: Annotated[
            Path | None,
            typer.Option(
                "--baseline",
                metavar="FILE",
                readable=False,
                help="A result of eval, or a store of trajectories.",
            ),
        ] = None,
        experiment: Annotated[
            Path | None,
            typer.Option(
                "--experiment", metavar="FILE", readable=False, help="Another one, to compare with it."
            ),
        ] = None,
        results: Annotated[
            list[Path] | None, typer.Option("--results", metavar="FILE", readable=False, hidden=True)
        ] = None,
        allow_different: Annotated[
            bool,
            typer.Option("--allow-different", help="Compare what both have of theorems and budgets."),
        ] = False,
        seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Seed of the bootstrap.")] = 0,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Compare two runs theorem by theorem: gained and lost, how sure that is, what a proof costs."""
        runs = [each for each in (baseline, experiment, *(results or ())) if each is not None]
        fields = {"allow_different": allow_different, "seed": seed}
        dispatch("compare", (json, quiet, debug), runs=tuple(runs), **fields)


def _add_summary(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def summary(
        *,
        trajectories: _Trajectories,
        sql: Annotated[
            list[str] | None,
            typer.Option(
                "--sql", metavar="QUERY", help="A SELECT over trajectories and theorems; - reads from stdin."
            ),
        ] = None,
        html: Annotated[
            Path | None,
            typer.Option("--html", metavar="DIR", help="Write a report, with a page for each theorem."),
        ] = None,
        skip_bad: _SkipBad = False,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Sum up trajectories: counts, shape of the search, where the time went; or answer SQL over them."""
        fields = {"sql": tuple(sql or ()), "html": html, "skip_bad": skip_bad}
        dispatch("summary", (json, quiet, debug), trajectories=tuple(trajectories), **fields)


def _add_probe(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command()
    def probe(
        *,
        theorems: TheoremLists = None,
        output: _Result = None,
        hard_theorems: Annotated[
            Path | None,
            typer.Option(
                "--hard-theorems", metavar="FILE", help="Write a list of the hard ones, for search."
            ),
        ] = None,
        config: ConfigFile = None,
        budget: CpuBudget = None,
        nodes: Annotated[
            int | None,
            typer.Option(
                "--nodes", "--max-rounds", min=1, metavar="N", help="Steps for a theorem, else 100."
            ),
        ] = None,
        max_theorems: MostTheorems = None,
        sample: Sample = None,
        seed: Seed = None,
        tests: Tests = None,
        unsafe: Unsafe = False,
        resume: Resume = False,
        jobs: Jobs = 1,
        cache: Cache = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Sort theorems into easy ones, which the embedded proposers prove, and hard ones."""
        which = {"theorems": theorems, "max_theorems": max_theorems, "sample": sample, "seed": seed}
        how = {"budget_s": budget, "nodes": nodes, "tests": tests, "unsafe": unsafe or None}
        flags = {**which, **how, "output": output, "hard_theorems": hard_theorems}
        run = {"file": config, "resume": resume, "jobs": jobs, "cache": cache}
        dispatch("probe", (json, quiet, debug), flags=flags, **run)


def _add_export_pairs(app: typer.Typer, dispatch: Dispatch) -> None:
    @app.command("export-proof-paths", hidden=True)
    @app.command("export-pairs")
    def export_pairs(
        *,
        trajectories: _Trajectories,
        output: Annotated[
            Path, typer.Option("--output", "-o", metavar="FILE", help="Where the pairs go, as JSON lines.")
        ],
        min_steps: Annotated[
            int, typer.Option("--min-steps", min=1, metavar="N", help="Leave shorter proofs out.")
        ] = 1,
        all_proofs: Annotated[
            bool, typer.Option("--all-proofs", help="Every audited proof of a theorem, not the first only.")
        ] = False,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Write the steps of audited proofs as pairs: the goal before a step, and the step."""
        fields = {"output": output, "min_steps": min_steps, "all_proofs": all_proofs}
        dispatch("export_pairs", (json, quiet, debug), trajectories=tuple(trajectories), **fields)
