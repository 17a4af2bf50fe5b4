"""What a source declares for others."""

import pytest

from holdfast.checkers.rocq.premises import read_premises
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

TEXT = """\
(* Not about anything: two lines are between. *)

Axiom first : forall n : nat, (* a
  comment *) n = n.
(** Says what [second] is for,
    at length. *)
Definition second (n : nat) := (n, "a  b").
Module Type T. Axiom hidden : True. End T.
Module M.
  Section S.
    Variable v : nat.
    Hypothesis h : v = v.
    Let l := v.
    (** Twice. *) Lemma third : v = v.
    Proof. exact h. Qed.
  End S.
End M.
Inductive tree := leaf | node (l r : tree).
Lemma gone : False. Abort.
Lemma unfinished : True. Proof. Admitted.
Definition second (n : nat) := n.
"""


def test_names_kinds_and_places() -> None:
    found = {each.name: each for each in read_premises(Source("f.v", TEXT), "Lib.F")}
    assert list(found) == [f"Lib.F.{name}" for name in ("first", "M.third", "tree", "unfinished", "second")]
    assert [each.kind for each in found.values()] == [
        "theorem", "theorem", "inductive", "theorem", "definition",
    ]  # fmt: skip
    lines = TEXT.splitlines()
    assert all(each.name.rpartition(".")[2] in lines[each.line - 1] for each in found.values())
    assert found["Lib.F.second"].statement == "Definition second (n : nat) := n."


def test_a_comment_belongs_to_what_follows_it_at_once() -> None:
    cut = TEXT[: TEXT.index("Inductive")]
    said = {each.name: each.docstring for each in read_premises(Source("f.v", cut))}
    assert said == {"first": "", "second": "Says what [second] is for, at length.", "M.third": "Twice."}


def test_a_text_that_does_not_split_is_told() -> None:
    with pytest.raises(SourceError):
        list(read_premises(Source("f.v", "Lemma a : (* True.")))
