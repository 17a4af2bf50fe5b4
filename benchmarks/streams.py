"""Recorded streams of what libraries show, as gzipped JSON lines: replay.py writes, predict.py reads."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.trajectories import Declared, Observed

__all__ = ["read_stream", "write_stream"]


def write_stream(path: Path, stream: Iterable[Observed | Declared]) -> None:
    """One line an item; of a goal, the first subgoal, which is what a step acts on."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=4) as file:
        for item in stream:
            file.write(json.dumps(_packed(item), ensure_ascii=False) + "\n")


def read_stream(path: Path) -> Iterator[Observed | Declared]:
    """What `write_stream` wrote, in the same order."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield _unpacked(json.loads(line))


def _packed(item: Observed | Declared) -> dict[str, Any]:
    if isinstance(item, Declared):
        return asdict(item)
    first = item.goal.subgoals[0]
    hypotheses = [[*each.names, each.type, each.body] for each in first.hypotheses]
    return {
        "theorem": item.theorem,
        "step": item.step,
        "hypotheses": hypotheses,
        "conclusion": first.conclusion,
    }


def _unpacked(line: dict[str, Any]) -> Observed | Declared:
    if "kind" in line:
        return Declared(**line)
    hypotheses = tuple(Hypothesis(tuple(names), kind, body) for *names, kind, body in line["hypotheses"])
    goal = Goal((Subgoal(hypotheses, line["conclusion"]),))
    return Observed(line["theorem"], goal, line["step"])
