"""`holdfast iterate` as a shell sees it: on real theorems, killed in the middle and gone on with."""

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

HOLDFAST = Path(sys.executable).parent / "holdfast"
_LEARNED = """\
Inductive bit := zero | one.
Definition flip b := match b with zero => one | one => zero end.
Definition both a b := match a with zero => zero | one => b end.
Definition some_bit a b := match a with zero => b | one => one end.
Lemma flip_flip b : flip (flip b) = b.
Proof. destruct b; reflexivity. Qed.
Lemma both_comm a b : both a b = both b a.
Proof. destruct a, b; reflexivity. Qed.
Lemma both_one b : both b one = b.
Proof. destruct b; reflexivity. Qed.
Lemma some_zero b : some_bit b zero = b.
Proof. destruct b; reflexivity. Qed.
Lemma flip_both a b : flip (both a b) = some_bit (flip a) (flip b).
Proof. destruct a, b; reflexivity. Qed.
"""
_HELD_OUT = """\
Lemma and_swap (A B : Prop) : A /\\ B -> B /\\ A.
Proof. intros [a b]; split; assumption. Qed.
Lemma unlikely (n : nat) : n * n + n = 0 -> n = 3.
Admitted.
"""
_CONFIG = """\
theorems = "learned.v"
held_out = "held_out.v"
output = "run"
iterations = 1
[search]
nodes = 40
learn_s = 0
[train]
value = false
[eval]
budgets = [10, 40]
[gates]
min_steps = 3
"""


def _begun(folder: Path) -> subprocess.Popen[str]:
    for name, text in (("learned.v", _LEARNED), ("held_out.v", _HELD_OUT), ("loop.toml", _CONFIG)):
        (folder / name).write_text(text, encoding="utf-8")
    environment = os.environ | {"HOLDFAST_CACHE": seed(folder / "cache")}
    return subprocess.Popen(
        [HOLDFAST, "iterate", "loop.toml", "--json", "--quiet"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def _records(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    stdout, _ = process.communicate()
    assert process.returncode == 0, stdout
    return [json.loads(line) for line in stdout.splitlines()]


@pytest.mark.rocq
def test_a_loop_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    killed = _begun(tmp_path)
    run = tmp_path / "run"
    while not (run / "01-search" / "trajectories.parquet" / "_config.json").exists():
        assert killed.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    measured = (run / "00-eval" / "eval.json").stat().st_mtime_ns

    *iterations, summary = _records(_begun(tmp_path))
    start, first = iterations
    assert (run / "00-eval" / "eval.json").stat().st_mtime_ns == measured, "a finished stage was repeated"
    assert [stage["starts"] for stage in start["stages"].values()] == [1]
    assert [stage["starts"] for stage in first["stages"].values()] == [2, 1, 1, 1]
    assert first["stages"]["01-search"]["record"]["proved"] == 5
    taught = (run / "01-audit" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["theorem"] for line in taught} == {
        "flip_flip",
        "both_comm",
        "both_one",
        "some_zero",
        "flip_both",
    }
    config = json.loads(
        (run / "01-eval" / "eval.trajectories" / "attempt-01.parquet" / "_config.json").read_bytes()
    )
    assert config["config"]["prover"]["pairs"] == str(run / "01-audit" / "pairs.jsonl")
    assert (summary["solved"], summary["total"]) == (1, 2)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "5 proved and audited" in page
    assert "<script" not in page
