"""Stores of trajectories: what is written is read, whatever stops the writer, and damage is told."""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow
import pytest
from pyarrow import dataset, parquet
from tests.unit.core.test_labels import PROOF, SPLIT

from holdfast.core.errors import MissingToolError, StorageError, UserError
from holdfast.core.trajectories import Fates, SearchOrigin, TheoremRecord, TrajectoryRow
from holdfast.pipelines.trajectory_files import journals
from holdfast.pipelines.trajectory_store import (
    TrajectoryWriter,
    open_store,
    read_rows,
    read_theorems,
    stored_config,
    write_seed,
)
from holdfast.pipelines.trajectory_table import COLUMNS, SEED_COLUMNS

CONFIG = {"budget_s": 10.0, "theorems": "list.json"}
RECORD = TheoremRecord(
    search="s",
    theorem="t",
    file="f.v",
    language="rocq",
    status="proved",
    steps=("a", "b"),
    tree={"step": "a", "children": []},
    audited=True,
    axioms=("ax",),
    found_cpu_s=0.5,
    fates=Fates(proof=PROOF, solved=(2,), given_up=(3,)),
)


def origin(name: str, theorem: str, attempt: int = 1) -> SearchOrigin:
    return SearchOrigin(
        search=name, theorem_name=theorem, file="f.v", language="rocq", attempt=attempt, learnable=True
    )


def rows_of(name: str, rows: Sequence[TrajectoryRow] = SPLIT) -> list[TrajectoryRow]:
    return [
        replace(row, search=name, state_before=None if not row.state_id else f"at {row.parent_state_id}")
        for row in rows
    ]


def write(writer: TrajectoryWriter, name: str, theorem: str, attempt: int = 1) -> None:
    writer.begin(origin(name, theorem, attempt))
    for row in rows_of(name):
        writer.add(row)
    writer.end(replace(RECORD, search=name, theorem=theorem, attempt=attempt))


def abandoned(store: Path, *actions: str, fold_rows: int = 1000) -> None:
    """A store as a writer leaves it that is killed in the middle of the last of these searches."""
    *whole, half = actions
    with open_store(store, CONFIG, fold_rows=fold_rows) as writer:
        for name in whole:
            write(writer, name, f"theorem {name}")
        writer.begin(origin(half, f"theorem {half}"))
        for row in rows_of(half)[:5]:
            writer.add(row)
        kept = store.with_name("kept")
        shutil.copytree(store, kept)
    shutil.rmtree(store)
    kept.rename(store)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG) as writer:
        write(writer, "one", "first")
        write(writer, "two", "second")
    table = read_rows([store])
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == 2 * len(SPLIT)
    first = [row for row in table.to_pylist() if row["search"] == "one"]
    assert [(row["state_id"], row["label"], row["fate"]) for row in first][:5] == [
        (0, "positive", ""),
        (1, "negative", ""),
        (2, "positive", "proof"),
        (3, "negative", "given_up"),
        (4, "positive", "proof"),
    ]
    assert first[2]["state_before"] == "at 0"
    assert first[1]["state_after"] is None
    assert first[2]["llm_log_prob"] is None
    records = read_theorems([store])
    assert [record.theorem for record in records] == ["first", "second"]
    assert records[0] == replace(RECORD, search="one", theorem="first")
    assert records[0].tree == RECORD.tree
    assert stored_config(store) == CONFIG
    assert journals(store) == []


def test_parquet_tools_read_the_parts_alone(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG, fold_rows=5) as writer:
        for name in "abc":
            write(writer, name, name)
    assert dataset.dataset(store).to_table(columns=["theorem_name"]).num_rows == 3 * len(SPLIT)


def test_what_rests_on_the_programs_own_word_is_not_learned_from(tmp_path: Path) -> None:
    with open_store(tmp_path / "t", CONFIG) as writer:
        writer.begin(origin("weak", "weak"))
        writer.add(rows_of("weak")[0])
        writer.end(replace(RECORD, search="weak", theorem="weak", learnable=False))
        write(writer, "strong", "strong")
    rows = read_rows([tmp_path / "t"], ["search", "learnable"]).to_pylist()
    assert {(row["search"], row["learnable"]) for row in rows} == {("weak", False), ("strong", True)}


