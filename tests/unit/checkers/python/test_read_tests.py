"""What is read of test files, and what is left to be run."""

import pytest

from holdfast.checkers.python.collect import collect
from holdfast.checkers.python.inside.wire import Expression
from holdfast.checkers.python.read_tests import read_own_tests, read_test_file
from holdfast.checkers.python.strip import without_tests
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Displays,
    Kind,
    ProgramCase,
    Raises,
    Returns,
    ScriptCase,
    Suite,
    Tolerance,
    Truth,
)
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError

NAMES = ("f", "g", "Node", "Error")


def read(text: str) -> Suite:
    return read_test_file(Source("test_m.py", text), "m", NAMES)


def one(line: str) -> CallCase:
    (case,) = read(f"import math\nimport pytest\nfrom m import *\n{line}\n").cases
    assert isinstance(case, CallCase)
    return case


@pytest.mark.parametrize(
    ("line", "call", "expectation"),
    [
        ("assert f(1, [2]) == {3: 4}", Call("f", (1, [2])), Returns({3: 4}, exact=False)),
        ("assert {3: 4} == f(1, k=2)", Call("f", (1,), (("k", 2),)), Returns({3: 4}, exact=False)),
        ("assert f() is None", Call("f"), Returns(None)),
        ("assert f(-1) is True", Call("f", (-1,)), Returns(True)),
        ("assert f('a')", Call("f", ("a",)), Truth(True)),
        ("assert not f('a' * 3)", Call("f", ("aaa",)), Truth(False)),
        ("assert sorted(f(2**70)) == [1]", Call("f", (2**70,), (), ("sorted",)), Returns([1], exact=False)),
        ("assert len(list(f())) == 3", Call("f", (), (), ("list", "len")), Returns(3, exact=False)),
        ("assert f(Node(1)) == 2", Call("f", (Expression("Node(1)"),)), Returns(2, exact=False)),
        ("assert f(lambda x: x) == 2", Call("f", (Expression("lambda x: x"),)), Returns(2, exact=False)),
        ("assert Node.of(1) == 2", Call("Node.of", (1,)), Returns(2, exact=False)),
        ("assert math.isclose(f(1), 2.0)", Call("f", (1,)), Returns(2.0, False, Tolerance(relative=1e-9))),
        ("assert abs(f(1) - 2.0) < 0.1", Call("f", (1,)), Returns(2.0, False, Tolerance(absolute=0.1))),
        ("assert abs(2.0 - f(1)) <= 0.1", Call("f", (1,)), Returns(2.0, False, Tolerance(absolute=0.1))),
        (
            "assert f(1) == pytest.approx(2.0, abs=0.5)",
            Call("f", (1,)),
            Returns(2.0, False, Tolerance(absolute=0.5)),
        ),
        ("with pytest.raises(ValueError): f(1)", Call("f", (1,)), Raises(("ValueError",))),
        (
            "with pytest.raises((Error, KeyError), match='no'): f(1)",
            Call("f", (1,)),
            Raises(("Error", "KeyError"), "no"),
        ),
    ],
)
def test_assertions_that_are_calls(line: str, call: Call, expectation: object) -> None:
    case = one(line)
    assert (case.call, case.expectation) == (call, expectation)


@pytest.mark.parametrize(
    "line",
    [
        "assert f(1) != 2",
        "assert f(1) == g(1)",
        "assert f(1) + 1 == 2",
        "assert f(1) < 2",
        "assert f(*[1]) == 2",
        "assert f(unknown) == 2",
        "assert f(2) == 10**10**10",
        "assert 'a' in f(1)",
        "assert isinstance(f(1), int)",
        "with pytest.raises(ValueError, match='^no'): f(1)",
        "with pytest.raises(ValueError) as caught: f(1)",
    ],
)
def test_what_is_not_just_a_call_is_run(line: str) -> None:
    body = f"def test_it():\n    {line}\n"
    (case,) = read(f"import pytest\nfrom m import f, g\n{body}").cases
    assert isinstance(case, ScriptCase)
    assert (case.test, case.kind) == ("test_it", Kind.PYTEST)


def test_loops_and_parameters_are_unfolded() -> None:
    text = """
import pytest
import m as other

TABLE = ((1, 2), (3, 4))

@pytest.mark.parametrize("a, b", [(1, 2), (3, 4)])
def test_a(a, b):
    assert other.f(a) == b

def test_b():
    for a, b in TABLE:
        assert other.f(a) == b
"""
    cases = read(text).cases
    assert [case.call.arguments for case in cases if isinstance(case, CallCase)] == [(1,), (3,)] * 2
    assert len({case.name for case in cases}) == 4


def test_a_list_that_is_lent_twice_is_run() -> None:
    text = "from m import f\ndef test_a():\n    xs = [1]\n    assert f(xs) == 1\n    assert f(xs) == 1\n"
    assert isinstance(read(text).cases[0], ScriptCase)


@pytest.mark.parametrize(
    "extra",
    [
        "@pytest.fixture(autouse=True)\ndef around(): yield",
        "def setup_function(): pass",
        "pytestmark = pytest.mark.usefixtures('x')",
    ],
)
def test_what_acts_around_tests_leaves_them_to_pytest(extra: str) -> None:
    text = f"import pytest\nfrom m import f\n{extra}\ndef test_a():\n    assert f(1) == 2\n"
    assert all(isinstance(case, ScriptCase) for case in read(text).cases)


