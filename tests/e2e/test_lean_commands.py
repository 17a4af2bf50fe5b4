"""Lean files at the command line, on a real Lean."""

import json
import os
from pathlib import Path

import pytest
from tests.lean.installation import program

from holdfast.apps.cli.main import main

TEXT = """theorem first (p q : Prop) : p ∨ q → q ∨ p := sorry

theorem second (a b : Nat) (h : a = b) : b = a := by
  sorry

theorem never (p : Prop) : p := by
  sorry
"""


@pytest.fixture(autouse=True)
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{program().parent}:{os.environ['PATH']}")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, object]]]:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    lines = capsys.readouterr().out.splitlines()
    assert isinstance(ended.value.code, int)
    return ended.value.code, [json.loads(line) for line in lines]


def test_holes_are_filled_with_what_the_audit_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "t.lean", tmp_path / "out.lean"
    file.write_text(TEXT, encoding="utf-8")
    code, records = run(capsys, "prove", str(file), "--output", str(out))
    assert code == 1
    found = {str(record["name"]): record["status"] for record in records if record["kind"] == "hole"}
    assert found == {"first": "proved", "second": "proved", "never": "not_found"}
    code, records = run(capsys, "audit", str(out), "--original", str(file))
    assert code == 1
    verdicts = {str(record["name"]): record["verdict"] for record in records if record["kind"] == "theorem"}
    assert verdicts == {"first": "proved", "second": "proved", "never": "refused"}


def test_a_file_that_lean_does_not_accept_is_the_users_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.lean"
    file.write_text("import Nowhere\n" + TEXT, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["prove", str(file)])
    assert ended.value.code == 2
    assert "t.lean:1:1" in capsys.readouterr().err


def test_another_toolchain_is_told_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lean-toolchain").write_text("leanprover/lean4:v4.9.0\n", encoding="utf-8")
    file = tmp_path / "t.lean"
    file.write_text(TEXT, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(file)])
    assert ended.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "asks for Lean 4.9.0" in said
    assert "4.35.0" in said


def test_without_lean_the_way_to_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.lean"
    file.write_text(TEXT, encoding="utf-8")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["prove", str(file)])
    assert ended.value.code == 3
    assert "elan" in capsys.readouterr().err


def test_suggestions_and_what_was_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lesson = "theorem known (p q r : Prop) (h : p ∧ q ∧ r) : r ∧ q := by\n  exact ⟨h.2.2, h.2.1⟩\n"
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson" / "Lesson.lean").write_text(lesson, encoding="utf-8")
    code, records = run(capsys, "learn", "lean", str(tmp_path / "lesson"))
    assert code == 0
    assert (records[-1]["read"], records[-1]["steps"]) == (1, 1)
    file = tmp_path / "t.lean"
    file.write_text("theorem t (a b c : Prop) (k : a ∧ b ∧ c) : c ∧ b := by\n  \n", encoding="utf-8")
    code, records = run(capsys, "suggest", f"{file}:2:3", "--count", "30")
    assert code == 0
    marks = {record["text"]: record["mark"] for record in records if record["kind"] == "suggestion"}
    assert marks["constructor"] == "progress"
    file.write_text(file.read_text(encoding="utf-8") + "  sorry\n", encoding="utf-8")
    code, records = run(capsys, "prove", str(file), "--output", str(tmp_path / "out.lean"))
    assert code == 0, records
    assert "k.2.2" in (tmp_path / "out.lean").read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["suggest", f"{file}:1:3"])
    assert ended.value.code == 2


BROKEN = """theorem first (p : Prop) (h : p) : p := by
  exact h.nothing

theorem second (p q : Prop) (h : p ∧ q) : q ∧ p := by
  exact (

theorem third (p : Prop) (h : p) : p := by
  sorry
"""


def test_theorems_whose_proofs_do_not_compile_are_done_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "t.lean", tmp_path / "out.lean"
    file.write_text(BROKEN, encoding="utf-8")
    names = ("--theorem", "first", "--theorem", "second")
    code, records = run(capsys, "prove", str(file), *names, "--output", str(out))
    assert code == 0, records
    holes = [record for record in records if record["kind"] == "hole"]
    assert [(each["name"], each["level"]) for each in holes] == [
        ("first", "namespaces"),
        ("second", "namespaces"),
    ]
    code, records = run(capsys, "audit", str(out), "--original", str(file))
    verdicts = [record["verdict"] for record in records if record["kind"] == "theorem"]
    assert (code, verdicts) == (1, ["proved", "proved", "refused"])


def test_the_model_alone_is_asked_and_what_it_answers_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out, answers = tmp_path / "t.lean", tmp_path / "out.lean", tmp_path / "answers.jsonl"
    file.write_text("theorem t (p q : Prop) (k : p ∧ q) : q ∧ p := by\n  sorry\n", encoding="utf-8")
    steps = [{"text": text} for text in ("sorry", "exact?", "exact k", "exact ⟨k.2, k.1⟩ -- so it is")]
    answers.write_text(json.dumps({"prompt": "*", "answers": steps}) + "\n", encoding="utf-8")
    asked = ("--model", f"replay:{answers}", "--proposer", "model")
    code, records = run(capsys, "prove", str(file), "--output", str(out), *asked)
    assert code == 0, records
    assert records[0]["steps"] == ["exact ⟨k.2, k.1⟩ -- so it is"]
    assert "exact ⟨k.2, k.1⟩" in out.read_text(encoding="utf-8")
