"""Petanque in place of Rocq's toplevel: a fake steps inside the sandbox, and the real Rocq reads and judges.

Where a real `pet` is installed, both backends are asked the same.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.rocq_here import find_installation, seed

import holdfast
from holdfast.apps.cli.main import main
from holdfast.apps.rocq.backends import RocqBackend, find_petanque
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.petanque.document import PetanqueSettings
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, MissingToolError, UserError
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, Refused, Step
from holdfast.runtime.sinks import NullSink

pytestmark = pytest.mark.rocq

TEXT = """\
Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.
Proof.
Admitted.
"""
FAKE = "holdfast.checkers.rocq.petanque.fake"
STEPS = ("intros H", "destruct H as [a b]", "split", "exact b", "exact a")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that the sandbox shows, with a fake `pet` and all that it needs."""
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no Python that a sandbox shows")
    folder = tmp_path / "project"
    shutil.copytree(
        Path(holdfast.__file__).parent,
        folder / "lib" / "holdfast",
        ignore=shutil.ignore_patterns("__pycache__", "apps", "models", "training"),
    )
    (folder / "_CoqProject").write_text("-Q . Here\n", encoding="utf-8")
    (folder / "swap.v").write_text(TEXT, encoding="utf-8")
    pet = folder / "pet"
    pet.write_text(
        f"#!/bin/sh\nPYTHONPATH={folder}/lib exec /usr/bin/python3 -m {FAKE}\n",
        encoding="utf-8",
    )
    pet.chmod(0o755)
    return folder


async def _walked(session: Session, steps: Sequence[str]) -> list[object]:
    """The goals of a proof, and whether it is one."""
    found: list[object] = [session.root]
    goal = session.root
    for text in steps:
        verdict = await session.apply(goal, Step(text))
        assert not isinstance(verdict, Refused), (text, verdict)
        found.append(verdict.goal)
        goal = verdict.goal
    found.append(isinstance(verdict, Proved))
    return found


@pytest.mark.asyncio
async def test_a_proof_found_by_petanque_is_printed_and_audited_by_rocq(project: Path) -> None:
    settings = PetanqueSettings(argv=(str(project / "pet"),))
    installation = await find_installation()
    checker = RocqChecker(installation, ("-Q", str(project), "Here"), petanque=settings)
    source = Source("swap.v", TEXT)
    (hole,) = checker.holes(source)
    async with checker.open(source) as reader:
        goals = await _walked(await reader.enter(hole), STEPS)
    assert goals[-1] is True
    async with RocqChecker(installation).open(source) as reader:
        assert await _walked(await reader.enter(hole), STEPS) == goals
    proof = Proof(Step(STEPS[-1]))
    for text in reversed(STEPS[:-1]):
        proof = Proof(Step(text), (proof,))
    filled = checker.fill(source, {hole: proof})
    (verdict,) = (await checker.audit(filled, source)).theorems
    assert verdict.verdict == "proved"


@pytest.mark.asyncio
async def test_a_petanque_that_reads_otherwise_than_rocq_is_not_used(project: Path) -> None:
    checker = RocqChecker(
        await find_installation(),
        ("-Q", str(project), "Here"),
        petanque=PetanqueSettings(argv=(str(project / "pet"),)),
    )
    known = Source("swap.v", f"Definition A := True.\n{TEXT}")
    (hole,) = checker.holes(known)
    async with checker.open(known) as reader:
        with pytest.raises(CheckerError, match="--rocq-backend coqidetop"):
            await reader.enter(hole)


