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
def lean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{program().parent}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


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
