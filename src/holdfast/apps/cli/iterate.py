"""`holdfast iterate`: search, learn from what the audit passed, measure, and again; with one report."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.executors import open_executor
from holdfast.apps.iteration.acts import RealActs
from holdfast.apps.iteration.config import IterateConfig
from holdfast.apps.iteration.lists import parted
from holdfast.apps.iteration.loop import Story, iterate
from holdfast.apps.iteration.records import Knowledge
from holdfast.apps.iteration.report import Line, as_json, as_page, lines
from holdfast.apps.iteration.stages import Stages
from holdfast.core.events import Note
from holdfast.runtime.runs import open_run, publish

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Which loop is run, and what the command line says against its file."""

    file: Path
    flags: Mapping[str, object] = field(default_factory=dict)
    """As `apps.config.resolve` takes them."""
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Run the loop, or go on with it; the report has a line an iteration. Raises UserError on wrong use."""
    wanted = resolve(IterateConfig, config.file, config.flags)
    cache = cache_directory(config.cache, os.environ)
    learning, held_out = await parted(wanted)
    output.emit(Note(f"{len(learning)} theorems to learn from, {len(held_out)} held out"))
    machine = wanted.machine
    with (
        open_run(wanted.output, wanted, command="iterate") as opened,
        open_executor(machine.executor, jobs=machine.jobs, address=machine.ray_address) as executor,
    ):
        acts = RealActs(wanted, learning, held_out, executor, cache, output)
        start = Knowledge(model=wanted.search.model)
        stages = Stages(opened, output)
        report = partial(_write, wanted)
        count = wanted.iterations
        story = await iterate(stages, acts, wanted.gates, count=count, start=start, report=report)
    told = lines(story)
    for line in as_json(story, told)["iterations"]:
        output.result({"kind": "iteration", **line})
    return Report(ExitCode.ACHIEVED, _summary(story, wanted.output), _body(story, told, wanted.output))


def _write(wanted: IterateConfig, story: Story) -> None:
    told = lines(story)
    publish(wanted.output / "report.json", json.dumps(as_json(story, told), indent=2).encode() + b"\n")
    title = f"Iterations of {wanted.theorems.name}"
    publish(wanted.output / "report.html", as_page(story, told, title=title).encode())


def _summary(story: Story, home: Path) -> dict[str, object]:
    return {
        "iterations": len(story.iterations) - 1,
        "solved": story.best.solved,
        "total": story.best.total,
        "stopped": story.stopped,
        "knowledge": story.knowledge.model_dump(mode="json"),
        "report": str(home / "report.html"),
    }


def _body(story: Story, told: Sequence[Line], home: Path) -> tuple[Table | str, ...]:
    table = Table(box=None, header_style="bold")
    for title in (
        "iteration",
        "new proofs",
        "solved",
        "of",
        "95 %",
        "gained",
        "lost",
        "p",
        "used",
        "CPU-s",
        "s",
    ):
        table.add_column(title, justify="right")
    for line in told:
        table.add_row(*_row(line))
    early = f"stopped early: {story.stopped}\n" if story.stopped else ""
    return (table, f"\n{early}{home / 'report.html'}\n")


def _row(line: Line) -> tuple[str, ...]:
    iteration, at = line.iteration, line.against_start
    proofs = "" if iteration.searched is None else str(iteration.searched.record.proved)
    if iteration.evaluated is None:
        measured = ("-",) * 6
    else:
        told = iteration.evaluated.record
        since = ("", "", "") if at is None else (str(len(at.gained)), str(len(at.lost)), f"{at.p_value:.3g}")
        measured = (str(told.solved), str(told.total), f"{told.low:.1%} to {told.high:.1%}", *since)
    used = ("yes" if iteration.adopted else "no") if iteration.number else "start"
    return (str(iteration.number), proofs, *measured, used, f"{line.cpu_s:,.0f}", f"{line.wall_s:,.0f}")
