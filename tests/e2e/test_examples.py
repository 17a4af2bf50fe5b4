"""What the examples and the README say, done as they say it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rocq_here import seed
from tests.sandbox_here import sandbox_here

ROOT = Path(__file__).parents[2]
HOLDFAST = Path(sys.executable).parent / "holdfast"
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.rocq


def holdfast(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOLDFAST, *arguments],
        cwd=folder,
        env=os.environ | {"HOLDFAST_CACHE": seed(folder / "cache"), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "examples" / "rocq").glob("*.v")))
def test_an_example_is_filled_as_far_as_two_seconds_go(tmp_path: Path, name: str) -> None:
    shutil.copy(ROOT / "examples" / "rocq" / name, tmp_path)
    done = holdfast(
        tmp_path, "prove", name, "--learn", "0", "--budget", "2", "--jobs", "2", "--json", "--write"
    )
    assert done.returncode in {0, 1}, done.stderr
    *holes, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert len(holes) >= 3
    assert summary["proved"] >= 2
    assert summary["undecided"] == 0
    audit = holdfast(tmp_path, "audit", name, "--json", "--original", ROOT / "examples" / "rocq" / name)
    assert audit.returncode == done.returncode
    *theorems, _ = (json.loads(line) for line in audit.stdout.splitlines())
    proved = {each["name"] for each in theorems if each["verdict"] == "proved"}
    assert proved == {each["name"].partition("#")[0] for each in holes if each["status"] == "proved"}


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "examples" / "python").glob("*.py")))
def test_a_python_example_is_filled(tmp_path: Path, name: str) -> None:
    sandbox_here()
    shutil.copy(ROOT / "examples" / "python" / name, tmp_path)
    done = holdfast(tmp_path, "prove", name, "--json", "--write")
    assert done.returncode == 0, done.stderr
    *holes, _ = (json.loads(line) for line in done.stdout.splitlines())
    assert len(holes) >= 3
    again = holdfast(tmp_path, "prove", name)
    assert again.stdout == f"{name}: no holes\n"


def test_the_commands_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("holdfast ")]
    assert {command[1] for command in commands} >= {"prove", "audit", "doctor"}
    file = "Lemma hole : 1 + 1 = 2.\nAdmitted.\nTheorem some_theorem : True.\nProof. exact I. Qed.\n"
    (tmp_path / "File.v").write_text(file)
    shutil.copy(ROOT / "examples" / "python" / "words.py", tmp_path)
    shutil.copytree(ROOT / "examples" / "library", tmp_path / "examples" / "library")
    for command in commands:
        done = holdfast(tmp_path, *command[1:])
        assert done.returncode == 0, (command, done.stderr)
        if "--write" in command:
            assert "Admitted" not in (tmp_path / "File.v").read_text()
