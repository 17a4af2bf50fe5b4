"""`holdfast library`: a library that grows from examples."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.isolation import find_sandbox
from holdfast.apps.library import LibraryConfig, open_findings
from holdfast.apps.library_looks import Function, find_function, functions_in
from holdfast.apps.library_page import as_page, read_story
from holdfast.apps.library_rehearsal import Rehearsal
from holdfast.core.errors import InfrastructureError, UserError
from holdfast.library.stages.experiment import LAST, Experiment
from holdfast.library.stages.tree import STAGES, finished, put, read_json
from holdfast.pipelines.dataset.spending import SpentError

__all__ = ["Config", "run"]


_FIGURES = ("board_exact", "board_f1_micro", "action_f1_micro", "valid")
"""Of the steps, with their intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    action: Literal["run", "status", "show", "report"]
    file: Path | None = None
    """Settings as TOML."""
    flags: Mapping[str, object] = field(default_factory=dict)
    """Settings of `LibraryConfig`, None for what is not said."""
    stage: str = "all"
    dry_run: bool = False
    folder: Path | None = None
    """The experiment that is looked at."""
    function: str = ""
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Do what was asked for."""
    if config.action == "run":
        return await _run(config, output)
    assert config.folder is not None
    if not config.folder.is_dir():
        raise UserError(f"{config.folder} is no folder: name that of an experiment")
    match config.action:
        case "status":
            return _status(config.folder, output)
        case "show":
            return _show(find_function(config.folder, config.function), output)
        case _:
            return _report(config.folder, output)


async def _run(config: Config, output: Output) -> Report:
    first, last = _stages(config.stage)
    settings = resolve(LibraryConfig, config.file, config.flags)
    cache = cache_directory(config.cache, os.environ)
    sandbox = await find_sandbox(cache, sink=output)
    opened = open_findings(
        settings, sandbox, os.environ, output, cache=cache, first=first, rehearse=config.dry_run
    )
    async with opened as findings:
        note = ""
        try:
            await Experiment(findings).run(last)
        except InfrastructureError:
            asker = findings.stages.asker
            if isinstance(asker, Rehearsal) and asker.unasked():
                return _estimate(asker, output)
            if asker is None or not isinstance(asker.stopped, SpentError):
                raise
            note = f"{asker.stopped}; what was done is kept"
        report = _status(findings.stages.folder, output, first, last)
    if not note:
        return report
    return Report(ExitCode.NOT_ACHIEVED, {**report.summary, "stopped": note}, (*report.body, f"{note}\n"))


def _estimate(asker: Rehearsal, output: Output) -> Report:
    """What would be asked next; nothing was."""
    table = Table(box=None, header_style="bold")
    for title in ("asked next for", "calls", "tokens asked", "tokens answered, at most", "cost, at most"):
        table.add_column(title, justify="left" if title.startswith("asked") else "right")
    for each in asker.unasked():
        output.result({"kind": "estimate", **asdict(each)})
        cost = "no price" if each.cost is None else f"{each.cost:.4f}"
        counts = (each.calls, each.prompt_tokens, each.completion_tokens)
        table.add_row(each.step, *(f"{count:,}" for count in counts), cost)
    return Report(ExitCode.ACHIEVED, {"calls": sum(each.calls for each in asker.unasked())}, (table,))


def _stages(told: str) -> tuple[int, int]:
    if told == "all":
        return 0, LAST
    if told.isdecimal() and int(told) <= LAST:
        return int(told), int(told)
    raise UserError(f"--stage {told}: there are the stages 0 to {LAST}, and all")


def _status(folder: Path, output: Output, first: int = 0, last: int = LAST) -> Report:
    found = finished(folder)
    if not found:
        raise UserError(f"{folder} holds no finished stage: make one with holdfast library run")
    table = Table(box=None, header_style="bold")
    for title in ("stage", "", "came to"):
        table.add_column(title, justify="right" if title == "stage" else "left")
    for number, name in STAGES.items():
        summary = found.get(number)
        if summary is not None and first <= number <= last:
            output.result({"kind": "stage", "name": name, **summary})
        told = "not finished" if summary is None else _told(summary)
        table.add_row(str(number), name.partition("_")[2], told)
    totals = {"finished": sorted(found), "folder": str(folder)}
    return Report(ExitCode.ACHIEVED, totals, (table, f"all files are in {folder}\n"))


def _told(summary: Mapping[str, Any]) -> str:
    """The figures of a stage in a line."""
    figures = []
    for name, value in summary.items():
        if name in {"stage", "measures"}:
            continue
        match value:
            case list():
                figures.append(f"{len(value)} {name}")
            case dict():
                figures += [f"{name} {key} {inner}" for key, inner in value.items()]
            case _:
                figures.append(f"{name} {value}")
    return ", ".join(figure.replace("_", " ") for figure in figures)


def _show(found: Function, output: Output) -> Report:
    record = found.record()
    output.result({"kind": "function", **record})
    lines = [
        found.candidate.source.rstrip(),
        "",
        f"proposed by {found.candidate.proposer}, entered in stage {found.stage} as number {found.number}",
        f"rests on {len(found.candidate.support)} tasks: {_some(found.candidate.support)}",
        f"used by the programs of {len(found.users)} tasks: {_some(found.users)}",
        f"called by {_some(found.callers) or 'no other function'}; calls {_some(found.callees) or 'none'}",
        f"examples: {found.examples}; versions: {', '.join(found.versions) or 'none kept'}",
        _usage(found),
    ]
    return Report(ExitCode.ACHIEVED, {"function": found.candidate.name}, ("\n".join(lines) + "\n",))


def _usage(found: Function) -> str:
    usage = found.usage
    if usage.success is None:
        if not found.versions:
            return "versions, and what came of programs that call it, are kept when a run ends"
        return "no program was recorded that calls it"
    return f"{usage.uses} programs that call it were recorded; success when used: {usage.success:.0%}"


def _some(names: tuple[str, ...], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _report(folder: Path, output: Output) -> Report:
    path = folder / "report.html"
    put(path, as_page(read_story(folder)))
    validation: Any = _read(folder, "validation_report.json")
    arms: Any = validation["arms"]
    use: Any = _read(folder, "usability_metrics.json")["arms"]
    table = Table(box=None, header_style="bold", title=f"{validation['shows']} of validation tasks")
    titles = (
        "tasks",
        "exact",
        "steps",
        *(name.replace("_", " ") for name in _FIGURES),
        "tokens",
        "functions",
    )
    for title in ("library", *titles):
        table.add_column(title, justify="left" if title == "library" else "right")
    for name, arm in arms.items():
        output.result({"kind": "arm", "name": name, "shows": validation["shows"], **arm, "use": use[name]})
        steps = arm["sets"]["all"]["step"]
        figures = (_share(steps["figures"][each]) for each in _FIGURES)
        told = (str(each) for each in (arm["tasks"], arm["exact_tasks"], steps["records"]))
        looks = (f"{use[name]['tokens_per_program']:.1f}", str(use[name]["functions_used"]))
        table.add_row(name, *told, *figures, *looks)
    reuse = Table(box=None, header_style="bold")
    for title in ("function", "proposer", "tasks it rests on", "programs that call it"):
        reuse.add_column(title, justify="right" if title.startswith(("tasks", "programs")) else "left")
    for each in functions_in(folder):
        counts = (str(len(each.candidate.support)), str(len(each.users)))
        reuse.add_row(each.candidate.name, each.candidate.proposer, *counts)
    for each in validation["comparisons"]:
        output.result({"kind": "comparison", **each})
    note = "exact, F1 and valid are of steps; tokens are those of a program that holds\n\n"
    said = {"arms": sorted(arms), "page": str(path)}
    return Report(ExitCode.ACHIEVED, said, (table, note, reuse, f"\nwith pictures: {path}\n"))


def _read(folder: Path, name: str) -> Mapping[str, Any]:
    """What the last stage that tries validation tasks wrote. Raises UserError where none has."""
    for stage in (6, 5):
        found = read_json(folder / STAGES[stage] / name) if stage in finished(folder) else None
        if found is not None:
            return found
    raise UserError(f"stage 5 of {folder} is not finished: run it with holdfast library run --stage 5")


def _share(figure: Mapping[str, Any]) -> str:
    told = f"{figure['value']:.1%}"
    interval = figure["interval"]
    return told if interval is None else f"{told} ({interval['low']:.1%} to {interval['high']:.1%})"
