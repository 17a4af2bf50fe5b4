"""Theorems and comments of a library."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.extraction import Extracted, extract, remarks, without_comments
from holdfast.core.documents import Source

TEXT = """(* A header. *)

(** Adding commutes,
    as *everyone* knows. *)
Lemma addC n m : n + m = m + n. Proof. by elim: n. (* done *) Qed.

Module Inner. Section S. Variable n : nat.

(* not about it *)

Fact one_é : "(* no comment" = "(* no comment". by []. Qed.
Theorem open : n = n.
Proof. reflexivity. Abort.
Let local : n = n. Proof. by []. Qed.
End S.
Module Type T. Lemma assumed : 0 = 0. Proof. by []. Qed. End T.
End Inner.
"""


def _extract(text: str) -> list[Extracted]:
    return list(extract(read_document(Source("x.v", text)), "lib.file"))


def test_theorems_that_are_proved_are_told_in_full() -> None:
    first, second = _extract(TEXT)
    assert first.name == "lib.file.addC"
    assert first.statement == "Lemma addC n m : n + m = m + n."
    assert first.proof == "Proof. by elim: n. (* done *) Qed."
    assert (first.line, first.character) == (4, 0)
    assert (first.body, first.ending) == (("by elim: n.",), "Qed.")
    assert (second.name, second.kind, second.sections) == ("lib.file.Inner.one_é", "Fact", ("S",))
    assert second.proof == "by []. Qed."


def test_comments_become_blanks_and_nothing_moves() -> None:
    clean = without_comments(TEXT)
    assert len(clean.encode()) == len(TEXT.encode())
    assert clean.count("\n") == TEXT.count("\n")
    assert "done" not in clean
    assert '"(* no comment"' in clean
    assert [each.name for each in _extract(clean)] == [each.name for each in _extract(TEXT)]


def test_remarks_are_whole_comments() -> None:
    assert [each.text for each in remarks('a (* one (* two *) "*)" *)(* three *) b "(* no *)"')] == [
        'one (* two *) "*)"',
        "three",
    ]


@given(
    st.lists(
        st.sampled_from(["a.", " ", "\n", "(* é *)", "(* (* x *) *)", '"(*"', "b", '(* "*)" *)']), max_size=12
    )
)
def test_what_is_left_of_a_text_is_its_code(parts: list[str]) -> None:
    text = " ".join(parts)
    code = " ".join(part for part in parts if not part.startswith("(*"))
    assert without_comments(text).split() == code.split()
    assert len(list(remarks(text))) == sum(part.startswith("(*") for part in parts)
