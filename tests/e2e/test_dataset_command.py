"""`holdfast dataset` on a small project of its own, killed and gone on with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import datasets
import pytest
from tests.rocq_here import seed

pytestmark = pytest.mark.rocq

HOLDFAST = Path(sys.executable).parent / "holdfast"

ONE = """(* Distributed under the terms of CeCILL-B. *)
Require Import ssreflect ssrbool.
(** Twice the same is the same. *)
Lemma twice (b : bool) : b && b = b.
Proof. by case: b. Qed.
Lemma chained (b c : bool) : b -> b = c -> c && c = b.
Proof.
move=> hb e; have H : c && c = c by apply: twice.
by rewrite H -e.
Qed.
"""
TWO = """Require Import ssreflect ssrbool Small.One.
Module Inner.
Lemma again (b : bool) : b && b = b.
Proof.
exact: twice.
Qed.
End Inner.
Lemma no_use : True. Proof. by []. Qed.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two files, one compiled for the other to load."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "_CoqProject").write_text("-Q . Small\nOne.v\nTwo.v\n")
    (folder / "One.v").write_text(ONE)
    (folder / "Two.v").write_text(TWO)
    subprocess.run(["coqc", "-Q", ".", "Small", "One.v"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def _argv(action: str, project: Path, output: Path, *more: str) -> list[str]:
    cache = seed(output.parent / "cache")
    given = ["--project", str(project), "--output", str(output), "--cache", cache, "--json"]
    return [str(HOLDFAST), "dataset", action, *given, "--skip-model-steps", *more]


def _holdfast(*argv: str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def _contents(output: Path) -> dict[str, bytes]:
    shards = sorted(path for part in ("shards", "dropped") for path in output.glob(f"0*/*/{part}/*"))
    return {str(path.relative_to(output)): path.read_bytes() for path in shards}


def test_a_project_becomes_records_that_replay(project: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[choose]\nmin_steps = 1\n")
    output = tmp_path / "out"
    code, records = _holdfast(*_argv("run", project, output, str(settings)))
    assert code == 0
    counts = [(each["rows_in"], each["rows_out"]) for each in records if each["kind"] == "step"]
    assert counts == [(2, 2), (2, 4), (4, 4), (4, 4), (4, 4)]
    rows = [
        json.loads(line)["data"]
        for path in sorted(output.glob("04-*/*/shards/*"))
        for line in path.read_text().splitlines()
    ]
    named = {row["name"]: row for row in rows}
    assert sorted(named) == [
        "Small.One.chained",
        "Small.One.twice",
        "Small.Two.Inner.again",
        "Small.Two.no_use",
    ]
    assert named["Small.One.twice"]["docstring"] == "Twice the same is the same."
    assert named["Small.One.twice"]["licence"] == "CeCILL-B"
    chained = named["Small.One.chained"]
    assert chained["lines"][1:3] == ["have H : c && c = c.", "by apply: twice."]
    assert [each["name"] for each in chained["evaluation"][2]["premises"]] == ["Small.One.twice"]
    assert chained["evaluation"][2]["premises"][0]["info"] == "Twice the same is the same."
    assert len(chained["evaluation"][1]["goals_after"]) == 2
    (used,) = named["Small.Two.Inner.again"]["evaluation"][0]["premises"]
    assert used["name"] == "Small.One.twice"
    loaded = datasets.load_dataset(str(output / "dataset"), "steps", cache_dir=str(tmp_path / "hf"))
    assert sum(len(part) for part in loaded.values()) == sum(records[-1]["sentences"].values()) == 7
    assert {name for part in loaded.values() for name in part["theorem"]} == set(named)
    times = records[-1]["sentence_times"]
    assert times["sentences"] == sum(len(row["evaluation"]) for row in rows)
    assert 0 < times["p50_s"] <= times["p95_s"] <= times["slowest"][0]["cpu_s"]
    assert times["slowest"][0]["theorem"] in (output / "dataset" / "README.md").read_text()
    assert "Twice the same is the same." in (output / "dataset" / "sample.html").read_text()
    whole = datasets.load_dataset(str(output / "dataset"), cache_dir=str(tmp_path / "hf"))
    assert sum(len(part) for part in whole.values()) == 4
    assert "CeCILL-B" in (output / "dataset" / "README.md").read_text()
    code, records = _holdfast(*_argv("verify", project, output, str(settings), "--all"))
    assert (code, records[-1]["verified"]) == (0, 4)


def test_a_killed_run_goes_on_and_ends_the_same(project: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert _holdfast(*_argv("run", project, whole, "--to", "2"))[0] == 0
    started = subprocess.Popen(_argv("run", project, killed, "--to", "2"), stdout=subprocess.DEVNULL)
    while not list(killed.glob("0[12]-*/*/journal/*")) and started.poll() is None:
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert _holdfast(*_argv("run", project, killed, "--to", "2"))[0] == 0
    assert _contents(killed) == _contents(whole)


def test_what_cannot_be_is_said_in_one_sentence(project: Path, tmp_path: Path) -> None:
    (project / "Two.v").write_text(TWO.replace("exact: twice", "exact: nowhere"))
    output = tmp_path / "out"
    argv = _argv("run", project, output)
    for arguments, message in (
        (["--k-have", "0", "--k-wo-have", "0"], "every theorem was dropped"),
        (["--from", "3", "--output", str(tmp_path / "new")], "step 0 is not finished"),
        (["--library", "nowhere"], "one of the two"),
        (["--dictionary", os.devnull], "is not JSON"),
    ):
        done = subprocess.run([*argv, *arguments], check=False, capture_output=True, text=True)
        assert done.returncode == 2, done.stderr
        assert message in done.stderr
