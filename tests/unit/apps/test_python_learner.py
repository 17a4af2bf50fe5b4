"""How a hole is told to the synthesiser."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import pytest

from holdfast.apps.python.learner import Metered, PythonLearner, Work, synthesis_task
from holdfast.checkers.python.brief import Brief, goal_of
from holdfast.checkers.python.specification import Split
from holdfast.checkers.python.tested import read_tested
from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Step
from holdfast.models.synthesis.task import Example, HelperSignature, Parameter, SynthesisTask

TEXT = '''\
import math

def half(x: float, *, digits=2) -> float:
    return round(x / 2, digits)

def f(a: list[int], b=3, *, key: str = "k") -> int:
    """Do it.

    >>> f([1])
    4
    >>> f([], 2, key="z")
    2
    >>> f([7], b=1)
    Traceback (most recent call last):
    ...
    ValueError: no
    >>> f(7)
    >>> f([1], 2, 3)
    1
    >>> f(half(3))
    2
    >>> f([2])
    <object>
    >>> len(f([9]))
    1
    """
    ...

def test_f():
    assert f([5], 5) == 10
    assert f([6])

def needs(a, *, key):
    """D.

    >>> needs(1, key=2)
    3
    """
    ...

def silent(a):
    """D.

    >>> silent(object())
    3
    """
    ...

def yes(a) -> bool:
    """D."""
    ...

def test_yes():
    assert yes(1)
    assert not yes(2)

class A:
    def method(self, a): ...
'''


def brief(name: str, text: str = TEXT) -> Brief:
    tested = read_tested(Source("a.py", text), (), Split(fewest=100))
    function = tested.document.function(name)
    assert function is not None
    return tested.entry(function).brief


def test_a_task_has_the_signature_and_plain_examples() -> None:
    task = synthesis_task(brief("f"))
    assert task is not None
    assert task.name == "f"
    assert task.parameters == (Parameter("a", "list[int]"), Parameter("b"), Parameter("key", "str"))
    assert task.returns == "int"
    assert task.examples == (
        Example(([1], 3, "k"), 4),
        Example(([], 2, "z"), 2),
        Example(([7], 1, "k"), raises="ValueError"),
        Example((7, 3, "k"), None),
        Example(([5], 5, "k"), 10),
    )
    assert task.helpers == (HelperSignature("half", (Parameter("x", "float"),), "float"),)
    assert "def half" in task.prelude
    assert "def f" not in task.prelude
    assert task.text.startswith("Do it.")


def test_truth_counts_where_a_bool_is_returned() -> None:
    task = synthesis_task(brief("yes"))
    assert task is not None
    assert task.examples == (Example((1,), True), Example((2,), False))


@pytest.mark.parametrize("name", ["silent", "A.method"])
def test_what_cannot_be_told_is_not(name: str) -> None:
    assert synthesis_task(brief(name)) is None


OTHERS = '''\
import asyncio
from collections.abc import Iterator

class A:
    @staticmethod
    def double(n: int) -> int:
        """D.

        >>> A.double(3)
        6
        """
        ...

    @classmethod
    def half(cls, n: int) -> int:
        """D.

        >>> A.half(6)
        3
        """
        ...

async def later(n: int) -> int:
    """D.

    >>> asyncio.run(later(1))
    2
    """
    ...

def evens(n: int) -> Iterator[int]:
    """D.

    >>> list(evens(3))
    [0, 2, 4]
    """
    ...
'''


@pytest.mark.parametrize(
    ("name", "example", "returns"),
    [
        ("A.double", Example((3,), 6), "int"),
        ("A.half", Example((6,), 3), "int"),
        ("later", Example((1,), 2), "int"),
        ("evens", Example((3,), [0, 2, 4]), "list[int]"),
    ],
)
def test_other_kinds_of_functions_are_told_by_what_they_come_to(
    name: str, example: Example, returns: str
) -> None:
    task = synthesis_task(brief(name, OTHERS))
    assert task is not None
    assert (task.name, task.parameters) == (name.rpartition(".")[2], (Parameter("n", "int"),))
    assert (task.examples, task.returns) == ((example,), returns)


class Counter:
    """A proposer that says for which function it works, and when it is held."""

    def __init__(self, task: SynthesisTask, log: list[str]) -> None:
        self.task, self.log = task, log

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        return [Proposal(Step(f"return {self.task.name}"), 0.0, "test")][:count]

    @property
    def cpu_s(self) -> float:
        return 2.5

    @property
    def ended(self) -> str:
        return ""

    async def __aenter__(self) -> Metered:
        self.log.append(f"+{self.task.name}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.log.append(f"-{self.task.name}")


@pytest.mark.asyncio
async def test_one_hole_at_a_time_has_a_proposer() -> None:
    log: list[str] = []
    briefs = [brief("f"), brief("yes")]
    works = {goal_of(each).subgoals: Work("", synthesis_task(each)) for each in briefs}

    def make(task: SynthesisTask) -> AbstractAsyncContextManager[Metered]:
        return Counter(task, log)

    async with PythonLearner(works, make) as learner:
        first, second = (goal_of(each) for each in briefs)
        for goal, name in ((first, "f"), (first, "f"), (second, "yes")):
            assert [each.step.text for each in await learner.propose(goal, 2)] == [f"return {name}"]
        assert not await learner.propose(goal_of(briefs[0], "return ..."), 2)
        assert not await learner.propose(first, 0)
    assert log == ["+f", "-f", "+yes", "-yes"]
    assert [work.bill_s() for work in works.values()] == [2.5, 2.5]
