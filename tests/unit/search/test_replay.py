"""Proofs run again: what holds, what does not and where, and what tidying tries."""

import pytest
from tests.unit.search.problems import toy_session

from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Step, Verdict
from holdfast.search.replay import Broken, Meter, Played, play, proof_of, size
from holdfast.search.tidy import tidy

pytestmark = pytest.mark.asyncio

STATEMENT = r"A -> A /\ A"


def line(*texts: str, ends: tuple[Proof, ...] = ()) -> Proof:
    """A proof without branches, up to its last step, which `ends` follow."""
    *first, last = texts
    proof = Proof(Step(last), ends)
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


class Counting:
    """A session that notes what it is asked to judge."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.root = session.root
        self.judged: list[str] = []

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        self.judged.append(step.text)
        return await self.session.apply(goal, step)

    async def focus(self, goal: Goal, index: int) -> Goal:
        return await self.session.focus(goal, index)


async def test_a_proof_that_holds_comes_back_with_its_goals() -> None:
    proof = line("intro a", "split", ends=(line("exact a"), line("tauto")))
    async with toy_session(STATEMENT) as session:
        meter = Meter()
        played = await play(session, session.root, proof, meter)
    assert isinstance(played, Played)
    assert proof_of(played) == proof
    assert (size([played]), meter.nodes) == (4, 4)
    assert meter.cpu_s == pytest.approx(0.003 + 0.011)
    assert played.children[0].children[1].goal.subgoals[0].conclusion == "A"


@pytest.mark.parametrize(
    ("proof", "path"),
    [
        (line("split"), ()),
        (line("intro a"), ()),
        (line("intro a", "left"), (0,)),
        (line("intro a", "split"), (0,)),
        (line("intro a", "split", ends=(line("exact a"), line("exact b"))), (0, 1)),
        (line("intro a", "split", ends=(line("exact a"), line("exact a"), line("exact a"))), (0,)),
        (line("intro a", "tauto", "exact a"), (0,)),
        # A lone child continues the whole state: after one half is proved, the other is left.
        (line("intro a", "split", "exact a"), (0, 0)),
    ],
)
async def test_a_proof_that_does_not_hold_tells_where(proof: Proof, path: tuple[int, ...]) -> None:
    async with toy_session(STATEMENT) as session:
        assert await play(session, session.root, proof, Meter()) == Broken(path)


async def test_a_lone_child_continues_the_whole_state() -> None:
    proof = line("intro a", "split", "exact a", "exact a")
    async with toy_session(STATEMENT) as session:
        assert isinstance(await play(session, session.root, proof, Meter()), Played)


@pytest.mark.parametrize(("cpu_s", "nodes"), [(0.0, 100), (10.0, 0)])
async def test_without_a_budget_nothing_is_tried(cpu_s: float, nodes: int) -> None:
    async with toy_session(STATEMENT) as session:
        played = await play(session, session.root, line("intro a", "tauto"), Meter())
        assert isinstance(played, Played)
        same, meter = await tidy(session, played, cpu_s=cpu_s, nodes=nodes)
    assert (same, meter.nodes) == (played, 0)


async def test_what_is_known_not_to_close_a_goal_is_not_tried_there() -> None:
    proof = line("intro a", "split", ends=(line("exact a"), line("exact a")))
    async with toy_session(STATEMENT) as session:
        played = await play(session, session.root, proof, Meter())
        assert isinstance(played, Played)
        counting = Counting(session)
        await tidy(counting, played, cpu_s=1.0, nodes=100)
        tried = counting.judged.count("exact a")
        counting.judged.clear()
        await tidy(counting, played, cpu_s=1.0, nodes=100, known=lambda _goal, _step: True)
        # What is left are replays of the proof without one of its steps.
        assert counting.judged.count("exact a") < tried
