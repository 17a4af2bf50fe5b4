"""The contracts of a checker and of sessions, on Python files judged in a sandbox."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from tests.contract.checker_suite import CheckerCase, CheckerSuite
from tests.contract.session_suite import LineSuite, SessionCase
from tests.integration.python_holes.replay import grader_or_skip

from holdfast.checkers.python.checker import OpenGrader, PythonChecker
from holdfast.core.documents import HoleKind, Source
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Step

TEXT = '''\
"""Four functions, three of them to be written."""


def total(numbers: list[int]) -> int:
    """Sum.

    >>> total([1, 2])
    3
    """
    return sum(numbers)


def mean(numbers: list[int]) -> float:
    """Average.

    >>> mean([1, 2])
    1.5
    >>> mean([])
    0.0
    """
    ...


def clamp(number, low, high):
    """Put a number between two others.

    >>> clamp(5, 0, 3), clamp(-1, 0, 3), clamp(2, 0, 3)
    (3, 0, 2)
    """
    raise NotImplementedError  # later


def initials(text):
    """First letters.

    >>> initials("ab cd")
    'ac'
    """
    pass
'''


def chain(*texts: str) -> Proof:
    *first, last = texts
    proof = Proof(Step(last))
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


@pytest.fixture(scope="module")
def open_grader() -> OpenGrader:
    return grader_or_skip()


class TestPythonChecker(CheckerSuite):
    @pytest.fixture
    def case(self, open_grader: OpenGrader) -> CheckerCase:
        return CheckerCase(
            checker=PythonChecker(open_grader),
            source=Source("case.py", TEXT),
            finished="total",
            step="return sum(numbers)",
            proofs={
                "total": chain(
                    "result = 0\nfor number in numbers:\n    ...\nreturn result", "result += number"
                ),
                "mean": chain("return total(numbers) / len(numbers) if numbers else 0.0"),
                "clamp": chain("return max(low, min(number, high))"),
                "initials": chain("return ''.join(word[0] for word in text.split())"),
            },
            wrong=chain("return 1.5"),
            unreadable=Source("bad.py", "x = 1\ny = (\n"),
            changed=("def clamp(number, low, high):", "def clamp(number, low, high=9):"),
            assumed=(
                "def mean(",
                "def magic(numbers):\n    return sum(numbers) / max(1, len(numbers))\n\n\ndef mean(",
            ),
            uses_assumption=chain("return magic(numbers)"),
        )

    def test_holes_are_found_in_order_and_in_place(self, case: CheckerCase) -> None:
        """As in the suite; a hole is a whole body here, so all are of one kind."""
        holes = case.checker.holes(case.source)
        assert [hole.name for hole in holes] == ["mean", "clamp", "initials"]
        assert {hole.kind for hole in holes} == {HoleKind.ADMITTED}
        texts = [case.source.text[hole.start : hole.end] for hole in holes]
        assert texts == ["...", "raise NotImplementedError", "pass"]
        for hole in holes:
            before = case.source.text[: hole.start]
            assert (hole.line, hole.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))


class TestPythonSession(LineSuite):
    @pytest.fixture
    def case(self, open_grader: OpenGrader) -> SessionCase:
        return SessionCase(
            open=_opened(open_grader),
            proof=(
                Step("if number < low:\n    ...\nif number > high:\n    ...\nreturn number"),
                Step("return low"),
                Step("return high"),
            ),
            inapplicable=Step("return min(number, low, high)"),
            unknown_name=Step("return median(number, low, high)"),
            nonsense=Step("return ("),
            forbidden=Step("import os\nos.unlink('case.py')"),
            idle=Step("..."),
        )


def _opened(open_grader: OpenGrader) -> Callable[[], AbstractAsyncContextManager[Session]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Session]:
        checker = PythonChecker(open_grader)
        source = Source("case.py", TEXT)
        async with checker.open(source) as reader:
            yield await reader.enter(checker.holes(source)[1])

    return opened
