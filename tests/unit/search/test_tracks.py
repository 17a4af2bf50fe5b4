"""What is recorded of a search can be taken again step by step, and says nothing false of any step."""

import asyncio
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.search.problems import (
    PLAIN,
    AbstractProposer,
    AbstractSession,
    FailingSession,
    provable,
)
from tests.unit.search.test_properties import NAMES, SETTINGS, problems

from holdfast.core.goals import Goal
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, Refused
from holdfast.core.trajectories import WHOLE, Explored
from holdfast.search.best_first import Budget, SearchResult, SearchSettings, best_first

Table = Mapping[str, Sequence[Sequence[str]]]


async def taken_again(session: Session, steps: Sequence[Explored]) -> dict[int, Goal]:
    """Every recorded step taken again from the root; the states, having compared them with the record."""
    states = {0: session.root}
    for step in steps:
        at = states[step.parent]
        goal = at if step.focus == WHOLE else await session.focus(at, step.focus)
        assert goal.subgoals == step.goal.subgoals
        if step.verdict is None:
            continue
        verdict = await session.apply(goal, step.proposal.step)
        assert type(verdict) is type(step.verdict)
        if not isinstance(verdict, Refused) and not isinstance(step.verdict, Refused):
            assert verdict.goal.subgoals == step.verdict.goal.subgoals
            states[step.number] = verdict.goal
    return states


def proof_holds(steps: Sequence[Explored], numbers: Sequence[int]) -> bool:
    """Whether the steps close the root, by the verdicts recorded for them alone."""
    at = {(step.parent, step.focus): step for step in steps if step.number in numbers}

    def closed(parent: int, focus: int) -> bool:
        step = at.get((parent, focus))
        match None if step is None else step.verdict:
            case Proved():
                return True
            case Advanced(left):
                assert step is not None
                apart = all(closed(step.number, index) for index in range(len(left.subgoals)))
                return closed(step.number, WHOLE) or apart
            case _:
                return False

    return closed(0, WHOLE)


def recorded(
    table: Table, how: SearchSettings, failing: frozenset[int] = frozenset()
) -> tuple[list[Explored], SearchResult]:
    steps: list[Explored] = []
    session = FailingSession(AbstractSession(table, NAMES[0]), lambda call: call in failing)
    found = best_first(
        session, AbstractProposer(3), budget=Budget(cpu_s=1e9), settings=how, record=steps.append
    )
    return steps, asyncio.run(found)


@settings(max_examples=100)
@given(problems(loops=True), SETTINGS)
def test_every_recorded_step_can_be_taken_again(
    table: dict[str, list[list[str]]], how: SearchSettings
) -> None:
    steps, result = recorded(table, how)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert sum(step.proposed for step in steps) == result.nodes
    assert all(step.parent < step.number for step in steps)
    asyncio.run(taken_again(AbstractSession(table, NAMES[0]), steps))
    assert proof_holds(steps, result.fates.proof) == (result.ended == "proved")
    assert len(result.fates.proof) == (0 if result.proof is None else len(list(result.proof.steps())))


@settings(max_examples=150)
@given(problems(loops=True), SETTINGS, st.frozensets(st.integers(1, 60)))
def test_what_is_said_to_be_solved_or_given_up_is_so(
    table: dict[str, list[list[str]]], how: SearchSettings, failing: frozenset[int]
) -> None:
    steps, result = recorded(table, how, failing)
    left = {
        step.number: [each.conclusion for each in step.verdict.goal.subgoals]
        for step in steps
        if isinstance(step.verdict, Advanced)
    }
    assert all(provable(table, name) for number in result.fates.solved for name in left[number])
    assert not [
        number for number in result.fates.given_up if all(provable(table, name) for name in left[number])
    ]


def test_a_goal_at_which_a_step_had_no_verdict_is_not_given_up() -> None:
    table = {"g0": [["g1"], ["g2"]], "g1": [["g3"]], "g2": [], "g3": [["g4"]]}
    steps, result = recorded(table, PLAIN)
    assert result.fates.given_up == tuple(step.number for step in steps if isinstance(step.verdict, Advanced))
    calls_at_g3 = {step.number for step in steps if step.goal.subgoals[0].conclusion == "g3"}
    steps, result = recorded(table, PLAIN, frozenset({min(calls_at_g3) + 1}))
    assert any(step.verdict is None for step in steps)
    undecided = {step.number for step in steps if step.verdict is None}
    above = {step.parent for step in steps if step.number in undecided} - {0}
    assert above
    assert not above & set(result.fates.given_up)


def test_a_goal_that_only_leads_back_is_not_given_up() -> None:
    """Whatever closes the goal above would close it, too."""
    table: Table = {"g0": [["g1"], ["g2"], []], "g1": [["g0"]], "g2": [["g3"]], "g3": []}
    steps, result = recorded(table, PLAIN)
    by_goal = {step.number: step.goal.subgoals[0].conclusion for step in steps}
    loops = [step for step in steps if step.dropped == "loop"]
    assert [by_goal[step.number] for step in loops] == ["g1"]
    assert loops[0].parent not in result.fates.given_up
    assert [by_goal[number] for number in result.fates.given_up] == ["g0", "g2"]


def test_a_proof_that_was_tidied_is_recorded_as_it_was_returned() -> None:
    steps, result = recorded({"g0": [["g1"], []], "g1": [["g1"], []]}, PLAIN)
    assert result.found_steps == 2
    assert [(each.proposal.step.text, each.proposed) for each in steps] == [
        ("0", True),
        ("0", True),
        ("1", True),
        ("1", False),
    ]
    assert steps[1].dropped == "no_progress"
    assert result.fates.proof == (4,)
