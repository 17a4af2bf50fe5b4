"""Inputs near those of tests."""

import random

import pytest

from holdfast.checkers.python.inside.wire import Plain
from holdfast.checkers.python.strengthen import Question, variations
from holdfast.checkers.python.suite import Call


@pytest.mark.parametrize(
    "value",
    [True, 3, 2.5, "abc", "", [1, 2], [], (1, "a"), {1, 2}, frozenset({3}), {"a": 1, "b": 2}, [[1], []]],
)
def test_variations_keep_the_type_and_repeat(value: Plain) -> None:
    made = list(variations(value, random.Random(1)))
    assert made
    assert {type(each) for each in made} == {type(value)}
    assert made == list(variations(value, random.Random(1)))
    assert any(each != value for each in made) or not value


def test_what_is_not_known_has_no_variations() -> None:
    assert not list(variations(None, random.Random(1)))
    assert not list(variations(object(), random.Random(1)))


def test_a_question_is_an_example_with_its_answers() -> None:
    question = Question(
        Call("f", ([2, 1],)), {"return a": "[2, 1]", "x = 1\nreturn sorted(a)": "[1, 2]", "a": "[2, 1]"}
    )
    assert str(question) == ">>> f([2, 1])\n[2, 1]    # return a and 1 more\n[1, 2]    # x = 1 ..."
