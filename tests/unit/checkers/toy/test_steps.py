"""Each step of the toy: what it leaves, what it costs, why it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.toy.formulas import parse_formula
from holdfast.checkers.toy.session import ToySession
from holdfast.checkers.toy.states import start_state
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict

KNOWN = {
    "em": parse_formula("A \\/ ~A"),
    "trans": parse_formula("(A -> B) -> (B -> C) -> A -> C"),
    "odd": parse_formula("(A -> True) -> B"),
}


async def run(statement: str, *texts: str) -> Verdict:
    """The verdict on the last step, after the others advanced."""
    session = ToySession(start_state(parse_formula(statement)), KNOWN)
    goal: Goal = session.root
    *before, last = texts
    for text in before:
        verdict = await session.apply(goal, Step(text))
        assert isinstance(verdict, Advanced), (text, verdict)
        goal = verdict.goal
    return await session.apply(goal, Step(last))


def shown(goal: Goal) -> list[str]:
    """Each subgoal in focus as one line."""
    lines = []
    for subgoal in goal.subgoals:
        context = ", ".join(f"{hyp.names[0]} : {hyp.type}" for hyp in subgoal.hypotheses)
        lines.append(f"{context} |- {subgoal.conclusion}".lstrip())
    return lines


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statement", "steps", "left"),
    [
        ("A -> B", ["intro"], ["H : A |- B"]),
        ("A -> B -> C", ["intro", "intro"], ["H : A, H0 : B |- C"]),
        ("A -> B", ["intro x"], ["x : A |- B"]),
        ("~ A", ["intro"], ["H : A |- False"]),
        ("A /\\ B", ["split"], ["|- A", "|- B"]),
        ("A \\/ B", ["left"], ["|- A"]),
        ("A \\/ B", ["right"], ["|- B"]),
        ("A", ["exfalso"], ["|- False"]),
        ("(A -> B -> C) -> C", ["intro", "apply H"], ["H : A -> B -> C |- A", "H : A -> B -> C |- B"]),
        ("(A -> B -> C) -> B -> C", ["intro", "apply H"], ["H : A -> B -> C |- A"]),
        ("~ A -> False", ["intro", "apply H"], ["H : ~ A |- A"]),
        ("A -> C", ["apply trans"], ["|- A -> ?B1", "|- ?B1 -> C"]),
        ("A /\\ B -> C", ["intro", "destruct H"], ["H : A, H0 : B |- C"]),
        ("A /\\ B -> C", ["intro", "destruct H a b"], ["a : A, b : B |- C"]),
        ("A \\/ B -> C", ["intro", "destruct H"], ["H : A |- C", "H : B |- C"]),
        ("A \\/ B -> C", ["intro", "destruct H x"], ["x : A |- C", "x : B |- C"]),
        ("A -> B -> C", ["intro", "intro", "clear H"], ["H0 : B |- C"]),
        ("A -> B -> B", ["intro", "intro b", "clear H"], ["b : B |- B"]),
    ],
)
async def test_what_steps_leave(statement: str, steps: list[str], left: list[str]) -> None:
    verdict = await run(statement, *steps)
    assert isinstance(verdict, Advanced)
    assert shown(verdict.goal) == left


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statement", "steps"),
    [
        ("True", ["trivial"]),
        ("A -> A", ["intro", "assumption"]),
        ("A -> A", ["intro", "exact H"]),
        ("A -> A", ["intro", "apply H"]),
        ("False -> A", ["intro", "destruct H"]),
        ("B \\/ ~ B", ["exact em"]),
        ("B \\/ ~ B", ["apply em"]),
        ("~ ~ (A \\/ ~ A)", ["tauto"]),
        ("(A -> B) -> (B -> C) -> A -> C", ["exact trans"]),
        ("(P -> Q) -> (Q -> R) -> P -> R", ["intro f", "intro g", "apply trans", "exact f", "exact g"]),
    ],
)
async def test_what_steps_prove(statement: str, steps: list[str]) -> None:
    verdict = await run(statement, *steps)
    assert isinstance(verdict, Proved)
    assert not verdict.goal.subgoals


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statement", "steps", "reason"),
    [
        ("A", ["jump"], RefusalReason.SYNTAX),
        ("A", ["intro 1"], RefusalReason.SYNTAX),
        ("A", ["exact"], RefusalReason.SYNTAX),
        ("A", ["trivial H"], RefusalReason.SYNTAX),
        ("A", [""], RefusalReason.SYNTAX),
        ("A /\\ B -> C", ["intro", "destruct H a"], RefusalReason.SYNTAX),
        ("A /\\ B -> C", ["intro", "destruct H a a"], RefusalReason.SYNTAX),
        ("A", ["exact nothing"], RefusalReason.UNKNOWN_NAME),
        ("A", ["destruct em"], RefusalReason.UNKNOWN_NAME),
        ("A -> B", ["intro", "exact H"], RefusalReason.TYPE_MISMATCH),
        ("A -> B", ["intro", "apply H"], RefusalReason.TYPE_MISMATCH),
        ("A", ["exact em"], RefusalReason.TYPE_MISMATCH),
        ("A", ["idtac"], RefusalReason.NO_PROGRESS),
        ("A", ["exfalso", "exfalso"], RefusalReason.NO_PROGRESS),
        ("A", ["intro"], RefusalReason.NOT_APPLICABLE),
        ("A", ["split"], RefusalReason.NOT_APPLICABLE),
        ("A", ["left"], RefusalReason.NOT_APPLICABLE),
        ("A", ["trivial"], RefusalReason.NOT_APPLICABLE),
        ("A", ["assumption"], RefusalReason.NOT_APPLICABLE),
        ("A", ["tauto"], RefusalReason.NOT_APPLICABLE),
        ("A -> B -> C", ["intro x", "intro x"], RefusalReason.NOT_APPLICABLE),
        ("A -> B", ["intro em"], RefusalReason.NOT_APPLICABLE),
        ("A -> B", ["intro", "destruct H"], RefusalReason.NOT_APPLICABLE),
        ("P -> R", ["apply trans", "tauto"], RefusalReason.NOT_APPLICABLE),
        ("A", ["sorry"], RefusalReason.FORBIDDEN),
        ("A", ["qed"], RefusalReason.FORBIDDEN),
        ("A", ["trivial. trivial"], RefusalReason.FORBIDDEN),
        ("A", ["trivial."], RefusalReason.FORBIDDEN),
        ("A", ["trivial # sorry"], RefusalReason.FORBIDDEN),
        ("A", ["{"], RefusalReason.FORBIDDEN),
        ("A", ["trivial\nqed"], RefusalReason.FORBIDDEN),
    ],
)
async def test_why_steps_are_refused(statement: str, steps: list[str], reason: RefusalReason) -> None:
    verdict = await run(statement, *steps)
    assert isinstance(verdict, Refused)
    assert verdict.reason is reason
    assert verdict.message


@pytest.mark.asyncio
async def test_a_hard_goal_times_out_instead_of_taking_for_ever() -> None:
    names = [f"P{i}" for i in range(12)]
    chain = " -> ".join(f"(({a} -> {b}) -> {a})" for a in names for b in names[:3])
    verdict = await run(f"{chain} -> Q", "tauto")
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.cpu_s) == (RefusalReason.TIMEOUT, 0.4)


@pytest.mark.asyncio
async def test_costs_are_declared() -> None:
    assert (await run("A -> B", "intro")).cpu_s == 0.001
    assert (await run("A -> A", "tauto")).cpu_s == pytest.approx(0.012)
    assert (await run("A", "sorry")).cpu_s == 0.0


@pytest.mark.asyncio
async def test_a_forgotten_placeholder_is_shelved() -> None:
    verdict = await run("B", "apply odd", "intro", "trivial")
    assert isinstance(verdict, Advanced)
    assert (verdict.goal.subgoals, [s.conclusion for s in verdict.goal.shelved]) == ((), ["?A1"])


@pytest.mark.asyncio
@given(st.text(max_size=30))
async def test_hostile_steps_get_a_verdict(text: str) -> None:
    verdict = await run("A /\\ B", text)
    assert isinstance(verdict, Refused) == (text not in {"split", "exfalso"})
