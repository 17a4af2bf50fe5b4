"""The model that ranks candidates and learns online."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from holdfast.models.ranker import Ranker

numbers = st.floats(-3, 3)
tables = st.integers(1, 8).flatmap(
    lambda rows: st.lists(st.tuples(numbers, numbers), min_size=rows, max_size=rows)
).map(lambda rows: np.array(rows, dtype=np.float64))  # fmt: skip


@given(tables, numbers, numbers)
def test_chances_are_a_distribution_in_the_order_of_the_scores(
    table: NDArray[np.float64], one: float, other: float
) -> None:
    chances = Ranker({"a": one, "b": other}).chances(table)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= 0).all()
    scores = table @ np.array([one, other])
    assert (np.diff(chances[np.argsort(scores, kind="stable")]) >= -1e-12).all()


@given(tables, st.data())
def test_one_lesson_makes_the_right_row_likelier(table: NDArray[np.float64], data: st.DataObject) -> None:
    right = data.draw(st.integers(0, len(table) - 1))
    ranker = Ranker({"a": 0.0, "b": 0.0})
    before = ranker.chances(table)
    ranker.learn(table, before, right)
    assert ranker.chances(table)[right] >= before[right] - 1e-9


def test_it_learns_which_column_tells() -> None:
    ranker = Ranker({"noise": 0.0, "signal": 0.0})
    generator = np.random.default_rng(7)
    for _ in range(400):
        right = int(generator.integers(5))
        table = np.column_stack((generator.normal(size=5), np.arange(5) == right))
        ranker.learn(table, ranker.chances(table), right)
    weights = ranker.weights
    assert weights["signal"] > 1.0
    assert abs(weights["noise"]) < 0.3
    assert list(weights) == ["noise", "signal"]


def test_steps_shrink_as_a_column_is_better_known() -> None:
    ranker = Ranker({"a": 0.0})
    table = np.array([[1.0], [0.0]])
    moves = []
    for _ in range(200):
        before = ranker.weights["a"]
        ranker.learn(table, np.array([0.0, 1.0]), 0)
        moves.append(ranker.weights["a"] - before)
    assert moves == sorted(moves, reverse=True)
    assert moves[-1] < moves[0] / 2


def test_great_numbers_do_not_overflow() -> None:
    chances = Ranker({"a": 1.0}).chances(np.array([[1e6], [0.0]]))
    assert chances.tolist() == [1.0, 0.0]
