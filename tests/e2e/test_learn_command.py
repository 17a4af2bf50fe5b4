"""`holdfast learn` as a shell sees it, and what `prove` makes of what was learned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rocq_here import seed

HOLDFAST = Path(sys.executable).parent / "holdfast"

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


def test_what_was_learned_is_kept_and_used(tmp_path: Path) -> None:
    learned = holdfast(tmp_path, "learn", "rocq", "--library", "Coq.Bool.Bool", "--jobs", "2", "--json")
    assert learned.returncode == 0, learned.stderr
    summary = json.loads(learned.stdout.splitlines()[-1])
    assert summary["read"] > 10
    assert summary["steps"] > 300
    assert (summary["kept"], summary["failed"]) == (0, [])
    shards = sorted(Path(summary["folder"]).iterdir())
    assert len(shards) == summary["read"]
    assert any(shard.name.startswith("Coq.Bool.Bool-") for shard in shards)
    stamps = [shard.stat().st_mtime_ns for shard in shards]

    again = holdfast(tmp_path, "learn", "rocq", "--library", "Coq.Bool.Bool")
    assert again.returncode == 0
    assert again.stdout.startswith("libraries read: 0 (0 steps), known before: ")

    # A proof of it by name, from one who knows what the library holds.
    (tmp_path / "a.v").write_text(
        "Require Import Bool.\nLemma a : forall b c, negb (b && c) = negb b || negb c.\nAdmitted.\n".replace(
            "\\\n", "\n"
        )
    )
    proved = holdfast(tmp_path, "prove", "a.v", "--json", "--learn", "0")
    assert proved.returncode == 0, proved.stderr
    by_file = holdfast(tmp_path, "learn", "rocq", "a.v", "--json")
    assert json.loads(by_file.stdout)["kept"] == summary["read"]

    # A shard that a crash or a disk spoilt is forgotten and read again.
    shards[0].write_bytes(shards[0].read_bytes()[:100])
    assert holdfast(tmp_path, "prove", "a.v", "--learn", "0").returncode == 0
    assert not shards[0].exists()
    last = holdfast(tmp_path, "learn", "rocq", "--library", "Coq.Bool.Bool", "--json")
    assert json.loads(last.stdout)["read"] == 1
    assert stamps[1:] == [shard.stat().st_mtime_ns for shard in shards[1:]]


def test_a_library_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "_CoqProject").write_text("-R . Proj\n".replace("\\\n", "\n"))
    for name, text in {
        "low.v": b"Definition one := 1. (* caf\xe9 *)\n",
        "high.v": b"From Proj Require Import low.\nLemma is : one = 1.\nProof. reflexivity. Qed.\n",
    }.items():
        (tmp_path / name).write_bytes(text)
    arguments = ("learn", "rocq", "--library", "Proj.high", "--json", "--cache", tmp_path / "c")
    early = holdfast(tmp_path, *arguments)
    assert early.returncode == 1
    assert "Proj.high: " in early.stderr
    for name in ("low.v", "high.v"):
        subprocess.run(["coqc", "-R", ".", "Proj", name], cwd=tmp_path, check=True)
    late = holdfast(tmp_path, *arguments)
    assert late.returncode == 0, late.stderr
    assert (json.loads(late.stdout)["read"], json.loads(late.stdout)["steps"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name what to learn from"),
        (["--library", "Coq.Nope"], "no library called Coq.Nope"),
        (["missing.v"], "cannot read missing.v: No such file or directory"),
    ],
)
def test_the_users_mistakes(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = holdfast(tmp_path, "learn", "rocq", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert {path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*")} == {
        ("cache",),
        ("cache", "sandbox"),
    }


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = holdfast(tmp_path, "learn", "rocq", "--library", "Coq.Init.Notations", "--cache", "file")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("holdfast: cannot keep what was learned in ")
