"""`holdfast dataset`: from a proof library to a training set, step by step."""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.datasets import EXPORT, STEPS, DatasetConfig, Pipeline, open_pipeline
from holdfast.apps.executors import executor_kind, open_executor
from holdfast.core.errors import UserError
from holdfast.core.seams import Executor
from holdfast.pipelines.dataset.exporting import Exported
from holdfast.pipelines.dataset.rocq import Verify
from holdfast.pipelines.steps import Output as Finished
from holdfast.pipelines.steps import run_step

__all__ = ["Config", "run"]

_VERIFY = 90
"""The number under which verifications lie, behind all steps."""


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
    jobs: int = 1
    executor: str = "local"
    ray_address: str | None = None
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Do what was asked for; the report is a table of steps."""
    _check(config)
    settings = resolve(DatasetConfig, config.file, config.flags)
    pipeline = await open_pipeline(settings, cache_directory(config.cache, os.environ), output)
    if config.action == "status":
        return _status(pipeline, output)
    with open_executor(
        executor_kind(config.executor), jobs=config.jobs, address=config.ray_address
    ) as executor:
        if config.action == "verify":
            return await _verify(pipeline, config, executor, output)
        await pipeline.run(config.first, config.last, executor, output)
    exported = pipeline.export() if config.last == EXPORT else None
    return _report(pipeline, output, exported)


def _check(config: Config) -> None:
    if config.last not in {*STEPS, EXPORT} or config.first > config.last:
        raise UserError(f"steps are {', '.join(map(str, (*STEPS, EXPORT)))}, and --from is not behind --to")


def _status(pipeline: Pipeline, output: Output) -> Report:
    for number in STEPS:
        if not pipeline.find(number):
            break
    return _report(pipeline, output)


async def _verify(pipeline: Pipeline, config: Config, executor: Executor, output: Output) -> Report:
    for number in STEPS:
        if not pipeline.find(number):
            raise UserError(f"step {number} is not finished: run holdfast dataset run first")
    evaluated = pipeline.outputs[4]
    keys = [row.key for row in evaluated.rows()]
    if config.sample is not None and config.sample < len(keys):
        keys = random.Random(pipeline.config.split.seed).sample(keys, config.sample)  # noqa: S311
    step = Verify(pipeline.rocq, pipeline.outputs[0], frozenset(keys))
    found = await run_step(pipeline.config.output, _VERIFY, step, evaluated, executor, output)
    for lost in found.lost():
        output.result({"kind": "difference", **lost})
    text = f"{found.rows_out} of {found.rows_in} theorems replay to the recorded goals in a fresh Rocq\n"
    code = ExitCode.ACHIEVED if found.rows_out == found.rows_in else ExitCode.NOT_ACHIEVED
    return Report(code, {"verified": found.rows_out, "theorems": found.rows_in}, (text,))


def _report(pipeline: Pipeline, output: Output, exported: Exported | None = None) -> Report:
    table = Table(box=None, header_style="bold")
    for title in ("step", "", "rows in", "rows out", "dropped", "cached", "CPU s", "seconds"):
        table.add_column(title, justify="left" if not title else "right")
    for number in STEPS:
        found = pipeline.outputs.get(number)
        if found is None:
            table.add_row(str(number), "not finished", *[""] * 6)
            continue
        output.result(_record(number, pipeline, found))
        table.add_row(str(number), pipeline.step(number).name, *_figures(found))
    reasons = [
        f"step {number}: {count} dropped: {reason}\n"
        for number, found in pipeline.outputs.items()
        for reason, count in found.dropped.items()
    ]
    summary: dict[str, object] = {"finished": len(pipeline.outputs), "steps": len(STEPS)}
    if exported is not None:
        summary |= {
            "folder": str(exported.folder),
            "theorems": exported.theorems,
            "sentences": exported.steps,
        }
        reasons.append(f"{sum(exported.theorems.values()):,} theorems are in {exported.folder}\n")
    return Report(ExitCode.ACHIEVED, summary, (table, *reasons))


def _figures(found: Finished) -> list[str]:
    counts = (found.rows_in, found.rows_out, sum(found.dropped.values()), found.cached)
    return [
        *(f"{count:,}" for count in counts),
        f"{found.measures.get('cpu_s', 0):.1f}",
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
