import json
from pathlib import Path

import pytest
from tests.unit.evaluation.records import evaluation, found, sought, tried

from holdfast.core.errors import UserError
from holdfast.evaluation.outcomes import Limit
from holdfast.evaluation.result_file import read_evaluation, to_json


def written(tmp_path: Path, data: object) -> Path:
    path = tmp_path / "eval.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    run = evaluation(
        tried(found("a", 40), statement="forall n, n = n"),
        tried(sought("b"), found("b", 60, attempt=2)),
        tried(theorem="c"),
        cpu_s=(1.5,),
        attempts=2,
        about={"proposer": "knn"},
        complete=False,
    )
    path = written(tmp_path, to_json(run, timestamp="2026-01-01T00:00:00Z", version="1"))
    read = read_evaluation(path)
    assert read.source == str(path)
    assert (read.tried, read.limits, read.attempts) == (run.tried, run.limits, run.attempts)
    assert (read.about, read.complete, read.audited) == (run.about, False, True)
    assert read.tried[0].searches[0].tree == {"step": "auto", "children": []}, "a proof can be replayed"


def test_the_older_shapes_are_in_the_file() -> None:
    run = evaluation(
        tried(found("a", 40)), tried(found("b", 120)), tried(sought("c")), about={"theorems": "f.json"}
    )
    data = to_json(run, timestamp="2026-01-01T00:00:00Z", version="1")
    newer = {
        "iteration", "timestamp", "git_commit", "llm_path", "ebm_path", "benchmark", "total_theorems",
        "max_rounds", "solved", "total", "rate", "avg_nodes", "avg_time_secs", "median_time_secs",
        "per_theorem",
    }  # fmt: skip
    assert newer <= data.keys()
    assert (data["benchmark"], data["solved"], data["total"], data["max_rounds"]) == ("f.json", 2, 3, 200)
    lines = {line["name"]: line for line in data["per_theorem"]}
    assert lines["c"] == {
        "name": "c", "proved": False, "nodes_used": 200, "time_secs": 4.0,
        "failure_reason": "budget_exhausted",
    }  # fmt: skip
    at_50 = data["budget_results"][0]
    assert [at_50[key] for key in ("budget", "solved", "total")] == [50, 1, 3]
    assert [line["nodes_used"] for line in at_50["per_theorem"]] == [40, 50, 50]
    assert (data["cumulative_solved"], data["cumulative_rate"]) == (2, 2 / 3)


def line(name: str, *, proved: bool, nodes: int, why: str = "") -> dict[str, object]:
    return {"name": name, "proved": proved, "nodes_used": nodes, "time_secs": 1.0, "failure_reason": why}


def test_the_shape_with_one_budget(tmp_path: Path) -> None:
    lines = [line("a", proved=True, nodes=20, why="proved"), line("b", proved=False, nodes=0, why="error")]
    read = read_evaluation(written(tmp_path, {"max_rounds": 30, "per_theorem": lines, "llm_path": "m"}))
    assert read.limits == (Limit("steps", 30),)
    assert [each.status for each in read.tried] == ["proved", "error"]
    assert (read.audited, read.about["model"]) == (False, "m")


def test_the_shape_with_budgets_searched_one_by_one(tmp_path: Path) -> None:
    runs = [
        {
            "budget": 200,
            "per_theorem": [line("a", proved=True, nodes=150), line("b", proved=False, nodes=200)],
        },
        {
            "budget": 100,
            "per_theorem": [line("a", proved=False, nodes=100), line("b", proved=True, nodes=90)],
        },
    ]
    read = read_evaluation(written(tmp_path, {"budget_results": runs}))
    assert [limit.amount for limit in read.limits] == [100, 200]
    assert [[each.solved(limit) for limit in read.limits] for each in read.tried] == [
        [False, True],
        [True, True],
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no result of an evaluation: "),
        ("[1]", "not an object"),
        ("{}", "tells of no theorem"),
        ('{"per_theorem": [{"name": 3}]}', "per_theorem.0"),
        ('{"holdfast": {"schema_version": 1}}', "limits"),
        ('{"holdfast": 3}', "no result of an evaluation"),
    ],
)
def test_what_is_no_evaluation(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "eval.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_evaluation(path)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    data = to_json(evaluation(tried(found("a", 40))), timestamp="", version="1")
    data["holdfast"]["schema_version"] = 99
    with pytest.raises(UserError, match="newer version"):
        read_evaluation(written(tmp_path, data))
