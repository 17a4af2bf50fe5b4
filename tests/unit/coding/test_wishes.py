"""Examples in what people write."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.coding.wishes import as_program, assertions, wish_in


@pytest.mark.parametrize(
    ("text", "name", "examples"),
    [
        ("square(2) == 4 and square(3) == 9.", "square", {(2,): 4, (3,): 9}),
        ("reverse: 'abc' -> 'cba', 'hi' -> 'ih'", "solve", {("abc",): "cba", ("hi",): "ih"}),
        ("(1, 2) -> (2, 1)", "solve", {((1, 2),): (2, 1)}),
        ("`add(1, -2)` returns `-1`, add(0, 1) -> 1", "add", {(1, -2): -1, (0, 1): 1}),
        ('reverse: "abc" -> "cba" and "x" => "x"', "solve", {("abc",): "cba", ("x",): "x"}),
        ("a function called rev\n'ab' → 'ba'", "rev", {("ab",): "ba"}),
        (">>> f('a)b')\n')'\n>>> f('')\n''", "f", {("a)b",): ")", ("",): ""}),
        ("f(1) == 2. No: f(1) == 3", "f", {(1,): 3}),
        ("f(3): expected 4, got 6", "f", {(3,): 4}),
    ],
)
def test_examples_are_read(text: str, name: str, examples: dict[tuple[object, ...], object]) -> None:
    task = wish_in([text])
    assert task is not None
    assert task.name == name
    assert {each.args: each.expected for each in task.examples} == examples


@pytest.mark.parametrize(
    "text", ["", "make a website", "f(x) == 3", "__import__('os').system('x') == 0", "a -> b"]
)
def test_what_is_no_example_is_none(text: str) -> None:
    assert wish_in([text]) is None


def test_a_signature_is_kept() -> None:
    task = wish_in(["def total(items: list[int], start: int) -> int: total([1], 2) == 3"])
    assert task is not None
    assert [(each.name, each.annotation) for each in task.parameters] == [
        ("items", "list[int]"),
        ("start", "int"),
    ]
    assert task.returns == "int"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=4
)


@given(VALUES, VALUES)
def test_programs_and_tests_made_of_examples_can_be_read(given_value: object, expected: object) -> None:
    task = wish_in([f"f({given_value!r}) == {expected!r}"])
    if task is None:
        return  # longer than what is looked at, or with a line break of its own
    ast.parse(as_program(task, "return None"))
    ast.parse(assertions(task, "solution"))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    wish_in([text, f"f({text}) == {text}"])
