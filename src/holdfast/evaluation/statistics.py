"""What a count of proved theorems says of the prover: intervals, pass@k, tests for two runs on one set.

All of it speaks of theorems like those that were tried, drawn independently; a benchmark whose theorems
come in families knows less than these intervals say.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["Interval", "mcnemar", "paired_bootstrap", "pass_at_k", "wilson"]

_BLOCK = 4_000_000
"""Numbers drawn at once, so that many rounds over many theorems fit into memory."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The values that what was seen is compatible with."""

    low: float
    high: float


def wilson(successes: int, total: int, *, confidence: float = 0.95) -> Interval:
    """The score interval of a proportion (Wilson 1927, JASA 22:209): sound near 0 and 1, and for few trials.

    >>> interval = wilson(7, 10)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.3968, 0.8922)

    Raises ValueError without trials, and where there are more successes than trials.
    """
    if not 0 <= successes <= total or not total:
        raise ValueError(f"{successes} successes of {total}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = successes / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    # Rounding leaves a hair over the ends, where the interval is known to stop.
    low = 0.0 if successes == 0 else middle - half
    return Interval(low, 1.0 if successes == total else middle + half)


def pass_at_k(attempts: int, successes: int, k: int) -> float:
    """The chance that `k` attempts hold a success, without bias (Chen et al. 2021, arXiv:2107.03374, eq. 1).

    It is 1 - C(n - c, k) / C(n, k): the share of the ways to pick k of the n attempts that were made in
    which at least one success is picked.

    >>> pass_at_k(10, 3, 1)
    0.3
    >>> round(pass_at_k(10, 3, 5), 4)
    0.9167

    Raises ValueError where fewer than k attempts were made.
    """
    if not 0 <= successes <= attempts or not 0 < k <= attempts:
        raise ValueError(f"{successes} successes of {attempts} attempts say nothing of {k}")
    # Whole numbers until the end: a product of quotients loses a little with each.
    picks = math.comb(attempts, k)
    return float((picks - math.comb(attempts - successes, k)) / picks)


def mcnemar(gained: int, lost: int) -> float:
    """How likely a split at least as uneven is by chance, where only one of two runs proves a theorem.

    The exact two-sided test of McNemar (1947, Psychometrika 12:153): under the hypothesis that both runs
    are equally good, each such theorem falls to either with chance 1/2.

    >>> mcnemar(5, 0)
    0.0625
    >>> mcnemar(0, 0)
    1.0
    """
    if min(gained, lost) < 0:
        raise ValueError(f"{gained} gained and {lost} lost")
    total = gained + lost
    tail = sum(math.comb(total, count) for count in range(min(gained, lost) + 1))
    return min(1.0, float(2 * tail / 2**total))


Statistic = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Of sums over theorems, one row a draw, to one number a draw; NaN where a draw gives none."""


def paired_bootstrap(
    rows: Iterable[Sequence[float]],
    statistic: Statistic,
    *,
    rounds: int = 10_000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Interval | None:
    """The percentile interval of a statistic of sums over theorems (Efron and Tibshirani 1993, chapter 13).

    Theorems are drawn again with replacement, each with all that belongs to it, so what two runs did on
    one theorem stays together.

    Args:
        rows: what is summed, one row a theorem.
        statistic: what is wanted of the sums.
        rounds: how many draws.
        seed: the same seed gives the same interval.
        confidence: how much of the draws the interval holds.

    Returns:
        The interval; None without rows, or where more than one draw in twenty gives no number.
    """
    table = np.asarray(list(rows), dtype=np.float64)
    if not table.size:
        return None
    random = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(table))
    sums = [_drawn(table, random, min(block, rounds - done)) for done in range(0, rounds, block)]
    values = statistic(np.concatenate(sums))
    known = values[np.isfinite(values)]
    if len(known) < 0.95 * rounds:
        return None
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def _drawn(
    table: npt.NDArray[np.float64], random: np.random.Generator, rounds: int
) -> npt.NDArray[np.float64]:
    picks = random.integers(0, len(table), size=(rounds, len(table)))
    return np.stack([column[picks].sum(axis=1) for column in table.T], axis=1)
