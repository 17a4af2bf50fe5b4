"""`holdfast dataset --checker lean`, on a real Lean."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.lean.installation import program
from tests.rocq_here import seed

from holdfast.apps.cli.main import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "lean"


@pytest.fixture(autouse=True)
def lean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{program().parent}:{os.environ['PATH']}")
    monkeypatch.setenv("HOLDFAST_CACHE", seed(tmp_path / "cache"))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], str]:
    with pytest.raises(SystemExit) as ended:
        main(["dataset", *words, "--json", "--checker", "lean", "--skip-model-steps"])
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, [json.loads(line) for line in told.out.splitlines()], told.err


def test_theorems_of_lean_become_a_dataset_whose_rows_replay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = tmp_path / "project", tmp_path / "out"
    shutil.copytree(EXAMPLE, project)
    (project / "Broken.lean").write_text(
        "theorem wrong (p : Prop) : p := by\n  skip\n  exact nothing\n"
        "theorem right (p : Prop) (h : p) : p := by\n  skip\n  exact h\n"
    )
    where = ("--project", str(project), "--output", str(out))
    code, records, said = run(capsys, "run", *where)
    assert code == 0, said
    assert "step 2 passes theorems on" in said
    steps = {record["name"]: record for record in records if record["kind"] == "step"}
    assert steps["theorems"]["rows_out"] == 8
    assert steps["evaluated"]["dropped"] == {"the proof does not replay": 1}
    rows = {
        row["name"]: row
        for file in sorted((out / "dataset" / "jsonl").glob("theorems-*.jsonl"))
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())
    }
    assert set(rows) == {"Logic.and_swap", "Logic.or_swap", "Logic.trans", "Logic.swap_again", "right"}
    swap = rows["Logic.and_swap"]
    assert (swap["docstring"], swap["modules"], swap["sections"]) == (
        "A conjunction can be said the other way round.",
        ["Logic"],
        ["Connectives"],
    )
    assert swap["initial_goal"] == "p q : Prop\nh : p ∧ q\n⊢ q ∧ p"
    chains = [(step["chain"], len(step["goals_after"])) for step in swap["evaluation"]]
    assert chains == [("constructor", 2), ("exact h.2", 0), ("exact h.1", 0)]
    cases = rows["Logic.or_swap"]["evaluation"][1]
    assert (cases["chain"], len(cases["goals_after"])) == ("cases h", 2)
    (used,) = rows["Logic.swap_again"]["evaluation"][0]["premises"]
    assert (used["name"], used["info"]) == ("Logic.and_swap", swap["docstring"])
    assert run(capsys, "verify", "--all", *where)[0] == 0


def test_what_only_rocq_has_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--output", str(tmp_path / "out"))
    code, _, said = run(capsys, "run", "--library", "Init", *out)
    assert (code, "--project" in said) == (2, True)
    (tmp_path / "empty").mkdir()
    code, _, said = run(capsys, "run", "--project", str(tmp_path / "empty"), *out)
    assert (code, "no .lean file is below" in said) == (2, True)
