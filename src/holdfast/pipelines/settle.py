"""Audit what was found for a source, and keep what passes."""

from collections.abc import Sequence, Set
from dataclasses import replace

from holdfast.core.audits import AuditReport
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError
from holdfast.core.seams import Checker
from holdfast.pipelines.results import Filled, HoleResult, theorem_of

__all__ = ["settle"]

_NOT_JUDGED = "not_judged"
"""The reason of an audit that something else had to be refused first."""


async def settle(checker: Checker, source: Source, results: Sequence[HoleResult]) -> Filled:
    """Drop what the audit refuses and audit again, until all that is left passes.

    Where the audit gives no verdict, what was found is undecided and the source stays as it is.
    """
    kept = _whole_theorems(results)
    settled = {theorem_of(each.hole) for each in kept if _says_the_same(checker, source, each)}
    try:
        while any(each.status == "proved" for each in kept):
            candidate = _with_proofs(checker, source, kept)
            report = await checker.audit(candidate, source)
            judged = [_after_audit(result, report) for result in kept]
            if _is_settled(judged, kept, report, settled):
                return Filled(candidate, tuple(judged), report)
            if all(new.status == old.status for new, old in zip(judged, kept, strict=True)):
                judged = await _one_by_one(checker, source, kept, settled)
            kept = _whole_theorems(judged)
    except CheckerError as error:
        return Filled(source, tuple(_unaudited(result, str(error)) for result in kept), None)
    return Filled(source, tuple(kept), None)


def _with_proofs(checker: Checker, source: Source, results: Sequence[HoleResult]) -> Source:
    return checker.fill(source, {each.hole: each.proof for each in results if each.status == "proved"})


def _says_the_same(checker: Checker, source: Source, result: HoleResult) -> bool:
    """Whether a found proof is the one that stands there, blanks apart; an audit tells of changes only.

    Where blanks do make a difference the audit tells of it, and what it tells counts.
    """
    if result.status != "proved":
        return False
    return checker.fill(source, {result.hole: result.proof}).text.split() == source.text.split()


def _is_settled(
    judged: Sequence[HoleResult], kept: Sequence[HoleResult], report: AuditReport, settled: Set[str]
) -> bool:
    """Whether every proof that was put to the audit passed it."""
    same = all(new.status == old.status for new, old in zip(judged, kept, strict=True))
    return same and not _is_unjudged(kept, report, settled)


def _is_unjudged(kept: Sequence[HoleResult], report: AuditReport, settled: Set[str]) -> bool:
    """Whether the audit stopped before some proof was judged; `settled` are those it need not judge."""
    passed = {theorem.name for theorem in report.theorems if theorem.verdict == "proved"}
    if not report.problems:
        passed |= settled
    return any(each.status == "proved" and theorem_of(each.hole) not in passed for each in kept)


async def _one_by_one(
    checker: Checker, source: Source, kept: Sequence[HoleResult], settled: Set[str]
) -> list[HoleResult]:
    """Find the theorems whose new proofs the unchanged text behind them does not stand, each on its own."""
    fallen: dict[str, str] = {}
    for name in dict.fromkeys(theorem_of(each.hole) for each in kept if each.status == "proved"):
        own = [each for each in kept if theorem_of(each.hole) == name]
        report = await checker.audit(_with_proofs(checker, source, own), source)
        if _is_unjudged(own, report, settled):
            fallen[name] = "; ".join(report.problems)
    if not fallen:
        return [_refused(each, "the proofs do not hold together") for each in kept]
    return [_fell(each, fallen.get(theorem_of(each.hole))) for each in kept]


def _fell(result: HoleResult, problems: str | None) -> HoleResult:
    """A result whose audit, on its own, told of `problems`; None where there was nothing to tell."""
    if problems is None:
        return result
    # Where nothing was found to be wrong there is no verdict, and no refusal either.
    return _refused(result, problems) if problems else _unaudited(result, "it could not be judged")


def _after_audit(result: HoleResult, report: AuditReport) -> HoleResult:
    """A result with its own judgement; one that was not judged for the sake of another stays as it is."""
    if result.status != "proved":
        return result
    name = theorem_of(result.hole)
    judgement = next((theorem for theorem in report.theorems if theorem.name == name), None)
    if judgement is None or judgement.reason == _NOT_JUDGED:
        return result
    if judgement.verdict == "proved":
        return replace(result, axioms=judgement.axioms)
    return _refused(result, judgement.message or judgement.reason)


def _refused(result: HoleResult, why: str) -> HoleResult:
    if result.status != "proved":
        return result
    return replace(result, status="not_found", reason=f"the audit refused it: {why}")


def _unaudited(result: HoleResult, why: str) -> HoleResult:
    if result.status != "proved":
        return result
    return replace(result, status="undecided", reason=f"found, but the audit gave no verdict: {why}")


def _whole_theorems(results: Sequence[HoleResult]) -> list[HoleResult]:
    """A theorem counts only when all its holes are filled: until then it still ends in `Admitted`."""
    open_theorems = {theorem_of(result.hole) for result in results if result.status != "proved"}
    reason = "found, but another hole of the same theorem is still open"
    return [
        replace(result, status="not_found", reason=reason)
        if result.status == "proved" and theorem_of(result.hole) in open_theorems
        else result
        for result in results
    ]
