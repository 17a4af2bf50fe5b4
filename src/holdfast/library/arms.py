"""Libraries side by side: each tries the same tasks at the same budget, and pairs of them are compared.

Differences are paired: what two libraries did on one task stays together when tasks are drawn again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from holdfast.evaluation.statistics import mcnemar, paired_bootstrap
from holdfast.library.metrics import Figure, Level, Scored, differences

__all__ = ["EXTENDED", "LEARNED", "NONE", "REFERENCE", "Comparison", "Outcome", "compare", "pairs"]

NONE, REFERENCE, LEARNED, EXTENDED = "none", "reference", "learned", "extended"
"""No library but the foundation; one that people wrote; the learned one; the same after its extension."""
_PAIRS = ((NONE, LEARNED), (REFERENCE, LEARNED), (NONE, REFERENCE), (LEARNED, EXTENDED))
_LEVELS: tuple[Level, ...] = ("step", "procedure")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one library came to on one task."""

    scored: Scored
    held: bool
    """Whether every state is the one that is wanted."""
    tokens: int
    """Of the program; 0 without one."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a second library has over a first one."""

    first: str
    second: str
    tasks: int
    levels: Mapping[Level, Mapping[str, Figure]]
    """How far its figures are above those of the first."""
    gained: tuple[str, ...]
    """Tasks that hold with the second only."""
    lost: tuple[str, ...]
    """Tasks that hold with the first only."""
    p_value: float
    """Of a split of these tasks at least as uneven by chance (McNemar, exact)."""
    both_hold: int
    shorter: Figure | None
    """How many times as long programs with the first are, on tasks that hold with both; None without such."""


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Which libraries are compared, of those that were tried."""
    return [(first, second) for first, second in _PAIRS if first in names and second in names]


def compare(
    names: tuple[str, str], first: Mapping[str, Outcome], second: Mapping[str, Outcome], *, seed: int = 0
) -> Comparison:
    """Compare two libraries by what they came to, by task. Raises ValueError for different tasks, or none."""
    keys = sorted(first)
    if keys != sorted(second):
        raise ValueError(f"{names[0]} and {names[1]} were tried on different tasks")
    left, right = ([each[key].scored for key in keys] for each in (first, second))
    gained = tuple(key for key in keys if second[key].held and not first[key].held)
    lost = tuple(key for key in keys if first[key].held and not second[key].held)
    both = [(first[key].tokens, second[key].tokens) for key in keys if first[key].held and second[key].held]
    return Comparison(
        first=names[0],
        second=names[1],
        tasks=len(keys),
        levels={level: differences(left, right, level, seed=seed) for level in _LEVELS},
        gained=gained,
        lost=lost,
        p_value=mcnemar(len(gained), len(lost)),
        both_hold=len(both),
        shorter=_shorter(both, seed),
    )


def _shorter(lengths: Sequence[tuple[int, int]], seed: int) -> Figure | None:
    totals = np.array(lengths, dtype=np.float64).sum(axis=0) if lengths else np.zeros(2)
    if not totals[1]:
        return None
    return Figure(float(totals[0] / totals[1]), paired_bootstrap(lengths, _ratio, rounds=2000, seed=seed))


def _ratio(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[:, 0] / sums[:, 1], dtype=np.float64)
