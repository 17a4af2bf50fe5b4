"""Bodies as texts: what is one, how sketches are refined, how lines are indented."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.python.bodies import (
    BodyError,
    Slot,
    as_generator,
    body_of,
    compose,
    is_sketch,
    parse_body,
)
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step


def chain(*texts: str) -> Proof:
    *first, last = texts
    proof = Proof(Step(last))
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("return (", "never closed"),
        ("  return 1\nreturn 2", "indent"),
        ("", "no statement"),
        ("# nothing", "no statement"),
        ("x = 1 \\", "unexpected EOF"),
        ("x = '''", "unterminated"),
        ("x" * 20_001, "characters"),
        ("[" * 61 + "]" * 61, "deep"),
        ("x = '\0'", "null"),
    ],
)
def test_what_is_no_body(text: str, word: str) -> None:
    with pytest.raises(BodyError, match=word):
        parse_body(text)


def test_a_sketch_is_filled_from_the_top() -> None:
    first = compose(None, "for x in xs:\n    if x:\n        ...\n    else: ...\nreturn 1")
    assert is_sketch(parse_body(first))
    second = compose(first, "y = 1\nz = '''\n'''")
    assert second == "for x in xs:\n    if x:\n        y = 1\n        z = '''\n'''\n    else: ...\nreturn 1"
    third = compose(second, "pass")
    assert (
        third
        == "for x in xs:\n    if x:\n        y = 1\n        z = '''\n'''\n    else:\n        pass\nreturn 1"
    )
    assert not is_sketch(parse_body(third))
    assert (
        body_of(
            chain(
                "for x in xs:\n    if x:\n        ...\n    else: ...\nreturn 1", "y = 1\nz = '''\n'''", "pass"
            )
        )
        == third
    )
    with pytest.raises(BodyError, match="complete"):
        compose(third, "pass")


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    ...\nexcept ValueError:\n    ...\nelse:\n    ...\nfinally:\n    ...",
        "match x:\n    case 1:\n        ...\n    case _:\n        ...",
        "def g(): ...\nreturn g",
        "with a as b, c: ...",
        "while x:\n    ...\nelse:\n    ...",
    ],
)
def test_every_block_may_have_a_hole(text: str) -> None:
    steps = text.count("...")
    body = compose(None, text)
    for _ in range(steps):
        assert is_sketch(parse_body(body))
        body = compose(body, "pass")
    assert not is_sketch(parse_body(body))
    assert body.count("pass") == steps


def test_an_ellipsis_that_is_a_value_is_no_hole() -> None:
    assert not is_sketch(parse_body("x = ...\nreturn a[..., 1]"))


def test_a_margin_and_blank_lines_around_are_dropped() -> None:
    assert compose(None, "\n\n    x = 1\r\n    return x\n\n") == "x = 1\nreturn x"


def test_a_hole_that_shares_its_line_cannot_be_filled() -> None:
    with pytest.raises(BodyError, match="line of its own"):
        compose("x = 1; ...", "pass")


def test_a_slot_indents_but_not_inside_strings() -> None:
    body = 'a = """\nkept\n"""\n\nif a:\n    return a'
    own = Slot(0, 3, "  ", inline=False)
    assert own.put("...#", body) == 'a = """\nkept\n"""\n\n  if a:\n      return a#'
    line = Slot(6, 10, "\t", inline=True)
    assert line.put("def f: ...", "x", "\r\n") == "def f:\r\n\tx"


BLOCK = st.recursive(
    st.sampled_from(["x = 1", "return x", "pass", "y = '''a\n  b'''", "f(\n1,\n)", "# why\nx = 2"]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: "\n".join(parts))
        | inner.map(
            lambda text: "if x:\n" + "\n".join(Slot(0, 0, "    ", inline=True).printed(text).split("\n")[1:])
        )
    ),
    max_leaves=8,
)


@given(BLOCK, st.sampled_from(["\t", "  ", "        "]))
def test_indenting_keeps_the_tree(body: str, indent: str) -> None:
    wrapped = "def f():" + Slot(0, 0, indent, inline=True).printed(body) + "\n"
    (function,) = ast.parse(wrapped).body
    assert isinstance(function, ast.FunctionDef)
    assert [ast.dump(each) for each in function.body] == [ast.dump(each) for each in ast.parse(body).body]


@pytest.mark.parametrize(
    ("body", "generator"),
    [
        ("return [1, 2]", "yield from [1, 2]"),
        ("if x:\n    return a\nreturn b", "if x:\n    yield from a\n    return\nyield from b"),
        ("def f():\n    return 1\nreturn [f()]", "def f():\n    return 1\nyield from [f()]"),
    ],
)
def test_what_is_returned_is_handed_out_one_by_one(body: str, generator: str) -> None:
    assert as_generator(body) == generator
