"""Steps with theorems that an index finds."""

from collections.abc import Sequence

import pytest
from tests.contract.proposer_suite import ProposerCase, ProposerSuite

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.mixture import MixtureProposer
from holdfast.models.recall import Recall
from holdfast.models.retrieved import RetrievedProposer
from holdfast.models.rocq_names import NameBook
from holdfast.retrieval.lexical import LexicalIndex

NAT = Hypothesis(("n", "m"), "nat")
GOAL = Goal((Subgoal((NAT,), "n + m = m + n"),))
LIBRARY = (
    Declared("L.add_comm", "theorem", "forall n m : nat, n + m = m + n"),
    Declared("L.add_0_r", "theorem", "forall n : nat, n + 0 = n"),
    Declared("L.le_trans", "theorem", "forall n m p : nat, n <= m -> m <= p -> n <= p"),
)


async def _near(query: str, count: int) -> Sequence[tuple[Declared, float]]:
    index = LexicalIndex([each.statement for each in LIBRARY])
    return [(LIBRARY[at], score) for at, score in index.search(query, count)]


def recall() -> Recall:
    return Recall(_near, LexicalIndex, 8)


class TestContract(ProposerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        other = Goal((Subgoal((NAT,), "n <= m"),))
        return ProposerCase(make=lambda: RetrievedProposer(recall(), NameBook()), goals=(GOAL, other))


async def _steps(proposer: RetrievedProposer, conclusion: str) -> set[str]:
    goal = Goal((Subgoal((NAT,), conclusion),))
    return {each.step.text for each in await proposer.propose(goal, 20)}


@pytest.mark.asyncio
async def test_a_theorem_is_used_in_each_way_that_fits_the_goal() -> None:
    proposer = RetrievedProposer(recall(), NameBook())
    assert await _steps(proposer, "n + m = m + n") == {
        *("apply L.add_comm", "exact L.add_comm"),
        *("rewrite L.add_comm", "rewrite <- L.add_comm"),
    }
    assert await _steps(proposer, "n <= m") == {"apply L.le_trans", "eapply L.le_trans"}
    assert await _steps(proposer, "n = m \\/ m = n") == set()


@pytest.mark.asyncio
async def test_what_the_text_proves_is_offered_and_kinds_of_steps_that_it_takes_come_first() -> None:
    proposer = RetrievedProposer(recall(), NameBook())
    proposer.learn(Declared("mine", "theorem", "forall a : nat, a + 0 = a"))
    for _ in range(50):
        proposer.learn(Observed("mine", GOAL, "rewrite IH"))
    goal = Goal((Subgoal((NAT,), "n + 0 = n"),))
    found = [each.step.text for each in await proposer.propose(goal, 20)]
    assert found.index("rewrite mine") < found.index("apply mine")


@pytest.mark.asyncio
async def test_the_mixture_asks_it_only_where_something_can_be_recalled() -> None:
    for given, expected in ((None, False), (recall(), True)):
        mixture = MixtureProposer.from_shards((), given)
        found = {each.step.text for each in await mixture.propose(GOAL, 400)}
        assert ("apply L.add_comm" in found) is expected
