"""`holdfast eval` as a shell sees it: one run tells of every budget, and can be stopped."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.evaluation.result_file import read_evaluation

HOLDFAST = Path(sys.executable).parent / "holdfast"
SOURCE = """Lemma one : forall n : nat, n = n. Admitted.
Lemma two : forall P Q : Prop, P /\\ Q -> Q /\\ P. Admitted.
Lemma three : forall n : nat, n = S n. Admitted.
"""

pytestmark = pytest.mark.rocq


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.v").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "eval.toml").write_text("learn_s = 0\nbudgets = [40, 1, 20]\n", encoding="utf-8")
    return tmp_path


def command(*options: str) -> list[str]:
    asked = ["eval", "--theorems", "t.v", "--config", "eval.toml", "--output", "r.json"]
    return [str(HOLDFAST), *asked, *options]


def evaluate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*options), cwd=folder, capture_output=True, text=True, check=False)


def test_one_run_tells_of_every_budget(folder: Path) -> None:
    told = evaluate(folder)
    assert told.returncode == 0, told.stderr
    data = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert [(each["budget"], each["total"]) for each in data["budget_results"]] == [(1, 3), (20, 3), (40, 3)]
    assert (data["cumulative_solved"], data["solved"], data["total"]) == (2, 2, 3)
    run = read_evaluation(folder / "r.json")
    assert run.about["checker"].startswith("rocq ")
    assert [each.status for each in run.tried] == ["proved", "proved", "not_found"]
    text = SOURCE
    for each in run.tried[:2]:
        assert each.proof is not None
        text = text.replace("Admitted.", each.proof.proof, 1)
    (folder / "filled.v").write_text(text, encoding="utf-8")
    audited = subprocess.run(
        [HOLDFAST, "audit", "filled.v", "--json"], cwd=folder, capture_output=True, text=True, check=False
    )
    verdicts = [json.loads(line).get("verdict") for line in audited.stdout.splitlines()]
    assert verdicts[:3] == ["proved", "proved", "refused"], "the proofs of the result are proofs"


def test_stopped_and_resumed(folder: Path) -> None:
    (folder / "u.v").write_text("Lemma four : forall n : nat, n = S n.\nAdmitted.\n", encoding="utf-8")
    both = command("--theorems", "u.v", "--json")
    with subprocess.Popen(
        both, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert (first["kind"], first["name"]) == ("theorem", "one")
    partial = read_evaluation(folder / "r.json")
    assert len(partial.tried) == 4, "what was not reached is in the denominator"
    again = subprocess.run([*both, "--resume"], cwd=folder, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    names = [record.get("name") for record in map(json.loads, again.stdout.splitlines())]
    assert not {"one", "two", "three"} & set(names), "nothing is repeated"
    whole = read_evaluation(folder / "r.json")
    assert whole.complete
    assert [each.status for each in whole.tried] == ["proved", "proved", "not_found", "not_found"]


def test_a_probe_and_the_list_of_what_is_hard(folder: Path) -> None:
    (folder / "probe.toml").write_text("learn_s = 0\nnodes = 20\n", encoding="utf-8")
    options = [
        "--config",
        "probe.toml",
        "--output",
        "p.json",
        "--hard-theorems",
        "h.json",
    ]
    told = subprocess.run(
        [HOLDFAST, "probe", "--theorems", "t.v", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout == "2 of 3 theorems are easy, 1 hard; see p.json\n"
    hard = json.loads((folder / "h.json").read_text(encoding="utf-8"))
    assert hard == {"theorems": [{"name": "three", "file": "t.v"}]}