def test_places_are_advised_on_and_what_is_missing_is_said(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDFAST_PET", str(project / "pet"))
    half = project / "half.v"
    half.write_text(TEXT.replace("Admitted.", "intros [a b]. split.\n"), encoding="utf-8")
    words = ["suggest", f"{half}:4", "--rocq-backend", "petanque", "--learn", "0", "--json"]
    words += ["--cache", seed(tmp_path / "cache")]
    with pytest.raises(SystemExit) as ended:
        main(words)
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ended.value.code == 0, records
    marks = {each["text"]: each["mark"] for each in records if each["kind"] == "suggestion"}
    assert marks["assumption"] == "closes"
    assert "refused" in marks.values()
    monkeypatch.delenv("HOLDFAST_PET")
    monkeypatch.setenv("PATH", os.pathsep.join(each for each in _path() if not (Path(each) / "pet").exists()))
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 3
    assert "opam install coq-lsp" in capsys.readouterr().err


def _path() -> list[str]:
    return os.environ["PATH"].split(os.pathsep)


@pytest.mark.parametrize("server", ["here", "host:", ":8765", "host:a"])
def test_an_address_that_is_none_is_the_users_mistake(server: str) -> None:
    with pytest.raises(UserError, match="HOST:PORT"):
        find_petanque(RocqBackend.PETANQUE, {"HOLDFAST_PET_SERVER": server}, sink=NullSink())


def test_programs_are_found_by_name_or_on_the_path(project: Path) -> None:
    here = {"PATH": str(project)}
    found = find_petanque(RocqBackend.PETANQUE, here, sink=NullSink())
    assert found is not None
    assert found.argv == (str(project / "pet"),)
    assert find_petanque(RocqBackend.COQIDETOP, here, sink=NullSink()) is None
    with pytest.raises(UserError, match="no such file"):
        find_petanque(RocqBackend.PETANQUE, {"HOLDFAST_PET": "/none"}, sink=NullSink())
    with pytest.raises(MissingToolError):
        find_petanque(RocqBackend.PETANQUE, {"PATH": ""}, sink=NullSink())


REAL = """\
Require Import Arith.
Section S.
Variable P : nat -> Prop.
Hypothesis base : P 0 /\\ P 1.
Lemma more n m (le := n + m) : (forall k, P k -> P (S k)) -> n = m -> P (n - m) /\\ le = m + n.
Proof.
Admitted.
End S.
"""
QUESTIONS = (
    *("intros H e", "intros", "split", "subst", "subst; split", "idtac", "reflexivity", "apply base", "lia"),
    *(
        "apply no_such",
        "exact (",
        "rewrite e",
        "rewrite Nat.sub_diag",
        "unfold le",
        "destruct n",
        "induction n",
    ),
    *(
        "auto",
        "apply Nat.add_comm",
        "exfalso",
        "assert (k : n = n)",
        "pose proof base as [a b]",
        "clear base",
    ),
    *("fix F 1", "eexists", "evar (x : nat)", "unshelve eapply conj", "all: auto", "cbn in *", "now subst"),
)


@pytest.mark.peer
@pytest.mark.asyncio
@pytest.mark.skipif(shutil.which("pet") is None, reason="no pet is installed: petanque comes with coq-lsp")
async def test_both_backends_say_the_same_of_the_same_steps() -> None:
    installation = await find_installation()
    settings = PetanqueSettings(argv=(str(shutil.which("pet")),))
    source = Source("more.v", REAL)
    ours, theirs = RocqChecker(installation), RocqChecker(installation, petanque=settings)
    (hole,) = ours.holes(source)
    async with ours.open(source) as here, theirs.open(source) as there:
        one, other = await here.enter(hole), await there.enter(hole)
        pairs = [(one.root, other.root)]
        for _ in range(3):
            new = []
            for mine, their in pairs:
                for text in QUESTIONS:
                    said, heard = await one.apply(mine, Step(text)), await other.apply(their, Step(text))
                    assert type(said) is type(heard), (text, said, heard)
                    if isinstance(said, Refused) and isinstance(heard, Refused):
                        assert said.reason == heard.reason, (text, said, heard)
                    elif isinstance(said, Advanced) and isinstance(heard, Advanced):
                        assert said.goal == heard.goal, text
                        new.append((said.goal, heard.goal))
            pairs = new[:12]
