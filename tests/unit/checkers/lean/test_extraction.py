"""What datasets are told of Lean theorems without Lean."""

import pytest

from holdfast.checkers.lean.document import read_document
from holdfast.checkers.lean.extraction import docstring_before, extract, without_comments
from holdfast.checkers.lean.lexer import comments
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

TEXT = """\
/-! A file. -/
namespace A.B
section
variable (p : Prop)
section C
/-- It says "p". -/
@[simp] private theorem one (h : p) : p := by
  exact h -- done
end C
end
lemma two : True := trivial
end A.B
/-- Not this one. -/
def x := 1
theorem three : x = 1 := by
  rfl; skip
example : True := trivial
axiom four : True
"""


def test_theorems_are_told_with_what_is_around_them() -> None:
    source = Source("a.lean", TEXT)
    found = {each.theorem.name: each for each in extract(read_document(source))}
    assert list(found) == ["A.B.one", "A.B.two", "three"]
    one, two, three = found.values()
    assert (one.namespaces, one.sections, one.kind) == (("A", "B"), ("C",), "theorem")
    assert (two.namespaces, two.sections, two.kind, two.steps) == (("A", "B"), (), "lemma", ())
    assert (three.namespaces, [step.text for step in three.steps]) == ((), ["rfl", "skip"])
    assert (one.statement, one.proof) == ("theorem one (h : p) : p", "by\n  exact h")
    assert TEXT[one.theorem.start : one.end].startswith("theorem one")
    assert (one.line, one.character) == (6, len("@[simp] private "))
    assert [TEXT[step.start : step.end] for step in one.steps] == ["exact h"]


def test_only_a_comment_that_documents_and_stands_right_in_front_is_a_docstring() -> None:
    source = Source("a.lean", TEXT)
    document, said = read_document(source), comments(source)
    starts = {each.theorem.name: document.command_of(each.theorem).start for each in extract(document)}
    told = {name: docstring_before(TEXT, said, start) for name, start in starts.items()}
    assert told == {"A.B.one": 'It says "p".', "A.B.two": "", "three": ""}


def test_comments_become_blanks_and_nothing_else_changes() -> None:
    text = 'theorem a : "-- no" = x := by /- one\n/- two -/ -/ rfl -- ∀ é\n'
    clean = without_comments(Source("a.lean", text))
    assert clean == 'theorem a : "-- no" = x := by       \n             rfl       \n'
    assert len(clean) == len(text)
    with pytest.raises(SourceError, match="does not end"):
        without_comments(Source("a.lean", "/- open"))
