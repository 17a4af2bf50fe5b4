"""The structure of whole files."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.document import Document, Theorem, read_document
from holdfast.checkers.rocq.vernacular import Role
from holdfast.core.documents import Source

FILE = """
From Coq Require Import Arith (* . *) List.
Require Lia.
From A.B Require Export C -(notations).
Module Outer.
  Section S.
    Variable n : nat.
    Lemma first : n = n.
    Proof using n. - reflexivity. Qed.
    Module Type T.
      Axiom ax : True.
    End T.
    #[local] Definition second : True.
    exact I. Defined.
  End S.
  Module Inner := Foo.
  Fact third : True. Proof I.
End Outer.
Theorem first : True with other : True.
Proof with auto.
  { auto... }
Admitted.
Goal True. Abort.
"""


def read(text: str, opens: dict[int, bool] | None = None) -> Document:
    return read_document(Source("f.v", text), opens)


def outline(document: Document) -> list[tuple[str, str, str]]:
    def one(theorem: Theorem) -> tuple[str, str, str]:
        body = " ".join(document.text(index) for index in theorem.body)
        return theorem.path, body, theorem.ending

    return [one(theorem) for theorem in document.theorems]


def test_theorems_with_their_place_and_proof() -> None:
    document = read(FILE)
    assert outline(document) == [
        ("Outer.first", "- reflexivity.", "Qed"),
        ("Outer.second", "exact I.", "Defined"),
        ("Outer.third", "", "Proof"),
        ("first", "{ auto... }", "Admitted"),
        ("Unnamed_thm", "", "Abort"),
    ]
    first, second, third, mutual, goal = document.theorems
    assert (first.sections, first.modules, first.keyword) == (("S",), ("Outer",), "Lemma")
    assert first.proof is not None
    assert document.text(first.proof) == "Proof using n."
    assert document.place(first.statement) == (8, 5)
    assert (second.proof, second.sections) == (None, ("S",))
    assert third.sections == ()
    assert mutual.names == ("first", "other")
    assert goal.end is not None


def test_blocks_requires_and_declarations() -> None:
    document = read(FILE)
    blocks = [(block.kind, block.name, document.text(block.end or 0)) for block in document.blocks]
    assert blocks == [
        (Role.MODULE, "Outer", "End Outer."),
        (Role.SECTION, "S", "End S."),
        (Role.MODULE_TYPE, "T", "End T."),
    ]
    assert [(item.prefix, item.names, item.mode) for item in document.requires] == [
        ("Coq", ("Arith", "List"), "Import"),
        ("", ("Lia",), ""),
        ("A.B", ("C",), "Export"),
    ]
    assert [item.path for item in document.declarations] == [
        "Outer.n", "Outer.first", "Outer.T.ax", "Outer.second", "Outer.third", "first", "other",
    ]  # fmt: skip


def test_the_sentence_behind_tells_whether_a_proof_is_open() -> None:
    assert outline(read("Foo a. Proof. auto. Qed. Foo b. Check b.")) == [("a", "auto.", "Qed")]
    assert outline(read("Definition a : let x := 1 in b. auto. Qed.")) == [("a", "auto.", "Qed")]
    assert outline(read("Definition a : [b, c[ := d. Lemma e : f. Qed.")) == [("e", "", "Qed")]
    assert outline(read("Foo a. lower b. Lemma c : d. auto. Qed.")) == [("c", "auto.", "Qed")]


def test_a_live_checker_overrules_the_text() -> None:
    text = "Foo a. auto. Qed."
    assert outline(read(text)) == [("a", "auto.", "Qed")]
    assert outline(read(text, {0: False})) == []
    assert outline(read("Definition a := b. Bar. Qed.", {0: True})) == [("a", "Bar.", "Qed")]


def test_commands_and_theorems_inside_proofs() -> None:
    text = "Lemma a : b. Proof. Check c. Lemma d : e. f. Qed. Notation g := h. i. Admitted."
    document = read(text)
    assert outline(document) == [("a", "Check c. Notation g := h. i.", "Admitted"), ("d", "f.", "Qed")]
    assert [theorem.depth for theorem in document.theorems] == [0, 1]


def test_what_does_not_end() -> None:
    document = read("Section s. Module m. Lemma a : b. auto.")
    assert [block.end for block in document.blocks] == [None, None]
    assert [(item.ending, item.end) for item in document.theorems] == [("", None)]
    assert read("Lemma a : b. Lemma c : d. Abort All.").theorems[0].ending == "Abort"
    crossed = "End x. Section a. Module b. End a. Lemma c : d. Qed."
    assert [item.path for item in read(crossed).theorems] == ["c"]


def test_names_that_rocq_would_make_up() -> None:
    text = "Definition a := b. Next Obligation. c. Qed. Obligation 1 of d. e. Qed. Instance : F g. h. Qed."
    assert [item.name for item in read(text).theorems] == ["a_obligation", "d_obligation", "F_instance"]


WRITTEN = """
Lemma a : b.|Definition c := d.|Definition e : f.|Proof.|Proof x.|Qed.|Admitted.|Abort.|
Abort All.|Section s.|Module m.|End s.|End m.|-|{|}|auto.|Foo x.|Fail Qed.|Next Obligation.|
Require Import x.|2: {"""
WORDS = st.sampled_from([word.strip() for word in WRITTEN.split("|")])


@given(st.lists(WORDS))
def test_every_sentence_belongs_to_one_theorem_at_most(words: list[str]) -> None:
    document = read(" ".join(words))
    assert len(document.sentences) == len(words)
    owned = [
        index
        for theorem in document.theorems
        for index in (theorem.statement, theorem.proof, *theorem.body)
        if index is not None
    ]
    assert len(owned) == len(set(owned))
    for theorem in document.theorems:
        indices = [theorem.statement, *([theorem.proof] if theorem.proof is not None else []), *theorem.body]
        assert indices == sorted(indices)
        assert theorem.end is None or theorem.end > indices[-1]
