"""Checks programs that are proofs: their checker's audit is the verdict."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from holdfast.coding.languages import Language
from holdfast.coding.records import CaseReport, Listener, Place, RunResult, Stage, TestReport
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Source
from holdfast.core.errors import UserError

__all__ = ["Prover", "check_proofs", "ran"]

Prover: TypeAlias = Callable[[Source], Awaitable[AuditReport]]
"""Audits a text by itself, in a sandbox. Raises CheckerError where there is no verdict."""


async def check_proofs(
    code: str, language: Language, provers: Mapping[str, Prover | str], listener: Listener
) -> TestReport:
    """The audit of all theorems of a text: a case each.

    Raises UserError where there is no checker for the language, CheckerError where it gives no verdict.
    """
    prover = provers.get(language.name)
    if prover is None or isinstance(prover, str):
        raise UserError(f"{language.title} is not checked here: {prover or 'no checker was set up'}")
    listener(Stage("testing", language.title))
    started = time.monotonic()
    report = await prover(Source(language.file, code))
    problem = "; ".join(report.problems)
    if not problem and not report.theorems:
        problem = "there is no theorem in it"
    return TestReport(
        cases=tuple(_case(each) for each in report.theorems),
        problem=problem,
        cpu_s=report.cpu_s,
        wall_s=time.monotonic() - started,
        isolation=report.level,
        axioms=tuple(sorted({axiom for each in report.theorems for axiom in each.axioms})),
    )


def ran(report: TestReport) -> RunResult:
    """The same as the outcome of a run, for those who pressed Run."""
    lines = [f"{each.name}: {_said(each)}" for each in report.cases]
    lines += [f"rests on {', '.join(report.axioms)}"] if report.axioms else []
    wrong = next((each for each in report.cases if not each.passed and each.line), None)
    return RunResult(
        stage="check",
        stdout="".join(f"{line}\n" for line in lines),
        stderr=f"{report.problem}\n" if report.problem else "",
        exit=0 if report.passed else 1,
        ended="exit",
        cpu_s=report.cpu_s,
        wall_s=report.wall_s,
        memory_mb=None,
        isolation=report.isolation,
        place=None if wrong is None else Place(wrong.line),
    )


def _case(theorem: TheoremAudit) -> CaseReport:
    proved = theorem.verdict == "proved"
    return CaseReport(theorem.name, proved, theorem.reason, theorem.message, line=theorem.line)


def _said(case: CaseReport) -> str:
    return "proved" if case.passed else f"refused ({case.reason}): {case.message}"
