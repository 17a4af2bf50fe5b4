"""`holdfast check`: which tests a Python file passes, judged from outside its process."""

import os
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.files import read_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.isolation import find_sandbox
from holdfast.apps.python.files import imports_of, surroundings
from holdfast.apps.python.libraries import find_libraries, own_libraries, preloaded
from holdfast.checkers.python.answers import Returned
from holdfast.checkers.python.collect import collect, module_name
from holdfast.checkers.python.grader import Grader, open_grader
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.checkers.python.read_records import Reference
from holdfast.checkers.python.suite import Suite
from holdfast.checkers.python.verdicts import CaseVerdict, Graded
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.events import Note, TaskFinished, TaskStarted

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to check, and how long to wait for it."""

    file: Path
    tests: tuple[Path, ...] = ()
    """Files of tests beside those in the file itself."""
    timeout_s: float = 5.0
    """CPU seconds of one call."""
    memory_mb: int = 512
    """In units of 2**20 bytes."""
    cache: Path | None = None
    python: Path | None = None
    """The interpreter, or the environment, whose libraries the program finds."""
    beside: bool = False
    """Whether test programs that fail apart may run in one process with the program, for a weak verdict."""
    accept_unsafe: bool = False
    """Whether it may run without a sandbox where none works."""


async def run(config: Config, output: Output) -> Report:
    """Run every test of one file; the report has one line a test."""
    source = read_source(config.file)
    files = [read_source(path) for path in config.tests]
    collected = collect(source, files)
    candidate = Candidate(module_name(source), source.text, surroundings(config.file, config.tests))
    cache = cache_directory(config.cache, os.environ)
    sandbox = await find_sandbox(cache, accept_unsafe=config.accept_unsafe, sink=output)
    limits = CallLimits(
        call_cpu_s=config.timeout_s, call_wall_s=3 * config.timeout_s, memory_mb=config.memory_mb
    )
    output.emit(TaskStarted(source.name, len(collected.suite.cases), "tests"))
    libraries = find_libraries(config.file, config.python, os.environ)
    preload = preloaded(imports_of(config.file), libraries)
    async with open_grader(sandbox, packages=own_libraries(), libraries=libraries, preload=preload) as grader:
        suite = collected.suite
        for reference in collected.references:
            suite += await _referred(grader, reference, limits)
        graded = await grader.grade(candidate, suite, limits=limits, beside=config.beside)
    _refuse_input(source, suite, graded)
    output.emit(TaskFinished(source.name, "passed" if graded.passed else "failed"))
    for record in _records(source, suite, graded):
        output.result(record)
    if graded.weak:
        output.emit(Note("a weak verdict rests on a comparison that the program defines itself"))
    return Report(
        exit_code=ExitCode.ACHIEVED if graded.passed else ExitCode.NOT_ACHIEVED,
        summary=_summary(graded),
        body=(_table(source, suite, graded), _sentence(graded) + "\n"),
    )


async def _referred(grader: Grader, reference: Reference, limits: CallLimits) -> Suite:
    """The tests that a reference solution gives answers for; those that it cannot answer are none."""
    answers = await grader.ask(Candidate("reference", reference.text), reference.calls, limits)
    if not any(isinstance(answer, Returned) for answer in answers):
        raise UserError(f"the reference solution of {reference.function} answers nothing: {answers[0]}")
    return reference.suite(answers)


def _refuse_input(source: Source, suite: Suite, graded: Graded) -> None:
    """Tell of input that cannot be checked at all. Raises SourceError."""
    if graded.unloadable:
        raise SourceError(f"this cannot be imported: {graded.unloadable}", file=source.name)
    if graded.broken:
        broken = next(verdict.name for verdict in graded.verdicts if graded.broken in verdict.message)
        origin = next(case.origin for case in suite.cases if case.name == broken)
        raise SourceError(f"the tests cannot be run: {graded.broken}", file=origin.file)


def _records(source: Source, suite: Suite, graded: Graded) -> list[dict[str, object]]:
    return [
        {
            "kind": "test",
            "file": source.name,
            "name": verdict.name,
            "origin": f"{case.origin.file}:{case.origin.line}",
            "test_kind": case.kind.value,
            "passed": verdict.passed,
            "weak": verdict.weak,
            "reason": verdict.reason.value if verdict.reason else "",
            "message": verdict.message,
            "shown": verdict.shown,
        }
        for case, verdict in zip(suite.cases, graded.verdicts, strict=True)
    ]


def _summary(graded: Graded) -> dict[str, object]:
    return {
        "tests": len(graded.verdicts),
        "passed": sum(verdict.passed for verdict in graded.verdicts),
        "failed": len(graded.failures),
        "weak": sum(verdict.weak for verdict in graded.verdicts),
        "level": str(graded.level),
        "cpu_s": round(graded.cpu_s, 3),
        "wall_s": round(graded.wall_s, 3),
    }


def _table(source: Source, suite: Suite, graded: Graded) -> Table:
    table = Table(title=Text(source.name), title_justify="left", box=None, header_style="bold")
    for title in ("test", "verdict", "what came back, or why not"):
        table.add_column(title, overflow="fold")
    for case, verdict in zip(suite.cases, graded.verdicts, strict=True):
        table.add_row(Text(case.name), _verdict(verdict), Text(_said(verdict)))
    return table


def _verdict(verdict: CaseVerdict) -> Text:
    word = "passed" if verdict.passed else str(verdict.reason)
    if verdict.weak:
        return Text("weak", style="yellow")
    return Text(word, style="green" if verdict.passed else "red")


def _said(verdict: CaseVerdict) -> str:
    text = verdict.shown if verdict.passed else verdict.message
    # What a program prints may hold what terminals obey.
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _sentence(graded: Graded) -> str:
    numbers = _summary(graded)
    text = f"{numbers['passed']} of {numbers['tests']} tests passed"
    return f"{text}, {numbers['weak']} of them weak" if numbers["weak"] else text
