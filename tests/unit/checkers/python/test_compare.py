"""Comparison of trees: what counts as the same."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.python.compare import Tolerance, differ, value_of
from holdfast.checkers.python.inside.wire import Malformed, decode, encode, parse
from holdfast.checkers.python.show import show
from holdfast.checkers.python.verdicts import Reason

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.complex_numbers(allow_nan=False)
)
HASHED = st.recursive(
    ATOMS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=5
)
VALUES = st.recursive(
    HASHED | st.sets(HASHED, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HASHED, inner, max_size=3) | st.tuples(inner),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_as_it_went(value: object) -> None:
    tree = encode(value)
    assert repr(decode(tree)) == repr(value) or decode(tree) == value
    assert differ(tree, encode(decode(tree)), exact=True) is None
    assert differ(tree, tree, exact=False) is None


@given(VALUES)
def test_what_is_shown_is_what_python_writes(value: object) -> None:
    tree = encode(value)
    assert show(tree) == repr(value)


@given(VALUES, VALUES)
def test_loose_comparison_is_that_of_python(one: object, other: object) -> None:
    assert (differ(encode(one), encode(other), exact=False) is None) == (one == other)


class Anything(int):
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Names(dict):  # type: ignore[type-arg]
    pass


@pytest.mark.parametrize(
    ("expected", "actual", "reason"),
    [
        (1, True, Reason.WRONG_TYPE),
        (1, 1.0, Reason.WRONG_TYPE),
        ((1,), [1], Reason.WRONG_TYPE),
        ({1}, frozenset({1}), Reason.WRONG_TYPE),
        ("1", b"1", Reason.WRONG_TYPE),
        (1, "1", Reason.WRONG_TYPE),
        (2, Anything(2), Reason.WRONG_TYPE),
        ([1, 2], [1], Reason.WRONG_VALUE),
        ({"a": 1}, {"a": 2}, Reason.WRONG_VALUE),
        ({"a": 1}, {"b": 1}, Reason.WRONG_VALUE),
        ({1, 2}, {1, 3}, Reason.WRONG_VALUE),
        (2**70, 2**70 + 1, Reason.WRONG_VALUE),
        ([[1]], [[1.0]], Reason.WRONG_TYPE),
    ],
)
def test_differences_where_types_count(expected: object, actual: object, reason: Reason) -> None:
    found = differ(encode(expected), encode(actual), exact=True)
    assert found is not None
    assert found.reason is reason


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, True),
        (1, 1.0),
        ({1, 2}, frozenset({2, 1})),
        ({1: 2}, {1.0: 2}),
        ({"a": 1}, Names(a=1)),
        (2**70, float(2**70)),
        (math.nan, math.nan),
        (0.0, -0.0),
    ],
)
def test_what_python_calls_equal(expected: object, actual: object) -> None:
    assert differ(encode(expected), encode(actual), exact=False) is None


@pytest.mark.parametrize(
    "value", [Anything(1), object(), type, len, {"a": object()}, [Anything(3)], iter([2])]
)
def test_nothing_equals_two_but_two(value: object) -> None:
    assert differ(encode(2), encode(value), exact=False) is not None
    assert differ(encode({"a": 2}), encode(value), exact=False) is not None
    assert differ(encode([2]), encode(value), exact=False) is not None


def test_tolerance() -> None:
    near = Tolerance(absolute=0.01)
    assert differ(1.0, 1.009, exact=False, tolerance=near) is None
    assert (
        differ([1.0, {"d": [["a", 2.0]]}], [1.001, {"d": [["a", 2.0]]}], exact=False, tolerance=near) is None
    )
    assert differ(1.0, 1.02, exact=False, tolerance=near) is not None
    assert differ(1.0, math.nan, exact=False, tolerance=near) is not None
    assert differ(1.0, math.inf, exact=False, tolerance=Tolerance(absolute=math.inf)) is not None
    assert differ(1.0, "1.0", exact=False, tolerance=near) is not None
    assert differ(100.0, 100.5, exact=False, tolerance=Tolerance(relative=0.01)) is None


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"t": 1},
        {"q": []},
        {"x": "1"},
        {"d": [[1]]},
        {"o": []},
        {"o": [1, 2]},
        {"i": "zz"},
        {"i": 3},
        {"b": "\u1234"},
        {"c": [1]},
        {"c": ["a", 2]},
        {"a": 1, "b": 2},
        {"s": [1, 1]},
        {"d": [[1, 2], [1, 3]]},
    ],
)
def test_what_is_no_tree_is_no_value(tree: object) -> None:
    with pytest.raises(Malformed):
        value_of(tree)
    for expected in (2, "x", [1], {"t": [1]}, {"s": [1]}, {"d": []}, {"b": "a"}):
        with contextlib.suppress(Malformed):
            assert differ(expected, tree, exact=True) is not None


def test_depth_and_size_have_limits() -> None:
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    for work in (encode, value_of, show):
        with pytest.raises((Malformed, RecursionError)) as caught:
            work(deep)
        assert caught.type is Malformed
    with pytest.raises(Malformed):
        differ(deep, deep, exact=True)
    with pytest.raises(Malformed):
        parse("[" * 100_000)
    with pytest.raises(Malformed):
        encode([0] * 300_000)


def test_large_hashed_containers_are_not_built() -> None:
    colliding = {"s": [{"i": hex(k * (2**61 - 1))} for k in range(1, 6000)]}
    with pytest.raises(Malformed):
        value_of(colliding)
    assert differ(colliding, colliding, exact=True) is None
