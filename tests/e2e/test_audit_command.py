"""`holdfast audit` as a shell sees it: report, records, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOLDFAST = Path(sys.executable).parent / "holdfast"
GOOD = "Lemma a : 1 = 1.\nProof. reflexivity. Qed.\n"
OPEN = GOOD + "Lemma b : 2 = 2.\nAdmitted.\n"

pytestmark = pytest.mark.rocq


def audit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOLDFAST, "audit", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_proved_file(tmp_path: Path) -> None:
    (tmp_path / "good.v").write_text(GOOD)
    done = audit(tmp_path, "good.v")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "1 of 1 theorems proved"
    assert [path.name for path in tmp_path.iterdir()] == ["good.v"]


def test_records_of_an_open_file(tmp_path: Path) -> None:
    (tmp_path / "open.v").write_text(OPEN)
    done = audit(tmp_path, "--json", "open.v")
    first, second, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert (first["kind"], first["file"], first["name"], first["verdict"]) == (
        "theorem",
        "open.v",
        "a",
        "proved",
    )
    assert (second["name"], second["verdict"], second["reason"], second["axioms"]) == (
        "b",
        "refused",
        "admitted",
        [],
    )
    assert (summary["kind"], summary["proved"], summary["refused"], summary["problems"]) == (
        "summary",
        1,
        1,
        0,
    )


def test_against_an_original(tmp_path: Path) -> None:
    (tmp_path / "old.v").write_text(OPEN)
    (tmp_path / "new.v").write_text(OPEN.replace("Admitted", "Proof. reflexivity. Qed"))
    assert audit(tmp_path, "new.v", "--original", "old.v").returncode == 0
    (tmp_path / "new.v").write_text(
        OPEN.replace("Admitted", "Proof. reflexivity. Qed").replace("2 = 2", "1 = 1")
    )
    assert audit(tmp_path, "new.v", "--original", "old.v").returncode == 1
    done = audit(tmp_path, "new.v", "old.v", "--original", "old.v")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_project_and_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "_CoqProject").write_text("-Q src Proj\n-arg -type-in-type\n")
    source = tmp_path / "src"
    source.mkdir()
    (source / "near.v").write_text(GOOD)
    subprocess.run(["coqc", "-Q", "src", "Proj", "src/near.v"], cwd=tmp_path, check=True)
    (source / "file.v").write_text("From Proj Require near.\nLemma c : 1 = 1.\nProof. exact near.a. Qed.\n")
    done = audit(tmp_path, "src/file.v")
    assert done.returncode == 0
    assert "-type-in-type weakens Rocq" in done.stderr


@pytest.mark.parametrize(
    ("text", "code"), [(None, 2), ("Lemma a : nothing.\n", 1), ("(* never closed", 1), ("", 0)]
)
def test_bad_input(tmp_path: Path, text: str | None, code: int) -> None:
    if text is not None:
        (tmp_path / "file.v").write_text(text)
    done = audit(tmp_path, "file.v")
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_python_file_is_sent_to_the_command_that_judges_it(tmp_path: Path) -> None:
    (tmp_path / "file.v").write_text("Lemma a : 1 = 1. Proof. reflexivity. Qed.\n")
    (tmp_path / "words.py").touch()
    for arguments in (["words.py"], ["file.v", "--original", "words.py"]):
        done = audit(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "holdfast check" in done.stderr


def test_an_axiom_is_refused_until_it_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "file.v").write_text(
        "Axiom em : forall P : Prop, P \\/ ~ P.\nLemma a : 1 = 1 \\/ 1 <> 1.\nProof. apply em. Qed.\n"
    )
    done = audit(tmp_path, "file.v")
    assert done.returncode == 1
    assert "--allow-axiom" in done.stderr
    done = audit(tmp_path, "--json", "--allow-axiom", "em", "file.v")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["axioms"] == ["file.em"]


def test_where_no_sandbox_holds_rocq_runs_and_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "good.v").write_text(GOOD)
    missing = tmp_path / "without"
    missing.mkdir()
    (missing / "pyseccomp.py").write_text('raise ImportError("none here")\n')
    environment = os.environ | {"PYTHONPATH": str(missing), "HOLDFAST_CACHE": str(tmp_path / "cache")}
    command = [HOLDFAST, "audit", "good.v", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["levels"] == ["none"]
    told = " ".join(done.stderr.split())
    assert "trying every attack on the sandbox" in told
    assert "Rocq runs without a sandbox: holdfast doctor" in told
    doctor = [HOLDFAST, "doctor", "--json"]
    said = subprocess.run(doctor, env=environment, capture_output=True, text=True, check=False).stdout
    checks = {check["name"]: check for check in map(json.loads, said.splitlines()[:-1])}
    assert checks["Rocq in the sandbox"]["status"] == "missing"
    assert checks["Rocq compiles"]["status"] == "ok"
