"""The audit on a real Rocq, beside the red-team suite: places, stale copies, the second checker, limits."""

import subprocess
from pathlib import Path

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.audit import AuditSettings, audit
from holdfast.checkers.rocq.installation import Installation
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, CheckerTimeoutError, SourceError
from holdfast.runtime.child import Limits

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

OPEN = "Lemma a : 1 = 1.\nAdmitted.\n\n  Lemma b : 2 = 2.\n  Proof.\n    Admitted.\n"


def compile_file(installation: Installation, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    subprocess.run([*installation.compiler, "-q", "-Q", ".", "", name], cwd=folder, check=True)


async def judged(text: str, original: str | None = None, **settings: object) -> AuditReport:
    base = None if original is None else Source("File.v", original)
    return await audit(
        Source("File.v", text),
        base,
        installation=await find_installation(),
        settings=AuditSettings(**settings),  # type: ignore[arg-type]
    )


def verdicts(report: AuditReport) -> dict[str, str]:
    return {theorem.name: theorem.reason or theorem.verdict for theorem in report.theorems}


async def test_every_layer_that_ran_is_named() -> None:
    report = await judged(OPEN.replace("Admitted.", "Proof. auto. Qed.", 1), OPEN, coqchk=True)
    assert report.checks == (
        "text", "spliced", "compiled", "sentences", "statements", "assumptions", "coqchk",
    )  # fmt: skip
    assert verdicts(report) == {"a": "proved", "b": "admitted"}
    assert report.cpu_s > 0
    assert not report.problems


async def test_a_proof_that_does_not_compile_is_placed_in_the_original() -> None:
    candidate = OPEN.replace("Admitted.", "Proof.\n  idtac.\n\n  idtac.\nQed.", 1)
    candidate = candidate.replace("    Admitted.", "    idtac.\n    discriminate.\n  Qed.")
    report = await judged(candidate.replace("1 = 1.\nProof.\n  idtac.", "1 = 1.\nProof.\n  auto.", 1), OPEN)
    assert verdicts(report)["a"] in {"not_judged", "does_not_compile"}
    report = await judged(OPEN.replace("    Admitted.", "    idtac.\n    discriminate.\n  Qed."), OPEN)
    assert verdicts(report) == {"a": "not_judged", "b": "does_not_compile"}
    assert report.theorems[1].message.startswith("6:5: in the new proof, at `discriminate.`")
    assert not report.problems


async def test_an_error_behind_a_new_proof_is_placed_in_the_original() -> None:
    section = "Section S.\n Variable n : nat.\n Lemma a : 1 = 1.\n Proof. {} End S.\nCheck (a 3).\n"
    report = await judged(section.format("\n  auto.\n Qed."), section.format("Admitted."))
    assert report.problems
    assert report.problems[0].startswith("5:8: ")
    assert verdicts(report) == {"a": "not_judged"}


async def test_an_original_that_does_not_compile_is_the_users_mistake() -> None:
    original = "Lemma a : 1 = 1.\nAdmitted.\n"
    with pytest.raises(SourceError) as caught:
        await judged(original + "(*", original + "(*")
    assert (caught.value.line, caught.value.column) == (3, 1)


async def test_an_older_compiled_copy_beside_the_file_is_not_judged(tmp_path: Path) -> None:
    installation = await find_installation()
    compile_file(installation, tmp_path, "File.v", "Lemma a : True.\nProof. exact I. Qed.\n")
    for option in ("-Q", "-R"):
        report = await audit(
            Source(str(tmp_path / "File.v"), "Axiom x : 1 = 2.\nLemma a : 1 = 2.\nProof. exact x. Qed.\n"),
            installation=installation,
            arguments=[option, str(tmp_path), ""],
            settings=AuditSettings(coqchk=True),
        )
        assert verdicts(report) == {"a": "axiom"}
        assert not report.problems


async def test_a_neighbour_that_rests_on_an_older_copy_of_the_file_is_no_help(tmp_path: Path) -> None:
    installation = await find_installation()
    text = "Lemma a : 1 = 2.\nAdmitted.\n"
    compile_file(installation, tmp_path, "File.v", text)
    compile_file(
        installation, tmp_path, "Other.v", "Require File.\nLemma b : 1 = 2.\nProof. exact File.a. Qed.\n"
    )
    original = f"Require Other.\n{text}"
    report = await audit(
        Source("File.v", original.replace("Admitted.", "Proof. exact Other.b. Qed.")),
        Source("File.v", original),
        installation=installation,
        arguments=["-Q", str(tmp_path), ""],
    )
    assert verdicts(report) == {"a": "not_judged"}
    assert "same name as the current one" in report.problems[0]


async def test_the_second_checker_finds_what_no_theorem_rests_on(tmp_path: Path) -> None:
    installation = await find_installation()
    compile_file(installation, tmp_path, "Near.v", "#[export] Unset Universe Checking.\n")
    text = (
        "Require Near.\nModule M.\n Import Near.\n Definition t : Type := (fun x : Type => x) Type.\n"
        " Set Universe Checking.\nEnd M.\nLemma a : 1 = 1.\nProof. reflexivity. Qed.\n"
    )
    reports = [
        await audit(
            Source("File.v", text),
            installation=installation,
            arguments=["-Q", str(tmp_path), ""],
            settings=AuditSettings(coqchk=coqchk),
        )
        for coqchk in (False, True)
    ]
    assert verdicts(reports[0]) == verdicts(reports[1]) == {"a": "proved"}
    assert not reports[0].problems
    assert any("File.M.t" in problem for problem in reports[1].problems)


async def test_the_second_checker_does_not_mind_sealed_modules() -> None:
    text = (
        "From mathcomp Require Import ssreflect.\nModule Type T.\n Parameter z : nat.\nEnd T.\n"
        "Module M : T.\n Definition z := 0.\nEnd M.\nLemma a : M.z = M.z.\nProof. by []. Qed.\n"
    )
    report = await judged(text, coqchk=True)
    assert verdicts(report) == {"a": "proved"}
    assert not report.problems


async def test_a_limit_gives_no_verdict() -> None:
    endless = "Lemma a : 1 = 2.\nProof. repeat (assert True by exact I). Qed.\n"
    with pytest.raises(CheckerTimeoutError):
        await judged(endless, limits=Limits(wall_s=2.0, memory_mb=4000))
    greedy = (
        "Definition a := Eval vm_compute in (fix f n := match n with 0 => nil | S m => f m ++ f m end) 40.\n"
    )
    greedy = greedy.replace("nil |", "cons 1 nil |").replace("++", "++")
    with pytest.raises(CheckerError):
        await judged(
            f"Require Import List. Import ListNotations.\n{greedy}", limits=Limits(wall_s=60, memory_mb=700)
        )


async def test_names_are_those_of_holes() -> None:
    text = "Lemma a : True.\nProof I.\n"
    report = await judged(f"Module M.\n{text}End M.\n{text}Goal True.\nexact I.\nQed.\n")
    assert list(verdicts(report)) == ["M.a", "a", "Unnamed_thm"]
