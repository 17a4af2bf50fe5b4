"""Where a library begins: the tasks, and a program that holds for each that has one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from holdfast.library.adapter import Adapter, Proposer
from holdfast.library.holding import held
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program, Sources, Task
from holdfast.library.stages.stepping import EachRow, Stages, digest, rows_of, sole
from holdfast.pipelines.steps import Handled, Row

__all__ = ["Known", "mined", "starting_programs", "task_rows"]

_TOGETHER = 100
"""Tasks that are run in one row: what a kill can cost."""


@dataclass(frozen=True, slots=True)
class Known:
    """What proposers are shown; fills `View`."""

    tasks: Mapping[str, Task]
    programs: Mapping[str, Program]
    library: Sources
    mark: str
    """The digest of the tasks."""

    def digest(self) -> str:
        """Of all of it, in hex."""
        return digest([self.mark, to_plain(dict(self.programs)), to_plain(self.library)])


def task_rows(tasks: Sequence[Task], prefix: str) -> list[Row]:
    """Tasks as rows, some in each."""
    parts = [tasks[at : at + _TOGETHER] for at in range(0, len(tasks), _TOGETHER)]
    return [
        Row(f"{prefix}_{number:03}", {"tasks": to_plain(tuple(part))}) for number, part in enumerate(parts, 1)
    ]


async def starting_programs(stages: Stages, tasks: Sequence[Task], library: Sources) -> dict[str, Program]:
    """A program over the foundation for each task that has one, run and found to hold.

    It comes with the task, or from the first proposer that writes one. Raises as `Stages.step`.
    """
    known = {
        "library": to_plain(library),
        "proposers": [each.name for each in stages.proposers],
    }
    handle = partial(_begin, stages.adapter, stages.proposers, library)
    found = await stages.step(0, EachRow("programs", known, handle), task_rows(tasks, "tasks"))
    return {
        key: program
        for row in rows_of(found)
        for key, program in from_plain(dict[str, Program], row.data["programs"]).items()
    }


async def _begin(adapter: Adapter, proposers: Sequence[Proposer], library: Sources, row: Row) -> Handled:
    tasks = {task.key: task for task in from_plain(tuple[Task, ...], row.data["tasks"])}
    given = [task.program for task in tasks.values() if task.program is not None]
    programs = await held(adapter, given, tasks, library)
    for proposer in proposers:
        left = [task for key, task in tasks.items() if key not in programs]
        if left:
            written = proposer.rewritten((), left, {})
            programs |= await held(adapter, written.values(), tasks, library)
    ordered = {key: programs[key] for key in tasks if key in programs}
    return Handled(row.key, rows=(Row(row.key, {"programs": to_plain(ordered)}),))


async def mined(
    stages: Stages, proposer: Proposer, known: Known, stage: int, turn: int = 0
) -> tuple[Candidate, ...]:
    """What a proposer without a model finds, the best first; `turn` counts the cycles of stage 6.

    Raises as `Stages.step`.
    """
    name = f"mined-{turn}-{proposer.name}" if turn else f"mined-{proposer.name}"
    step = EachRow(name, {"known": known.digest()}, partial(_propose, proposer, known))
    found = sole(await stages.step(stage, step, [Row(proposer.name, {})]))
    return from_plain(tuple[Candidate, ...], found["candidates"])


async def _propose(proposer: Proposer, known: Known, row: Row) -> Handled:
    candidates = tuple(await proposer.propose(known))
    return Handled(row.key, rows=(Row(row.key, {"candidates": to_plain(candidates)}),))
