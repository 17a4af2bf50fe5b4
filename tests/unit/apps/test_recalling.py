"""Theorems for prompts at a place of a Rocq text: what is in force there, and nothing else."""

import asyncio
import sys
from pathlib import Path

import pytest
from tests.rocq_here import seed

from holdfast.apps.rocq.recalling import MakeRecall, local_theorems, open_recall, statement_of
from holdfast.apps.rocq.workbench import open_workbench
from holdfast.checkers.rocq.libraries import Root
from holdfast.core.documents import Source
from holdfast.core.events import Event, Note
from holdfast.core.goals import Goal, Subgoal

GOAL = Goal((Subgoal((), "twice 0 = twice (twice 0)"),))
LIBRARY = "Definition twice (n : nat) := n + n.\nLemma twice_{} : twice 0 = 0.\nProof. reflexivity. Qed.\n"
TEXT = """\
From Own Require Import One Three.
Lemma here : twice 0 = 0. Proof. reflexivity. Qed.
Lemma given_up : twice 0 = 1. Abort.
Lemma open : twice 0 = twice (twice 0). Proof. split; [admit |].
From Own Require Import Two.
Lemma later : twice 0 = 0. Proof. reflexivity. Qed.
"""
PLACE = TEXT.index("admit")


@pytest.mark.parametrize(
    ("name", "sentence", "statement"),
    [
        ("A.add_0", "Lemma add_0 (n : nat) : n + 0 = n.", "forall (n : nat), n + 0 = n"),
        ("A.all", "Theorem all : forall n, (n : nat) = n.", "forall n, (n : nat) = n"),
        ("A.f", "Lemma f@{u} : True.", "True"),
        ("A.f", "#[global] Lemma f@{u} {A : Type@{u}} : A = A.", "forall {A : Type@{u}}, A = A"),
        ("A.Lemma'", "Lemma Lemma' (* : no : *) : True.", "True"),
        ("A.d", "Definition d := 1.", ""),
        ("A.c", "Lemma c : a :: b = nil.", "a :: b = nil"),
        ("A.c", "Lemma c x::y.", ""),
        ("A.other", "Lemma c : True.", ""),
    ],
)
def test_what_a_sentence_states(name: str, sentence: str, statement: str) -> None:
    assert statement_of(name, sentence) == statement


def test_what_a_text_proves_is_in_force_and_what_it_gave_up_or_is_about_to_prove_is_not() -> None:
    found = local_theorems(Source("a.v", TEXT[: TEXT.index("split")]))
    assert [(each.name, each.statement) for each in found] == [("here", "twice 0 = 0")]
    assert local_theorems(Source("a.v", "Lemma a : (* ")) == ()


class Heard:
    """Keeps the sentences for people."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def emit(self, event: Event) -> None:
        """Keep it."""
        if isinstance(event, Note):
            self.notes.append(event.text)


def _opened(folder: Path, heard: Heard) -> MakeRecall | None:
    for name in ("One", "Two", "Three"):
        (folder / f"{name}.v").write_text(LIBRARY.replace("{}", name.lower()), encoding="utf-8")
    cache = Path(seed(folder / "cache"))
    bench = asyncio.run(open_workbench(cache, roots=[Root(folder, "Own")]))
    own = folder / "Three.v"
    return open_recall(bench, Source("t.v", TEXT), PLACE, cache=cache, sink=heard, own=own)


@pytest.mark.rocq
def test_only_what_is_required_before_the_place_is_found_and_nothing_of_the_text_itself(
    tmp_path: Path,
) -> None:
    make = _opened(tmp_path, Heard())
    assert make is not None
    found = [each.name for each in asyncio.run(make(50).near(GOAL))]
    assert [name for name in found if name.startswith("Own")] == ["Own.One.twice_one"]


@pytest.mark.rocq
def test_where_the_extra_is_missing_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "holdfast.retrieval.lexical", None)
    heard = Heard()
    assert _opened(tmp_path, heard) is None
    (said,) = (note for note in heard.notes if "theorem" in note)
    assert said.endswith("pip install 'holdfast[data]'")
