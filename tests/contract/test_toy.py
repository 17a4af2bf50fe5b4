"""The toy fills every seam of a checker and a proposer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.contract.checker_suite import CheckerCase, CheckerSuite, LiveReaderSuite
from tests.contract.proposer_suite import LearnerCase, LearnerSuite, ProposerCase, ProposerSuite
from tests.contract.session_suite import SessionCase, SessionSuite

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.checkers.toy.formulas import parse_formula
from holdfast.checkers.toy.session import ToySession
from holdfast.checkers.toy.states import start_state
from holdfast.core.documents import Source
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Step
from holdfast.core.trajectories import Declared
from holdfast.models.toy import EnumeratingProposer, TableProposer

TEXT = r"""# Three holes and one finished theorem.
theorem id : P -> P.
  intro H. exact H.
qed.

theorem swap : A /\ B -> B /\ A.
  intro H. destruct H a b.
admitted.

theorem or_swap : A \/ B -> B \/ A.
  intro H. destruct H x.
  { right. sorry. }
  { sorry. }   # the last half
qed.
"""

GOALS = (
    Goal((Subgoal((Hypothesis(("H",), r"A /\ B"),), r"B \/ A"),), handle=3),
    Goal((Subgoal((), "A -> A"), Subgoal((), "B"))),
)


def chain(*texts: str) -> Proof:
    *first, last = texts
    proof = Proof(Step(last))
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


@asynccontextmanager
async def _open() -> AsyncIterator[Session]:
    yield ToySession(start_state(parse_formula(r"A /\ B -> B /\ A")), {})


class TestToySession(SessionSuite):
    @pytest.fixture
    def case(self) -> SessionCase:
        return SessionCase(
            open=_open,
            proof=(Step("intro H"), Step("destruct H a b"), Step("tauto")),
            fork=(Step("intro K"), Step("destruct K a b"), Step("split")),
            closers=(Step("exact b"), Step("exact a")),
            inapplicable=Step("trivial"),
            unknown_name=Step("apply no_such_lemma"),
            nonsense=Step("apply ("),
            forbidden=Step("sorry"),
            idle=Step("idtac"),
        )


class TestToyChecker(CheckerSuite, LiveReaderSuite):
    @pytest.fixture
    def case(self) -> CheckerCase:
        return CheckerCase(
            checker=ToyChecker(),
            source=Source("case.toy", TEXT),
            finished="id",
            step="exact H",
            proofs={
                "id": chain("tauto"),
                "swap": Proof(Step("split"), (chain("exact b"), chain("exact a"))),
                "or_swap": chain("exact x"),
                "or_swap#2": chain("left", "exact x"),
            },
            wrong=Proof(Step("split"), (chain("exact b"), chain("exact b"))),
            unreadable=Source("bad.toy", "# fine\naxiom em A.\n"),
            changed=(r"or_swap : A \/ B -> B \/ A", r"or_swap : A \/ C -> C \/ A"),
            assumed=("theorem swap", "axiom any : Z.\ntheorem swap"),
            uses_assumption=chain("apply any"),
        )


class TestTableProposer(ProposerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        table = {
            r"B \/ A": [("right", -1.0), ("left", -0.5), ("exfalso", -3.0)],
            "*": [("intro", 0.0)],
        }
        return ProposerCase(make=lambda: TableProposer(table), goals=GOALS)


class TestEnumeratingProposer(ProposerSuite, LearnerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        return ProposerCase(make=EnumeratingProposer, goals=GOALS)

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        return LearnerCase(
            make=EnumeratingProposer,
            lesson=[Declared("em", "axiom", r"A \/ ~ A")],
            goal=GOALS[0],
            learnt="apply em",
        )
