"""`holdfast dataset`: from a proof library to a training set, step by step."""

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.dataset_estimate import estimates
from holdfast.apps.dataset_models import open_models
from holdfast.apps.datasets import EXPORT, MODEL_STEPS, SPENT, STEPS, DatasetConfig, Pipeline, open_pipeline
from holdfast.apps.executors import executor_kind, open_executor
from holdfast.core.errors import InfrastructureError, UserError
from holdfast.core.seams import Executor
from holdfast.pipelines.dataset.chains import fault
from holdfast.pipelines.dataset.exporting import Exported
from holdfast.pipelines.dataset.keeping import histogram
from holdfast.pipelines.dataset.records import ChainTheorem, EvaluatedTheorem
from holdfast.pipelines.dataset.spending import SpentError
from holdfast.pipelines.dataset.timing import Timing, timing
from holdfast.pipelines.dataset.truth import Truth
from holdfast.pipelines.steps import Output as Finished
from holdfast.pipelines.steps import run_step
from holdfast.runtime.runs import publish

__all__ = ["Config", "run"]

_VERIFY = 90
"""The number under which verifications lie, behind all steps."""
_FIGURES = ("rows in", "rows out", "dropped", "cached", "calls", "tokens", "cost", "CPU s", "seconds")
"""What is told of a step, behind its number and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    action: Literal["run", "status", "verify"]
    file: Path | None = None
    """Settings as TOML."""
    flags: Mapping[str, object]
    """Settings of `DatasetConfig`, None for what is not said."""
    first: int = 0
    last: int = EXPORT
    sample: int | None = None
    """How many theorems are verified, None for all."""
    dry_run: bool = False
    """Only tell what steps 5 to 7 would ask."""
    plot_hist: bool = False
    """Draw how many searches and scripts the chains that are kept have."""
    jobs: int = 1
    executor: str = "local"
    ray_address: str | None = None
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Do what was asked for; the report is a table of steps."""
    settings = resolve(DatasetConfig, config.file, config.flags)
    _check(config, settings)
    pipeline = await open_pipeline(settings, cache_directory(config.cache, os.environ), output)
    async with AsyncExitStack() as stack:
        if settings.model is not None and not settings.skip_model_steps:
            opened = open_models(settings.model, settings.embed, settings.output, settings.ask, os.environ)
            pipeline.models = await stack.enter_async_context(opened)
        if config.action == "status":
            pipeline.find_all()
            return _report(pipeline, output)
        if config.dry_run:
            return _estimate(pipeline, output)
        return await _work(pipeline, config, output)


async def _work(pipeline: Pipeline, config: Config, output: Output) -> Report:
    kind = executor_kind(config.executor)
    pipeline.jobs = config.jobs
    with open_executor(kind, jobs=config.jobs, address=config.ray_address) as executor:
        if config.action == "verify":
            return await _verify(pipeline, config, executor, output)
        try:
            await pipeline.run(config.first, config.last, executor, output)
        except InfrastructureError:
            stopped = None if pipeline.models is None else pipeline.models.asker.stopped
            if not isinstance(stopped, SpentError):
                raise
            return _report(pipeline, output, note=f"{stopped}; what was done is kept\n")
    if config.plot_hist and MODEL_STEPS[-1] in pipeline.outputs:
        rows = pipeline.outputs[MODEL_STEPS[-1]].rows()
        drawing = histogram([ChainTheorem.model_validate(row.data) for row in rows])
        publish(pipeline.config.output / "chains.svg", drawing.encode())
    exported = pipeline.export() if config.last == EXPORT else None
    return _report(pipeline, output, exported)


