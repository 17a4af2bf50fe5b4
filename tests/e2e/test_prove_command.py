"""`holdfast prove` as a shell sees it: what is printed, what is written, what is refused."""

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
HOLES = """\
Lemma first (n : nat) : n + 0 = n.
Admitted.

Lemma second (A B : Prop) : A /\\ B -> B /\\ A.
Proof.
  intros [a b]. split.
  - admit.
  - admit.
Admitted.
"""
FALSE = "Lemma wrong : forall n : nat, n = 0.\nAdmitted.\n"
QUICK = ("--learn", "0", "--budget", "2")

pytestmark = pytest.mark.rocq


def prove(
    folder: Path, *arguments: str | Path, quick: bool = True, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `holdfast prove` in a folder, with nothing learned unless a cache is given."""
    environment = os.environ | {"HOLDFAST_CACHE": seed(folder / "cache"), "COLUMNS": "80"}
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(
        [HOLDFAST, "prove", *arguments, *(QUICK if quick else ())],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def records(done: subprocess.CompletedProcess[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The records of holes, and the summary."""
    *holes, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert summary["kind"] == "summary"
    assert summary["exit_code"] == done.returncode
    return holes, summary


def compiles(path: Path, *arguments: str) -> bool:
    done = subprocess.run(["coqc", *arguments, path.name], cwd=path.parent, capture_output=True, check=False)
    return done.returncode == 0


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "cache")


