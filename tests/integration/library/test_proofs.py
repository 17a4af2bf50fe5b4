"""Proofs as a domain: Rocq judges programs, and lemmas that proofs share enter through the gate."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.rocq_here import find_installation

from holdfast.library.gate import Admitted, Gate
from holdfast.library.holding import holds
from holdfast.library.proofs.adapter import Proofs
from holdfast.library.proofs.proposer import SharedGoals
from holdfast.library.proofs.texts import FILE, rocq_tokens
from holdfast.library.records import Candidate, Program, Sources, Task

pytestmark = pytest.mark.rocq
EXAMPLES = Path(__file__).parents[3] / "examples" / "library" / "proofs"
USED = ("double_add", "succ_succ", "add_comm_inline", "mul_one")


@dataclass(frozen=True)
class Shown:
    tasks: dict[str, Task]
    programs: dict[str, Program]
    library: Sources


def train() -> dict[str, Task]:
    return {task.key: task for task in Proofs().load(EXAMPLES / "train.jsonl").tasks if task.key in USED}


def lemma(source: str, name: str = "found") -> Candidate:
    return Candidate(name, source, "somebody", ())


def test_a_lemma_that_proofs_share_is_found_and_enters() -> None:
    async def grown() -> tuple[Admitted, Shown]:
        domain = Proofs()
        async with domain.opened(await find_installation(), workers=2):
            tasks = train()
            programs = {key: task.program for key, task in tasks.items() if task.program is not None}
            view = Shown(tasks, programs, domain.foundation())
            proposer = SharedGoals(domain)
            first, *_ = await proposer.propose(view)
            verdict = await Gate(domain, tasks, writers=[proposer]).judge(first, view.library, programs)
            assert isinstance(verdict, Admitted), verdict
            return verdict, view

    verdict, view = asyncio.run(grown())
    assert set(verdict.candidate.support) == {"double_add", "succ_succ", "add_comm_inline"}
    assert "S (a + b) = a + S b" in verdict.library.files[FILE]
    before = sum(rocq_tokens(piece) for each in view.programs.values() for piece in each.pieces)
    after = sum(rocq_tokens(piece) for each in verdict.programs.values() for piece in each.pieces)
    assert verdict.candidate.expected_gain == before - after - rocq_tokens(verdict.candidate.source) > 0


def test_what_does_not_hold_is_no_proof_and_no_lemma() -> None:
    async def judged() -> tuple[list[bool], list[str], list[str]]:
        domain = Proofs()
        async with domain.opened(await find_installation(), workers=2):
            tasks, library = train(), domain.foundation()
            right = tasks["mul_one"].program
            assert right is not None
            tried = [
                right,
                Program("succ_succ", ("reflexivity.",)),
                # Proofs that are judged together do not know each other.
                Program("double_add", ("intros n. apply mul_one.",)),
                Program("add_comm_inline", ("Admitted. Theorem x : True. Proof. exact I.",)),
            ]
            ran = await domain.run(tried, tasks, library)
            good = "Lemma found : forall n : nat, n = n.\nProof. reflexivity. Qed."
            library, refusal = await domain.admit(lemma(good), library)
            assert refusal is None
            refused = [
                (await domain.admit(each, library))[1]
                for each in (
                    lemma("Lemma found : 0 = 1.\nProof. reflexivity. Qed.", "found"),
                    lemma("Lemma other : 0 = 1.\nProof. reflexivity. Qed.", "other"),
                    lemma("Lemma other : forall n : nat,  n = n.\nProof. reflexivity. Qed.", "other"),
                    lemma("Lemma other : 0 = 1.\nProof. admit. Admitted.", "other"),
                    lemma("Axiom a : 0 = 1.\nLemma other : 1 = 1.\nProof. reflexivity. Qed.", "other"),
                    lemma("Lemma other : 1 = 1.\nProof. reflexivity. Qed.\nAxiom a : 0 = 1.", "other"),
                    lemma("Lemma other : 0 = 0", "other"),
                )
            ]
            held = [holds(domain, tasks[each.task], one) for each, one in zip(tried, ran, strict=True)]
            causes = ["" if one.fault is None else one.fault.cause for one in ran]
            return held, causes, ["" if each is None else each.rule for each in refused]

    held, causes, rules = asyncio.run(judged())
    assert held == [True, False, False, False]
    assert causes == ["", "exception", "exception", "banned"]
    assert rules == ["name", "audit", "duplicate", "parses", "parses", "parses", "parses"]


def test_unseen_proofs_are_written_with_a_lemma() -> None:
    source = (
        "Lemma s_add : forall a b : nat, S (a + b) = a + S b.\nProof.\n  intros a b. induction a. auto. Qed."
    )
    unseen = Program("unseen", ("intros n. assert (E : n = n). { induction a. auto. } exact E.",))
    task = Task("unseen", "g", "", ())
    found = SharedGoals(Proofs()).rewritten([lemma(source, "s_add")], [task], {"unseen": unseen})
    assert found["unseen"].pieces == ("intros n. assert (E : n = n). { apply s_add. } exact E.",)
