"""The toy proposers: what they offer and what they learn."""

import pytest

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Proposal, Proved, Step
from holdfast.core.trajectories import JudgedStep, Observed
from holdfast.models.toy import EnumeratingProposer, TableProposer

pytestmark = pytest.mark.asyncio

GOAL = Goal((Subgoal((Hypothesis(("H",), r"A /\ B"), Hypothesis(("K",), "~ A")), r"B \/ A"),))


async def offered(proposer: EnumeratingProposer | TableProposer) -> list[str]:
    return [proposal.step.text for proposal in await proposer.propose(GOAL, 99)]


async def test_a_table_is_looked_up_by_conclusion() -> None:
    assert await offered(TableProposer({r"B \/ A": [("left", -2.0), ("right", -1.0)]})) == ["right", "left"]
    assert await offered(TableProposer({"*": [("tauto", -1.0)]})) == ["tauto"]
    assert await offered(TableProposer({"A": [("tauto", -1.0)]})) == []


async def test_only_steps_that_the_text_does_not_rule_out_are_offered() -> None:
    assert await offered(EnumeratingProposer()) == [
        "assumption",
        "destruct H",
        "left",
        "right",
        "apply K",
        "exfalso",
    ]


async def test_kinds_of_steps_that_were_right_move_ahead() -> None:
    proposer = EnumeratingProposer()
    for _ in range(9):
        proposer.learn(Observed("t", GOAL, "apply K"))
    assert (await offered(proposer))[:2] == ["assumption", "apply K"]
    for _ in range(99):
        proposer.judged(JudgedStep(GOAL, Proposal(Step("left"), -1.0), Proved(Goal(()))))
    assert (await offered(proposer))[0] == "left"
