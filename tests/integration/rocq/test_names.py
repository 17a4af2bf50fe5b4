"""Found proofs are written with names as people would write them."""

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

pytestmark = pytest.mark.rocq

TEXT = """Require Import Arith.
Module M. Lemma add_comm : True. exact I. Qed. End M.
Lemma mine : 0 = 0. reflexivity. Qed.
Import M.
Lemma goal : forall n m, n + m = m + n.
Admitted.
"""


@pytest.mark.asyncio
async def test_names_are_cut_to_what_means_the_same() -> None:
    checker = RocqChecker(await find_installation())
    source = Source("names.v", TEXT)
    async with checker.open(source) as reader:
        await reader.enter(checker.holes(source)[0])
        step = Step("rewrite Coq.Arith.PeanoNat.Nat.add_comm, Coq.Init.Peano.plus_n_O, No.such.name in *")
        polished = await reader.polish(Proof(step, (Proof(Step("apply mine")),)))
    texts = [step.text for step in polished.steps()]
    # Plain `add_comm` would be that of `M`.
    assert texts == ["rewrite Nat.add_comm, plus_n_O, No.such.name in *", "apply mine"]


@pytest.mark.asyncio
async def test_a_name_keeps_what_it_cannot_be_called_without() -> None:
    checker = RocqChecker(await find_installation())
    source = Source("names.v", "Require Import PeanoNat.\nLemma goal : forall n, n = n + 0.\nAdmitted.\n")
    async with checker.open(source) as reader:
        await reader.enter(checker.holes(source)[0])
        polished = await reader.polish(Proof(Step("apply Nat.le_decidable, Coq.Arith.PeanoNat.Nat.add_comm")))
    assert polished.step.text == "apply Nat.le_decidable, Nat.add_comm"