def _check(config: Config, settings: DatasetConfig) -> None:
    known = (*STEPS, *MODEL_STEPS, EXPORT)
    if config.last not in known or config.first > config.last:
        raise UserError(f"steps go from 0 to {EXPORT}, and --from is not behind --to")
    if config.action != "run":
        return
    if settings.skip_model_steps and config.last in MODEL_STEPS:
        raise UserError(f"step {config.last} is one of those that --skip-model-steps leaves out")
    if settings.model is None and config.last not in STEPS and not settings.skip_model_steps:
        raise UserError(
            f"steps {MODEL_STEPS[0]} to {MODEL_STEPS[-1]} ask a language model: name one with --model, or go"
            " without chains of thought with --skip-model-steps"
        )


def _estimate(pipeline: Pipeline, output: Output) -> Report:
    """What would be asked; nothing is."""
    pipeline.find_all()
    if pipeline.models is None or STEPS[-1] not in pipeline.outputs:
        raise UserError(f"what will be asked is known when step {STEPS[-1]} is finished and a model is named")
    rows = pipeline.outputs[STEPS[-1]].rows()
    theorems = (EvaluatedTheorem.model_validate(row.data) for row in rows)
    found = estimates(theorems, pipeline.models.asker, pipeline.models.prices)
    table = Table(box=None, header_style="bold")
    for title in ("step", "calls", "tokens asked", "tokens answered", "cost"):
        table.add_column(title, justify="right")
    for each in found:
        output.result({"kind": "estimate", **asdict(each)})
        cost = "no price" if each.cost is None else f"{each.cost:.4f}"
        counts = (each.calls, each.prompt_tokens, each.completion_tokens)
        table.add_row(str(each.step), *(f"{count:,}" for count in counts), cost)
    costs = [each.cost for each in found if each.cost is not None]
    summary = {"calls": sum(each.calls for each in found), "cost": sum(costs) if costs else None}
    return Report(ExitCode.ACHIEVED, summary, (table,))


async def _verify(pipeline: Pipeline, config: Config, executor: Executor, output: Output) -> Report:
    pipeline.find_all()
    if STEPS[-1] not in pipeline.outputs:
        raise UserError(f"step {len(pipeline.outputs)} is not finished: run holdfast dataset run first")
    evaluated = pipeline.outputs[4]
    keys = [row.key for row in evaluated.rows()]
    if config.sample is not None and config.sample < len(keys):
        keys = random.Random(pipeline.config.split.seed).sample(keys, config.sample)  # noqa: S311
    step = pipeline.verification(frozenset(keys))
    found = await run_step(pipeline.config.output, _VERIFY, step, evaluated, executor, output)
    for lost in found.lost():
        output.result({"kind": "difference", **lost})
    text = f"{found.rows_out} of {found.rows_in} theorems replay to the recorded goals in a fresh checker\n"
    summary: dict[str, object] = {"verified": found.rows_out, "theorems": found.rows_in}
    holds = found.rows_out == found.rows_in
    told, counts = _beside_coqc(pipeline)
    text, summary = text + told, summary | counts
    if MODEL_STEPS[-1] in pipeline.outputs:
        chains, faults = _verify_chains(pipeline, output)
        holds = holds and not faults
        summary |= {"chains": chains, "chains_at_fault": faults}
        text += f"{chains - faults} of {chains} chains have the recorded proof and its results\n"
    return Report(ExitCode.ACHIEVED if holds else ExitCode.NOT_ACHIEVED, summary, (text,))


def _beside_coqc(pipeline: Pipeline) -> tuple[str, dict[str, object]]:
    """What the `.glob` files say that are installed beside the sources; nothing where there is none."""
    if pipeline.config.checker != "rocq":
        return "", {}
    truth = Truth(pipeline.outputs[0].rows(), pipeline.rocq.root)
    if not len(truth):
        return "", {}
    found = truth.compare(pipeline.outputs[1].rows(), pipeline.outputs[STEPS[-1]].rows())
    text = (
        f"{found.found} of {found.stated} theorems that coqc saw in {len(truth)} sources were found, and"
        f" {found.recalled} of {found.premises} names that it saw proofs use\n"
    )
    return text, asdict(found)


