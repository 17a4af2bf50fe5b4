import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evaluation.records import found, sought

from holdfast.apps.probing import entry_of, sorted_out
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.theorems import Theorem, read_theorems_list

SOURCE = "".join(f"Lemma {name} : {n} = {n}. Admitted.\n" for n, name in enumerate("abcd", start=1))


@pytest.fixture
def theorems(tmp_path: Path) -> list[Theorem]:
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    return read_theorems_list(tmp_path / "a.v")


def at(theorem: Theorem, record: TheoremRecord) -> TheoremRecord:
    return replace(record, file=theorem.source.name)


def test_easy_hard_and_neither(theorems: list[Theorem]) -> None:
    a, b, c, _ = theorems
    records = [at(a, found("a", 3)), at(b, sought("b")), at(c, sought("c", status="error"))]
    told = sorted_out(theorems, records, elapsed_s=1.5)
    (easy,) = told["easy"]
    assert (easy["name"], easy["depth"], easy["tactics"]) == ("a", 1, ["auto"])
    assert easy["statement"] == "Lemma a : 1 = 1."
    assert [each["name"] for each in told["hard"]] == ["b"]
    assert [each["name"] for each in told["undecided"]] == ["c", "d"]
    assert told["stats"] == {"total": 4, "easy": 1, "hard": 1, "errors": 2, "elapsed_secs": 1.5}


def written(path: Path, theorems: list[Theorem]) -> list[Theorem]:
    path.parent.mkdir(exist_ok=True)
    entries = {"theorems": [entry_of(theorem, path.parent) for theorem in theorems]}
    path.write_text(json.dumps(entries), encoding="utf-8")
    return read_theorems_list(path)


def test_a_list_in_another_folder_means_the_same_theorems(theorems: list[Theorem], tmp_path: Path) -> None:
    again = written(tmp_path / "lists" / "hard.json", theorems[1:3])
    assert [(each.name, each.statement, each.source.text) for each in again] == [
        (each.name, each.statement, each.source.text) for each in theorems[1:3]
    ]
    assert {each.path.resolve() for each in again} == {theorems[0].path.resolve()}


@pytest.mark.parametrize("language", ["rocq", "lean"])
def test_theorems_that_are_told_by_their_statements(tmp_path: Path, language: str) -> None:
    stated = {"name": "x.y", "statement": "1 = 1", "preamble": "Open Scope nat.", "imports": ["A", "B"]}
    (tmp_path / "l.json").write_text(
        json.dumps({"language": language, "theorems": [stated]}), encoding="utf-8"
    )
    before = read_theorems_list(tmp_path / "l.json")
    after = written(tmp_path / "hard.json", before)
    assert [each.statement for each in after] == ["1 = 1"]
    assert [each.source.text.split() for each in after] == [each.source.text.split() for each in before]
    assert after[0].language == language
