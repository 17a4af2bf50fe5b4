"""`holdfast dataset` on a small project of its own, killed and gone on with."""

import json
import os
import signal
import subprocess
import sys
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
    card = (output / "dataset" / "README.md").read_text()
    assert "CeCILL-B" in card
    assert "\n# small\n" in card
    assert str(tmp_path) not in card
    code, records = _holdfast(*_argv("verify", project, output, str(settings), "--all"))
    assert (code, records[-1]["verified"]) == (0, 4)
    # Only the first file was compiled, so that `coqc` wrote of that one.
    counts = ("stated", "found", "not_stated", "premises", "recalled")
    assert [records[-1][name] for name in counts] == [2, 2, 0, 1, 1]


def test_a_run_killed_in_every_step_ends_the_same(project: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.e2e.dataset_kills", project, seed(tmp_path / "cache"), tmp_path]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told.pop("whole"), told.pop("last")) == (0, 0)
    assert set(told.values()) == {signal.SIGKILL}
    assert len(told) == 2 * 10 + 3
    killed, whole = _contents(tmp_path / "killed"), _contents(tmp_path / "whole")
    assert killed == whole
    (chains,) = (tmp_path / "whole").glob("05-*/*/shards/Small.One.jsonl")
    told = {row["key"]: row["data"] for row in map(json.loads, chains.read_text().splitlines())}
    stated, proved = told["Small.One.chained"]["blocks"], told["Small.One.chained_have_0"]
    assert [each["text"] for each in stated if each["kind"] == "have"] == ["have H : c && c = c."]
    assert [each["text"] for each in proved["blocks"] if each["kind"] == "script"] == ["by apply: twice."]
    assert proved["within"] == "Small.One.chained"
    assert {path.split("/")[0][:2] for path in whole} == {f"{step:02}" for step in range(10)} | {"da"}


def _contents(output: Path) -> dict[str, object]:
    """All that a dataset is, without what it took."""
    found: dict[str, object] = {}
    for path in sorted(path for path in output.rglob("*") if path.is_file()):
        name = str(path.relative_to(output))
        data = path.read_bytes()
        if path.name == "finished.json":
            summary = json.loads(data)
            took = {key: value for key, value in summary.pop("measures").items() if not key.endswith("cpu_s")}
            found[name] = {**summary, "wall_s": 0, "measures": took}
        elif name == "dataset/README.md":
            found[name] = data.partition(b"## What it took")[0]
        elif not (path.name.endswith("lock") or "measures" in path.parts or name.startswith("answers.")):
            found[name] = data
    return found


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