def _verify_chains(pipeline: Pipeline, output: Output) -> tuple[int, int]:
    """How many chains there are, and how many of them say something else of the proof than was recorded."""
    chains = faults = 0
    for row in pipeline.outputs[MODEL_STEPS[-1]].rows():
        detail = fault(ChainTheorem.model_validate(row.data))
        chains += 1
        if detail:
            faults += 1
            output.result({"kind": "difference", "key": row.key, "reason": "the chain", "detail": detail})
    return chains, faults


def _report(pipeline: Pipeline, output: Output, exported: Exported | None = None, note: str = "") -> Report:
    """What each step gave; a note says why not all was done."""
    steps = STEPS if pipeline.models is None else (*STEPS, *MODEL_STEPS)
    summary: dict[str, object] = {"finished": len(pipeline.outputs), "steps": len(steps)}
    text = [
        f"step {number}: {count} dropped: {reason}\n"
        for number, found in pipeline.outputs.items()
        for reason, count in found.dropped.items()
    ]
    if exported is not None:
        summary |= {
            "folder": str(exported.folder),
            "theorems": exported.theorems,
            "sentences": exported.steps,
            "chain_parts": exported.chains,
        }
        text.append(f"{sum(exported.theorems.values()):,} theorems are in {exported.folder}\n")
        if any(exported.chains.values()):
            text.append(f"and {sum(exported.chains.values()):,} parts of chains of thought\n")
    spent = sum((Counter(found.measures) for found in pipeline.outputs.values()), Counter[str]())
    summary |= {name: spent[name] for name in SPENT if name in spent}
    took = timing(pipeline.outputs[STEPS[-1]]) if STEPS[-1] in pipeline.outputs else None
    if took is not None:
        summary["sentence_times"] = asdict(took)
        text.append(_sentence_times(took))
    if note:
        summary["stopped"] = note.strip()
        text.append(note)
    code = ExitCode.NOT_ACHIEVED if note else ExitCode.ACHIEVED
    return Report(code, summary, (_table(pipeline, steps, output), *text))


def _table(pipeline: Pipeline, steps: Sequence[int], output: Output) -> Table:
    """The steps one by one, which are also told as records."""
    table = Table(box=None, header_style="bold")
    for title in ("step", "", *_FIGURES):
        table.add_column(title, justify="right" if title else "left")
    for number in steps:
        found = pipeline.outputs.get(number)
        if found is None:
            table.add_row(str(number), "not finished", *[""] * len(_FIGURES))
            continue
        output.result(_record(number, pipeline, found))
        table.add_row(str(number), pipeline.step(number).name, *_figures(found))
    return table


def _sentence_times(took: Timing) -> str:
    first = took.slowest[0]
    return (
        f"half of the sentences take no more than {1000 * took.p50_s:.1f} ms of CPU, 95 % no more than"
        f" {1000 * took.p95_s:.1f} ms; the slowest is sentence {first.sentence} of {first.theorem}:"
        f" {first.cpu_s:.2f} s\n"
    )


def _figures(found: Finished) -> list[str]:
    counts = (found.rows_in, found.rows_out, sum(found.dropped.values()), found.cached)
    measures = found.measures
    tokens = measures.get("prompt_tokens", 0) + measures.get("completion_tokens", 0)
    return [
        *(f"{count:,}" for count in counts),
        f"{measures['calls']:,.0f}" if "calls" in measures else "",
        f"{tokens:,.0f}" if tokens else "",
        f"{measures['cost']:.4f}" if "cost" in measures else "",
        f"{measures.get('cpu_s', 0):.1f}",
        f"{found.wall_s:.1f}",
    ]


def _record(number: int, pipeline: Pipeline, found: Finished) -> dict[str, object]:
    return {
        "kind": "step",
        "step": number,
        "name": pipeline.step(number).name,
        "rows_in": found.rows_in,
        "rows_out": found.rows_out,
        "dropped": dict(found.dropped),
        "cached": found.cached,
        "measures": dict(found.measures),
        "wall_s": found.wall_s,
        "folder": str(found.folder),
    }
