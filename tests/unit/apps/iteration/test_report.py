"""The report escapes what theorems are called, and tells of every iteration."""

import json
from pathlib import Path
from typing import Any

from tests.unit.apps.iteration.toy_acts import ToyActs, run

from holdfast.apps.iteration.report import as_json, as_page, lines
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.outcomes import Evaluation, Limit, Tried
from holdfast.evaluation.result_file import to_json

_NAMES = ("<script>alert(1)</script>", "second", "third")


def _measure(run_folder: Path, stage: str, solved: int) -> None:
    tried = tuple(
        Tried(theorem=name, searches=(_record(name, at < solved),)) for at, name in enumerate(_NAMES)
    )
    evaluation = Evaluation(source=stage, tried=tried, limits=(Limit("steps", 10),))
    content: dict[str, Any] = to_json(evaluation, timestamp="2026-01-01T00:00:00Z", version="0")
    (run_folder / stage / "eval.json").write_text(json.dumps(content), encoding="utf-8")


def _record(name: str, proved: bool) -> TheoremRecord:
    return TheoremRecord(
        search=f"{name}#1",
        theorem=name,
        file="",
        language="rocq",
        status="proved" if proved else "not_found",
        found_nodes=3 if proved else None,
        found_cpu_s=0.1 if proved else None,
        nodes=10,
    )


def test_what_was_gained_since_the_start_is_told(tmp_path: Path) -> None:
    home = tmp_path / "run"
    story = run(home, ToyActs(tmp_path / "log"), count=2)
    for stage, solved in (("00-eval", 0), ("01-eval", 1), ("02-eval", 3)):
        _measure(home, stage, solved)
    told = lines(story)
    data = as_json(story, told)
    assert [each["adopted"] for each in data["iterations"]] == [False, True, True]
    assert data["iterations"][1]["against_start"]["gained"] == [_NAMES[0]]
    assert data["iterations"][2]["against_start"]["gained"] == list(_NAMES)
    page = as_page(story, told, title="a <b> title")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "a &lt;b&gt; title" in page
    assert page.count("badge proved") == 8, "each of four gates said go, twice"
