"""`holdfast negatives`, as a shell sees it, on real proofs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.rocq_here import seed

from holdfast.pipelines.trajectory_store import read_rows, read_theorems

HOLDFAST = Path(sys.executable).parent / "holdfast"
TEXT = r"""Theorem swap : forall A B C : Prop, A /\ B /\ C -> C /\ B /\ A.
Proof.
  intros A B C H. destruct H as [a [b c]].
  split.
  - exact c.
  - split; [exact b | exact a].
Qed.
Theorem short : 1 = 1.
Proof. reflexivity. Qed.
Axiom absurd : False.
Theorem cheat : 1 = 2.
Proof. exfalso. exact absurd. Qed.
"""

pytestmark = pytest.mark.rocq


def negatives(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    environment = os.environ | {"HOLDFAST_CACHE": seed(folder / "cache")}
    command = [HOLDFAST, "negatives", "--output", "out.parquet", "--learn", "0", "--json", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_proofs_are_walked_once_and_their_steps_are_labelled_by_what_the_checker_says(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(TEXT, encoding="utf-8")
    code, (*theorems, summary), errors = negatives(tmp_path, "--theorems", "a.v", "--min-steps", "2")
    assert code == 0, errors
    assert {each["name"]: each["status"] for each in theorems} == {
        "swap": "proved",
        "short": "not_found",
        "cheat": "not_found",
    }
    assert (summary["walked"], summary["too_short"], summary["survival"]) == (1, 1, 1.0)
    (cheat,) = summary["not_walked"]
    assert cheat["name"] == "cheat"
    assert "absurd" in cheat["reason"]

    rows = read_rows([tmp_path / "out.parquet"]).to_pylist()
    swap = [row for row in rows if row["theorem_name"] == "swap"]
    true = [row["tactic"] for row in swap if row["source"] == "source"]
    assert true == [
        "intros A B C H",
        "destruct H as [a [b c]]",
        "split",
        "exact c",
        "split; [exact b | exact a]",
    ]
    assert all(row["label"] == "positive" for row in swap if row["source"] == "source")
    assert all(row["label"] == "negative" for row in swap if row["verdict"] == "refused")
    assert any(row["label"] == "positive" and row["proposed"] for row in swap), "another route was audited"
    numbers = {row["state_id"] for row in swap}
    assert {row["parent_state_id"] for row in swap} <= numbers | {None}
    # What rests on what the file assumes is no example of a proof.
    assert not [row for row in rows if row["theorem_name"] == "cheat" and row["label"] == "positive"]

    code, (summary,), errors = negatives(tmp_path, "--theorems", "a.v", "--min-steps", "2", "--resume")
    assert (code, summary["walked"]) == (0, 1), errors
    assert read_rows([tmp_path / "out.parquet"]).num_rows == len(rows)


def test_pairs_tell_the_proofs_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text(TEXT, encoding="utf-8")
    states = {"intros A": r"⊢ forall A B C : Prop, A /\ B /\ C -> C /\ B /\ A", "tauto": "⊢ other"}
    lines = [
        {"theorem": "swap", "file": "a.v", "state": state, "tactic": tactic, "depth": depth}
        for depth, (tactic, state) in enumerate(states.items())
    ]
    (tmp_path / "pairs.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8"
    )
    code, (*_, summary), errors = negatives(tmp_path, "--tactic-pairs", "pairs.jsonl")
    assert code == 1, errors
    (swap,) = summary["not_walked"]
    assert "was taken at another goal" in swap["reason"]
    (record,) = read_theorems([tmp_path / "out.parquet"])
    assert record.nodes > 1, "what was tried before is kept"


def test_one_kind_of_proofs_is_named(tmp_path: Path) -> None:
    code, _, errors = negatives(tmp_path)
    assert (code, "either sources with --theorems, or pairs" in errors) == (2, True)


def test_a_tool_that_is_missing_is_no_property_of_the_proofs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.v").write_text(TEXT, encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, records, _ = negatives(tmp_path, "--theorems", "a.v")
    assert (code, {each["status"] for each in records[:-1]}) == (3, {"error"})
    assert all("install it with" in each["reason"] for each in records[:-1])
