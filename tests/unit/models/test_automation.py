"""Automation tactics, ranked by chance and cost."""

import pytest
from tests.unit.models.sequents import goal, judged, offered, subgoal, taken

from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Verdict
from holdfast.models.automation import AutomationProposer, Tactic, standard_tactics

HERE, THERE = goal("a = b"), goal("a <= b")
CLOSED = Proved(Goal(()), 0.01)
FAILED = Refused(RefusalReason.NOT_APPLICABLE, "no", 0.01)


def proposer(*tactics: Tactic) -> AutomationProposer:
    return AutomationProposer(tactics or (Tactic("one", 0.2, 0.01), Tactic("two", 0.2, 0.01)))


async def ranked_after(text: str, verdict: Verdict, times: int = 20) -> list[str]:
    """The order of two tactics, equal at first, after verdicts on one of them."""
    found = proposer()
    for _ in range(times):
        found.judged(judged(text, HERE, verdict, "automation"))
    return list(await offered(found, HERE))


def test_the_standard_tactics_are_distinct_and_their_figures_possible() -> None:
    tactics = standard_tactics()
    assert len({tactic.text for tactic in tactics}) == len(tactics)
    assert all(0.0 < tactic.closes < 1.0 and tactic.cpu_s > 0.0 for tactic in tactics)


@pytest.mark.asyncio
async def test_all_are_offered_cheap_and_likely_ones_first() -> None:
    found = proposer(Tactic("dear", 0.3, 3.0), Tactic("unlikely", 0.02, 0.001), Tactic("good", 0.2, 0.001))
    assert await offered(found, HERE) == ["good", "unlikely", "dear"]
    assert set(await offered(AutomationProposer(standard_tactics()), HERE)) == {
        tactic.text for tactic in standard_tactics()
    }


@pytest.mark.asyncio
async def test_success_moves_ahead_failure_and_cost_move_back() -> None:
    assert await ranked_after("two", CLOSED) == ["two", "one"]
    assert await ranked_after("one", FAILED) == ["two", "one"]
    assert await ranked_after("one", Refused(RefusalReason.TIMEOUT, "", 5.0), 3) == ["two", "one"]


@pytest.mark.asyncio
async def test_closing_the_first_of_two_subgoals_is_a_success() -> None:
    found = proposer()
    both = Goal((subgoal("a = b"), subgoal("c")))
    for _ in range(20):
        found.judged(judged("two", both, Advanced(goal("c"), 0.01), "automation"))
        found.judged(judged("one", both, Advanced(both, 0.01), "automation"))
    assert await offered(found, HERE) == ["two", "one"]


@pytest.mark.asyncio
async def test_success_at_a_shape_counts_most_at_that_shape() -> None:
    found = proposer()
    for _ in range(20):
        found.judged(judged("two", HERE, CLOSED, "automation"))
        found.judged(judged("one", THERE, CLOSED, "automation"))
    assert await offered(found, HERE) == ["two", "one"]
    assert await offered(found, THERE) == ["one", "two"]


@pytest.mark.parametrize(
    ("verdict", "dropped"),
    [
        (Refused(RefusalReason.SYNTAX, "Syntax error"), True),
        (Refused(RefusalReason.UNKNOWN_NAME, "The reference two was not found"), True),
        (Refused(RefusalReason.UNKNOWN_NAME, "The reference other was not found"), False),
        (FAILED, False),
    ],
)
@pytest.mark.asyncio
async def test_unknown_tactics_are_dropped_until_more_was_read(verdict: Verdict, *, dropped: bool) -> None:
    found = proposer()
    found.judged(judged("two", HERE, verdict, "automation"))
    assert ("two" not in await offered(found, HERE)) is dropped
    found.learn(taken("Require Import Two", HERE))
    assert "two" in await offered(found, HERE)


@pytest.mark.asyncio
async def test_a_tactic_that_often_fails_is_not_given_up() -> None:
    found = proposer()
    for _ in range(5000):
        found.judged(judged("one", HERE, FAILED, "automation"))
    assert set(await offered(found, HERE)) == {"one", "two"}


@pytest.mark.asyncio
async def test_verdicts_on_steps_of_others_change_nothing() -> None:
    found = proposer()
    before = await found.propose(HERE, 9)
    found.judged(judged("apply H", HERE, CLOSED))
    assert await found.propose(HERE, 9) == before


@pytest.mark.asyncio
async def test_one_dear_failure_is_enough_to_wait_with_a_tactic() -> None:
    """Others that are believed less come first from then on."""
    found = proposer(Tactic("deep", 0.2, 0.1), Tactic("shallow", 0.02, 0.01))
    assert await offered(found, HERE) == ["deep", "shallow"]
    found.judged(judged("deep", HERE, Refused(RefusalReason.TIMEOUT, "", 1.0), "automation"))
    assert await offered(found, HERE) == ["shallow", "deep"]
