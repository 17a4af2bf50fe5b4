"""The index of premises on disk: what is searched, and that a cache is never wrong."""

import asyncio
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.contract.index_suite import LetterEncoder

from holdfast.apps.rocq import premise_search
from holdfast.apps.rocq.premise_search import PremiseIndex, PremiseQuestion, open_premises
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.core.trajectories import Declared
from holdfast.models.shards import Shard
from holdfast.pipelines.learn import Lesson, ShardStore
from holdfast.runtime.sinks import NullSink

pytestmark = pytest.mark.rocq

LIST = """\
(** How long a list is. *)
Fixpoint count (l : list nat) : nat := match l with nil => 0 | cons _ t => S (count t) end.
Section S.
  Variable n : nat.
  Lemma count_app (l m : list nat) : count (l ++ m) = count l + count m.
  Proof. Admitted.
  Lemma gone : False. Abort.
End S.
"""
FLIP = "Module Flip. Lemma flip_id (b : bool) : negb (negb b) = b. Proof. now destruct b. Qed. End Flip.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "_CoqProject").write_text("-Q . Own\n")
    (folder / "Count.v").write_text(LIST)
    (folder / "Flip.v").write_text(FLIP)
    (folder / "here.v").write_text("From Own Require Import Count.\n")
    return folder


def _open(project: Path, cache: Path, *libraries: str) -> PremiseIndex:
    question = PremiseQuestion(libraries=libraries or ("Own",), path=project / "here.v")
    return asyncio.run(open_premises(question, cache, NullSink()))


def _names(index: PremiseIndex, query: str) -> Sequence[str]:
    return [each.premise.name for each in asyncio.run(index.search(query, 5))]


def test_names_statements_docstrings_and_places_are_those_of_the_source(
    project: Path, tmp_path: Path
) -> None:
    index = _open(project, tmp_path / "cache")
    assert len(index) == 3
    (found, *_) = asyncio.run(index.search("how long", 5))
    assert (found.premise.name, found.premise.line) == ("Own.Count.count", 2)
    assert found.premise.docstring == "How long a list is."
    assert found.premise.file == str(project / "Count.v")
    assert _names(index, "Flip.flip_id")[0] == "Own.Flip.Flip.flip_id"
    assert _names(index, "count_app")[0] == "Own.Count.count_app"
    assert _names(index, "count")[0] == "Own.Count.count"
    assert _names(index, "zorn") == []


def test_a_name_that_is_the_query_comes_first_whatever_it_speaks_of(project: Path, tmp_path: Path) -> None:
    text = "".join(f"Definition swap_{n} := swap swap swap.\n" for n in range(30))
    (project / "Flip.v").write_text(f"{text}Definition swap (n : nat) := fun (m : nat) => (m, n, 0, 1, 2).\n")
    assert _names(_open(project, tmp_path / "cache", "Own.Flip"), "swap")[0] == "Own.Flip.swap"


def test_an_index_is_read_back_and_made_anew_when_a_source_changes_or_it_is_damaged(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = _names(_open(project, cache), "count app")
    (folder,) = (cache / "rocq" / "premises").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(premise_search, "read_premises", None)  # it would fail if anything were read again
        assert _names(_open(project, cache), "count app") == first
    lines = folder / "premises.jsonl"
    assert len([json.loads(line) for line in lines.read_text().splitlines()]) == 3
    for damage in (lines, folder / "offsets.npy", folder / "words" / "params.index.json"):
        os.truncate(damage, 7)
        assert _names(_open(project, cache), "count app") == first
    (project / "Flip.v").write_text(FLIP.replace("flip_id", "flip_twice"))
    assert _names(_open(project, cache), "flip_twice")[0] == "Own.Flip.Flip.flip_twice"
    assert len(list((cache / "rocq" / "premises").iterdir())) == 2


def test_a_file_is_searched_for_what_it_rests_on(project: Path, tmp_path: Path) -> None:
    source = Source("here.v", (project / "here.v").read_text())
    question = PremiseQuestion(source=source, path=project / "here.v")
    index = asyncio.run(open_premises(question, tmp_path / "cache", NullSink()))
    assert _names(index, "count_app")[0] == "Own.Count.count_app"
    assert _names(index, "and_comm")[0] == "Coq.Init.Logic.and_comm"
    assert not any("flip_id" in name for name in _names(index, "flip_id"))


def test_what_was_learned_adds_the_names_that_stand_in_no_source(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = _open(project, cache)
    question = PremiseQuestion(path=project / "here.v")
    bench = asyncio.run(premise_search._bench(question, cache))
    (library,) = bench.libraries.under("Own.Flip")
    shard = Shard.from_stream([
        Declared("Own.Flip.Made.flip_assoc", "theorem", "forall b : bool,\n b = b"),
        Declared("Own.Flip.Flip.flip_id", "theorem", "what Rocq prints"),
    ])  # fmt: skip
    lesson: Lesson = bench.lesson(library)
    store: ShardStore = bench.store
    store.publish(lesson, shard)
    after = _open(project, cache)
    assert (len(before), len(after)) == (3, 4)
    (found,) = asyncio.run(after.search("flip_assoc", 1))
    assert (found.premise.statement, found.premise.line) == ("forall b : bool, b = b", 0)
    (kept,) = asyncio.run(after.search("flip_id", 1))
    assert kept.premise.statement.startswith("Lemma flip_id")


def test_vectors_are_made_once_for_each_way_to_make_them(project: Path, tmp_path: Path) -> None:
    index, encoder = _open(project, tmp_path / "cache"), LetterEncoder()
    dense = asyncio.run(index.dense(encoder, NullSink()))
    found = asyncio.run(index.search("flip flip negb", 3, dense))
    assert found[0].premise.name == "Own.Flip.Flip.flip_id"
    assert encoder.texts == 4
    again = LetterEncoder()
    asyncio.run(asyncio.run(index.dense(again, NullSink())).find("flip", 1))
    assert again.texts == 1
    (rows,) = (tmp_path / "cache" / "rocq" / "premises").glob("*/vectors-*.npy")
    np.save(rows, np.zeros((1, 2), dtype=np.float32))
    assert len(asyncio.run(index.dense(again, NullSink()))) == 3


def test_a_library_that_is_not_installed_is_the_users_mistake(project: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="NoSuch"):
        _open(project, tmp_path / "cache", "NoSuch")


def test_what_a_crash_left_behind_goes_and_an_index_outlives_its_files_for_who_has_it_open(
    project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cache" / "rocq" / "premises"
    old, young = folder / ".a.1.part", folder / ".b.2.part"
    for draft in (old, young):
        draft.mkdir(parents=True)
    os.utime(old, (1, 1))
    index = _open(project, tmp_path / "cache")
    assert (old.exists(), young.exists()) == (False, True)
    (kept,) = (each for each in folder.iterdir() if each != young)
    shutil.rmtree(kept)
    assert _names(index, "count")[0] == "Own.Count.count"
