"""`holdfast search` as a shell sees it: what is kept, whatever stops it, and what is never done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.rocq_here import seed

from holdfast.pipelines.trajectory_files import journals
from holdfast.pipelines.trajectory_store import read_rows, read_theorems, stored_config

HOLDFAST = Path(sys.executable).parent / "holdfast"
SOURCE = """\
Lemma add0 (n : nat) : n + 0 = n.
Proof. induction n; simpl; auto. Qed.

Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.
Proof. tauto. Qed.

Lemma wrong : forall n m : nat, n + m = n.
Admitted.

Lemma last (A : Prop) : A -> A.
Proof. auto. Qed.
"""
QUICK = ("--learn", "0", "--budget", "600", "--nodes", "200")

pytestmark = pytest.mark.rocq


def arguments(folder: Path, *more: str) -> list[str | Path]:
    listed = ("--theorems", "a.v", "--output", "t.parquet")
    return [HOLDFAST, "search", *listed, *QUICK, *more]


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"HOLDFAST_CACHE": seed(folder / "cache"), "COLUMNS": "80"}


def search(folder: Path, *more: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run it in a folder; exit code, records, and what is on standard error."""
    done = subprocess.run(
        [*arguments(folder, *more), "--json"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def statuses(store: Path) -> dict[str, str]:
    return {record.theorem: record.status for record in read_theorems([store])}


WANTED = {"add0": "proved", "swap": "proved", "wrong": "not_found", "last": "proved"}


def test_the_backend_that_is_named_is_the_one_that_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDFAST_PET_SERVER", raising=False)
    monkeypatch.setenv("HOLDFAST_PET", "/nowhere/pet")
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    code, records, _ = search(tmp_path, "--rocq-backend", "petanque", "--max-theorems", "1")
    assert (code, [each["status"] for each in records[:-1]]) == (3, ["error"])
    assert "HOLDFAST_PET=/nowhere/pet" in records[0]["reason"]
    bound = stored_config(tmp_path / "t.parquet")
    assert "petanque" in json.dumps(bound)


def test_a_search_is_rehearsed_made_and_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    code, checks, _ = search(tmp_path, "--dry-run")
    assert (code, [each["ok"] for each in checks[:-1]]) == (0, [True, True, True])
    assert not (tmp_path / "t.parquet").exists()

    code, records, _ = search(tmp_path)
    assert code == 0
    assert {each["name"]: each["status"] for each in records[:-1]} == WANTED
    assert records[-1]["proved"] == 3
    assert statuses(tmp_path / "t.parquet") == WANTED
    rows = read_rows([tmp_path / "t.parquet"]).to_pylist()
    assert sum(row["verdict"] != "root" for row in rows) == records[-1]["nodes"]
    wrong = [row for row in rows if row["theorem_name"] == "wrong"]
    assert "positive" not in {row["label"] for row in wrong}
    assert len(wrong) == 201
    assert all(row["learnable"] for row in rows) == (rows[0]["sandbox"] != "none")

    code, records, _ = search(tmp_path, "--resume")
    assert (code, len(records), records[-1]["searched"]) == (0, 1, 0)
    code, _, said = search(tmp_path, "--resume", "--seed", "1")
    assert code == 2
    assert "made under another configuration: prover.seed was 0, now 1" in said
    code, _, said = search(tmp_path)
    assert (code, "--resume goes on" in said) == (2, True)


def test_installed_libraries_are_searched_where_they_are_but_for_the_prelude(tmp_path: Path) -> None:
    theories = Path(subprocess.check_output(["coqc", "-where"], text=True).strip()) / "theories"
    (tmp_path / "list.json").write_text('{"theorems": [{"library": "Coq.Init.Logic"}]}', encoding="utf-8")
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    wanted = ("--theorems", str(theories / "Bool" / "Zerob.v"), "--theorems", "list.json")
    code, records, _ = search(
        tmp_path, *wanted, "--nodes", "5", "--sample", "20", "--seed", "2", "--learn", "0"
    )
    assert code == 1
    refused = {each["reason"] for each in records[:-1] if each["file"] == "Coq.Init.Logic"}
    assert refused == {
        "Coq.Init.Logic is part of what Rocq loads first, so its theorems are known: name another"
    }
    statuses = {each["status"] for each in records[:-1] if each["file"].endswith("Zerob.v")}
    assert statuses
    assert statuses <= {"proved", "not_found"}


def test_settings_may_stand_in_a_file_and_mistakes_in_it_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    file = tmp_path / "search.toml"
    file.write_text("budgt_s = 3\n", encoding="utf-8")
    code, _, said = search(tmp_path, "--config", "search.toml", "--dry-run")
    assert code == 2
    assert "did you mean budget_s?" in said
    file.write_text("max_theorems = 1\nseed = 5\n", encoding="utf-8")
    code, records, _ = search(tmp_path, "--config", "search.toml", "--seed", "6")
    assert (code, [each["name"] for each in records[:-1]]) == (0, ["add0"])
    bound = stored_config(tmp_path / "t.parquet")
    assert isinstance(bound["prover"], dict)
    assert (bound["prover"]["seed"], bound["prover"]["nodes"]) == (6, 200)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_was_tried_outlives_the_search(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    store = tmp_path / "t.parquet"
    with subprocess.Popen(arguments(tmp_path), cwd=tmp_path, env=environment(tmp_path)) as running:
        while running.poll() is None and _lines(store) < 100:
            time.sleep(0.02)
        before = _lines(store)
        running.send_signal(how)
        running.wait(timeout=120)
    assert before >= 100
    rows = read_rows([store], ["search", "state_id", "theorem_name"]).to_pylist()
    assert len(rows) >= before - 10  # lines that say when a search begins and ends are no rows
    assert len({(row["search"], row["state_id"]) for row in rows}) == len(rows)
    if how is signal.SIGINT:
        assert journals(store) == []
        return

    code, _, _ = search(tmp_path, "--resume")
    assert code == 0
    assert statuses(store) == WANTED
    again = read_rows([store], ["search", "theorem_name"]).to_pylist()
    assert len({row["search"] for row in again}) == len(WANTED)
    assert journals(store) == []


def _lines(store: Path) -> int:
    return sum(len(path.read_bytes().splitlines()) for path in journals(store))


def test_what_breaks_is_listed_apart_and_tried_again(tmp_path: Path) -> None:
    """Two sources, of which one is not accepted by Rocq at first."""
    good = {"name": "good", "statement": "1 = 1", "language": "rocq"}
    bad = {"name": "bad", "file": "b.v"}
    (tmp_path / "list.json").write_text(json.dumps({"theorems": [good, bad]}), encoding="utf-8")
    (tmp_path / "b.v").write_text("Require Import Nowhere.\nLemma bad : True.\nAdmitted.\n", encoding="utf-8")
    listed = ("--theorems", "list.json")
    (tmp_path / "a.v").write_text(SOURCE, encoding="utf-8")
    code, records, _ = search(tmp_path, *listed)
    assert code == 1
    assert records[-1]["errors"] == 1
    (broken,) = [each for each in records[:-1] if each["status"] == "error"]
    assert (broken["name"], "Nowhere" in broken["reason"]) == ("bad", True)
    code, records, _ = search(tmp_path, *listed, "--resume")
    assert [each["name"] for each in records[:-1]] == ["bad"]
