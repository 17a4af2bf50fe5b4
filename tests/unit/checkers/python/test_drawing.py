"""Values in the manner of those that tests use."""

import random

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from holdfast.checkers.python.drawing import strategy_for


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([3, 50], "int"),
        ([-3], "int"),
        ([0.5], "float"),
        ([True], "bool"),
        (["xy"], "str"),
        ([[1], [2, 3]], "list"),
        ([["a"], []], "list"),
        ([(1, "a"), (2, "b")], "tuple"),
        ([(1,), (2, 3)], "tuple"),
        ([{1}], "set"),
        ([{"a": [1]}], "dict"),
        ([[[1, 2], [3]]], "list"),
    ],
)
def test_what_is_drawn_is_what_hypothesis_is_told(values: list[object], kind: str) -> None:
    strategy = strategy_for(values)
    assert strategy is not None
    assert strategy.kind == kind
    rng = random.Random(0)
    drawn = [strategy.draw(rng) for _ in range(50)]
    assert {type(each).__name__ for each in drawn} == {kind}
    assert len({repr(each) for each in drawn}) > 1
    told = eval(strategy.code, {"st": st, "map": map, "tuple": tuple, "float": float})
    with pytest.raises(NoSuchExample):
        find(told, lambda value: type(value).__name__ != kind, settings=settings(max_examples=20))


def test_bounds_follow_the_values() -> None:
    rng = random.Random(0)
    for values, low, high in (([5, 7], 1, 20), ([0], 0, 20), ([-1, 3], -20, 20), ([300], 1, 600)):
        strategy = strategy_for(values)
        assert strategy is not None
        assert strategy.code == f"st.integers({low}, {high})"
        assert all(low <= strategy.draw(rng) <= high for _ in range(300))
    never_empty, may_be_empty = strategy_for([[1], [2]]), strategy_for([[1], []])
    assert never_empty is not None
    assert may_be_empty is not None
    assert all(never_empty.draw(rng) for _ in range(100))
    assert not all(may_be_empty.draw(rng) for _ in range(100))


@pytest.mark.parametrize("values", [[], [1, "a"], [[]], [None], [object()], [[1, "a"]], [{}]])
def test_what_is_not_drawn(values: list[object]) -> None:
    assert strategy_for(values) is None
