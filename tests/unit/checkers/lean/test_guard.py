"""Which texts may stand as a proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.lean.document import read_document
from holdfast.checkers.lean.file_guard import forbidden_words
from holdfast.checkers.lean.goal_text import read_goal
from holdfast.checkers.lean.guard import object_to
from holdfast.checkers.lean.lexer import tokens
from holdfast.checkers.lean.messages import classify, read_messages
from holdfast.checkers.lean.places import find_spot
from holdfast.core.documents import Source
from holdfast.core.goals import Hypothesis
from holdfast.core.steps import RefusalReason


@pytest.mark.parametrize(
    "text",
    [
        *(
            "rfl",
            "exact h.1",
            "cases h with\n| inl a => exact a\n| inr b => exact b",
            "simp [foo, ← bar] at *",
        ),
        *(
            "exact «the end»",
            "exact h_sorry",
            "rw [sorry_free]",
            "intro x; omega",
            "exact List.init_eq r.stop",
        ),
        *('exact f "text"', "exact ⟨a, (b)⟩", "calc a = b := h\n  _ = c := k", "· exact h"),
    ],
)
def test_proofs(text: str) -> None:
    assert object_to(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exact sorry", RefusalReason.FORBIDDEN),
        ("exact «sorryAx» _", RefusalReason.FORBIDDEN),
        ("exact Foo.sorryAx", RefusalReason.FORBIDDEN),
        ("exact λsorry", RefusalReason.FORBIDDEN),
        ("exact 1sorry", RefusalReason.FORBIDDEN),
        ("exact #sorry", RefusalReason.FORBIDDEN),
        ("exact f ''\"' \" sorry \"'\"", RefusalReason.FORBIDDEN),
        ('exact s!"{x}"', RefusalReason.FORBIDDEN),
        ("exact Lean.Environment.addDecl x", RefusalReason.FORBIDDEN),
        ("exact eval% x", RefusalReason.FORBIDDEN),
        ("trivial\ntheorem x : p := q", RefusalReason.FORBIDDEN),
        ("trivial\nend A", RefusalReason.FORBIDDEN),
        ("open Lean in run_tac x", RefusalReason.FORBIDDEN),
        ("exact h\x00", RefusalReason.FORBIDDEN),
        ("exact (", RefusalReason.SYNTAX),
        ("exact ⟨a)", RefusalReason.SYNTAX),
        ("exact h /-", RefusalReason.SYNTAX),
        ('exact "', RefusalReason.SYNTAX),
        ("have h : p := by", RefusalReason.SYNTAX),
        ("", RefusalReason.SYNTAX),
        ("-- exact h", RefusalReason.SYNTAX),
        ("x" * 30_000, RefusalReason.FORBIDDEN),
    ],
)
def test_what_is_no_proof(text: str, reason: RefusalReason) -> None:
    objection = object_to(text)
    assert objection is not None
    assert objection.reason is reason


def test_what_a_file_may_not_do_to_the_checker() -> None:
    def found(text: str) -> list[str]:
        return [token.text for token in forbidden_words(text, tokens(Source("t", text)))]

    assert found("@[simp, implemented_by foo] def x := 1") == ["implemented_by"]
    assert found("attribute [local macro] x") == ["macro"]
    assert found("set_option debug.skipKernelTC true") == ["debug.skipKernelTC"]
    assert found("#eval 1") == ["#eval"]
    assert found("#html x\n  #check x\ntheorem t : #s = #u") == ["#html"]
    assert found("theorem init (export_ : p) : q := Fin.init x -- macro") == []


@pytest.mark.parametrize(
    "text",
    [
        *("import Lean.Data.Json", "@[simp, norm_cast] def x := 1", "@[my_simps] theorem t : p := q"),
        *(
            'def x := "a {b} c"',
            'def x := s!"{x\' - 1} of {f x}"',
            "def x := '\"'",
            "f '' s",
            "x ∈ f '' {'a', 'b'}",
        ),
        *(
            'notation "∂ₘ" => f',
            'infixl:65 " ⊹ " => f',
            'notation "len" => f',
            'notation:max "⟪" x "⟫" => f x',
        ),
        *("open Lean.Grind", "theorem Lean.Omega.x : p := q", "attribute [local simp, -instance] foo"),
        *('local prefix:max "√" => f', '@[inherit_doc] infix:50 " ~ " => r', "def c := `foo"),
    ],
)
def test_what_a_file_may_do(text: str) -> None:
    assert list(forbidden_words(text, tokens(Source("t", text)))) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            'def x := s!"{by_elab x}"',
            'def x := s!"{f "a"} b"',
            "def x := s!\"{'}'}\"",
            'def x := s!"{ /- } -/ f }"',
        ),
        *('def x := s!"{«}»}"', 'def x := s!"{Lean.foo}"', "f ⁻¹'\"' x", "def x := `(namespace A)"),
        *('notation "a\\"" => f', 'notation "⊕--" => f', 'notation "⊕/" => f', 'notation "⊕\'" => f'),
        *('notation "⊕end" => f', 'notation "theorem" => f', 'infix:50 " ⊕-" => f', 'prefix:9 "⊕«" => f'),
        *("attribute [foo] x", "@[foo] def x := 1", "@[foo] private noncomputable instance : p := q"),
        *("theorem t : p := eval% x", "def x := with_decl_name% y z"),
        *("set_option «doc.verso» true", "open Lean", "def x := _root_.Lean.foo", "namespace «Lean»"),
    ],
)
def test_what_a_file_may_not_do(text: str) -> None:
    assert list(forbidden_words(text, tokens(Source("t", text))))


def test_goals_are_read_as_lean_prints_them() -> None:
    text = "case inl.h\np q : Prop\nh✝ : p ∧\n    q\nn : Nat := 5\n⊢ ∃ x,\n    x = n"
    goal = read_goal(text)
    assert goal.handle == "inl.h"
    assert goal.conclusion == "∃ x, x = n"
    assert goal.hypotheses == (
        *(Hypothesis(("p", "q"), "Prop"), Hypothesis(("h✝",), "p ∧ q")),
        Hypothesis(("n",), "Nat", "5"),
    )
    with pytest.raises(ValueError, match="conclusion"):
        read_goal("p : Prop")


@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        ("Unknown identifier `x`", "", RefusalReason.UNKNOWN_NAME),
        ("anything", "lean.unknownIdentifier._namedError", RefusalReason.UNKNOWN_NAME),
        ("type mismatch\n  h", "", RefusalReason.TYPE_MISMATCH),
        ("unexpected token 'x'; expected command", "", RefusalReason.SYNTAX),
        ("(deterministic) timeout at `whnf`, maximum number of heartbeats", "", RefusalReason.TIMEOUT),
        ("`simp` made no progress", "", RefusalReason.NO_PROGRESS),
        ("Tactic `assumption` failed", "", RefusalReason.NOT_APPLICABLE),
    ],
)
def test_errors_are_sorted(words: str, kind: str, reason: RefusalReason) -> None:
    assert classify(words, kind) is reason


def test_what_stands_between_messages_is_no_message() -> None:
    line = b'{"severity":"error","data":"x","pos":{"line":1,"column":0},"endPos":null,"new":1}\n'
    messages = read_messages(line + b"\n" + line)
    assert messages is not None
    assert [each.data for each in messages] == ["x", "x"]
    assert read_messages(line + b"PANIC\n") is None


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("theorem t : p := by\n  intro h\n  ^exact h", 2),
        ("theorem t : p := by\n  intro h\n  exa^ct h", 2),
        ("theorem t : p := by\n^", 2),
        ("theorem t : p := by^", 2),
        ("theorem t : p := ^", None),
        ("theorem t : p := by\n  cases h\n  · ^", 4),
        ("theorem t : p := by\n  cases h\n  · exact^", 4),
        ("theorem t : p := by\n  skip\n^", None),
        ("^theorem t : p := by", None),
        ("theorem t ^: p := by", None),
    ],
)
def test_where_the_next_step_goes(text: str, column: int | None) -> None:
    spot = find_spot(Source("t.lean", text.replace("^", "")), text.index("^"))
    assert (spot.place.column if spot.place else None) == column


PIECES = (
    *("exact", "h", "by", "⟨", "⟩", "(", ")", "[", "]", "{", "}", "sorry", "theorem", "end A", "namespace B"),
    *("open C in", "/-", "-/", "--", '"', "'", "«", "»", "λ", ":=", "|", "·", ";", "@[simp]", "axiom x : p"),
    *("#eval 1", "\n", "\n  ", " ", "where", "1", "x'", "r#", "s!", "def", "private", "lemma", "set_option"),
)
BEFORE = "namespace A\ntheorem one : p := by\n  skip\ntheorem two : p := by\n  "
BEHIND = "\n\n@[simp] private theorem three : q := rfl\nend A\ntheorem four : r :=\n  sorry\n"


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_passes_leaves_the_rest_of_the_file_what_it_was(body: str) -> None:
    if object_to(body) is not None:
        return
    document = read_document(Source("t", BEFORE + body + BEHIND))
    assert [each.name for each in document.theorems] == ["A.one", "A.two", "A.three", "four"]
    two, three = document.theorems[1:3]
    assert document.source.text[two.body_start :].startswith("by\n")
    assert two.body_end <= len(BEFORE + body)
    assert document.command_of(three).start == len(BEFORE + body) + 2
