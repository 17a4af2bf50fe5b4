"""Reads files of drawings: the layout of the Hexagons data set, and the plain one of `task_id` and `steps`.

A line that cannot be used is told of and left out; the rest of the file is used.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from holdfast.library.boards.foundation.hexboard.colors import COLORS
from holdfast.library.boards.foundation.hexboard.geometry import COLUMNS, ROWS
from holdfast.library.reading import LineError, program_pieces, read_tasks, standard_task
from holdfast.library.records import Loaded, Program, State, Task, TaskStep

__all__ = ["CELLS", "is_board", "load"]

Plain: TypeAlias = Any
CELLS = ROWS * COLUMNS
_WHITE = (0,) * CELLS
_ABOUT = ("category", "annotation_round", "instructor_id")
_AGREEMENT = ("agreement_tags", "agreement_scores")


def load(path: Path) -> Loaded:
    """Read drawings, with what is wrong with each line.

    Raises UserError where the file is missing or no line of it can be used.
    """
    return read_tasks(path, _task)


def is_board(state: State) -> bool:
    """Whether it is a list of 180 numbers of colors."""
    return (
        isinstance(state, list)
        and len(state) == CELLS
        and all(type(color) is int and 0 <= color < len(COLORS) for color in state)
    )


def _task(line: Mapping[str, Plain]) -> tuple[Task, list[str]]:
    if "drawing_procedure" not in line:
        return standard_task(line, is_state=is_board, blank=list(_WHITE))
    key = line.get("index")
    if type(key) is not int:
        raise LineError("it has no index")
    entries = line["drawing_procedure"]
    if not isinstance(entries, list) or len(entries) < 2:
        raise LineError("its drawing_procedure holds no step")
    start, *steps = list(_entries(entries))
    if start[1] != list(_WHITE):
        raise LineError("its board is not white at the beginning")
    pieces = program_pieces(line.get("program"), len(steps))
    task = Task(
        key=str(key),
        group=str(line.get("image_id", key)),
        start=start[1],
        steps=tuple(TaskStep(instruction, board) for instruction, board in steps),
        program=Program(str(key), pieces) if pieces else None,
        tags=_tags(line, len(steps)),
    )
    return task, list(_complaints(line, len(steps)))


def _entries(entries: Sequence[Plain]) -> Iterator[tuple[str, list[int]]]:
    for number, entry in enumerate(entries):
        match entry:
            case [int(found), str(instruction), board] if found == number:
                if not is_board(board):
                    raise LineError(f"the board of step {number} is not {CELLS} numbers of colors")
                yield instruction, board
            case _:
                raise LineError(f"step {number} is not a number, an instruction and a board")


def _tags(line: Mapping[str, Plain], steps: int) -> dict[str, str]:
    """What people said of the drawing, as text; `agreement` has a word for each step."""
    tags = {name: str(line[name]) for name in _ABOUT if name in line}
    if _is_agreement(marks := line.get("agreement_tags"), steps):
        tags["agreement"] = " ".join(str(mark) for mark in marks or ())
    return tags


def _complaints(line: Mapping[str, Plain], steps: int) -> Iterator[str]:
    """What is wrong with a line that can be used all the same."""
    broken = [name for name in _AGREEMENT if name in line and not _is_agreement(line[name], steps)]
    if broken:
        found = " and ".join(f"{name} {line[name]!r:.40}" for name in broken)
        yield f"it has {found}, where each of {steps} steps has an entry"
    counted = line.get("number_of_drawing_steps", steps)
    if counted != steps:
        yield f"number_of_drawing_steps is {counted!r:.20}, and there are {steps}"


def _is_agreement(value: Plain, steps: int) -> bool:
    return isinstance(value, list) and len(value) == steps
