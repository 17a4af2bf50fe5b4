"""`holdfast compare` as a shell sees it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.unit.evaluation.records import evaluation, found, sought, tried

from holdfast.evaluation.outcomes import Evaluation
from holdfast.evaluation.result_file import to_json

HOLDFAST = Path(sys.executable).parent / "holdfast"


def stored(path: Path, run: Evaluation) -> Path:
    path.write_text(json.dumps(to_json(run, timestamp="", version="1")), encoding="utf-8")
    return path


def compare(baseline: Path, experiment: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [HOLDFAST, "compare", "--baseline", baseline, "--experiment", experiment, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_two_runs(tmp_path: Path) -> None:
    old = stored(
        tmp_path / "old.json", evaluation(tried(found("a", 40)), tried(sought("b")), tried(sought("c")))
    )
    new = stored(
        tmp_path / "new.json", evaluation(tried(sought("a")), tried(found("b", 60)), tried(found("c", 9)))
    )
    told = compare(old, new)
    assert told.returncode == 0
    assert "gained (2) at 200 steps: b, c\nlost (1) at 200 steps: a\n" in told.stdout
    assert told.stdout.endswith(
        "at 200 steps, the runs cannot be told apart: a split of 2 to 1 is likely chance\n"
    )
    *records, summary = map(json.loads, compare(old, new, "--json").stdout.splitlines())
    assert [record["kind"] for record in records] == ["comparison"] * 3 + ["cost"] * 3
    assert (records[2]["gained"], records[2]["lost"]) == (["b", "c"], ["a"])
    assert (summary["gained"], summary["lost"], summary["exit_code"]) == (2, 1, 0)


def test_runs_on_other_theorems(tmp_path: Path) -> None:
    old = stored(tmp_path / "old.json", evaluation(tried(found("a", 40))))
    new = stored(tmp_path / "new.json", evaluation(tried(found("a", 40)), tried(found("b", 40))))
    refused = compare(old, new)
    assert refused.returncode == 2
    assert "1 theorems are in the experiment only (b)" in refused.stderr
    assert compare(old, old, "--results", str(new)).returncode == 2, "there are two runs to a comparison"
