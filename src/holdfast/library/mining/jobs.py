"""What is to be painted, read off states: by step and colour, what has to be and what may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from holdfast.library.adapter import Cell, Lattice
from holdfast.library.mining.covering import Target
from holdfast.library.mining.plane import Plane
from holdfast.library.records import State, Task

__all__ = ["Job", "JobReader", "StepJobs", "plane_of", "read_jobs"]


@dataclass(frozen=True, slots=True)
class Job:
    """One colour of one step."""

    color: str
    """As programs write it, quotes and all."""
    target: Target
    """The cells that become this colour; those that have it afterwards may be painted."""


@dataclass(frozen=True, slots=True)
class StepJobs:
    """One step of one task."""

    task: str
    group: str
    instruction: str
    jobs: tuple[Job, ...]
    """One for each colour that comes in, in the order of the lattice; none where nothing changes."""


def plane_of(lattice: Lattice, tasks: Iterable[Task]) -> Plane:
    """The cells of all states that tasks begin with. Raises ValueError where there is none."""
    places = (cells for task in tasks for cells in lattice.cells(task.start).values())
    return _plane(lattice, frozenset[Cell]().union(*places))


def _plane(lattice: Lattice, cells: frozenset[Cell]) -> Plane:
    if not cells:
        raise ValueError("tasks without a cell have no plane")
    return Plane(lattice, cells)


def read_jobs(plane: Plane, tasks: Iterable[Task]) -> list[StepJobs]:
    """All steps of tasks in their order.

    Tasks that painting cannot do are left out: those in which a board changes its cells.
    """
    return [step for task in tasks for step in _of_task(plane, task)]


class JobReader:
    """Reads tasks, and remembers those that it is asked about again and again."""

    def __init__(self, lattice: Lattice) -> None:
        """Nothing is read yet."""
        self._lattice = lattice
        self._plane: Plane | None = None
        # By their place in memory, which is theirs as long as they are kept here.
        self._cells: dict[int, tuple[Task, frozenset[Cell]]] = {}
        self._jobs: dict[int, Sequence[StepJobs]] = {}

    def read(self, tasks: Sequence[Task]) -> tuple[Plane, dict[str, Sequence[StepJobs]]]:
        """The cells of all starts, and the steps by task, as `plane_of` and `read_jobs` tell them.

        Raises ValueError where there is no cell.
        """
        cells = frozenset[Cell]().union(*(self._cells_of(task) for task in tasks))
        if self._plane is None or frozenset(self._plane.cells) != cells:
            self._plane, self._jobs = _plane(self._lattice, cells), {}
        steps = {task.key: self._steps_of(self._plane, task) for task in tasks}
        return self._plane, {key: found for key, found in steps.items() if found}

    def _cells_of(self, task: Task) -> frozenset[Cell]:
        if id(task) not in self._cells:
            found = frozenset[Cell]().union(*self._lattice.cells(task.start).values())
            self._cells[id(task)] = task, found
        return self._cells[id(task)][1]

    def _steps_of(self, plane: Plane, task: Task) -> Sequence[StepJobs]:
        if id(task) not in self._jobs:
            self._jobs[id(task)] = _of_task(plane, task)
        return self._jobs[id(task)]


def _of_task(plane: Plane, task: Task) -> Sequence[StepJobs]:
    found, before = [], _masks(plane, task.start)
    board = _union(before)
    for step in task.steps:
        after = _masks(plane, step.state)
        if _union(after) != board:
            return ()
        jobs = [
            Job(color, Target(fresh, cells, plane.board & ~board))
            for color, cells in after.items()
            if (fresh := cells & ~before.get(color, 0))
        ]
        found.append(StepJobs(task.key, task.group, step.instruction, tuple(jobs)))
        before = after
    return found


def _masks(plane: Plane, state: State) -> dict[str, int]:
    """The cells by colour; nothing where the plane lacks one."""
    cells = plane.lattice.cells(state)
    if any(cell not in plane.index for places in cells.values() for cell in places):
        return {}
    return {_written(color): plane.mask(places) for color, places in cells.items()}


def _union(masks: Mapping[str, int]) -> int:
    found = 0
    for mask in masks.values():
        found |= mask
    return found


def _written(color: object) -> str:
    return f'"{color}"' if isinstance(color, str) else repr(color)
