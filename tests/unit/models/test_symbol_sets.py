"""Which sets lie within another."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.symbol_sets import SymbolSets

symbol_sets = st.frozensets(st.sampled_from("abcdefgh"), max_size=4)


def filled(sets: list[frozenset[str]]) -> SymbolSets:
    found = SymbolSets()
    found.extend(enumerate(sets))
    return found


@given(st.lists(symbol_sets, max_size=20), symbol_sets, symbol_sets)
def test_all_that_lie_within_are_found_and_nothing_else(
    sets: list[frozenset[str]], there: frozenset[str], free: frozenset[str]
) -> None:
    inside = {number for number, symbols in enumerate(sets) if symbols and symbols <= there | free}
    found = filled(sets).within(there, 100, free=free)
    assert {number for number, _share in found} == inside
    assert all(0 < share <= 1 + 1e-9 for _number, share in found)
    assert [share for _number, share in found] == sorted((share for _number, share in found), reverse=True)


@given(st.lists(symbol_sets, max_size=20), symbol_sets)
def test_it_does_not_matter_how_they_came(sets: list[frozenset[str]], there: frozenset[str]) -> None:
    singly = SymbolSets()
    for number, symbols in enumerate(sets):
        singly.extend([(number, symbols)])
    assert singly.within(there, 100) == filled(sets).within(there, 100)


def test_what_is_rare_and_what_is_more_of_it_comes_first() -> None:
    sets = filled([frozenset("a"), frozenset("b"), frozenset("ab"), *[frozenset("a")] * 5])
    assert [number for number, _share in sets.within(frozenset("ab"), 3)] == [2, 1, 7]


def test_at_most_so_many() -> None:
    assert len(filled([frozenset("a")] * 9).within(frozenset("a"), 4)) == 4
