"""The splitter and the document model against Rocq itself."""

import re
import subprocess
from pathlib import Path

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sentences import Positions, split
from holdfast.core.documents import Source

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

RANGE = re.compile(rb"^Chars (\d+) - (\d+) \[", re.MULTILINE)

HARD = """(* first. (* second " *) . " *) *)
Require Import List. Import ListNotations.
Notation "a '.+' b" := (a + b) (at level 50). (**)
Notation "[ 'all' x , .. , y ]" := (cons x .. (cons y nil) ..) (at level 0).
#[local] Definition é := [all 1 , 2 , 3]. Fail Check "∀ x. y".
Module M. Record r := { f : nat; g : f = f }. End M.
Check (fun x => x.(M.f)). Check Nat.add 1
  2.
Lemma hard (n m : nat) : n .+ m = m .+ n /\\ (True /\\ True) /\\ (exists x : nat, x = 0).
Proof with (auto with core).
  split; [|split]. - now rewrite PeanoNat.Nat.add_comm.
  - split... - { idtac "a. b ""c. ".   exists 0. reflexivity. }
Qed.
Lemma focus : (True /\\ True) /\\ True.
Proof. split. 2: { auto. } split. 1-2 : idtac. all: try (idtac; fail). all: [> | auto ].
  { auto. }
Qed.
Fail Lemma focus : True. Fail Check nothing.
Goal True. Abort.
Definition interactive : let x := 1 in x = 1. exact eq_refl. Defined.
Fact term : True. Proof I. Set Printing Width 80."""


def ranges(installation: Installation, path: Path) -> tuple[list[tuple[int, int]], str]:
    """The byte ranges of the sentences that Rocq executes, and its complaints."""
    command = [*installation.compiler, "-q", "-w", "none", "-time", path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, check=False, timeout=120)
    return [(int(found[1]), int(found[2])) for found in RANGE.finditer(done.stdout)], done.stderr.decode()


def compare(installation: Installation, path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    theirs, complaints = ranges(installation, path)
    assert complaints == ""
    positions = Positions(text)
    ours = [(positions.byte(item.start), positions.byte(item.end)) for item in split(Source(path.name, text))]
    assert ours == theirs


async def test_hard_sentences(tmp_path: Path) -> None:
    path = tmp_path / "Hard.v"
    path.write_text(HARD, encoding="utf-8")
    compare(await find_installation(), path)
    theorems = read_document(Source("Hard.v", HARD)).theorems
    assert [item.name for item in theorems] == ["hard", "focus", "Unnamed_thm", "interactive", "term"]
    assert [item.ending for item in theorems] == ["Qed", "Qed", "Abort", "Defined", "Proof"]


async def test_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "Windows.v"
    path.write_bytes(HARD.replace("\n", "\r\n").encode())
    compare(await find_installation(), path)


@pytest.mark.parametrize("name", ["Bool/Bool.v", "Lists/ListSet.v", "Sorting/Heap.v", "Logic/EqdepFacts.v"])
async def test_files_of_the_standard_library(name: str, tmp_path: Path) -> None:
    installation = await find_installation()
    path = tmp_path / Path(name).name
    path.write_bytes((installation.library / "theories" / name).read_bytes())
    compare(installation, path)


@pytest.mark.parametrize(
    "text",
    ["Check 1.(* c *)", 'Check "a.', "(* a. (* b. *)", "Goal True. auto....", "Check nat.\fCheck nat. ("],
)
async def test_what_does_not_split_does_not_compile(text: str, tmp_path: Path) -> None:
    path = tmp_path / "Bad.v"
    path.write_text(text, encoding="utf-8")
    _, complaints = ranges(await find_installation(), path)
    assert "Error" in complaints
