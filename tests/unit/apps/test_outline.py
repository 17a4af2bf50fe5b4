"""What a text shows without being run."""

import pytest

from holdfast.apps.outline import Slot, read_outline, slot_at, with_body
from holdfast.core.documents import Source
from holdfast.core.steps import Step

ROCQ = "Lemma a : True.\nProof. exact I. Qed.\n\nLemma b : True.\nProof.\n  - adm\nAdmitted.\n"
PYTHON = 'class C:\n    def f(self):\n        """F."""\n        ...\n\n\ndef g(x):\n    return x\n'


def test_holes_and_theorems_of_a_rocq_text() -> None:
    outline = read_outline(Source("a.v", ROCQ.replace("adm\n", "auto.\n")))
    assert [hole.name for hole in outline.holes] == ["b"]
    assert [each.name for each in outline.named] == ["a", "b"]
    inside = outline.at(ROCQ.index("exact"))
    assert inside is not None
    assert inside.name == "a"
    assert outline.at(ROCQ.index("\n\nLemma b") + 1) is None


def test_functions_of_a_python_text_the_innermost_first() -> None:
    outline = read_outline(Source("a.py", PYTHON))
    assert [hole.name for hole in outline.holes] == ["C.f"]
    found = outline.at(PYTHON.index("..."))
    assert found is not None
    assert found.name == "C.f"
    written = with_body(Source("a.py", PYTHON), "C.f", Step("return 1"))
    assert written.text == PYTHON.replace("...", "return 1")


@pytest.mark.parametrize("text", ["Lemma a : (* ", 'Definition s := "', "def f(:", ""])
def test_a_text_that_cannot_be_read_shows_nothing(text: str) -> None:
    for name in ("a.v", "a.py"):
        assert read_outline(Source(name, text)).holes == ()


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("Proof.\n  - adm", Slot(11, "adm", ".")),
        ("Proof.\n  -", Slot(10, "", ".")),
        ("Proof.\n  { - rewrite <- ", Slot(13, "rewrite <- ", ".")),
        ("Proof. (* a. *) ap", Slot(16, "ap", ".")),
        ("Proof. (* a. ", Slot(13, "", ".")),
        ("", Slot(0, "", ".")),
    ],
)
def test_a_step_begins_behind_bullets_and_comments(text: str, slot: Slot) -> None:
    assert slot_at(Source("a.v", text), len(text)) == slot
    assert slot_at(Source("a.v", f"{text} more. stuff"), len(text)) == slot


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("theorem a : True := by\n  tri", Slot(25, "tri")),
        ("theorem a : True := by\n  \u00b7 exact T", Slot(27, "exact T")),
        ("theorem a : True := by\n", Slot(23, "")),
    ],
)
def test_a_tactic_begins_behind_the_margin_of_its_line(text: str, slot: Slot) -> None:
    assert slot_at(Source("a.lean", text), len(text)) == slot
    assert slot_at(Source("a.py", text), len(text)) is None


def test_holes_and_theorems_of_a_lean_text() -> None:
    outline = read_outline(
        Source("a.lean", "theorem a : True := by\n  sorry\n\ntheorem b : True := trivial\n")
    )
    assert [hole.name for hole in outline.holes] == ["a"]
    assert [each.name for each in outline.named] == ["a", "b"]