def test_properties_and_classes_are_run() -> None:
    text = """
from hypothesis import given, strategies as st
from m import f
import unittest

@given(st.integers())
def test_p(x): assert f(x) == x

class TestIt:
    def test_q(self): assert f(1) == 2

class Old(unittest.TestCase):
    def test_r(self): self.assertEqual(f(1), 2)
"""
    cases = read(text).cases
    assert [(case.name, case.kind) for case in cases] == [
        ("test_p", Kind.PROPERTY),
        ("TestIt.test_q", Kind.PYTEST),
        ("Old.test_r", Kind.PYTEST),
    ]


@pytest.mark.parametrize("text", ["", "x = 1\n", "def helper(): pass\n"])
def test_a_file_without_tests_is_a_mistake(text: str) -> None:
    with pytest.raises(SourceError, match="no tests"):
        read(text)
    with pytest.raises(UserError, match="no tests"):
        collect(Source("m.py", text))


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\x00'\n", "(" * 500, '"' + "a" * (1 << 20) + '"'])
def test_what_is_not_python_is_told_with_its_place(text: str) -> None:
    with pytest.raises(SourceError):
        collect(Source("m.py", text))


MODULE = '''\ufeff"""Module.

>>> f(1)
2
"""
import math


def f(x):
    """Adds.

    >>> f(2)
    3
    """
    return x + 1


def test_f():
    assert f(3) == 4


assert f(4) == 5
CONSTANT = 6

if __name__ == "__main__":
    assert f(7) == 8
'''


def test_tests_are_taken_out_of_a_module_and_lines_stay() -> None:
    text = without_tests(Source("m.py", MODULE))
    for gone in ("f(1)", "f(2)", "f(3)", "f(4)", "f(7)", ">>>"):
        assert gone not in text
    lines, original = text.split("\n"), MODULE.split("\n")
    assert len(lines) == len(original)
    for kept in ("import math", "    return x + 1", "CONSTANT = 6"):
        assert lines.index(kept) == original.index(kept)
    assert "Adds." in text
    compile(text, "m.py", "exec")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(end: str) -> None:
    text = without_tests(Source("m.py", MODULE.replace("\n", end)))
    compile(text, "m.py", "exec")
    assert ">>>" not in text


@pytest.mark.parametrize(
    "text",
    [
        'def f(): ">>> f()\\n1"; return 1\n',
        'class A:\n    x = 1; """\n>>> A.x\n1\n"""; y = 2\n',
        'def f(): """\n>>> f()\n1\n"""  # note\n',
        "x = [\n  1]; assert x == [1]; y = 2\n",
        "assert (1 ==\n  1)\n",
    ],
)
def test_tests_between_other_things(text: str) -> None:
    stripped = without_tests(Source("m.py", text))
    compile(stripped, "m.py", "exec")
    assert ">>>" not in stripped
    assert "assert" not in stripped


def test_own_tests_and_examples_are_collected() -> None:
    suite = collect(Source("m.py", MODULE)).suite
    calls = [str(case.call) for case in suite.cases if isinstance(case, CallCase)]
    assert calls == ["f(1)", "f(2)", "f(3)", "f(4)"]
    assert isinstance(suite.cases[0], CallCase)
    assert suite.cases[0].expectation == Displays("2\n")
    only_asserts = MODULE.replace("def test_f", "def helper")
    own = read_own_tests(Source("m.py", only_asserts), "m")
    assert [str(case.call) for case in own.cases if isinstance(case, CallCase)] == ["f(4)"]


def test_records() -> None:
    source = Source("m.py", "def f(x):\n    return x\n")
    lines = (
        '{"task_id": 1, "test_list": ["assert f(1) == 1"], "test_setup_code": ""}\n'
        '{"task_id": 2, "test_list": ["assert other(1) == 1"]}\n'
        '{"entry_point": "f", "test": "def check(candidate):\\n    assert candidate(2) == 2\\n"}\n'
        '{"stdin": "1\\n", "stdout": "2\\n"}\n'
        '{"inputs": ["a", "b"], "outputs": ["c", "d"]}\n'
        '{"entry_point": "f", "prompt": "def f(x):\\n", "canonical_solution": "    return x\\n",'
        ' "plus_input": [[5]]}\n'
    )
    collected = collect(source, [Source("t.jsonl", lines)])
    kinds = [type(case) for case in collected.suite.cases]
    assert kinds == [CallCase, CallCase, ProgramCase, ProgramCase, ProgramCase]
    assert [reference.calls for reference in collected.references] == [(Call("f", (5,)),)]


@pytest.mark.parametrize(
    "text", ["", "[]", "nonsense", "[1]", "{}", '{"test_list": ["assert other(1)"]}', "[" * 9999]
)
def test_bad_records(text: str) -> None:
    with pytest.raises(SourceError):
        collect(Source("m.py", "def f(x):\n    return x\n"), [Source("t.jsonl", text)])


def test_the_assertions_of_a_test_function_are_no_tests_of_their_own() -> None:
    text = "def f(x): ...\n\ndef test_f():\n    assert f(1) == 2\n\nassert f(2) == 3\n"
    assert [case.name for case in read_own_tests(Source("a.py", text), "a").cases] == ["test_f:4", "assert:6"]
