"""Conditional frequencies."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.tables import Row, Table

items = st.lists(st.sampled_from("abcdefghijkl"), max_size=60)


def counted(text: str) -> Row:
    row = Row()
    for item in text:
        row.add(item)
    return row


@given(items)
def test_chances_follow_the_counts_and_sum_to_what_the_general_ones_sum_to(added: list[str]) -> None:
    row = counted("".join(added))
    letters = "abcdefghijkl"
    chances = row.chances(letters, [1 / len(letters)] * len(letters))
    assert sum(chances) == pytest.approx(1.0)
    assert all(0.0 < chance < 1.0 for chance in chances)
    counts = Counter(added)
    by_chance = sorted(letters, key=lambda letter: chances[letters.index(letter)])
    assert [counts[letter] for letter in by_chance] == sorted(counts[letter] for letter in letters)


def test_with_nothing_counted_the_general_chance_holds() -> None:
    assert Row().chances(["a", "b"], [0.25, 0.5]) == [0.25, 0.5]


def test_much_counted_outweighs_the_general_chance() -> None:
    row = counted("a" * 1000)
    assert row.chances(["a", "b"], [0.01, 0.99]) == [
        pytest.approx(1.0, abs=0.01),
        pytest.approx(0.0, abs=0.01),
    ]


def test_smoothed_chances_begin_at_what_is_given() -> None:
    assert Row().smoothed(["a"], 1.0, 4.0) == [0.25]
    assert counted("aab").smoothed(["a", "b", "c"], 1.0, 5.0) == [3 / 8, 2 / 8, 1 / 8]


@given(items, items)
def test_what_is_removed_was_never_there(kept: list[str], passing: list[str]) -> None:
    row = counted("".join([*kept, *passing]))
    for item in passing:
        row.remove(item)
    assert (row.counts, row.total) == (Counter(kept), len(kept))
    assert set(row.counts) == set(kept), "nothing is kept of what was removed"


@given(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=200))
def test_the_most_frequent_lead(added: list[str]) -> None:
    row = Row()
    for item in added:
        row.add(item)
        row.lead(item)
    counts = Counter(added)
    least = min((counts[item] for item in row.leaders), default=0)
    assert len(row.leaders) == len(set(row.leaders)) == min(8, len(counts))
    assert all(count <= least for item, count in counts.items() if item not in row.leaders)


def test_rows_are_kept_apart_by_condition() -> None:
    table = Table()
    table.at(("a", "b")).add("x")
    assert table.row(("a", "b")).total == 1
    assert table.row("a").total == 0


def test_looking_makes_no_row() -> None:
    table = Table()
    table.row("a").chances(["x"], [0.5])
    table.at("b").add("x")
    assert table.row("a").total == table.row("c").total == 0
