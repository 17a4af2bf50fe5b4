"""Whatever a program sends, and whatever its text is, comes to a verdict."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.python.answers import Returned, Threw
from holdfast.checkers.python.inside.wire import Malformed
from holdfast.checkers.python.judge import judge
from holdfast.checkers.python.outline import exported, parse_module
from holdfast.checkers.python.strip import without_tests
from holdfast.checkers.python.suite import Call, CallCase, Displays, Kind, Origin, Raises, Returns, Truth
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

TAGS = st.sampled_from(["t", "s", "z", "d", "b", "c", "i", "g", "o", "x", "r", "q", ""])
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["0x1", "a.b"])
)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TAGS, inner, max_size=2),
    max_leaves=12,
)
EXPECTATIONS = (
    Returns([{1: (2.5, {"a"})}, {3}]),
    Returns({"never": object}),
    Returns({4, 5}, exact=False),
    Truth(wanted=True),
    Truth(wanted=False),
    Raises(("ValueError",)),
    Displays("{'never': 1}\n"),
    Displays("", printed=True),
)


@given(TREES, st.sampled_from(EXPECTATIONS), st.sampled_from([(), ("sorted",), ("list", "len"), ("sum",)]))
def test_every_tree_comes_to_a_verdict(tree: object, expectation: object, through: tuple[str, ...]) -> None:
    call = Call("f", (), (), through)
    case = CallCase("c", Origin("", 0), Kind.CALL, call, expectation)  # type: ignore[arg-type]
    verdict = judge(case, Returned(tree))
    assert verdict.passed == (verdict.reason is None)
    try:
        Returned(tree).value()
    except Malformed:
        assert not verdict.passed or isinstance(expectation, Displays | Truth | Returns)


@given(st.lists(st.text(max_size=20)), st.text())
def test_every_exception_comes_to_a_verdict(names: list[str], message: str) -> None:
    for expectation in EXPECTATIONS:
        case = CallCase("c", Origin("", 0), Kind.CALL, Call("f"), expectation)
        assert not judge(case, Threw(("no.Such", *names), message)).passed


def nested(tree: object, tag: str, levels: int) -> object:
    for _ in range(levels):
        tree = {tag: ["a.b", "c", tree]} if tag == "o" else {tag: [tree]}
    return tree


@pytest.mark.parametrize("tag", ["o", "t", "s", "g", "d"])
@pytest.mark.parametrize("expectation", EXPECTATIONS)
def test_deep_trees(tag: str, expectation: object) -> None:
    case = CallCase("c", Origin("", 0), Kind.CALL, Call("f"), expectation)  # type: ignore[arg-type]
    for levels in (50, 150, 900):
        assert not judge(case, Returned(nested({}, tag, levels))).passed


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "-" * 100_000 + "1",
        "not " * 50_000 + "x",
        "x = " + "[" * 150 + "]" * 150,
        "x" + ".y" * 100_000,
        "x = 1" + "+1" * 50_000,
        "if a:\n  pass\n" + "elif b:\n  pass\n" * 5_000,
        "if " + "-" * 3_000 + "x: pass",
        "@f\n" * 10_000 + "def g(): pass\n",
        "lambda: " * 20_000 + "0",
        "\x00",
        "\ud800",
        "'" * 3 + ">>> " * 1000 + "'" * 3,
        '"""\n>>> f(\n1\n>>>f()\n"""',
        "def f():\n" + "".join(" " * n + "if x:\n" for n in range(1, 99)) + " " * 99 + "pass\n",
    ],
    ids=range(15),
)
def test_every_text_is_read_or_refused(text: str) -> None:
    source = Source("m.py", text)
    for work in (without_tests, lambda one: exported(parse_module(one))):
        with contextlib.suppress(SourceError):
            assert work(source) is not None
