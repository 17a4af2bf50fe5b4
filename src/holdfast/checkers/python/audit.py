"""The audit of a Python file: every test again in a fresh sandbox, and nothing changed but bodies."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from holdfast.checkers.python.changes import Changes, compare
from holdfast.checkers.python.document import Document, Function, is_declaration, read_document
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.groups import classes
from holdfast.checkers.python.guard import customs_of, objection
from holdfast.checkers.python.program import Surroundings
from holdfast.checkers.python.specification import Specification, Split, specify, text_of
from holdfast.checkers.python.suite import Suite
from holdfast.checkers.python.tested import candidate_of, read_suite
from holdfast.checkers.python.verdicts import CaseVerdict, Graded
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Source

__all__ = ["WEAK", "Evidence", "judge", "read_both"]

CHECKS = ("text", "rules", "tests")
WEAK = "the program's own word (weak tests)"
"""What a function rests on where a test of it compares objects of the program by their own methods."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the text alone says, before any test is run."""

    document: Document
    original: Document | None
    changes: Changes
    suite: Suite
    problems: tuple[str, ...] = ()


def read_both(source: Source, original: Source | None, tests: Sequence[Source]) -> Evidence:
    """Compare a file with its original. Raises SourceError where one of them is not Python.

    Args:
        source: the file.
        original: what it was made from by writing bodies, None for a file on its own.
        tests: the test files.
    """
    document = read_document(source)
    suite = read_suite(document, tests)
    if original is None:
        return Evidence(document, None, Changes(frozenset()), suite)
    before = read_document(original)
    changes = compare(before, document)
    problems = [changes.elsewhere] if changes.elsewhere else []
    if _texts(suite) != _texts(read_suite(before, tests)):
        problems.append("the tests are not those of the original")
    return Evidence(document, before, changes, suite, tuple(problems))


def _texts(suite: Suite) -> Counter[str]:
    return Counter(f"{case.kind} {text_of(case)} {getattr(case, 'expectation', '')}" for case in suite.cases)


async def judge(evidence: Evidence, grader: Grader, beside: Surroundings) -> AuditReport:
    """Run all tests and judge every function that has some, or whose body was changed or is missing.

    `beside` is what stands beside the file.
    """
    document = evidence.document
    graded = await grader.grade(candidate_of(document.source, beside), evidence.suite)
    specifications = specify(document, evidence.suite, document.functions, Split(fewest=1 << 30))
    judgement = _Judgement(evidence, graded, specifications)
    theorems = [judgement.of(each) for each in document.functions if judgement.concerns(each)]
    theorems += judgement.of_classes()
    return AuditReport(
        document.source.name,
        tuple(theorems),
        evidence.problems,
        graded.cpu_s,
        checks=CHECKS,
        level=str(graded.level),
    )


@dataclass(frozen=True, slots=True)
class _Judgement:
    evidence: Evidence
    graded: Graded
    specifications: Mapping[str, Specification]

    def concerns(self, function: Function) -> bool:
        if function.path.rpartition(".")[2].startswith("test_") or is_declaration(function):
            return False
        tested = bool(self.specifications[function.name].cases)
        return tested or function.is_stub or function.name in self.evidence.changes.functions

    def of(self, function: Function) -> TheoremAudit:
        reason, message = self._refusal(function)
        return TheoremAudit(
            function.name,
            "refused" if reason else "proved",
            reason,
            message,
            () if reason else tuple(self._resting_on(function)),
            function.node.lineno,
        )

    def of_classes(self) -> Iterator[TheoremAudit]:
        """The classes whose methods were written together: as good as the worst of these."""
        for group in () if self.evidence.original is None else classes(self.evidence.original):
            found = [self.evidence.document.function(each.name) for each in group.members]
            members = [self.of(each) for each in found if each is not None]
            written = {each.name for each in group.members} <= self.evidence.changes.functions
            if written and len(members) == len(group.members):
                worst = next((each for each in members if each.verdict == "refused"), members[0])
                axioms = tuple(dict.fromkeys(axiom for each in members for axiom in each.axioms))
                yield replace(worst, name=group.name, axioms=axioms if worst.verdict == "proved" else ())

    def _refusal(self, function: Function) -> tuple[str, str]:
        """Why a function is refused: a word and a sentence, both empty where it is not."""
        if self.evidence.problems:
            return "changed", "the file is not the original with bodies written into it"
        if function.is_stub:
            return "hole", f"{function.name} has no body"
        if function.name in self.evidence.changes.functions and (said := self._objection(function)):
            return "forbidden", said
        cases = self.specifications[function.name].cases
        if not cases:
            return "untested", f"no test speaks of {function.name}"
        verdicts = {verdict.name: verdict for verdict in self.graded.verdicts}
        failed = [verdicts.get(case.name, _missing(case.name)) for case in cases]
        for verdict in failed:
            if not verdict.passed:
                return str(verdict.reason), f"{verdict.name}: {verdict.message}"
        return "", ""

    def _objection(self, function: Function) -> str:
        original = self.evidence.original
        before = None if original is None else original.function(function.name)
        if original is None or before is None:
            return ""
        return objection(function.body, customs_of(original, before))

    def _resting_on(self, function: Function) -> list[str]:
        """The functions of the file that this one may call and that no test names; tests that are weak."""
        names = {
            node.id
            for statement in function.body
            for node in ast.walk(statement)
            if isinstance(node, ast.Name)
        }
        untested = [
            f"{each.name} (not tested)"
            for each in self.evidence.document.functions
            if each.name in names and each is not function and not self._named(each)
        ]
        own = {case.name for case in self.specifications[function.name].cases}
        weak = any(verdict.weak for verdict in self.graded.verdicts if verdict.name in own)
        return [*untested, WEAK] if weak else untested

    def _named(self, function: Function) -> bool:
        return any(function.path in text_of(case) for case in self.specifications[function.name].cases)


def _missing(name: str) -> CaseVerdict:
    return CaseVerdict(name, passed=False, message="it was not run")
