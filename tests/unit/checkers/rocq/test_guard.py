"""What the guard sends to Rocq, and what it refuses to send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.guard import guard
from holdfast.checkers.rocq.sentences import split
from holdfast.core.documents import Source
from holdfast.core.steps import RefusalReason, Refused


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("auto", "1: auto."),
        ("auto.", "1: auto."),
        ("  intros\n  x  ", "1: intros x."),
        ("now apply foo...", "1: now apply foo..."),
        ("exact {x : nat | P}", "1: exact {x : nat | P}."),
        ("apply Nat.add_comm", "1: apply Nat.add_comm."),
        ("move=> x; exact: (f x)", "1: move=> x; exact: (f x)."),
        ("auto (* why . not *)", "1: auto."),
        ('idtac "a. (* admit *) b"', '1: idtac "a. (* admit *) b".'),
        ("all: auto", "all: auto."),
        ("2: lia", "2: lia."),
        ("1-2, 4: lia", "1-2, 4: lia."),
        ("[x]: lia", "[x]: lia."),
        ("!: lia", "!: lia."),
        ("{", "{"),
        ("2: {", "2: {"),
        ("}", "}"),
        ("-", "-"),
        ("++", "++"),
        ("rewrite (@eq_refl _ ∀x)", "1: rewrite (@eq_refl _ ∀x)."),
        ("admits", "1: admits."),
        ("Simplify_all", "1: Simplify_all."),
    ],
)
def test_tactics_are_sent_behind_a_selector(step: str, sent: str) -> None:
    assert guard(step) == sent


@pytest.mark.parametrize(
    "step",
    [
        "auto. auto.",
        "auto.\nAxiom cheat : False.",
        "- auto",
        "{ auto }",
        "} auto",
        "auto. (* . *) Qed",
        "admit",
        "all: admit",
        "split; [admit|auto]",
        "give_up",
        "try give_up.",
        "Ltac.admit",
        "exact_no_check I",
        "vm_cast_no_check (I : True)",
        "native_cast_no_check I",
        "par: auto",
        "Axiom cheat : False",
        "1: Axiom cheat : False",
        "all: Axiom cheat : False",
        "Admitted",
        "Qed",
        "Abort",
        "Restart",
        "Time auto",
        "Timeout 5 auto",
        'Redirect "out" auto',
        "Fail auto",
        "Check nat",
        "Search nat",
        "Print False",
        "Unset Guard Checking",
        "From Coq Require Import Lia",
        "Load other",
        'Cd "/"',
        "a\u00a0b",
        "auto\u200b",
        "\u202eauto",
        "\uff41dmit",
        "auto\x00",
        "auto\x1b[2J",
        "auto\udc80",
        "x" * 20_001,
    ],
)
def test_what_is_not_a_step_is_forbidden(step: str) -> None:
    verdict = guard(step)
    assert isinstance(verdict, Refused), verdict
    assert verdict.reason is RefusalReason.FORBIDDEN
    assert verdict.message


@pytest.mark.parametrize("step", ["", "  ", ".", "...", "(* only *)", "(* open", 'idtac "open', "..", "1:"])
def test_what_is_no_sentence_is_a_syntax_error(step: str) -> None:
    verdict = guard(step)
    assert isinstance(verdict, Refused), verdict
    assert verdict.reason is RefusalReason.SYNTAX


@given(st.text(st.sampled_from(list("abA1 .:;-+*{}()[]|\"\n'")), max_size=30) | st.text(max_size=30))
def test_whatever_is_sent_is_one_sentence_to_its_end(step: str) -> None:
    sent = guard(step)
    if isinstance(sent, Refused):
        assert sent.message
        return
    sentences = split(Source("", sent))
    assert len(sentences) == 1
    assert sentences[0].end == len(sent)
    assert "(*" not in sent or '"' in sent