def test_a_missing_extra_is_told_before_anything_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        pytest.raises(MissingToolError, match=r"pip install 'holdfast\[data\]'"),
        open_store(tmp_path / "t", CONFIG),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_halves_of_characters_do_not_stop_anything(tmp_path: Path) -> None:
    with open_store(tmp_path / "t", CONFIG) as writer:
        writer.begin(origin("a", "a"))
        writer.add(replace(rows_of("a")[0], message="half \ud800", tactic="é"))
    (row,) = read_rows([tmp_path / "t"], ["message", "tactic"]).to_pylist()
    assert row == {"message": "half ?", "tactic": "é"}


@pytest.mark.parametrize("fold_rows", [1, 7, 1000])
def test_a_killed_writer_loses_nothing_that_it_was_given(tmp_path: Path, fold_rows: int) -> None:
    store = tmp_path / "t.parquet"
    abandoned(store, "a", "b", "c", fold_rows=fold_rows)
    for _ in range(2):  # as it was left; then as the next writer folded it
        rows = read_rows([store], ["search", "state_id", "label"]).to_pylist()
        assert sorted((row["search"], row["state_id"]) for row in rows) == [
            *((name, number) for name in "ab" for number in range(len(SPLIT))),
            *(("c", number) for number in range(5)),
        ]
        assert {row["label"] for row in rows if row["search"] == "c"} == {"unknown", "negative"}
        assert [each.search for each in read_theorems([store]) if each.status == "proved"] == ["a", "b"]
        with open_store(store, CONFIG, resume=True) as writer:
            assert writer.theorems["f.v", "theorem c"].reason == "the search was cut short"
    assert journals(store) == []


def test_a_search_made_again_replaces_the_one_that_was_cut_short(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    abandoned(store, "a", "c")
    with open_store(store, CONFIG, resume=True) as writer:
        write(writer, "c2", "theorem c", attempt=2)
    table = read_rows([store], ["search"])
    assert set(table["search"].to_pylist()) == {"a", "c2"}
    assert [record.search for record in read_theorems([store])] == ["a", "c2"]


@pytest.mark.parametrize("moment", ["part", "records", "manifest"])
def test_folding_can_be_stopped_anywhere(tmp_path: Path, moment: str) -> None:
    store, before = tmp_path / "t.parquet", tmp_path / "before"
    abandoned(store, "a", "b")
    shutil.copytree(store, before)
    with open_store(store, CONFIG, resume=True):
        pass
    (journal,) = journals(before)
    shutil.copy(journal, store)  # what folding removes last
    if moment == "part":
        shutil.copy(before / "_theorems.jsonl", store)
        (store / "_manifest.json").unlink()
    if moment == "records":
        shutil.copy(before / "_theorems.jsonl", store)
    for _ in range(2):
        assert read_rows([store]).num_rows == len(SPLIT) + 5
        assert [each.search for each in read_theorems([store]) if each.status == "proved"] == ["a"]
        with open_store(store, CONFIG, resume=True):
            pass
    assert journals(store) == []
    assert len((store / "_theorems.jsonl").read_text().splitlines()) == 2


def test_dropped_searches_are_as_if_they_had_not_been(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG) as writer:
        writer.begin(origin("a", "t"))
        writer.add(rows_of("a")[0])
        writer.drop(["a"])
        write(writer, "a", "t")
    assert read_rows([store]).num_rows == len(SPLIT)


def test_a_store_is_gone_on_with_under_its_own_configuration_only(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG):
        pass
    with pytest.raises(UserError, match="--resume goes on with"), open_store(store, CONFIG):
        pass
    with (
        pytest.raises(UserError, match=r"budget_s was 10\.0, now 5\.0"),
        open_store(store, CONFIG | {"budget_s": 5.0}, resume=True),
    ):
        pass
    with (
        open_store(store, CONFIG, resume=True),
        pytest.raises(UserError, match="is being written by process"),
        open_store(store, CONFIG, resume=True),
    ):
        pass


def test_foreign_places_are_refused_before_they_are_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is no store of trajectories"), open_store(tmp_path, CONFIG):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(UserError, match="is a file"), open_store(tmp_path / "notes.txt", CONFIG):
        pass
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError):
            read_rows([path])
    with pytest.raises(StorageError, match="damaged or no Parquet file"):
        read_rows([tmp_path / "notes.txt"])


