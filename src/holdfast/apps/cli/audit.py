"""`holdfast audit`: which theorems of a file are proved, and from which axioms."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.files import read_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.lean.bench import audit_file
from holdfast.apps.rocq.here import find_rocq
from holdfast.checkers.rocq.audit import AuditSettings, audit
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.project import load_project
from holdfast.core.audits import AuditReport
from holdfast.core.errors import UserError
from holdfast.core.events import Note, TaskFinished, TaskStarted

__all__ = ["Config", "run"]

_ROCQ, _LEAN = ".v", ".lean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to audit, and how strictly."""

    files: tuple[Path, ...]
    original: Path | None = None
    """Where statements and assumptions of the one file come from; None takes files at their word."""
    coqchk: bool = False
    """Whether Rocq's second checker is run too."""
    allow_axioms: tuple[str, ...] = ()
    """Axioms that proofs may rest on wherever they are declared: fully qualified, or any end of that."""
    unsafe: bool = False
    """Whether Lean may run without a sandbox where none works."""


async def run(config: Config, output: Output) -> Report:
    """Audit each file; the report has one line a theorem."""
    if config.original is not None and len(config.files) != 1:
        raise UserError("--original goes with one file")
    for file in (*config.files, *((config.original,) if config.original else ())):
        if file.suffix not in {_ROCQ, _LEAN}:
            raise UserError(f"{file} does not end in .v or .lean; holdfast check judges Python files")
        read_source(file)  # a mistake in the last file is told before the first is audited
    cache = cache_directory(None, os.environ)
    is_rocq = any(file.suffix != _LEAN for file in config.files)
    installation = await find_rocq(cache, sink=output) if is_rocq else None
    reports: list[AuditReport] = []
    for file in config.files:
        output.emit(TaskStarted(str(file)))
        if installation is None or file.suffix == _LEAN:
            report = await _audit_lean(file, config, cache)
        else:
            report = await _audit(file, config, installation, output)
        reports.append(report)
        output.emit(TaskFinished(str(file), "refused" if _is_refused(report) else "proved"))
        for record in _records(report):
            output.result(record)
    refused = any(_is_refused(report) for report in reports)
    if any(theorem.reason == "axiom" for report in reports for theorem in report.theorems):
        output.emit(Note("an axiom that you accept is allowed with --allow-axiom NAME"))
    return Report(
        exit_code=ExitCode.NOT_ACHIEVED if refused else ExitCode.ACHIEVED,
        summary=_summary(reports),
        body=(*(_table(report) for report in reports), _sentence(reports) + "\n"),
    )


async def _audit_lean(file: Path, config: Config, cache: Path) -> AuditReport:
    original = None if config.original is None else read_source(config.original)
    allowed, unsafe = config.allow_axioms, config.unsafe
    return await audit_file(file, read_source(file), original, cache=cache, allowed=allowed, unsafe=unsafe)


async def _audit(file: Path, config: Config, installation: Installation, output: Output) -> AuditReport:
    source = read_source(file)
    original = None if config.original is None else read_source(config.original)
    project = load_project(file)
    for option in project.unsafe:
        output.emit(Note(f"{project.file}: {option} weakens Rocq and is left out of an audit", "warning"))
    settings = AuditSettings(coqchk=config.coqchk, allowed_axioms=frozenset(config.allow_axioms))
    return await audit(
        source,
        None if original is None else replace(original, name=str(config.original)),
        installation=installation,
        arguments=project.argv(),
        library=project.logical_name(file) or "",
        settings=settings,
    )


def _is_refused(report: AuditReport) -> bool:
    return bool(report.problems) or any(theorem.verdict == "refused" for theorem in report.theorems)


def _records(report: AuditReport) -> list[dict[str, object]]:
    """A record a theorem, then one a problem of the file as a whole."""
    theorems: list[dict[str, object]] = [
        {
            "kind": "theorem",
            "file": report.file,
            "name": theorem.name,
            "line": theorem.line,
            "verdict": theorem.verdict,
            "reason": theorem.reason,
            "message": theorem.message,
            "axioms": list(theorem.axioms),
        }
        for theorem in report.theorems
    ]
    problems: list[dict[str, object]] = [
        {"kind": "problem", "file": report.file, "message": text} for text in report.problems
    ]
    return theorems + problems


def _summary(reports: list[AuditReport]) -> dict[str, object]:
    theorems = [theorem for report in reports for theorem in report.theorems]
    return {
        "files": len(reports),
        "theorems": len(theorems),
        "proved": sum(theorem.verdict == "proved" for theorem in theorems),
        "refused": sum(theorem.verdict == "refused" for theorem in theorems),
        "problems": sum(len(report.problems) for report in reports),
        "levels": sorted({report.level for report in reports}),
        "checks": sorted({check for report in reports for check in report.checks}),
        "cpu_s": round(sum(report.cpu_s for report in reports), 3),
    }


def _table(report: AuditReport) -> Table:
    table = Table(title=Text(report.file), title_justify="left", box=None, header_style="bold")
    for title in ("line", "theorem", "verdict", "axioms, or why not"):
        table.add_column(title, overflow="fold", justify="right" if title == "line" else "left")
    for theorem in report.theorems:
        proved = theorem.verdict == "proved"
        said = ", ".join(theorem.axioms) if proved else f"{theorem.reason}: {theorem.message}"
        verdict = Text(theorem.verdict, style="green" if proved else "red")
        table.add_row(str(theorem.line), Text(theorem.name), verdict, Text(said))
    for problem in report.problems:
        table.add_row("", "", Text("refused", style="red"), Text(problem))
    return table


def _sentence(reports: list[AuditReport]) -> str:
    numbers = _summary(reports)
    text = f"{numbers['proved']} of {numbers['theorems']} theorems proved"
    return f"{text}, {numbers['problems']} problems" if numbers["problems"] else text
