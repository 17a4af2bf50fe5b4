"""Searches find what is in force where a theorem stands, and nothing that came later."""

import pytest

from holdfast.pipelines.dataset.corpus import Corpus, entries, loaded
from holdfast.pipelines.dataset.records import DatasetSource, LibraryTheorem
from holdfast.retrieval.lexical import LexicalIndex

TEXTS = {
    "Lib.A": "Lemma a1 : shared word.\nLemma a2 : shared word.\n",
    "Lib.B": "From Lib Require Import A.\n"
    "Lemma b1 : shared word.\nLemma b2 : shared word.\nLemma b3 : shared word.\n",
    "Lib.C": "Require Export Lib.B.\nLemma c1 : shared word.\n",
    "Lib.D": "Require Import Lib.C.\nLemma d1 : shared word.\n",
    "Lib.E": "Lemma e1 : shared word.\n",
}


def _theorems() -> list[LibraryTheorem]:
    found = []
    for library, text in TEXTS.items():
        start = 0
        for line in text.splitlines():
            if line.startswith("Lemma"):
                found.append(_theorem(library, line, start))
            start += len(line) + 1
    return found


def _theorem(library: str, line: str, start: int) -> LibraryTheorem:
    return LibraryTheorem(
        name=f"{library}.{line.split()[1]}",
        library=library,
        file="",
        licence="",
        kind="Lemma",
        statement=line,
        proof="",
        start=start,
        proof_start=start,
        end=start + len(line),
        line=0,
        character=0,
        body=(),
        ending="Qed.",
        modules=(),
        sections=(),
        docstring="",
    )


def _loads() -> dict[str, frozenset[str]]:
    return loaded(
        DatasetSource(library=name, file=f"{name}.v", sha256="", text=text, remarks=(), licence="")
        for name, text in TEXTS.items()
    )


def test_a_file_loads_what_it_requires_and_what_that_requires() -> None:
    loads = _loads()
    assert loads["Lib.A"] == frozenset()
    assert loads["Lib.D"] == {"Lib.A", "Lib.B", "Lib.C"}
    assert loads["Lib.C"] == {"Lib.A", "Lib.B"}


@pytest.mark.asyncio
async def test_nothing_that_stands_behind_a_theorem_or_loads_it_is_found() -> None:
    theorems = _theorems()
    listed = entries(theorems, (), TEXTS)
    corpus = Corpus(listed, LexicalIndex([each.text for each in listed]), _loads())
    seen = {
        theorem.name.rpartition(".")[2]: {
            name.rpartition(".")[2] for name in await corpus.search("shared word", theorem, 100)
        }
        for theorem in theorems
    }
    assert seen == {
        "a1": set(),
        "a2": {"a1"},
        "b1": {"a1", "a2"},
        "b2": {"a1", "a2", "b1"},
        "b3": {"a1", "a2", "b1", "b2"},
        "c1": {"a1", "a2", "b1", "b2", "b3"},
        "d1": {"a1", "a2", "b1", "b2", "b3", "c1"},
        "e1": set(),
    }