def descendants(root: int) -> dict[int, str]:
    """The running children of a process and theirs, with their start times, which tell reused numbers."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = (int(fields[1]), fields[19])
    found: dict[int, str] = {}
    for number, (_, start) in parents.items():
        above = number
        while above in parents and above != root:
            above = parents[above][0]
        if above == root and number != root:
            found[number] = start
    return found


def still_runs(number: int, start: str) -> bool:
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return False
    return fields[19] == start and fields[0] != "Z"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "a.v").write_text(HOLES)
    return tmp_path


def test_the_records_of_holes(work: Path) -> None:
    done = prove(work, "a.v", "--json")
    assert done.returncode == 0, done.stderr
    holes, summary = records(done)
    assert [(hole["name"], hole["line"], hole["status"]) for hole in holes] == [
        ("first", 2, "proved"),
        ("second", 7, "proved"),
        ("second#2", 8, "proved"),
    ]
    keys = {
        "kind",
        "version",
        "file",
        "name",
        "line",
        "status",
        "steps",
        "cpu_s",
        "wall_s",
        "nodes",
        "reason",
    }
    for hole in holes:
        assert hole.keys() >= keys
        assert (hole["kind"], hole["version"], hole["file"], hole["reason"]) == ("hole", 1, "a.v", "")
        assert hole["steps"]
        assert hole["nodes"] > 0
        assert 0 <= hole["found_cpu_s"] <= hole["cpu_s"] <= hole["wall_s"]
    assert {key: summary[key] for key in ("holes", "proved", "not_found", "undecided")} == {
        "holes": 3,
        "proved": 3,
        "not_found": 0,
        "undecided": 0,
    }
    assert (work / "a.v").read_text() == HOLES
    assert listing(work) == ["a.v"]


def test_the_table_fits_80_columns_and_nothing_is_written(work: Path) -> None:
    done = prove(work, "a.v")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "a.v"
    assert [line.split()[1:3] for line in lines[2:5]] == [
        ["first", "proved"],
        ["second", "proved"],
        ["second#2", "proved"],
    ]
    assert all(len(line) <= 80 and line == line.rstrip() for line in lines[:-1])
    assert "3 of 3 holes proved and audited; nothing was written" in lines[-1]
    assert "first: found" in done.stderr
    assert "audit of what was found: passed" in done.stderr
    assert (work / "a.v").read_text() == HOLES
    assert listing(work) == ["a.v"]


def test_a_patch_that_patch_applies_to_what_write_writes(work: Path) -> None:
    shown = prove(work, "a.v", "--diff", "--quiet")
    assert (shown.returncode, shown.stderr) == (0, "")
    (work / "b.v").write_text(HOLES.removesuffix("\n"))
    written = prove(work, "a.v", "b.v", "--write", "--diff")
    assert written.returncode == 0, written.stderr
    proved = (work / "a.v").read_text()
    assert "Admitted" not in proved
    assert "admit" not in proved
    assert compiles(work / "a.v")
    assert (work / "b.v").read_text() == proved.removesuffix("\n")

    other = work / "other"
    other.mkdir()
    (other / "a.v").write_text(HOLES)
    (other / "b.v").write_text(HOLES.removesuffix("\n"))
    subprocess.run(["patch", "-p1"], cwd=other, input=written.stdout, text=True, check=True)
    assert (other / "a.v").read_text() == proved
    assert (other / "b.v").read_text() == (work / "b.v").read_text()
    (other / "a.v").write_text(HOLES)
    subprocess.run(["patch", "-p1"], cwd=other, input=shown.stdout, text=True, check=True)
    assert (other / "a.v").read_text() == proved


def test_the_output_goes_where_it_was_asked_to_go(work: Path) -> None:
    (work / "a.v").chmod(0o640)
    done = prove(work, "a.v", "--output", "filled.v", "--json")
    assert done.returncode == 0, done.stderr
    assert (work / "a.v").read_text() == HOLES
    assert "Admitted" not in (work / "filled.v").read_text()
    assert compiles(work / "filled.v")
    again = prove(work, "filled.v")
    assert (again.returncode, again.stdout) == (0, "filled.v: no holes\n")
    assert prove(work, "a.v", "--write").returncode == 0
    assert (work / "a.v").read_text() == (work / "filled.v").read_text()
    assert (work / "a.v").stat().st_mode & 0o777 == 0o640


def test_a_hole_that_is_not_found_stays(work: Path) -> None:
    (work / "a.v").write_text(FALSE + HOLES)
    done = prove(work, "a.v", "--json", "--write", "--jobs", "2")
    assert done.returncode == 1
    holes, summary = records(done)
    assert [hole["status"] for hole in holes] == ["not_found", "proved", "proved", "proved"]
    assert (holes[0]["steps"], holes[0]["found_cpu_s"]) == ([], None)
    assert holes[0]["reason"]
    assert summary["not_found"] == 1
    assert (work / "a.v").read_text().startswith(FALSE)
    assert (work / "a.v").read_text().count("Admitted") == 1
    assert compiles(work / "a.v")


def test_the_same_command_finds_the_same_proofs_with_any_number_of_workers(work: Path) -> None:
    one = prove(work, "a.v", "--diff", "--quiet")
    two = prove(work, "a.v", "--diff", "--quiet", "--jobs", "2")
    assert (one.returncode, two.returncode) == (0, 0)
    assert one.stdout.split("--- ")[1] == two.stdout.split("--- ")[1]


def test_named_theorems_are_proved_anew(work: Path) -> None:
    text = (
        "Module M.\n  Lemma done : 1 = 1.\n  Proof.\n    exact (eq_refl 1).\n  Qed.\nEnd M.\n"
        "Lemma used : 1 = 1.\nProof. exact M.done. Qed.\n"
    )
    (work / "a.v").write_text(text + FALSE)
    done = prove(work, "a.v", "--theorem", "M.done", "--write", "--json")
    holes, _ = records(done)
    assert [(hole["name"], hole["status"]) for hole in holes] == [("done", "proved")]
    after = (work / "a.v").read_text()
    assert "exact (eq_refl 1)" not in after
    assert after.endswith("Proof. exact M.done. Qed.\n" + FALSE)
    assert compiles(work / "a.v")


def test_a_section_whose_lemma_is_used_behind_it(work: Path) -> None:
    text = """\
Section S.
  Variables (A : Type) (f : A -> A).
  Hypothesis twice : forall x, f (f x) = x.
  Hypothesis unused : forall x : A, x = x.

  Lemma thrice : forall x, f (f (f x)) = f x.
  Proof.
  Admitted.

  Lemma inside : forall x, f (f (f (f x))) = f (f x).
  Admitted.
End S.
Definition outside := thrice bool negb (fun x => match x with true => eq_refl | false => eq_refl end)
  (fun x => eq_refl).
