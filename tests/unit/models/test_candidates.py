"""Candidates and the numbers that they are judged by."""

import math

import numpy as np
import pytest

from holdfast.models.adapt import Adapted, Slot, Template
from holdfast.models.candidates import COLUMNS, GENERATED, LEARNED, POPULAR, Pool, Voter, rows
from holdfast.models.habits import Habits, Situation, Taken
from holdfast.models.knn_weights import WEIGHTS

START = Situation(("=", "= n"), "", ("", ""))
AFTER = Situation(("=", "= n"), "intros x", ("intros", ""))
SLOT = Slot("H", "nat", 0, 0)


def voter(number: int, text: str, previous: str = "", slots: int = 0) -> Voter:
    return Voter(number, Template(text, (SLOT,) * slots), text, previous, previous.partition(" ")[0])


def numbers(
    pool: Pool, situation: Situation = START, before: tuple[str, ...] = ()
) -> dict[str, dict[str, float]]:
    """Rows by text; the last one, for none of them, under an empty text."""
    texts, table = rows(pool, Habits(), situation, before, size=10)
    assert table.shape == (len(texts) + 1, len(COLUMNS))
    return {
        text: dict(zip(COLUMNS, row, strict=True))
        for text, row in zip([*texts, ""], table.tolist(), strict=True)
    }


def test_there_is_a_weight_for_every_column_and_no_other() -> None:
    assert sorted(WEIGHTS) == sorted(COLUMNS)


def test_votes_add_up_and_the_most_similar_one_describes() -> None:
    pool = Pool()
    pool.vote(voter(3, "far"), 0.4, [Adapted("auto", 1.0)], START)
    pool.vote(voter(7, "near", slots=2), 0.8, [Adapted("auto", 0.9)], START)
    pool.vote(voter(5, "middle"), 0.5, [Adapted("auto", 1.0)], START)
    row = numbers(pool)["auto"]
    assert row["similarity"] == pytest.approx(0.72)
    assert row["relative"] == pytest.approx(0.9)
    assert row["votes"] == pytest.approx(math.log(4))
    assert row["age"] == pytest.approx(math.log(10 - 7 + 1))
    assert row["slots"] == 2
    assert row["pattern_nearest"] == pytest.approx(0.8)


def test_candidates_are_ranked_by_similarity() -> None:
    pool = Pool()
    pool.vote(voter(0, "a"), 0.2, [Adapted("low", 1.0)], START)
    pool.vote(voter(1, "b"), 0.9, [Adapted("high", 1.0), Adapted("second", 0.5)], START)
    found = numbers(pool)
    assert list(found) == ["high", "second", "low", ""]
    assert [found[text]["rank"] for text in found] == pytest.approx([0.0, math.log(2), math.log(3), 0.0])
    assert (found["low"]["exact"], found["high"]["exact"]) == (0, 0)


def test_the_same_goal_again_is_exact() -> None:
    pool = Pool()
    pool.vote(voter(0, "a"), 1.0, [Adapted("auto", 1.0)], START)
    assert numbers(pool)["auto"]["exact"] == 1


def test_what_came_before_is_compared() -> None:
    pool = Pool()
    pool.vote(voter(0, "a", "intros x"), 0.5, [Adapted("same step", 1.0)], AFTER)
    pool.vote(voter(1, "b", "intros y"), 0.5, [Adapted("same tactic", 1.0)], AFTER)
    pool.vote(voter(2, "c"), 0.5, [Adapted("begins", 1.0)], AFTER)
    found = numbers(pool, AFTER)
    wanted = {"same step": (1, 0, 1), "same tactic": (0, 0, 1), "begins": (0, 0, 0)}
    for text, marks in wanted.items():
        row = found[text]
        assert (row["same_previous"], row["both_first"], row["same_tactic_before"]) == marks
        assert row["similar_after_same"] == row["similarity"] * marks[0]


def test_two_beginnings_are_alike() -> None:
    pool = Pool()
    pool.vote(voter(0, "a"), 0.5, [Adapted("auto", 1.0)], START)
    assert numbers(pool)["auto"]["both_first"] == 1


def test_offers_are_marked_and_do_not_replace_votes() -> None:
    pool = Pool()
    pool.vote(voter(0, "a"), 0.5, [Adapted("auto", 1.0)], START)
    pool.offer([("auto", "auto"), ("lia", "lia")], POPULAR)
    pool.offer([("lia", "lia"), ("intros", "intros")], GENERATED)
    assert {text: one.source for text, one in pool.candidates.items()} == {
        "auto": LEARNED, "lia": POPULAR, "intros": GENERATED,
    }  # fmt: skip
    found = numbers(pool)
    marks = {text: (row["generated"], row["popular"]) for text, row in found.items()}
    assert marks == {"auto": (0, 0), "lia": (0, 1), "intros": (1, 0), "": (0, 0)}


def test_repeating_a_step_is_marked() -> None:
    pool = Pool()
    pool.offer([("simpl", "simpl"), ("auto", "auto")], POPULAR)
    found = numbers(pool, before=("simpl", "intros x"))
    assert (found["simpl"]["repeated"], found["auto"]["repeated"]) == (1, 0)


def test_the_row_for_none_says_only_how_near_the_nearest_is() -> None:
    pool = Pool()
    pool.vote(voter(0, "a"), 0.6, [Adapted("auto", 1.0)], START)
    none = numbers(pool)[""]
    assert {column: number for column, number in none.items() if number} == {"none": 1.0, "none_nearest": 0.6}
    assert numbers(pool)["auto"]["none"] == 0


def test_no_candidates_leave_the_row_for_none() -> None:
    texts, table = rows(Pool(), Habits(), START, (), 0)
    assert texts == []
    assert table.shape == (1, len(COLUMNS))


def test_habits_are_given_as_logarithms() -> None:
    habits = Habits()
    for number in range(5):
        habits.add(number, Taken("auto", "auto", closed=True), AFTER)
    pool = Pool()
    pool.offer([("auto", "auto"), ("lia", "lia")], POPULAR)
    texts, table = rows(pool, habits, AFTER, (), size=5)
    row = dict(zip(COLUMNS, table[texts.index("auto")].tolist(), strict=True))
    other = dict(zip(COLUMNS, table[texts.index("lia")].tolist(), strict=True))
    assert row["text_recent"] == pytest.approx(math.log(6))
    for column in ("text_after", "text_shape", "after", "after_two", "after_at_shape", "recent_at_shape"):
        assert other[column] < row[column] < 0.0, column
    assert np.isfinite(table).all()
