"""Sorts theorems by what the embedded proposers do with them: those that need no model, and the rest."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from holdfast.apps.searches import SearchConfig
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.theorems import Theorem

__all__ = ["ProbeConfig", "entry_of", "sorted_out"]


class ProbeConfig(SearchConfig):
    """What is probed, and how hard; no language model is asked."""

    nodes: int | None = Field(default=100, ge=1)
    """Steps judged for a theorem."""
    hard_theorems: Path | None = None
    """Where a list of the hard ones goes."""

    def store(self, output: Path) -> Path:
        """Where trajectories go."""
        return output.with_suffix(".parquet")


def sorted_out(
    theorems: Sequence[Theorem], records: Sequence[TheoremRecord], *, elapsed_s: float
) -> dict[str, Any]:
    """What came of each theorem, in the shape that burn-qed's probe has.

    What broke or had too few verdicts is neither easy nor hard; it stands under `undecided`.
    """
    found = {record.key: record for record in records}
    easy, hard, undecided = [], [], []
    for theorem in theorems:
        record = found.get(theorem.key)
        told = {"name": theorem.name, "statement": theorem.statement, "file": theorem.source.name}
        if record is None or record.status not in {"proved", "not_found"}:
            undecided.append({**told, "reason": "it was not reached" if record is None else record.reason})
        elif record.status == "proved":
            easy.append({**told, "depth": len(record.steps), "tactics": list(record.steps)})
        else:
            hard.append({**told, "reason": record.reason})
    stats = {
        "total": len(theorems),
        "easy": len(easy),
        "hard": len(hard),
        "errors": len(undecided),
        "elapsed_secs": round(elapsed_s, 3),
    }
    return {"easy": easy, "hard": hard, "undecided": undecided, "stats": stats}


def entry_of(theorem: Theorem, folder: Path) -> dict[str, Any]:
    """The entry of a list in `folder` that means this theorem; see `pipelines.theorems`."""
    name = theorem.source.name
    if name.endswith(f":{theorem.name}"):
        opening = {"rocq": "Theorem", "lean": "theorem"}.get(theorem.language, "")
        preamble, _, rest = theorem.source.text.rpartition(f"{opening} {theorem.name} : ")
        statement = rest.rpartition(" := by" if theorem.language == "lean" else ".\nAdmitted.")[0]
        return {
            "name": theorem.name,
            "statement": statement,
            "preamble": preamble.strip(),
            "language": theorem.language,
        }
    if Path(name) == theorem.path:
        return {"name": theorem.name, "file": os.path.relpath(theorem.path, folder)}
    return {"name": theorem.name, "library": name}
