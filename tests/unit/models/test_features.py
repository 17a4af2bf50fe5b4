"""What a goal looks like to the index."""

import numpy as np
import pytest
from hypothesis import given
from tests.unit.models.sequents import subgoal, subgoals

from holdfast.core.goals import Subgoal
from holdfast.models.features import FEATURE_SPACE, features, hash_words


def shared(one: Subgoal, other: Subgoal) -> float:
    """The share of features in common."""
    mine, theirs = features(one), features(other)
    return len(np.intersect1d(mine, theirs)) / len(np.union1d(mine, theirs))


@given(subgoals)
def test_features_are_distinct_ascending_and_in_range(one: Subgoal) -> None:
    found = features(one)
    assert found.dtype == np.uint32
    assert (np.diff(found.astype(np.int64)) > 0).all()
    assert len(found) > 0
    assert found.max() < FEATURE_SPACE


@given(subgoals)
def test_the_same_sequent_has_the_same_features(one: Subgoal) -> None:
    again = Subgoal(one.hypotheses, one.conclusion, handle="other")
    assert np.array_equal(features(one), features(again))


def test_names_of_hypotheses_matter_little() -> None:
    one = subgoal("n + m = m + n", "n m : nat", "H : n <= m")
    renamed = subgoal("i + j = j + i", "i j : nat", "H7 : i <= j")
    assert shared(one, renamed) > 0.8
    # What is left to differ is the names alone.
    assert 0 < len(np.setdiff1d(features(one), features(renamed))) <= 3


def test_which_names_are_the_same_matters() -> None:
    assert shared(subgoal("n = n", "n m : nat"), subgoal("n = m", "n m : nat")) < 1


def test_the_conclusion_is_kept_apart_from_the_context() -> None:
    there, here = subgoal("P", "H : even n"), subgoal("even n", "H : P")
    assert shared(there, here) < 0.3


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (subgoal("n + 0 = n", "n : nat"), subgoal("In x l", "x : A", "l : list A")),
        (subgoal("S n + m = S (n + m)", "n m : nat"), subgoal("n < m", "n m : nat")),
    ],
)
def test_goals_alike_share_more(near: Subgoal, far: Subgoal) -> None:
    asked = subgoal("m + 0 = m", "m : nat")
    assert shared(asked, near) > shared(asked, far)


def test_bound_names_do_not_matter_in_words() -> None:
    one, other = subgoal("forall x : nat, x = x"), subgoal("forall y : nat, y = y")
    assert np.array_equal(features(one), features(other))


def test_only_the_youngest_hypotheses_of_many_are_looked_at() -> None:
    old = [f"a{number} : A{number}" for number in range(60)]
    young = [f"b{number} : nat" for number in range(40)]
    assert np.array_equal(features(subgoal("P", *old, *young)), features(subgoal("P", *young)))


def test_a_huge_goal_has_a_bounded_number_of_features() -> None:
    huge = subgoal(" + ".join(f"x{number}" for number in range(20_000)), "H : " + "a b " * 20_000)
    assert len(features(huge)) < 8_000


def test_words_keep_their_order() -> None:
    there, back = hash_words(["a", "b"]), hash_words(["b", "a"])
    assert there.tolist() == back.tolist()[::-1]
    assert len(hash_words([])) == 0
