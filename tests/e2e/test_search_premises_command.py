"""`holdfast search-premises`, as people call it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.apps.cli.main import app

pytestmark = pytest.mark.rocq


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("HOLDFAST_CACHE", str(tmp_path / "cache"))
    return CliRunner()


def test_what_is_found_has_a_full_name_a_statement_and_a_place(runner: CliRunner) -> None:
    words = ["search-premises", "and_comm", "--library", "Coq.Init", "--top-k", "3"]
    shown = runner.invoke(app, words)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith("Coq.Init.Logic.and_comm\n  Theorem and_comm : forall A B : Prop,")
    records = [json.loads(line) for line in runner.invoke(app, [*words, "--json"]).stdout.splitlines()]
    assert [each["kind"] for each in records] == ["premise", "premise", "premise", "summary"]
    first = records[0]
    line = Path(first["file"]).read_text(encoding="utf-8").splitlines()[first["line"] - 1]
    assert line.strip().startswith("Theorem and_comm")
    assert (first["declares"], records[-1]["found"]) == ("theorem", 3)


def test_nothing_found_and_wrong_use_have_exit_codes_of_their_own(runner: CliRunner, tmp_path: Path) -> None:
    nothing = runner.invoke(app, ["search-premises", "quaternion", "--library", "Coq.Init.Logic"])
    assert (nothing.exit_code, nothing.stdout[:16]) == (1, "nothing is found")
    for words in (["--library", "NoSuch"], ["--file", str(tmp_path / "a.py")], ["--file", "no/such.v"]):
        assert runner.invoke(app, ["search-premises", "x", *words]).exit_code == 2
