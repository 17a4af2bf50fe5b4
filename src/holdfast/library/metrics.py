"""How near programs come to what is wanted: exact and F1, of states and of what steps did, with intervals.

*Board* compares a state with the one that is wanted; *action* compares what a step changed: from the
program's own state before it, and from the state that was wanted before it, so that an error goes on
counting. *Per step* there is a record for each instruction, *per procedure* one for each task: its last
state, and all that changed since its start. A step that was not reached has no state: it is neither valid nor
exact, its F1 is 0, and it stays in every denominator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from holdfast.evaluation.statistics import Interval, paired_bootstrap
from holdfast.library.adapter import Adapter
from holdfast.library.records import Ran, State, Task

__all__ = [
    "Figure",
    "Level",
    "Overlap",
    "Record",
    "Scored",
    "Summary",
    "differences",
    "overlap",
    "score",
    "subsets",
    "summarize",
]

Level: TypeAlias = Literal["step", "procedure"]
_KINDS = ("board", "action")
_DISPUTED = frozenset({"VV", "F"})


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of what was wanted was found."""

    matched: int
    found: int
    wanted: int
    exact: bool
    f1: float
    """Harmonic mean of precision and recall; 1 where nothing was wanted and nothing found."""


@dataclass(frozen=True, slots=True)
class Record:
    """One comparison: of a step, or of a whole procedure."""

    board: Overlap
    action: Overlap
    valid: bool
    """Whether there is a state at all."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a program came to."""

    task: str
    steps: tuple[Record, ...]
    procedure: Record
    fault: str = ""
    """Why it stopped early; empty where it did not."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with the interval that procedures drawn again give; None where it was not asked for."""

    value: float
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a set of programs came to, at one level."""

    level: Level
    tasks: int
    records: int
    figures: Mapping[str, Figure]
    """`board_f1_micro`, `board_f1_mean`, `board_exact`, the same of `action`, and `valid`: from 0 to 1."""


def score(adapter: Adapter, task: Task, ran: Ran) -> Scored:
    """Compare what running a program gave with what its task wants."""
    found_before, wanted_before = task.start, task.start
    records: list[Record] = []
    for step, found in zip(task.steps, ran.states, strict=True):
        records.append(_record(adapter, found_before, found, wanted_before, step.state))
        found_before, wanted_before = found_before if found is None else found, step.state
    whole = _record(adapter, task.start, ran.states[-1], task.start, task.steps[-1].state)
    return Scored(task.key, tuple(records), whole, ran.fault.cause if ran.fault else "")


def overlap(found: frozenset[object], wanted: frozenset[object], *, exact: bool) -> Overlap:
    """Compare two sets.

    >>> overlap(frozenset("ab"), frozenset("bc"), exact=False).f1
    0.5
    """
    matched = len(found & wanted)
    return Overlap(matched, len(found), len(wanted), exact, _f1(matched, len(found), len(wanted)))


def summarize(
    scored: Sequence[Scored], level: Level, *, rounds: int = 2000, seed: int = 0, intervals: bool = True
) -> Summary:
    """Sum up programs; intervals come from drawing procedures again, each with all of its records.

    Raises ValueError without any.
    """
    if not scored:
        raise ValueError("no program was scored")
    rows = np.array([_sums(each.steps if level == "step" else (each.procedure,)) for each in scored])
    figures = {}
    for name, statistic in _statistics().items():
        value = float(statistic(rows.sum(axis=0, keepdims=True))[0])
        interval = paired_bootstrap(rows.tolist(), statistic, rounds=rounds, seed=seed) if intervals else None
        figures[name] = Figure(value, interval)
    return Summary(level, len(scored), int(rows[:, -1].sum()), figures)


def differences(
    first: Sequence[Scored], second: Sequence[Scored], level: Level, *, rounds: int = 2000, seed: int = 0
) -> dict[str, Figure]:
    """By how much a second set of programs is above a first one, on the same tasks, figure by figure.

    Intervals come from drawing tasks again, each with what both did. Raises ValueError without tasks, and
    where the two are not of the same tasks in the same order.
    """
    if not first or [each.task for each in first] != [each.task for each in second]:
        raise ValueError("two sets are compared on the same tasks, and there is one at least")
    sides = (
        [_sums(each.steps if level == "step" else (each.procedure,)) for each in side]
        for side in (first, second)
    )
    rows = np.concatenate([np.array(side) for side in sides], axis=1)
    found = {}
    for name, statistic in _statistics().items():
        difference = _difference(statistic, rows.shape[1] // 2)
        value = float(difference(rows.sum(axis=0, keepdims=True))[0])
        found[name] = Figure(value, paired_bootstrap(rows.tolist(), difference, rounds=rounds, seed=seed))
    return found


def subsets(tasks: Sequence[Task]) -> dict[str, tuple[str, ...]]:
    """Keys of tasks by what their tags say: `all`, those that people agree on, and each category.

    `A only`: both verifiers drew what was wanted at every step. `without VV and F`: of no step is it known
    that they agreed against it, or nobody with anybody. Sets without a task, and this one where no task
    says, are left out.
    """
    found: dict[str, list[str]] = {"all": [], "A only": [], "without VV and F": []}
    told = any("agreement" in task.tags for task in tasks)
    for task in tasks:
        found["all"].append(task.key)
        marks = set(task.tags.get("agreement", "").split())
        if marks == {"A"}:
            found["A only"].append(task.key)
        if told and not marks & _DISPUTED:
            found["without VV and F"].append(task.key)
        if category := task.tags.get("category"):
            found.setdefault(f"category {category}", []).append(task.key)
    return {name: tuple(keys) for name, keys in found.items() if keys}


def _record(adapter: Adapter, before: State, found: State, wanted_before: State, wanted: State) -> Record:
    parts, changes = adapter.parts(wanted), adapter.changes(wanted_before, wanted)
    if found is None:
        return Record(_missed(len(parts)), _missed(len(changes)), valid=False)
    drawn, done = adapter.parts(found), adapter.changes(before, found)
    return Record(
        overlap(drawn, parts, exact=adapter.same(found, wanted)),
        overlap(done, changes, exact=done == changes),
        valid=True,
    )


def _missed(wanted: int) -> Overlap:
    return Overlap(0, 0, wanted, exact=False, f1=0.0)


def _f1(matched: float, found: float, wanted: float) -> float:
    # The harmonic mean of matched/found and matched/wanted, with their empty cases.
    return 2 * matched / (found + wanted) if found + wanted else 1.0


_COLUMNS = ("matched", "found", "wanted", "f1", "exact")


def _sums(records: Sequence[Record]) -> list[float]:
    """The sums over a task's records: five of boards, five of actions, the valid ones, all."""
    sums: list[float] = []
    for kind in _KINDS:
        overlaps: list[Overlap] = [getattr(record, kind) for record in records]
        sums += [float(sum(getattr(each, column) for each in overlaps)) for column in _COLUMNS]
    return [*sums, float(sum(record.valid for record in records)), float(len(records))]


_Sums: TypeAlias = npt.NDArray[np.float64]


def _statistics() -> dict[str, Callable[[_Sums], _Sums]]:
    found: dict[str, Callable[[_Sums], _Sums]] = {}
    for at, kind in enumerate(_KINDS):
        first = at * len(_COLUMNS)
        found[f"{kind}_f1_micro"] = _micro(first)
        found[f"{kind}_f1_mean"] = _share(first + _COLUMNS.index("f1"))
        found[f"{kind}_exact"] = _share(first + _COLUMNS.index("exact"))
    found["valid"] = _share(-2)
    return found


def _difference(statistic: Callable[[_Sums], _Sums], width: int) -> Callable[[_Sums], _Sums]:
    return lambda sums: statistic(sums[:, width:]) - statistic(sums[:, :width])


def _share(column: int) -> Callable[[_Sums], _Sums]:
    return lambda sums: np.asarray(sums[:, column] / sums[:, -1], dtype=np.float64)


def _micro(first: int) -> Callable[[_Sums], _Sums]:
    def micro(sums: _Sums) -> _Sums:
        matched, both = sums[:, first], sums[:, first + 1] + sums[:, first + 2]
        return np.where(both > 0, 2 * matched / np.maximum(both, 1), 1.0)

    return micro
