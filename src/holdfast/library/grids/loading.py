"""Reads files of pictures: a task a line, with pairs to learn from, a pair to solve and what people said.

`{"task": id, "train": [{"input": rows, "output": rows}, ...], "test": {"input": rows, "output": rows},
"description": {"see": ..., "grid": ..., "do": ...}}` is one task of one step: the picture to begin with is
the input of the test. Beside them may stand `group`, `program` (one piece) and `tags`. The plain layout of
`task_id` and `steps` is read too.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from holdfast.library.grids.foundation.colorgrid.canvas import LARGEST
from holdfast.library.grids.foundation.colorgrid.colors import COLORS
from holdfast.library.reading import LineError, read_tasks, standard_task
from holdfast.library.records import Loaded, State, Task

__all__ = ["is_picture", "load"]

Plain: TypeAlias = Any
_SAID = ("see", "grid", "do")


def load(path: Path) -> Loaded:
    """Read pictures, with what is wrong with each line.

    Raises UserError where the file is missing or no line of it can be used.
    """
    return read_tasks(path, _task)


def is_picture(state: State) -> bool:
    """Whether it is a rectangle of numbers of colours, at most 30 by 30."""
    return (
        isinstance(state, list)
        and 1 <= len(state) <= LARGEST
        and all(isinstance(row, list) and len(row) == len(state[0]) for row in state)
        and 1 <= len(state[0]) <= LARGEST
        and all(type(color) is int and 0 <= color < len(COLORS) for row in state for color in row)
    )


def _task(line: Mapping[str, Plain]) -> tuple[Task, list[str]]:
    if "task" not in line:
        return standard_task(line, is_state=is_picture, blank=[[0]])
    test = line.get("test")
    if isinstance(test, list) and test:
        test = test[0]
    before, after = _pair(test, "test")
    pairs = line.get("train", [])
    if not isinstance(pairs, list):
        raise LineError("its train is no list of pairs")
    for number, pair in enumerate(pairs, start=1):
        _pair(pair, f"train pair {number}")
    step = {"instruction": _instruction(line), "input_state": before, "output_state": after}
    plain = {"task_id": str(line["task"]), "group": line.get("group", line["task"]), "steps": [step]}
    plain |= {name: line[name] for name in ("program", "tags") if name in line}
    task, complaints = standard_task(plain, is_state=is_picture, blank=[[0]])
    return replace(task, tags={**task.tags, "examples": json.dumps(pairs)}), complaints


def _pair(pair: Plain, name: str) -> tuple[State, State]:
    if not isinstance(pair, dict) or not is_picture(pair.get("input")) or not is_picture(pair.get("output")):
        raise LineError(f"its {name} is not an input and an output of at most {LARGEST} rows and columns")
    return pair["input"], pair["output"]


def _instruction(line: Mapping[str, Plain]) -> str:
    """What people said: what is to be seen, how large the result is, what to do."""
    said = line.get("description")
    if not isinstance(said, dict):
        raise LineError("it has no description")
    text = "\n".join(str(said[name]).strip() for name in _SAID if said.get(name))
    if not text:
        raise LineError("its description is empty")
    return text
