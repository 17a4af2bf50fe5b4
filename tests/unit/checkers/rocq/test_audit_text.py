"""Differences between a candidate and its original: which are proofs, and which are made of tactics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.audit_text import Difference, compare
from holdfast.checkers.rocq.document import read_document
from holdfast.core.documents import Source

OPEN = "Lemma a : 1 = 1.\nProof. Admitted.\nLemma b : 2 = 2.\nAdmitted.\nCheck nat.\n"


def difference(original: str, candidate: str) -> Difference:
    return compare(read_document(Source("c", candidate)), read_document(Source("o", original)))


def test_equal_texts_do_not_differ() -> None:
    found = difference(OPEN, OPEN)
    assert found.changes == ()
    assert found.problem == ""
    assert [pair[0] for pair in found.pairs] == [pair[1] for pair in found.pairs] == list(range(6))


def test_filled_holes_are_changes_of_their_theorems() -> None:
    done = OPEN.replace("Proof. Admitted.", "Proof. auto. Qed.").replace(
        "Admitted.", "Proof.\n auto.\nDefined."
    )
    found = difference(OPEN, done)
    assert [change.name for change in found.changes] == ["a", "b"]
    assert all(change.was_open and not change.refused for change in found.changes)
    assert not found.problem


def test_comments_and_blanks_are_free() -> None:
    assert difference(OPEN, OPEN.replace("\n", " (* Admitted. *)\n\n")).changes == ()


@pytest.mark.parametrize(
    "candidate",
    [
        OPEN.replace("1 = 1", "1 = 1 \\/ True"),
        OPEN + "Axiom c : False.",
        "Axiom c : False.\n" + OPEN,
        OPEN.replace("Check nat.\n", ""),
        OPEN.replace("Lemma b", "Definition b"),
        OPEN.replace("Lemma b : 2 = 2.\nAdmitted.\n", ""),
        OPEN.replace("Proof. Admitted.", "Proof. auto. Qed. Axiom c : False."),
        OPEN.replace("Proof. Admitted.", "Proof. auto."),
        "",
    ],
)
def test_whatever_is_no_proof_is_a_problem(candidate: str) -> None:
    found = difference(OPEN, candidate)
    assert found.problem or any(change.refused for change in found.changes)


@pytest.mark.parametrize(
    "proof",
    [
        "Axiom c : False. exact c. Qed.",
        "auto. Unset Guard Checking. Qed.",
        "admit. Qed.",
        "give_up. Qed.",
        "exact_no_check I. Qed.",
        'Redirect "f" Print nat. auto. Qed.',
        "abstract auto using c. Qed.",
        "transparent_abstract auto. Qed.",
        "auto. Abort.",
        "auto. Save c.",
        "Fail auto. auto. Qed.",
        "Set Printing All. auto. Qed.",
        "Ltac x := idtac. auto. Qed.",
    ],
)
def test_proofs_that_are_more_than_tactics_are_refused(proof: str) -> None:
    found = difference(OPEN, OPEN.replace("Admitted.", proof, 1))
    assert found.problem or found.changes[0].refused


def test_capital_words_are_left_to_the_grammar_of_rocq() -> None:
    found = difference(OPEN, OPEN.replace("Admitted.", "Unheard_of. auto. Qed.", 1))
    assert len(found.changes[0].words) == 1


def test_what_the_original_says_in_a_proof_may_stay_and_may_not_go() -> None:
    original = "Lemma a : 1 = 1.\nProof.\n Opaque plus.\n admit.\nAdmitted.\n"
    kept = original.replace("admit.\nAdmitted.", "auto.\nQed.")
    assert not difference(original, kept).changes[0].refused
    assert difference(original, kept.replace(" Opaque plus.\n", "")).changes[0].refused


@given(
    st.lists(st.sampled_from([*OPEN.split("\n"), "auto.", "Qed.", "Proof.", "Axiom c : False."]), max_size=9)
)
def test_a_candidate_without_a_problem_has_every_command_of_the_original(lines: list[str]) -> None:
    candidate = read_document(Source("c", "\n".join(lines)))
    found = compare(candidate, read_document(Source("o", OPEN)))
    if not found.problem and not any(change.refused for change in found.changes):
        kept = [line for line in lines if line.startswith(("Lemma", "Check", "Axiom"))]
        assert kept == ["Lemma a : 1 = 1.", "Lemma b : 2 = 2.", "Check nat."]
