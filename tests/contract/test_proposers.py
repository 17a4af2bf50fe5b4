"""The embedded proposers fill the `Proposer` and `Learner` seams."""

import pytest
from tests.contract.proposer_suite import LearnerCase, LearnerSuite, ProposerCase, ProposerSuite

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Proposal, Proved, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.automation import AutomationProposer, standard_tactics
from holdfast.models.knn import KnnProposer
from holdfast.models.mixture import MixtureProposer
from holdfast.models.premises import PremiseProposer
from holdfast.models.shards import Shard
from holdfast.models.structural import StructuralProposer

ADD = Goal(
    (
        Subgoal(
            (Hypothesis(("n", "m"), "nat"), Hypothesis(("H",), "n <= m"), Hypothesis(("l",), "list nat")),
            "n + m = m + n",
        ),
    )
)
OTHER = Goal((Subgoal((Hypothesis(("p", "q"), "nat"),), "p + q = q + p"),))
GOALS = (
    ADD,
    Goal((Subgoal((), "forall A B : Prop, A /\\ B -> B /\\ A"), Subgoal((), "True"))),
    Goal((Subgoal((Hypothesis(("x",), "nat", "1"), Hypothesis(("H",), "A \\/ B")), "x = 1 \\/ False"),)),
)
LEMMA = Declared("Coq.Arith.PeanoNat.Nat.plus_swap", "theorem", "forall a b : nat, a + b = b + a")
STEPS = tuple(
    Observed("earlier", goal, step)
    for goal in (OTHER, *GOALS)
    for step in ("destruct 1", "transitivity 3", "apply foo_bar", "exact (foo_bar p)")
)


class TestKnn(ProposerSuite, LearnerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        return ProposerCase(make=lambda: KnnProposer([Shard.from_stream([LEMMA, *STEPS])]), goals=GOALS)

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        return LearnerCase(make=KnnProposer, lesson=STEPS, goal=ADD, learnt="apply foo_bar")


class TestAutomation(ProposerSuite, LearnerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        return ProposerCase(make=lambda: AutomationProposer(standard_tactics()), goals=GOALS)

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        closed = JudgedStep(OTHER, Proposal(Step("nia"), -1.0, "automation"), Proved(Goal(()), 0.001))
        return LearnerCase(
            make=lambda: AutomationProposer(standard_tactics()), lesson=[closed] * 20, goal=ADD, learnt="nia"
        )


class TestPremises(ProposerSuite, LearnerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        shard = Shard.from_stream([LEMMA, *STEPS])
        return ProposerCase(make=lambda: PremiseProposer([shard]), goals=(ADD, OTHER))

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        return LearnerCase(make=PremiseProposer, lesson=(LEMMA,), goal=ADD, learnt=f"apply {LEMMA.name}")


class TestStructural(ProposerSuite, LearnerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        return ProposerCase(
            make=lambda: StructuralProposer([Shard.from_stream([LEMMA, *STEPS])]), goals=GOALS
        )

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        usual = [Observed("earlier", OTHER, "f_equal")] * 20
        return LearnerCase(make=StructuralProposer, lesson=usual, goal=ADD, learnt="f_equal")


class TestMixture(ProposerSuite, LearnerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        return ProposerCase(
            make=lambda: MixtureProposer.from_shards([Shard.from_stream([LEMMA, *STEPS])]), goals=GOALS
        )

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        return LearnerCase(
            make=lambda: MixtureProposer.from_shards([]), lesson=STEPS, goal=ADD, learnt="apply foo_bar"
        )
