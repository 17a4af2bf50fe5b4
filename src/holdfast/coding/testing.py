"""Tests programs: by the grader of the Python checker, and by what whole programs print."""

import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.checkers.python.collect import collect
from holdfast.checkers.python.grader import open_grader
from holdfast.checkers.python.program import Candidate
from holdfast.checkers.python.verdicts import CaseVerdict
from holdfast.coding.languages import Language
from holdfast.coding.records import (
    Case,
    CaseReport,
    Listener,
    RunRequest,
    RunResult,
    Stage,
    TestReport,
    TestRequest,
)
from holdfast.coding.running import build, run_built
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["MODULE", "test"]

MODULE = "solution"
"""The name under which tests of Python import the program."""
_MOST_CASES = 100
_CASE_S = 30.0
_SHOWN = 300
_NO_TESTS = TestReport(problem="there are no tests: give some, or have some proposed", faulty_tests=True)


async def test(
    request: TestRequest, language: Language, sandbox: Sandbox, packages: Sequence[Path], listener: Listener
) -> TestReport:
    """The verdict on a program; what is wrong with the tests themselves is told as the problem.

    The verdict is made outside of the program's process, and what is expected never enters it. Raises
    UserError where the language has no tests of that kind, InfrastructureError where the sandbox fails.
    """
    if request.tests.strip() and language.tests != "python":
        raise UserError(f"programs in {language.title} are tested by cases of input and output")
    if len(request.cases) > _MOST_CASES:
        raise UserError(f"there are {len(request.cases)} cases, and at most {_MOST_CASES} are run at once")
    started = time.monotonic()
    reports = []
    if language.tests == "python" and (request.tests.strip() or not request.cases):
        reports.append(await _graded(request, sandbox, packages, listener))
    if request.cases:
        reports.append(await _compared(request, language, sandbox, listener))
    if not reports:
        return _NO_TESTS
    return TestReport(
        cases=tuple(case for report in reports for case in report.cases),
        problem="; ".join(report.problem for report in reports if report.problem),
        faulty_tests=any(report.faulty_tests for report in reports),
        cpu_s=sum(report.cpu_s for report in reports),
        wall_s=time.monotonic() - started,
        isolation=str(sandbox.level),
    )


async def _graded(
    request: TestRequest, sandbox: Sandbox, packages: Sequence[Path], listener: Listener
) -> TestReport:
    """By the grader: doctests of the program, and what stands in the test file."""
    program = Source(f"{MODULE}.py", request.code)
    files = [Source(f"test_{MODULE}.py", request.tests)] if request.tests.strip() else []
    try:
        suite = collect(program, files).suite
    except SourceError as error:
        return TestReport(problem=str(error), faulty_tests=error.file != program.name)
    except UserError:
        return _NO_TESTS
    listener(Stage("testing", f"{len(suite.cases)} tests"))
    async with open_grader(sandbox, packages=packages) as grader:
        graded = await grader.grade(Candidate(MODULE, request.code), suite)
    places = {case.name: case.origin.line for case in suite.cases}
    return TestReport(
        cases=tuple(_case(verdict, places.get(verdict.name, 0)) for verdict in graded.verdicts),
        problem=graded.unloadable or graded.broken,
        cpu_s=graded.cpu_s,
    )


def _case(verdict: CaseVerdict, line: int) -> CaseReport:
    reason = "" if verdict.reason is None else str(verdict.reason)
    return CaseReport(verdict.name, verdict.passed, reason, verdict.message, verdict.weak, line)


async def _compared(
    request: TestRequest, language: Language, sandbox: Sandbox, listener: Listener
) -> TestReport:
    """By what the program prints: one run a case, the program compiled once."""
    built = await build(request.code, language, sandbox, listener)
    if isinstance(built, RunResult):
        return TestReport(problem=f"it does not compile: {built.stderr[:2000].strip()}", cpu_s=built.cpu_s)
    listener(Stage("testing", f"{len(request.cases)} cases"))
    cases, cpu_s = [], 0.0
    for number, case in enumerate(request.cases, 1):
        asked = RunRequest(
            language=language.name, code=request.code, stdin=case.stdin, args=case.args, wall_s=_CASE_S
        )
        result = await run_built(built, asked, sandbox)
        cases.append(_judged(case, case.name or f"case {number}", result))
        cpu_s += result.cpu_s
    return TestReport(cases=tuple(cases), cpu_s=cpu_s)


def _judged(case: Case, name: str, result: RunResult) -> CaseReport:
    if result.ended != "exit":
        return CaseReport(name, passed=False, reason=result.ended, message=f"it was stopped ({result.ended})")
    if result.exit != 0:
        last = result.stderr.strip().rpartition("\n")[2][:_SHOWN]
        line = 0 if result.place is None else result.place.line
        return CaseReport(
            name,
            passed=False,
            reason="raised",
            message=f"it ended with exit code {result.exit}: {last}",
            line=line,
        )
    if _folded(result.stdout) == _folded(case.stdout):
        return CaseReport(name, passed=True)
    message = f"it printed {result.stdout[:_SHOWN]!r}, not {case.stdout[:_SHOWN]!r}"
    return CaseReport(name, passed=False, reason="wrong_value", message=message)


def _folded(text: str) -> list[str]:
    """The lines without white space at their ends, and without empty lines at the end."""
    return [line.rstrip() for line in text.rstrip().splitlines()]
