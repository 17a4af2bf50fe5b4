"""`holdfast summary` as a shell sees it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.evaluation.searches import searches, table

from holdfast.pipelines.trajectory_store import open_store, write_seed

HOLDFAST = Path(sys.executable).parent / "holdfast"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "t.parquet"
    with open_store(path, {}) as writer:
        for origin, rows, record in searches():
            writer.begin(origin)
            for row in rows:
                writer.add(row)
            writer.end(record)
    return path


def summary(*options: object, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [HOLDFAST, "summary", *map(str, options)]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_counts_and_pages(store: Path, tmp_path: Path) -> None:
    told = summary("--trajectories", store, "--json", "--html", tmp_path / "report")
    (record,) = map(json.loads, told.stdout.splitlines())
    counts = ("total_records", "positive", "negative", "unique_theorems", "proved_theorems")
    assert [record[name] for name in counts] == [10, 5, 3, 2, 1]
    assert Path(record["report"]).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_files_of_burn_qed(tmp_path: Path) -> None:
    write_seed(table(), tmp_path / "seed.parquet")
    told = summary("--input", tmp_path / "seed.parquet")
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["unique", "theorems", "2"] in lines, told.stderr
    assert ["proved", "50.0%"] in lines


def test_queries(store: Path) -> None:
    query = "SELECT theorem, nodes FROM theorems ORDER BY nodes"
    told = summary("--trajectories", store, "--json", "--sql", "-", text=f"{query};\nSELECT 1.5 AS x;")
    *rows, last = map(json.loads, told.stdout.splitlines())
    assert [row["row"] for row in rows] == [
        {"theorem": "b", "nodes": 1},
        {"theorem": "a", "nodes": 7},
        {"x": 1.5},
    ]
    assert last["rows"] == 3
    refused = summary("--trajectories", store, "--sql", "SELECT * FROM '/etc/passwd'")
    assert refused.returncode == 2
    assert "the query fails" in refused.stderr


def test_a_query_that_takes_for_ever_is_stopped_by_a_signal(store: Path) -> None:
    endless = "SELECT count(*) FROM range(10000000000) a, range(10000000000) b"
    options = ["--trajectories", str(store), "--json", "--sql", "SELECT 1", "--sql", endless]
    with subprocess.Popen([HOLDFAST, "summary", *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["kind"] == "row"
        process.send_signal(signal.SIGINT)
        (last,) = process.stdout.read().splitlines()
    assert (process.returncode, json.loads(last)["error"]) == (130, "stopped by SIGINT")


def test_two_stores_with_searches_of_the_same_names(store: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.parquet"
    store.rename(again)
    both = ("--trajectories", again, "--trajectories", again)
    told = json.loads(summary(*both, "--json", "--html", tmp_path / "report").stdout)
    assert (told["total_records"], told["unique_theorems"], told["statuses"]) == (
        20,
        2,
        {"not_found": 2, "proved": 2},
    )
    pages = sorted((tmp_path / "report" / "theorems").iterdir())
    dots = [page.read_text(encoding="utf-8").count("<circle") for page in pages]
    assert dots == [5, 1, 5, 1], "each search has its own steps"


def test_damaged_files(store: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 no")
    told = summary("--trajectories", store, "--trajectories", bad, "--skip-bad", "--json")
    assert told.returncode == 1, "not all that was asked for is in the counts"
    assert json.loads(told.stdout.splitlines()[-1])["total_records"] == 10
