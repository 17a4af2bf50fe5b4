"""What holds of every search: sound on all problems, complete on those without loops."""

import asyncio
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tests.unit.checkers.toy.formulas import formulas, is_tautology
from tests.unit.search.problems import (
    AbstractProposer,
    AbstractSession,
    FailingSession,
    audited,
    provable,
    toy_session,
)

from holdfast.checkers.toy.formulas import Formula
from holdfast.models.toy import EnumeratingProposer
from holdfast.search.best_first import Budget, SearchResult, SearchSettings, best_first

NAMES = [f"g{number}" for number in range(9)]


def problems(*, loops: bool) -> SearchStrategy[dict[str, list[list[str]]]]:
    """Tables of goals, each with up to three steps; without loops, a step leads to later goals only."""

    def moves(index: int) -> SearchStrategy[list[list[str]]]:
        onward = NAMES if loops else NAMES[index + 1 :]
        move = st.lists(st.sampled_from(onward), max_size=3) if onward else st.just([])
        return st.lists(move, max_size=3)

    return st.tuples(*(moves(index) for index in range(len(NAMES)))).map(
        lambda rows: dict(zip(NAMES, rows, strict=True))
    )


SETTINGS = st.builds(
    SearchSettings,
    exponent=st.sampled_from([0.0, 0.5, 1.0]),
    sibling_cost=st.sampled_from([0.0, 1.0]),
    chunk=st.integers(1, 3),
    batch=st.integers(1, 3),
)


def search(table: Mapping[str, Sequence[Sequence[str]]], how: SearchSettings) -> SearchResult:
    session = AbstractSession(table, NAMES[0])
    return asyncio.run(best_first(session, AbstractProposer(3), budget=Budget(cpu_s=1e9), settings=how))


@settings(max_examples=300, deadline=None)
@given(problems(loops=False), SETTINGS)
def test_without_loops_search_decides(table: dict[str, list[list[str]]], how: SearchSettings) -> None:
    expected = "proved" if provable(table, NAMES[0]) else "exhausted"
    assert search(table, how).ended == expected


@settings(max_examples=300, deadline=None)
@given(problems(loops=True), SETTINGS)
def test_with_loops_search_ends_and_claims_nothing_false(
    table: dict[str, list[list[str]]], how: SearchSettings
) -> None:
    result = search(table, how)
    assert result.ended in {"proved", "exhausted"}
    if result.ended == "proved":
        assert provable(table, NAMES[0])


@settings(max_examples=100, deadline=None)
@given(problems(loops=False), SETTINGS, st.sets(st.integers(1, 60)))
def test_a_checker_that_fails_now_and_then_changes_no_answer(
    table: dict[str, list[list[str]]], how: SearchSettings, failing: set[int]
) -> None:
    session = FailingSession(AbstractSession(table, NAMES[0]), lambda call: call in failing)
    result = asyncio.run(best_first(session, AbstractProposer(3), budget=Budget(), settings=how))
    if result.ended != "undecided":
        assert (result.ended == "proved") == provable(table, NAMES[0])
    assert result.ended != "exhausted" or not result.counts.undecided


@settings(max_examples=60, deadline=None)
@given(formulas())
def test_every_proof_passes_the_audit_and_no_falsehood_is_proved(formula: Formula) -> None:
    async def attempt() -> None:
        async with toy_session(str(formula)) as session:
            result = await best_first(session, EnumeratingProposer(), budget=Budget(nodes=150))
        if result.proof is None:
            return
        assert is_tautology(formula)
        assert await audited(result, str(formula)) == "proved"

    asyncio.run(attempt())
