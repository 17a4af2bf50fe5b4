"""The `Checker` and `Reader` contracts on a real Rocq."""

import asyncio

import pytest
from tests.contract.checker_suite import CheckerCase, CheckerSuite, LiveReaderSuite
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.installation import Installation
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

TEXT = r"""(* One finished theorem and three holes. *)
Lemma id (P : Prop) : P -> P.
Proof.
  intros H. exact H.
Qed.

Lemma swap (A B : Prop) : A /\ B -> B /\ A.
Proof.
  intros [a b].
Admitted.

Lemma or_swap (A B : Prop) : A \/ B -> B \/ A.
Proof.
  intros [x | x].
  - right. admit.
  - admit. (* the last half *)
Admitted.
"""


def chain(*texts: str) -> Proof:
    *first, last = texts
    proof = Proof(Step(last))
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


@pytest.fixture(scope="module")
def installation() -> Installation:
    return asyncio.run(find_installation())


@pytest.mark.rocq
class TestRocqChecker(CheckerSuite, LiveReaderSuite):
    @pytest.fixture
    def case(self, installation: Installation) -> CheckerCase:
        return CheckerCase(
            checker=RocqChecker(installation),
            source=Source("case.v", TEXT),
            finished="id",
            step="exact H",
            proofs={
                "id": chain("tauto"),
                "swap": Proof(Step("split"), (chain("exact b"), chain("exact a"))),
                "or_swap": chain("exact x"),
                "or_swap#2": chain("left", "exact x"),
            },
            wrong=Proof(Step("split"), (chain("exact b"), chain("exact b"))),
            unreadable=Source("bad.v", "Definition fine := 1.\nDefinition bad := nothing.\n"),
            changed=(r"A \/ B -> B \/ A", r"A \/ A -> A \/ A"),
            assumed=("Lemma swap", "Axiom any : forall P : Prop, P.\nLemma swap"),
            uses_assumption=chain("apply any"),
        )
