"""Which tests speak of which function, and which of them are shown."""

from holdfast.checkers.python.document import Document, read_document
from holdfast.checkers.python.specification import Specification, Split, specify, text_of
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Case,
    Expression,
    Kind,
    Origin,
    ProgramCase,
    Returns,
    Script,
    ScriptCase,
    Suite,
)
from holdfast.core.documents import Source

TEXT = '''\
def add(a, b):
    """Sum.

    >>> add(1, 2)
    3
    """
    ...

def double(a):
    return add(a, a)

def encode(text): ...

def decode(text): ...

class Stack:
    def __init__(self): ...
    def push(self, item): ...
'''
PYTEST = """\
import pytest
from a import add, double

def test_other():
    assert double(1)

@pytest.mark.parametrize("n", [1, 2])
def test_add(n):
    assert sorted([add(n, 1)])

class TestStack:
    def test_push(self):
        Stack().push(1)
"""


def call(function: str, *arguments: object, line: int = 0, kind: Kind = Kind.ASSERT) -> CallCase:
    asked = Call(function, arguments)
    return CallCase(f"{asked} line {line}", Origin("t.py", line), kind, asked, Returns(0))


def script(test: str) -> ScriptCase:
    origin = Origin("test_a.py", 1)
    return ScriptCase(test, origin, Kind.PYTEST, Script(Kind.PYTEST, origin, PYTEST, "a"), test)


def of(*cases: Case, split: Split | None = None) -> dict[str, Specification]:
    document = _document()
    return dict(specify(document, Suite(cases), document.functions, split or Split()))


def _document() -> Document:
    return read_document(Source("a.py", TEXT))


def test_a_test_speaks_of_what_it_calls_and_of_what_that_calls() -> None:
    direct, indirect, nested = call("add", 1), call("double", 2), call("len", [Expression("add(1, 2)")])
    found = of(direct, indirect, nested)
    assert found["add"].shown == (direct, indirect, nested)
    assert found["double"].joint == (indirect,)
    assert found["double"].waits_for == ("add",)
    assert found["encode"] == Specification()


def test_values_name_nothing() -> None:
    assert of(call("print", "add(1, 2)", ["add"]))["add"] == Specification()


def test_tests_of_two_open_functions_wait_for_both() -> None:
    both = call("decode", Expression("encode('a')"))
    found = of(both, call("encode", "a"))
    assert found["encode"].joint == found["decode"].joint == (both,)
    assert found["encode"].waits_for == ("decode",)
    assert len(found["encode"].cases) == 1
    assert not found["decode"].cases


def test_a_test_function_speaks_of_what_it_names() -> None:
    assert [case.name for case in of(script("test_add"), script("test_other"))["add"].cases] == [
        "test_add", "test_other"
    ]  # fmt: skip
    assert not of(script("test_other"))["encode"].cases
    stack = of(script("TestStack.test_push"))
    assert stack["Stack.push"].waits_for == ("Stack.__init__",)


def test_the_text_of_a_test_function() -> None:
    text = text_of(script("test_add[2]"))
    assert text.startswith("@pytest.mark.parametrize")
    assert text.endswith("assert sorted([add(n, 1)])")


def test_a_run_of_the_program_speaks_of_everything() -> None:
    program = ProgramCase("run", Origin("", 0), "1 2", "3")
    assert of(program)["add"].joint == (program,)


def test_few_tests_are_all_shown() -> None:
    found = of(*(call("add", n) for n in range(3)))["add"]
    assert (len(found.shown), len(found.hidden)) == (3, 0)


def test_of_many_tests_a_part_is_hidden_the_same_each_time() -> None:
    cases = tuple(call("add", n) for n in range(12))
    found = of(*cases)["add"]
    assert (len(found.shown), len(found.hidden)) == (9, 3)
    assert set(found.cases) == set(cases)
    assert of(*cases)["add"] == found
    assert set(of(*reversed(cases))["add"].hidden) == set(found.hidden)
    assert {of(*cases, split=Split(seed=seed))["add"].hidden for seed in range(5)} != {found.hidden}


def test_tests_in_the_docstring_are_always_shown() -> None:
    inside = tuple(call("add", n, line=4, kind=Kind.DOCTEST) for n in range(8))
    assert not of(*inside)["add"].hidden
    outside = call("add", 100)
    found = of(*inside, outside)["add"]
    assert found.hidden == (outside,)
