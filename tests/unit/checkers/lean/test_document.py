"""Commands, full names, holes, and proofs printed into them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.lean.document import read_document
from holdfast.checkers.lean.holes import Setting, fill, find_holes, locate
from holdfast.core.documents import HoleKind, Source
from holdfast.core.errors import UserError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

TEXT = """import Init
/-! theorem not_one : False := sorry -/
namespace A.B
section
@[simp, foo (x := theorem)] private theorem foo (p : Prop) (h : p) : p := by
  exact h
end
/-- words -/
protected theorem Foo.bar : let x := 1; x = 1 := sorry
mutual
theorem left : True := trivial
end
end B
open Nat in
theorem _root_.baz (n : Nat) : n = n := by
  induction n with
  | zero => sorry
  | succ n ih =>
    open Nat in
    have : 1 = 1 := sorry
    · sorry
    exact (foo (fun x => sorry))
theorem «odd one» : ∀ n : Nat, n = n
  | 0 => rfl
  | _ => sorry
theorem r : True := by sorry
end A
  theorem indented : True := by
    skip
    sorry
#check 1
lemma last : True := by
  trivial
"""


def settings(text: str) -> Sequence[Setting]:
    source = Source("t.lean", text)
    document = read_document(source)
    return [locate(document, hole).setting for hole in find_holes(source)]


def test_full_names() -> None:
    names = [theorem.name for theorem in read_document(Source("t.lean", TEXT)).theorems]
    assert names == [
        *("A.B.foo", "A.B.Foo.bar", "A.B.left", "baz", "A.«odd one»", "A.r", "indented", "last"),
    ]


def test_commands_are_the_whole_text() -> None:
    commands = read_document(Source("t.lean", TEXT)).commands
    assert "".join(TEXT[each.start : each.end] for each in commands) == TEXT


def test_holes_and_what_lean_expects_there() -> None:
    holes = find_holes(Source("t.lean", TEXT))
    assert [hole.name for hole in holes] == [
        *("A.B.Foo.bar", "baz", "baz#2", "baz#3", "baz#4", "A.«odd one»", "A.r", "indented"),
    ]
    assert [hole.kind is HoleKind.ADMITTED for hole in holes] == [True, *[False] * 5, True, False]
    assert settings(TEXT) == [
        *(Setting.PROOF, Setting.UNDER, Setting.PROOF, Setting.BLOCK, Setting.TERM, Setting.TERM),
        *(Setting.UNDER, Setting.BLOCK),
    ]


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("theorem t : p := by\n  exact ⟨sorry, h⟩\n", Setting.TERM),
        ("theorem t : p := by\n  constructor <;> sorry\n", Setting.TACTIC),
        ("theorem t : p := by\n  refine ⟨h,\n    sorry⟩\n", Setting.TERM),
        ("theorem t : p := by\n  have h : q := by sorry\n  exact h\n", Setting.UNDER),
        ("theorem t : p :=\n  show p from sorry\n", Setting.TERM),
        ("theorem t : p := by\n  skip; sorry\n", Setting.TACTIC),
        (
            "theorem t : p := by\n  cases h with\n  | inl x => exact f x\n  | inr x =>\n    sorry\n",
            Setting.BLOCK,
        ),
    ],
)
def test_what_lean_expects_at_a_hole(text: str, setting: Setting) -> None:
    assert settings(text) == [setting]


def test_proofs_are_printed_as_people_write_them() -> None:
    source = Source(
        "t.lean", "theorem t : p ∧ q := sorry\ntheorem u : p := by\n  have h : p := sorry\n  exact h"
    )
    both = Proof(Step("constructor"), (Proof(Step("exact a")), Proof(Step("intro"), (Proof(Step("simp")),))))
    filled = fill(source, dict.fromkeys(find_holes(source), both)).text
    assert filled == (
        "theorem t : p ∧ q := by\n  constructor\n  · exact a\n  · intro\n    simp\n"
        "theorem u : p := by\n  have h : p := by\n    constructor\n    · exact a\n    · intro\n      simp\n"
        "  exact h"
    )


def test_an_unknown_theorem_is_told_with_what_is_near() -> None:
    with pytest.raises(UserError, match="did you mean baz"):
        find_holes(Source("t.lean", TEXT), ["bazz"])


@given(st.text(alphabet="tp :=\nby(){}⟨⟩sorry-/\"'é∀|", max_size=60), st.sampled_from(["sorry", "by sorry"]))
def test_filling_changes_nothing_but_holes(noise: str, proof: str) -> None:
    text = f"theorem a : p := {proof}\n-- {noise.replace(chr(10), ' ')}\ntheorem b : q := by\n  sorry\n"
    source = Source("t.lean", text)
    holes = find_holes(source)
    assert [hole.name for hole in holes] == ["a", "b"]
    filled = fill(source, {hole: Proof(Step("simp")) for hole in holes}).text
    assert filled == text.replace("  sorry", "  simp").replace(
        f":= {proof}", ":= by\n  simp" if proof == "sorry" else ":= by simp"
    )
