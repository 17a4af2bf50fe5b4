"""`--lean-backend` at the command line: fakes step, inside the sandbox, and a real Lean reads and judges."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.lean.installation import program

import holdfast
from holdfast.apps.cli.main import main

TEXT = """theorem first (p q : Prop) : p ∨ q → q ∨ p := sorry

theorem second (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry

theorem never (p : Prop) : p := by
  sorry
"""


def fake(folder: Path, module: str, first: str = "") -> Path:
    """A program that starts a fake, with all that it needs in its own folder."""
    shutil.copytree(Path(holdfast.__file__).parent, folder / "holdfast", dirs_exist_ok=True)
    found = folder / module
    found.write_text(
        f"#!/bin/sh\nPYTHONPATH={folder} exec /usr/bin/python3 -m holdfast.checkers.lean.{module} {first}\n",
        encoding="utf-8",
    )
    found.chmod(0o755)
    return found


@pytest.fixture(autouse=True)
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no Python that a sandbox shows")
    monkeypatch.setenv("PATH", f"{program().parent}:{os.environ['PATH']}")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, object]], str]:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, [json.loads(line) for line in captured.out.splitlines()], captured.err


@pytest.mark.parametrize(
    ("backend", "variable", "module"),
    [
        ("pantograph", "HOLDFAST_PANTOGRAPH", "fake_pantograph"),
        ("repl", "HOLDFAST_LEAN_REPL", "fake_repl"),
        ("auto", "HOLDFAST_LEAN_REPL", "fake_repl"),
    ],
)
def test_holes_are_filled_and_places_are_advised_on(
    backend: str,
    variable: str,
    module: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, str(fake(tmp_path, module)))
    file, out = tmp_path / "t.lean", tmp_path / "out.lean"
    file.write_text(TEXT, encoding="utf-8")
    options = ("--lean-backend", backend)
    code, records, _ = run(capsys, "prove", str(file), "--output", str(out), *options)
    found = {str(each["name"]): each["status"] for each in records if each["kind"] == "hole"}
    assert (code, found) == (1, {"first": "proved", "second": "proved", "never": "not_found"})
    assert "sorry" not in out.read_text(encoding="utf-8").partition("theorem never")[0]
    code, records, _ = run(capsys, "suggest", f"{file}:4:3", *options)
    marks = {each["text"]: each["mark"] for each in records if each["kind"] == "suggestion"}
    assert (code, marks["constructor"]) == (0, "progress")
    # Lean's server takes such a step, the fakes do not read it: it was they who judged.
    joined = [mark for text, mark in marks.items() if str(text).startswith("cases h; rename_i")]
    assert joined == ["refused"], marks


def test_what_does_not_start_is_told_and_the_server_steps_where_nothing_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PANTOGRAPH", str(fake(tmp_path, "fake_pantograph", "--ready wrong")))
    file = tmp_path / "t.lean"
    file.write_text("theorem t (p : Prop) (h : p) : p := sorry\n", encoding="utf-8")
    code, records, said = run(capsys, "prove", str(file))
    assert code == 0, records
    assert "Lean's own server is used" in " ".join(said.split())
    code, _, said = run(capsys, "prove", str(file), "--lean-backend", "pantograph")
    assert code == 3
    assert "build it for this very Lean" in " ".join(said.split())


@pytest.mark.parametrize(
    ("backend", "cure"), [("repl", "holdfast[lean]"), ("pantograph", "HOLDFAST_PANTOGRAPH")]
)
def test_what_is_not_installed_is_told_with_its_cure(
    backend: str, cure: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.lean"
    file.write_text("theorem t (p : Prop) (h : p) : p := sorry\n", encoding="utf-8")
    code, _, said = run(capsys, "prove", str(file), "--lean-backend", backend)
    assert code == 3
    assert cure in "".join(said.split())


def test_a_variable_that_names_no_program_is_the_users_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_LEAN_REPL", str(tmp_path / "nothing"))
    file = tmp_path / "t.lean"
    file.write_text("theorem t (p : Prop) (h : p) : p := sorry\n", encoding="utf-8")
    code, _, said = run(capsys, "prove", str(file))
    assert code == 2
    assert "HOLDFAST_LEAN_REPL" in said
