"""Reads files of tasks line by line: what can be used is used, and what is wrong with the rest is told."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from holdfast.core.errors import UserError
from holdfast.library.records import Defect, Loaded, Program, State, Task, TaskStep

__all__ = ["LineError", "in_both", "program_pieces", "read_tasks", "standard_task"]

Plain: TypeAlias = Any
"""What JSON holds."""
_HALVES = re.compile(r"\\u[dD]")
_DEEPEST = "its values are nested too deeply"
_SHOWN = 3


class LineError(ValueError):
    """Why a line gives no task, as a clause."""


def read_tasks(path: Path, parse: Callable[[Mapping[str, Plain]], tuple[Task, list[str]]]) -> Loaded:
    """Read a file of JSON lines.

    `parse` gives the task of a line with what is wrong with it all the same, or raises LineError. Raises
    UserError where the file cannot be read or no line of it can be used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; name a file of tasks") from error
    tasks: dict[str, Task] = {}
    defects: list[Defect] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            task, complaints = parse(_record(line))
            _check_new(task, tasks)
        except LineError as error:
            defects.append(Defect(number, "", str(error), fatal=True))
            continue
        tasks[task.key] = task
        defects += [Defect(number, task.key, each, fatal=False) for each in complaints]
    if not tasks:
        told = "; ".join(f"line {each.line}: {each.what}" for each in defects[:_SHOWN]) or "it is empty"
        raise UserError(f"no line of {path} gives a task ({told}); write one JSON object a line")
    return Loaded(tuple(tasks.values()), tuple(defects))


def _check_new(task: Task, tasks: Mapping[str, Task]) -> None:
    if task.key in tasks:
        raise LineError(f"task {task.key} is there already")


def in_both(train: Loaded, validation: Loaded) -> tuple[str, ...]:
    """The keys of validation tasks that stand in the training set as well, under whatever key.

    They begin alike and want the same states. What is counted on them says nothing of tasks that are new.
    """
    known = {_wants(task) for task in train.tasks}
    return tuple(task.key for task in validation.tasks if _wants(task) in known)


def _wants(task: Task) -> str:
    return json.dumps([task.start, *(step.state for step in task.steps)])


def standard_task(
    line: Mapping[str, Plain], *, is_state: Callable[[State], bool], blank: State
) -> tuple[Task, list[str]]:
    """The task of a line in the plain layout.

    It has `task_id` and `steps` of `instruction`, `input_state`, `output_state`. Beside them may
    stand `group`, `program` (a piece a step) and `tags` (text by name). `blank` is where a task begins whose
    first step has no input state. Raises LineError.
    """
    key = line.get("task_id")
    if not isinstance(key, str) or not key:
        raise LineError("it has no task_id")
    entries = line.get("steps")
    if not isinstance(entries, list) or not entries:
        raise LineError("it has no steps")
    start = entries[0].get("input_state", blank) if isinstance(entries[0], dict) else blank
    if not is_state(start):
        raise LineError("the input_state of step 1 is no state")
    steps: list[TaskStep] = []
    for number, entry in enumerate(entries, start=1):
        before = steps[-1].state if steps else start
        steps.append(_step(entry, number, before, is_state))
    group, tags = line.get("group", key), line.get("tags", {})
    if not isinstance(tags, dict):
        raise LineError("its tags are not text by name")
    pieces = program_pieces(line.get("program"), len(steps))
    return (
        Task(
            key=key,
            group=str(group),
            start=start,
            steps=tuple(steps),
            program=Program(key, pieces) if pieces else None,
            tags={str(name): str(value) for name, value in tags.items()},
        ),
        [],
    )


def _step(entry: Plain, number: int, before: State, is_state: Callable[[State], bool]) -> TaskStep:
    if not isinstance(entry, dict) or not isinstance(entry.get("instruction"), str):
        raise LineError(f"step {number} has no instruction")
    if not is_state(entry.get("output_state")):
        raise LineError(f"the output_state of step {number} is no state")
    if entry.get("input_state", before) != before:
        raise LineError(f"step {number} does not begin where the one before it ends")
    return TaskStep(entry["instruction"], entry["output_state"])


def program_pieces(program: Plain, steps: int) -> tuple[str, ...]:
    """The pieces of a program that stands beside a task; none where there is none. Raises LineError."""
    if program is None:
        return ()
    if not isinstance(program, list) or len(program) != steps or not all(isinstance(p, str) for p in program):
        raise LineError(f"its program is not a text for each of {steps} steps")
    return tuple(program)


def _record(line: str) -> Mapping[str, Plain]:
    try:
        record = json.loads(line)
    except RecursionError as error:
        raise LineError(_DEEPEST) from error
    except ValueError as error:
        raise LineError(f"it is not JSON ({error})") from error
    if not isinstance(record, dict):
        raise LineError("it is not a JSON object")
    if _HALVES.search(line):
        try:
            json.dumps(record, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise LineError("it has a character of which there is only half") from error
    return record