def test_damage_is_told_and_the_rest_is_read_where_that_is_asked_for(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG, fold_rows=5) as writer:
        write(writer, "a", "a")
        write(writer, "b", "b")
    first = min(store.glob("part-*"))
    lost = parquet.read_metadata(first).num_rows
    first.write_bytes(first.read_bytes()[:-20])
    with pytest.raises(StorageError, match=r"part-\d+\.parquet is damaged"):
        read_rows([store])
    told: list[str] = []
    assert read_rows([store], skip_bad=told.append).num_rows == 2 * len(SPLIT) - lost
    assert len(told) == 1
    first.unlink()
    with pytest.raises(UserError, match="there is no"):
        read_rows([store])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("_manifest.json", b"{", "damaged"),
        ("_manifest.json", b'{"version": 99, "parts": []}', "version 99"),
        ("_theorems.jsonl", b"{}\n", "line 1 is no record of a theorem"),
        ("_journal-00009.jsonl", b'{"row": {"search": "x"}}\n', "line 1 is no record of a search"),
    ],
)
def test_what_makes_no_sense_is_an_error(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG) as writer:
        write(writer, "a", "a")
    (store / name).write_bytes(content)
    with pytest.raises((StorageError, UserError), match=sentence):
        read_rows([store])


def test_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "part.parquet"
    table = pyarrow.table({"theorem_name": ["t"]}, metadata={"holdfast.schema_version": "1"})
    parquet.write_table(table, file)
    with pytest.raises(UserError, match="version 1 of the format"):
        read_rows([file])
    parquet.write_table(pyarrow.table({"text": ["t"]}), file)
    with pytest.raises(UserError, match="holds no trajectories: it has no column theorem_name"):
        read_rows([file])
    with pytest.raises(UserError, match="no column nonsense"):
        read_rows([file], ["nonsense"])


SEED_ROWS = {
    "theorem_name": ["t", "t", "t"],
    "state_id": [0, 1, 2],
    "state_pp": ["⊢ a", "⊢ b", ""],
    "tactic_applied": ["", "intro", "rfl"],
    "parent_state_id": [None, 0, 1],
    "label": ["positive", "positive", "positive"],
    "depth_from_root": [0, 1, 2],
    "remaining_depth": [2, 1, -1],
    "llm_log_prob": [0.0, -0.5, -10.0],
    "ebm_score": [0.0, 1.5, 0.0],
    "is_proof_complete": [False, False, True],
    "timestamp_ms": [7, 7, 7],
    "q_value": [0.5, 0.5, 1.0],
    "visits": [2, 1, 1],
}


@pytest.mark.parametrize("columns", [14, 12])
def test_files_of_burn_qed_come_and_go(tmp_path: Path, columns: int) -> None:
    types = [(name, pyarrow.type_for_alias(kind)) for name, kind in list(SEED_COLUMNS.items())[:columns]]
    seed = pyarrow.table({name: SEED_ROWS[name] for name, _ in types}, schema=pyarrow.schema(types))
    parquet.write_table(seed, tmp_path / "seed.parquet")
    table = read_rows([tmp_path / "seed.parquet"])
    assert table["state_before"].to_pylist() == [None, "⊢ a", "⊢ b"]
    assert table["remaining_depth"].to_pylist() == [2, 1, None]
    assert table["ebm_score"].to_pylist() == [None, 1.5, None]
    assert table["verdict"].to_pylist() == ["root", "advanced", "proved"]
    assert table["visits"].null_count == (0 if columns == 14 else 3)
    write_seed(table, tmp_path / "back.parquet")
    back = parquet.read_table(tmp_path / "back.parquet")
    assert back.column_names == list(SEED_COLUMNS)
    assert back.select([name for name, _ in types]).equals(seed)


def test_our_trajectories_go_to_burn_qed_without_what_it_has_no_place_for(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    with open_store(store, CONFIG) as writer:
        write(writer, "a", "a")
    write_seed(read_rows([store]), tmp_path / "seed.parquet")
    back = read_rows([tmp_path / "seed.parquet"])
    assert back["state_id"].to_pylist() == [
        row.state_id for row in SPLIT if row.verdict in {"root", "advanced", "proved"}
    ]
    assert json.loads((store / "_manifest.json").read_text())["parts"][0]["rows"] == len(SPLIT)