"""
    (work / "a.v").write_text(text)
    assert compiles(work / "a.v")
    done = prove(work, "a.v", "--write")
    assert done.returncode == 0, done.stderr
    after = (work / "a.v").read_text()
    assert "Proof using All." in after
    assert after.count("using") == 1
    assert compiles(work / "a.v")


def test_steps_before_an_admitted_that_are_a_proof_already(work: Path) -> None:
    text = "Lemma a : True /\\ 1 = 1.\nProof.\n  split. admit. reflexivity.\nAdmitted.\n"
    (work / "a.v").write_text(text)
    done = prove(work, "a.v", "--write", "--json")
    holes, _ = records(done)
    assert [(hole["name"], hole["status"]) for hole in holes] == [("a", "proved"), ("a#2", "proved")]
    assert (holes[1]["steps"], holes[1]["nodes"]) == ([], 0)
    assert "reflexivity." in (work / "a.v").read_text()
    assert compiles(work / "a.v")


def test_a_file_of_a_project(work: Path) -> None:
    (work / "_CoqProject").write_text("-Q theories Proj\n-arg -type-in-type\n")
    theories = work / "theories"
    theories.mkdir()
    (theories / "near.v").write_text(
        "Definition two := 2.\nLemma two_is : two = 2.\nProof. reflexivity. Qed.\n"
    )
    far = "From Proj Require Import near.\nLemma four : two + two = 4.\nAdmitted.\n"
    (theories / "far.v").write_text(far)
    not_yet = prove(work, "theories/far.v")
    assert not_yet.returncode == 2
    assert "theories/far.v:1:" in not_yet.stderr
    assert "near" in not_yet.stderr
    subprocess.run(["coqc", "-Q", "theories", "Proj", "theories/near.v"], cwd=work, check=True)
    done = prove(work, "theories/far.v", "--write")
    assert done.returncode == 0, done.stderr
    assert "-type-in-type weakens Rocq" in done.stderr
    assert compiles(theories / "far.v", "-Q", ".", "Proj")


def test_an_axiom_that_a_proof_rests_on_is_told(work: Path) -> None:
    (work / "a.v").write_text(
        "Axiom em : forall P : Prop, P \\/ ~ P.\nLemma a : forall P : Prop, P \\/ ~ P.\nAdmitted.\n"
    )
    done = prove(work, "a.v", "--json")
    assert done.returncode == 0
    assert records(done)[0][0]["axioms"] == ["a.em"]
    assert "rests on a.em" in prove(work, "a.v").stdout


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Definition x := y.\n" + HOLES, "a.v:1:17: "),
        (HOLES + "Definition x := y.\n", "a.v:10:17: "),
        ("Lemma a : True.\nProof.\n  exact I.\n", "a.v:1:1: the proof of a does not end"),
        (HOLES + "(* never closed", "a.v:10:1: this comment does not end"),
        (HOLES + 'Check "abc.\n', "a.v:10:7: this string does not end"),
        ("Lemma a : True.\nAdmitted", "a.v:2:1: this sentence does not end"),
        (b"Lemma a : True.\nAdmitted. (* \xe9 *)\n", "a.v:2:14: this is not UTF-8 text"),
    ],
    ids=["before", "behind", "proof", "comment", "string", "sentence", "bytes"],
)
def test_a_file_that_is_not_accepted_is_told_of_with_its_place(
    work: Path, text: str | bytes, place: str
) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    (work / "a.v").write_bytes(data)
    done = prove(work, "a.v", "--write", "--json")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"holdfast: {place}")
    holes, summary = records(done)
    assert not holes
    assert f"holdfast: {summary['error']}" == last
    assert (work / "a.v").read_bytes() == data
    assert listing(work) == ["a.v"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.v"], "cannot read missing.v: No such file or directory"),
        (["a.v", "missing.v"], "cannot read missing.v: No such file or directory"),
        (["folder.v"], "cannot read folder.v: Is a directory"),
        (["folder.txt"], "folder.txt does not end in .v, .py or .lean"),
        (["a.v", "--theorem", "frist"], "a.v has no theorem frist; near it are first"),
        (["a.v", "-o", "nowhere/b.v"], "there is no folder"),
        (["a.v", "-o", "folder.v"], "cannot write folder.v: Is a directory"),
        (["a.v", "-o", "b.v", "--write"], "--output goes with one file and without --write"),
        (["a.v", "b.v", "--theorem", "first"], "--theorem goes with one file"),
        (["a.v", "--budget", "soon"], "'--budget'"),
        (["a.v", "--nothing"], "--nothing"),
    ],
)
def test_the_users_mistakes(work: Path, arguments: list[str], words: str) -> None:
    (work / "folder.v").mkdir()
    done = prove(work, *arguments, quick=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert listing(work) == ["a.v", "folder.v"]


@pytest.mark.parametrize("text", ["", "(* nothing *)\n", "Lemma a : 1 = 1.\nProof. reflexivity. Qed.\n"])
def test_a_file_without_holes_is_done(work: Path, text: str) -> None:
    (work / "a.v").write_text(text)
    done = prove(work, "a.v", "--write")
    assert (done.returncode, done.stdout) == (0, "a.v: no holes\n")
    assert (work / "a.v").read_text() == text


def test_one_bad_file_of_several_does_not_cost_what_the_others_gave(work: Path) -> None:
    (work / "bad.v").write_text("Lemma a : nothing.\nAdmitted.\n")
    (work / "c.v").write_text("Lemma c : 1 = 1.\nAdmitted.\n")
    done = prove(work, "bad.v", "c.v", "--write")
    assert done.returncode == 2
    assert "holdfast: bad.v:1:11: Rocq does not accept this" in done.stderr
    assert "1 of 1 holes proved" in done.stdout
    assert "Qed." in (work / "c.v").read_text()
    assert (work / "bad.v").read_text() == "Lemma a : nothing.\nAdmitted.\n"


def test_without_rocq_it_says_how_to_install_it(work: Path) -> None:
    done = prove(work, "a.v", path="/nonexistent")
    assert (done.returncode, done.stdout) == (3, "")
    assert "apt-get install coq" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_no_budget_finds_nothing(work: Path) -> None:
    done = prove(work, "a.v", "--learn", "0", "--budget", "0", "--json", quick=False)
    assert done.returncode == 1
    holes, _ = records(done)
    assert [(hole["status"], hole["nodes"]) for hole in holes] == [("not_found", 0)] * 3


@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, "1"), (signal.SIGTERM, "2")])
def test_a_run_that_was_stopped_is_taken_up_where_it_was(
    work: Path, number: signal.Signals, jobs: str
) -> None:
    endless = "Lemma endless : forall a b c d : nat, a * b + c = d * d + a -> b = S (S c).\nAdmitted.\n"
    (work / "a.v").write_text(HOLES + endless)
    arguments = ["prove", "a.v", "--learn", "0", "--budget", "600", "--run", "run", "--jobs", jobs, "--json"]
    process = subprocess.Popen(
        [HOLDFAST, *arguments], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    kept = work / "run" / "results.jsonl"
    while not kept.exists() or kept.read_text().count("\n") < 3:
        assert process.poll() is None
        time.sleep(0.05)
    children = descendants(process.pid)
    assert children
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"stopped by {number.name}" in err
    assert json.loads(out.splitlines()[-1])["exit_code"] == 128 + number
    assert not [child for child, start in children.items() if still_runs(child, start)]
    assert (work / "a.v").read_text() == HOLES + endless

    refused = prove(work, "a.v", "--learn", "0", "--budget", "1", "--run", "run", quick=False)
    assert refused.returncode == 2
    assert "budget_s" in refused.stderr

    first = [json.loads(line) for line in kept.read_text().splitlines()]
    assert sorted((each["hole"], each["status"]) for each in first) == [
        ("first", "found"),
        ("second", "found"),
        ("second#2", "found"),
    ]


def test_what_a_run_holds_is_not_searched_again(work: Path) -> None:
    (work / "a.v").write_text(FALSE + HOLES)
    first = prove(work, "a.v", "--run", "run", "--json")
    assert first.returncode == 1
    kept = (work / "run" / "results.jsonl").read_text()
    # As if the run had been stopped behind its second hole.
    (work / "run" / "results.jsonl").write_text("".join(kept.splitlines(keepends=True)[:2]))
    again = prove(work, "a.v", "--run", "run", "--json")
    assert again.returncode == 1
    searched = [line.partition(":")[0] for line in again.stderr.splitlines()]
    assert searched == ["second", "second#2", "audit of what was found"]
    proofs = [
        [(hole["name"], hole["status"], hole["steps"]) for hole in records(done)[0]]
        for done in (first, again)
    ]
    assert proofs[0] == proofs[1]
    assert len((work / "run" / "results.jsonl").read_text().splitlines()) == 4
    (work / "a.v").write_text(HOLES)
    changed = prove(work, "a.v", "--run", "run")
    assert changed.returncode == 2
    assert "sha256" in changed.stderr
