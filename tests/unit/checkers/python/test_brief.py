"""What a proposer is told of a hole, and the bodies that should never pass."""

import ast

from holdfast.checkers.python.brief import Brief, Input, brief_of, goal_of, wanted
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.specification import Specification
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Displays,
    Expectation,
    Kind,
    Origin,
    Raises,
    Returns,
    Truth,
)
from holdfast.checkers.python.trivial import trivial_bodies
from holdfast.core.documents import Source
from holdfast.core.goals import Hypothesis

TEXT = '''\
"""Module says 42."""
import math
assert math.pi
def helper(x: int, *, y=2) -> str:
    """Helps.

    >>> helper(1)
    'secret'
    """
    return str(x)

def f(a: list[int], b=3, *rest, key: str = "k", **more) -> int:
    """First line.

    >>> f([])
    0
    """
    ...

class Pair:
    """A pair."""
    def left(self, other): ...
    @staticmethod
    def make(a): ...

def test_f():
    assert f([1]) == 99

if __name__ == "__main__":
    print(f([77]))
'''


def case(expectation: Expectation, *arguments: object) -> CallCase:
    return CallCase("one", Origin("", 0), Kind.ASSERT, Call("f", arguments), expectation)


def brief(name: str, *shown: CallCase, hidden: tuple[CallCase, ...] = ()) -> Brief:
    document = read_document(Source("a.py", TEXT))
    function = document.function(name)
    assert function is not None
    return brief_of(document, function, Specification(shown, hidden))


def test_signature_and_docstring() -> None:
    told = brief("f")
    assert told.header == "def f(a: list[int], b=3, *rest, key: str='k', **more) -> int"
    assert told.inputs == (
        Input("a", "list[int]"),
        Input("b", None, "3"),
        Input("*rest", positional=False),
        Input("key", "str", "'k'", positional=False),
        Input("**more", positional=False),
    )
    assert told.docstring == "First line.\n\n>>> f([])\n0"
    assert (told.returns, told.method) == ("int", False)
    assert [each.name for each in told.helpers] == ["helper"]
    assert (brief("Pair.left").method, brief("Pair.make").method) == (True, False)


def test_the_rest_of_the_file_tells_no_test() -> None:
    prelude = brief("f").prelude
    ast.parse(prelude)
    assert "def helper" in prelude
    assert "class Pair" in prelude
    for word in ("secret", "99", "77", "42", "assert", "def f", "test_f"):
        assert word not in prelude


def test_a_class_that_is_left_empty_is_still_a_class() -> None:
    document = read_document(Source("a.py", "class A:\n    def f(self): ...\n"))
    told = brief_of(document, document.functions[0], Specification())
    assert told.prelude == "class A:\n    pass"


def test_the_goal_shows_parameters_helpers_and_tests() -> None:
    shown, hidden = case(Returns(6), [1, 2], 3), case(Returns(1234))
    told = brief("f", shown, hidden=(hidden,))
    (sequent,) = goal_of(told).subgoals
    assert sequent.conclusion == f"{told.header}: First line."
    assert Hypothesis(("helper",), "(x: int, y) -> str") in sequent.hypotheses
    assert Hypothesis(("test_1",), "f([1, 2], 3) == 6") in sequent.hypotheses
    assert "1234" not in repr(sequent)
    assert goal_of(told, "return ...").subgoals != goal_of(told).subgoals


def test_tests_in_one_line() -> None:
    assert wanted(case(Truth(False), 1)) == "not f(1)"
    assert wanted(case(Raises(("ValueError",)), 1)) == "f(1) raises ValueError"
    assert wanted(case(Displays("[1,\n 2]\n"), 1)) == "f(1) == [1, 2]"
    assert wanted(case(Displays("<Pair>\n"), 1)) == "f(1) displays <Pair>"
    assert wanted(case(Displays("3\n", printed=True), 1)) == "f(1) displays 3"


def test_trivial_bodies_ignore_or_hand_back() -> None:
    bodies = trivial_bodies(
        brief("f", case(Returns([7]), 1), case(Raises(("KeyError",)), 2), case(Returns(8)))
    )
    assert {"return None", "return a", "return b", "return key", "return [7]", "raise KeyError"} <= set(
        bodies
    )
    assert "return 8" not in bodies
    assert not [body for body in bodies if "rest" in body or "more" in body]
    for body in bodies:
        ast.parse(body)


def test_the_object_of_a_method_is_no_trivial_answer() -> None:
    assert "return self" not in trivial_bodies(brief("Pair.left"))
    assert "return other" in trivial_bodies(brief("Pair.left"))


def test_what_is_displayed_counts_where_it_is_a_value() -> None:
    assert "return [1, 2]" in trivial_bodies(brief("f", case(Displays("[1,\n 2]\n"))))
    assert not [body for body in trivial_bodies(brief("f", case(Displays("<object at 0x1>")))) if "<" in body]


def test_without_parameters_a_constant_is_right() -> None:
    document = read_document(Source("a.py", "def answer(): ...\n"))
    told = brief_of(document, document.functions[0], Specification((case(Returns(42)),)))
    assert trivial_bodies(told) == ("return None", "raise NotImplementedError")


def test_tables_that_only_tests_use_are_left_out() -> None:
    text = (
        "import pytest\nCASES = [(1, 99)]\nMORE = [(2, 98)]\nBOTH = [3]\nLIMIT: int = 97\n\n"
        "def f(x: int) -> int:\n    ...\n\ndef g():\n    return BOTH\n\n"
        "@pytest.mark.parametrize(('x', 'y'), CASES)\ndef test_f(x, y):\n    assert f(x) == y\n\n"
        "def test_g():\n    for x, y in MORE:\n        assert f(x) == y + LIMIT\n"
        "    for x in BOTH:\n        f(x)\n"
    )
    document = read_document(Source("a.py", text))
    function = document.function("f")
    assert function is not None
    prelude = brief_of(document, function, Specification()).prelude
    assert "99" not in prelude
    assert "98" not in prelude
    assert "BOTH = [3]" in prelude
    assert "97" in prelude, "it may be of use to the function too"
