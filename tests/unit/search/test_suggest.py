"""What is said of suggestions, on the toy checker."""

import math

import pytest

from holdfast.checkers.toy.formulas import parse_formula
from holdfast.checkers.toy.session import ToySession
from holdfast.checkers.toy.states import start_state
from holdfast.core.errors import CheckerTimeoutError
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proposal, Step, Verdict
from holdfast.core.trajectories import JudgedStep
from holdfast.models.toy import TableProposer
from holdfast.search.suggest import Mark, Suggestion, blend, judge, offers, ranked, unchecked


def _proposals(*texts: str) -> list[Proposal]:
    return [Proposal(Step(text), -0.5 * at, "test") for at, text in enumerate(texts, 1)]


def _session(formula: str) -> ToySession:
    return ToySession(start_state(parse_formula(formula)), {})


async def _marks(session: ToySession, goal: Goal, *texts: str) -> list[tuple[str, Mark]]:
    return [(one.text, one.mark) async for one in judge(session, goal, _proposals(*texts))]


@pytest.mark.asyncio
async def test_each_step_is_marked_by_what_comes_of_it() -> None:
    session = _session(r"A -> A")
    assert await _marks(session, session.root, "tauto", "intro", "split", "sorry") == [
        ("tauto", Mark.CLOSES),
        ("intro", Mark.PROGRESS),
        ("split", Mark.REFUSED),
        ("sorry", Mark.REFUSED),
    ]


@pytest.mark.asyncio
async def test_what_closes_the_first_of_two_goals_closes_its_goal() -> None:
    session = _session(r"A -> A /\ A")
    after = await session.apply(session.root, Step("intro H"))
    assert isinstance(after, Advanced)
    forked = await session.apply(after.goal, Step("split"))
    assert isinstance(forked, Advanced)
    assert len(forked.goal.subgoals) == 2
    found = [one async for one in judge(session, forked.goal, _proposals("exact H", "exfalso"))]
    assert [one.mark for one in found] == [Mark.CLOSES, Mark.PROGRESS]
    assert found[0].remaining is not None
    assert len(found[0].remaining.subgoals) == 1


@pytest.mark.asyncio
async def test_a_refusal_says_why() -> None:
    session = _session("A -> A")
    (one,) = [one async for one in judge(session, session.root, _proposals("apply nothing_of_the_kind"))]
    assert (one.mark, one.reason) == (Mark.REFUSED, "unknown_name")
    assert one.message
    assert one.remaining is None


@pytest.mark.asyncio
async def test_verdicts_are_told_and_the_rest_comes_unchecked_once_there_is_no_time() -> None:
    session = _session("A -> A")
    told: list[JudgedStep] = []
    steps = _proposals("split", "intro", "tauto")
    judged = judge(session, session.root, steps, observe=told.append, go_on=lambda: len(told) < 2)
    assert [one.mark async for one in judged] == [Mark.REFUSED, Mark.PROGRESS, Mark.UNCHECKED]
    assert [item.proposal for item in told] == steps[:2]


class _Broken:
    """A session whose process dies at every step."""

    root = Goal(())

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        raise CheckerTimeoutError("it did not answer in time and was killed")

    async def focus(self, goal: Goal, index: int) -> Goal:
        return goal


@pytest.mark.asyncio
async def test_no_verdict_is_no_refusal() -> None:
    found = [one async for one in judge(_Broken(), _session("A").root, _proposals("tauto", "intro"))]
    assert [(one.mark, one.message[:6]) for one in found] == [(Mark.UNDECIDED, "it did")] * 2


def test_what_closes_comes_first_and_equals_keep_their_order() -> None:
    marks = [Mark.REFUSED, Mark.PROGRESS, Mark.CLOSES, Mark.UNCHECKED, Mark.PROGRESS, Mark.CLOSES]
    found = [Suggestion(text=str(at), logprob=-1.0, mark=mark) for at, mark in enumerate(marks)]
    assert [one.text for one in ranked(found)] == ["2", "5", "1", "4", "3", "0"]


@pytest.mark.asyncio
async def test_a_prefix_leaves_what_begins_with_it() -> None:
    table = TableProposer({"*": [("intro", -0.1), ("split", -0.2), ("intro H", -0.3), ("left", -0.4)]})
    goal = _session("A").root
    assert [one.step.text for one in await offers(table, goal, 2)] == ["intro", "split"]
    assert [one.step.text for one in await offers(table, goal, 2, "  int")] == ["intro", "intro H"]
    assert await offers(table, goal, 2, "tau") == []


def test_blending_adds_what_several_offer_and_gives_each_list_the_same_weight() -> None:
    one = [Proposal(Step("a"), math.log(0.5), "one"), Proposal(Step("b"), math.log(0.5), "one")]
    two = [Proposal(Step("b"), math.log(0.002), "two")]
    found = blend([one, two, []], 5)
    assert [(each.step.text, each.source) for each in found] == [("b", "two"), ("a", "one")]
    assert [each.logprob for each in found] == pytest.approx([math.log(0.75), math.log(0.25)])
    assert blend([one, two], 1) == found[:1]
    assert blend([], 3) == []


def test_what_nobody_checked_says_so() -> None:
    (proposal,) = _proposals("auto")
    assert unchecked(proposal).mark is Mark.UNCHECKED
