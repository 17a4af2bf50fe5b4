import json
from pathlib import Path

import pytest
from tests.unit.evaluation.records import evaluation, found, tried
from tests.unit.evaluation.searches import searches, table

from holdfast.core.errors import UserError
from holdfast.evaluation.outcomes import Limit
from holdfast.evaluation.reading import read_run
from holdfast.evaluation.result_file import to_json
from holdfast.pipelines.trajectory_store import open_store, write_seed


def stored(path: Path, config: dict[str, object]) -> Path:
    with open_store(path, config) as writer:
        for origin, rows, record in searches():
            writer.begin(origin)
            for row in rows:
                writer.add(row)
            writer.end(record)
    return path


def test_a_store_of_trajectories(tmp_path: Path) -> None:
    config = {"prover": {"nodes": 50, "budget_s": 2.0, "proposer": "knn"}, "theorems": {"count": 3}}
    run = read_run(stored(tmp_path / "t.parquet", config))
    assert [(each.theorem, each.status) for each in run.tried] == [("a", "proved"), ("b", "not_found")]
    assert run.limits == (Limit("steps", 50), Limit("cpu_s", 2.0))
    assert not run.complete, "a third theorem was asked for"
    assert (run.about["checker"], run.about["proposer"]) == ("toy 1", "knn")


def test_a_store_without_a_list(tmp_path: Path) -> None:
    run = read_run(stored(tmp_path / "t.parquet", {"budget_s": 2.0}))
    assert (run.limits, run.complete, run.audited) == ((Limit("cpu_s", 2.0),), True, True)


def test_a_file_of_burn_qed(tmp_path: Path) -> None:
    write_seed(table(), tmp_path / "seed.parquet")
    run = read_run(tmp_path / "seed.parquet")
    assert [(each.theorem, each.status) for each in run.tried] == [("a", "proved"), ("b", "not_found")]
    assert (run.limits, run.audited) == ((), False)


def test_a_result(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(to_json(evaluation(tried(found("a", 1))), timestamp="", version="1")))
    assert read_run(path).tried[0].theorem == "a"


def test_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no trajectories"):
        read_run(tmp_path / "empty")
    with pytest.raises(UserError, match=r"cannot read .*: No such file"):
        read_run(tmp_path / "none.json")
