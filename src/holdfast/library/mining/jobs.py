"""What is to be painted, read off states: by step and colour, what has to be and what may be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from holdfast.library.adapter import Lattice
from holdfast.library.mining.plane import Plane
from holdfast.library.records import State, Task

__all__ = ["Job", "StepJobs", "plane_of", "read_jobs"]


@dataclass(frozen=True, slots=True)
class Job:
    """One colour of one step."""

    color: str
    """As programs write it, quotes and all."""
    must: int
    """The cells that become this colour."""
    may: int
    """They, and those that have it before and after."""


@dataclass(frozen=True, slots=True)
class StepJobs:
    """One step of one task."""

    task: str
    group: str
    instruction: str
    jobs: tuple[Job, ...]
    """One for each colour that comes in, in the order of the lattice; none where nothing changes."""


def plane_of(lattice: Lattice, state: State) -> Plane:
    """The cells of a state."""
    return Plane(lattice, (cell for cells in lattice.cells(state).values() for cell in cells))


def read_jobs(plane: Plane, tasks: Iterable[Task]) -> list[StepJobs]:
    """All steps of tasks in their order. All states have the cells of the plane."""
    return [step for task in tasks for step in _of_task(plane, task)]


def _of_task(plane: Plane, task: Task) -> Sequence[StepJobs]:
    found, before = [], _masks(plane, task.start)
    for step in task.steps:
        after = _masks(plane, step.state)
        jobs = [
            Job(color, cells & ~before.get(color, 0), cells)
            for color, cells in after.items()
            if cells & ~before.get(color, 0)
        ]
        found.append(StepJobs(task.key, task.group, step.instruction, tuple(jobs)))
        before = after
    return found


def _masks(plane: Plane, state: State) -> dict[str, int]:
    cells = plane.lattice.cells(state)
    return {_written(color): plane.mask(places) for color, places in cells.items()}


def _written(color: object) -> str:
    return f'"{color}"' if isinstance(color, str) else repr(color)
