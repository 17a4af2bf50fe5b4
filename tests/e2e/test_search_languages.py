"""`holdfast search` over files of Lean and Python, in one list."""

import json
import os
from pathlib import Path

import pytest
from tests.lean.installation import program
from tests.rocq_here import seed
from tests.sandbox_here import sandbox_here

from holdfast.apps.cli.main import main
from holdfast.pipelines.trajectory_store import read_rows, read_theorems

LEAN = """theorem first (a b : Nat) (h : a = b) : b = a := by
  sorry

theorem never (p : Prop) : p := by
  sorry
"""
PYTHON = '''def double(x: int) -> int:
    """Twice x.

    >>> double(2)
    4
    >>> double(5)
    10
    """
    ...
'''


def test_one_list_may_have_several_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox_here()
    monkeypatch.setenv("PATH", f"{program().parent}:{os.environ['PATH']}")
    monkeypatch.setenv("HOLDFAST_CACHE", seed(tmp_path / "cache"))
    (tmp_path / "a.lean").write_text(LEAN, encoding="utf-8")
    (tmp_path / "b.py").write_text(PYTHON, encoding="utf-8")
    store = tmp_path / "t.parquet"
    words = ["--theorems", str(tmp_path), "--output", str(store), "--nodes", "40", "--budget", "600"]
    with pytest.raises(SystemExit) as ended:
        main(["search", *words, "--json", "--quiet"])
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ended.value.code == 0, records
    found = {record.theorem: record for record in read_theorems([store])}
    assert {name: record.status for name, record in found.items()} == {
        "first": "proved",
        "never": "not_found",
        "double": "proved",
    }
    assert found["double"].proof.startswith("return")
    rows = read_rows([store]).to_pylist()
    assert {(row["language"], row["checker_tool"]) for row in rows} == {
        ("lean", "lean"),
        ("python", "python"),
    }
    assert {row["theorem_name"] for row in rows if row["is_proof_complete"]} == {"first", "double"}
    assert all("⊢" in row["state_before"] for row in rows if row["parent_state_id"] is not None)
