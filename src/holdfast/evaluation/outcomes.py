"""What a prover made of a list of theorems, and how it is counted.

The denominator is the list that was asked for, whatever happened: a theorem without a verdict, one whose
search broke and one that was never reached count as not proved, and are counted apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal, TypeAlias

from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.statistics import Interval, pass_at_k, wilson

__all__ = [
    "Evaluation",
    "Key",
    "Limit",
    "Standing",
    "Tried",
    "TriedStatus",
    "Unit",
    "count",
    "is_found",
    "standings",
    "status_counts",
    "typical",
]

Key: TypeAlias = tuple[str, str]
"""A theorem's file and name."""

Unit: TypeAlias = Literal["steps", "cpu_s"]

TriedStatus: TypeAlias = Literal["proved", "not_found", "undecided", "error", "untried"]
"""What became of a theorem, the best of its searches counting; `untried` where none has ended."""

_BEST_FIRST: tuple[TriedStatus, ...] = ("proved", "not_found", "undecided", "error")


@dataclass(frozen=True, slots=True)
class Limit:
    """A budget of one search."""

    unit: Unit
    amount: float

    def __str__(self) -> str:
        return f"{self.amount:g} {'steps' if self.unit == 'steps' else 'CPU-s'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A theorem that was asked for, with every search of it that ended."""

    theorem: str
    file: str = ""
    """Empty where a list of theorems is its own source."""
    statement: str = ""
    searches: tuple[TheoremRecord, ...] = ()
    """In order of attempt."""

    @property
    def key(self) -> Key:
        """What tells the theorem from all others of its list."""
        return self.file, self.theorem

    @property
    def status(self) -> TriedStatus:
        """The best that a search of it came to."""
        statuses = {record.status for record in self.searches}
        return next((status for status in _BEST_FIRST if status in statuses), "untried")

    @property
    def proof(self) -> TheoremRecord | None:
        """The first search that proved it."""
        return next((record for record in self.searches if record.status == "proved"), None)

    def solved(self, limit: Limit | None = None) -> bool:
        """Whether some attempt proves it within `limit`; without one, within what was given."""
        return any(is_found(record, limit) for record in self.searches)

    def used(self, limit: Limit) -> float:
        """What its attempts use of a budget of `limit` each, until one of them succeeds."""
        total = 0.0
        for record in self.searches:
            found = _found_at(record, limit.unit)
            total += min(limit.amount, _spent(record, limit.unit) if found is None else found)
            if is_found(record, limit):
                break
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One run of a prover over a list of theorems."""

    source: str
    """The file that it was read from, or goes to."""
    tried: tuple[Tried, ...]
    """In the order of the list."""
    limits: tuple[Limit, ...] = ()
    """The budgets that were asked about, each unit in rising order; all within what the run was given."""
    given: tuple[Limit, ...] = ()
    """What each search could use at most; it ended at the first of these. Empty where that is not known."""
    attempts: int = 1
    """How often each theorem was to be searched, at most."""
    every_attempt: bool = False
    """Whether attempts went on after the first that succeeds."""
    about: Mapping[str, str] = field(default_factory=dict)
    """Who proposed, who judged, and what else decides the results."""
    audited: bool = True
    """Whether `proved` means that the audit passed it; files of other tools are taken at their word."""
    complete: bool = True
    """Whether the run came to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many theorems a budget proves."""

    limit: Limit
    solved: int
    total: int
    interval: Interval
    """Of the share that is solved, at 95 %."""
    pass_at: Mapping[int, float]
    """The mean chance that as many attempts prove a theorem."""
    cut_short: int = 0
    """How many of those not solved had less than this budget, because another one was used up first."""

    @property
    def rate(self) -> float:
        """The share that is solved."""
        return self.solved / self.total


def is_found(record: TheoremRecord, limit: Limit | None) -> bool:
    """Whether a search proves its theorem within a budget."""
    if record.status != "proved":
        return False
    found = None if limit is None else _found_at(record, limit.unit)
    return limit is None or (found is not None and found <= limit.amount)


def _found_at(record: TheoremRecord, unit: Unit) -> float | None:
    if record.status != "proved":
        return None
    return record.found_nodes if unit == "steps" else record.found_cpu_s


def standings(evaluation: Evaluation) -> tuple[Standing, ...]:
    """How many theorems each budget proves, in the order of the budgets; ValueError without theorems."""
    return tuple(_standing(evaluation, limit) for limit in evaluation.limits)


def _standing(evaluation: Evaluation, limit: Limit) -> Standing:
    solved, total = count(evaluation.tried, limit), len(evaluation.tried)
    pass_at = {k: _pass_at(evaluation, limit, k) for k in range(1, evaluation.attempts + 1)}
    interval = wilson(solved, total)
    cut_short = sum(_is_cut_short(each, limit, evaluation.given) for each in evaluation.tried)
    return Standing(
        limit=limit, solved=solved, total=total, interval=interval, pass_at=pass_at, cut_short=cut_short
    )


def _is_cut_short(tried: Tried, limit: Limit, given: Sequence[Limit]) -> bool:
    others = [other for other in given if other.unit != limit.unit]
    return not tried.solved(limit) and any(
        record.ended == "budget"
        and _spent(record, limit.unit) < limit.amount
        and any(_spent(record, other.unit) >= other.amount for other in others)
        for record in tried.searches
    )


def _spent(record: TheoremRecord, unit: Unit) -> float:
    return record.nodes if unit == "steps" else record.cpu_s


def count(tried: Iterable[Tried], limit: Limit | None = None) -> int:
    """How many are solved within a budget."""
    return sum(each.solved(limit) for each in tried)


def _pass_at(evaluation: Evaluation, limit: Limit, k: int) -> float:
    return sum(_chance(each, limit, k, evaluation) for each in evaluation.tried) / len(evaluation.tried)


def _chance(tried: Tried, limit: Limit, k: int, evaluation: Evaluation) -> float:
    """Without bias either way: from all attempts where all were made, else from the first k.

    Attempts that stop at a success are no fair sample of n, but the first k of them still are one of k.
    An attempt that ended without a verdict, or never, is one that failed.
    """
    found = [is_found(record, limit) for record in tried.searches[: evaluation.attempts]]
    if evaluation.every_attempt:
        return pass_at_k(evaluation.attempts, sum(found), k)
    return float(any(found[:k]))


def status_counts(tried: Sequence[Tried]) -> dict[TriedStatus, int]:
    """How many theorems came to what; the counts add up to the list."""
    counts: dict[TriedStatus, int] = dict.fromkeys((*_BEST_FIRST, "untried"), 0)
    for each in tried:
        counts[each.status] += 1
    return counts


def typical(values: Sequence[float]) -> tuple[float, float]:
    """Mean and median, both 0 of nothing."""
    return (sum(values) / len(values), median(values)) if values else (0.0, 0.0)
