"""Filled files are accepted by Rocq, whatever the layout of the hole."""

import subprocess
from pathlib import Path

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.holes import find_holes
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.project import parse_project
from holdfast.checkers.rocq.script import fill
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]


def tree(text: str, *children: Proof) -> Proof:
    return Proof(Step(text), children)


EASY = tree("intuition")
LINE = tree("pose proof I as h", tree("clear h", EASY))
FORK = tree("assert (True /\\ True)", tree("split", LINE, EASY), tree("clear", LINE))
PROOFS = (EASY, LINE, FORK)

HOLES = [
    "Admitted.",
    "\nAdmitted.",
    "\nProof.\nAdmitted.",
    "Proof. split. auto. Admitted.",
    "\nProof.\n  split. (* go on *)\n  - auto.\n  - Admitted.",
    "\nProof.\n  split.\n  - { auto. }\n  - { split. + auto. + { Admitted.",
    "Proof. split. - admit. - admit. Admitted.",
    "\nProof.\n  split.\n  - admit.\n  - split.\n    + auto.\n    + admit.\nAdmitted.",
    "Proof. split. { admit. } { split. { admit. } admit. } Admitted.",
    "Proof. split. admit. idtac; admit. Admitted.",
    "Proof. split. 2: admit. auto. Admitted.",
    "Proof. split. 2: idtac; admit. admit. Admitted.",
    "Proof. assert (True) by admit. split. auto. auto. Admitted.",
    "Proof. split; [admit | split; give_up]. Admitted.",
    "Proof. split. auto. all: admit. Admitted.",
]


def compile_text(installation: Installation, text: str, folder: Path, *options: str) -> str:
    """What Rocq complains of."""
    (folder / "Filled.v").write_text(text, encoding="utf-8")
    command = [*installation.compiler, "-q", *options, "Filled.v"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    return done.stderr


@pytest.mark.parametrize("proof", PROOFS, ids=["easy", "line", "fork"])
async def test_filled_files_compile(proof: Proof, tmp_path: Path) -> None:
    installation = await find_installation()
    lemmas = [f"Lemma l{at} : True /\\ (True /\\ True). {hole}" for at, hole in enumerate(HOLES)]
    source = Source("Filled.v", "\n".join(lemmas))
    holes = find_holes(source)
    ended = {hole for hole in holes if hole.name in {"l10#2", "l12#2"}}
    result = fill(source, {hole: None if hole in ended else proof for hole in holes}).text
    assert "dmit" not in result
    assert compile_text(installation, result, tmp_path) == ""


async def test_using_keeps_what_admitted_generalised_over(tmp_path: Path) -> None:
    installation = await find_installation()
    text = "Section S.\nVariable n : nat.\nLemma a : True.\nAdmitted.\nEnd S.\nCheck (a 1 : True).\n"
    source = Source("Filled.v", text)
    (hole,) = find_holes(source)
    assert compile_text(installation, text, tmp_path) == ""
    assert "Error" in compile_text(installation, fill(source, {hole: EASY}).text, tmp_path)
    assert compile_text(installation, fill(source, {hole: EASY}, using={hole: "All"}).text, tmp_path) == ""


async def test_project_options_are_accepted(tmp_path: Path) -> None:
    installation = await find_installation()
    (tmp_path / "theories").mkdir()
    text = """-Q theories My.Lib -I theories
    -arg -w -arg -notation-overridden -arg "-set 'Printing Width=90'" -arg -indices-matter"""
    options = parse_project(text, tmp_path / "_CoqProject").argv()
    assert compile_text(installation, "Definition base := 1.", tmp_path / "theories", *options) == ""
    use = "From My.Lib Require Import Filled. Check base."
    assert compile_text(installation, use, tmp_path, *options) == ""
