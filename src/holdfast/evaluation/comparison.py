"""Two runs on the same theorems: who gained which, how sure that is, and what a proof costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from holdfast.core.errors import UserError
from holdfast.evaluation.outcomes import Evaluation, Key, Limit, Tried
from holdfast.evaluation.statistics import Interval, mcnemar, paired_bootstrap

__all__ = ["AtLimit", "Comparison", "Cost", "compare"]

_SHOWN = 3
"""How many theorems an error names."""


@dataclass(frozen=True, slots=True)
class AtLimit:
    """Both runs at one budget."""

    limit: Limit | None
    """None for all that either run was given."""
    baseline: int
    """How many theorems it proves."""
    experiment: int
    total: int
    gained: tuple[str, ...]
    """What only the experiment proves, in the order of the list."""
    lost: tuple[str, ...]
    """What only the baseline proves."""
    p_value: float
    """McNemar's, exact and two-sided."""
    difference: Interval | None
    """Of the rate of the experiment less that of the baseline, at 95 %."""

    @property
    def delta(self) -> float:
        """The experiment's rate less the baseline's."""
        return (self.experiment - self.baseline) / self.total


@dataclass(frozen=True, slots=True)
class Cost:
    """What a proved theorem costs, all that was spent in vain included."""

    unit: str
    """`CPU-seconds`, `steps`, `tokens` or `seconds`."""
    baseline: float | None
    """None where nothing is proved, or the run does not say."""
    experiment: float | None
    ratio: Interval | None
    """Of the experiment's cost over the baseline's, at 95 %; None where it cannot be said."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an experiment does against a baseline, paired by theorem."""

    limits: tuple[AtLimit, ...]
    costs: tuple[Cost, ...]
    differences: tuple[str, ...]
    """Sentences on what makes the runs unlike, empty where they were run on the same terms."""
    notes: tuple[str, ...]
    """Sentences on what the figures do not say."""

    @property
    def headline(self) -> AtLimit:
        """The largest budget of the first unit: what the comparison is remembered by."""
        first = self.limits[0].limit
        same = [at for at in self.limits if first is None or (at.limit and at.limit.unit == first.unit)]
        return same[-1]


def compare(
    baseline: Evaluation, experiment: Evaluation, *, allow_different: bool = False, seed: int = 0
) -> Comparison:
    """Compare two runs by the theorems that both were asked for.

    Theorems are told apart by their names where those are unique in both runs, else by file and name.

    Args:
        baseline: what is compared against.
        experiment: what is compared.
        allow_different: compare what both have of theorems and budgets, where those differ.
        seed: of the bootstrap.

    Raises UserError where sets of theorems, statements or budgets differ and may not, and where the runs
    have no theorem in common.
    """
    pairs, differences = _paired(baseline, experiment)
    differences += _unlike_terms(baseline, experiment)
    if differences and not allow_different:
        raise UserError(
            f"the runs cannot be compared: {'; '.join(differences)};"
            " --allow-different compares what they have in common"
        )
    if not pairs:
        raise UserError("the runs have no theorem in common, so there is nothing to compare")
    limits = _common_limits(baseline, experiment)
    return Comparison(
        limits=tuple(_at_limit(pairs, limit, seed) for limit in limits or (None,)),
        costs=tuple(_costs(pairs, seed)),
        differences=tuple(differences),
        notes=tuple(_notes(baseline, experiment)),
    )


_Pair = tuple[Tried, Tried]


def _paired(baseline: Evaluation, experiment: Evaluation) -> tuple[list[_Pair], list[str]]:
    """The theorems of both runs, side by side, and how the sets differ."""
    name = _naming(baseline, experiment)
    old = {name(each): each for each in baseline.tried}
    new = {name(each): each for each in experiment.tried}
    differences = [
        f"{len(only)} theorems are in the {run} only ({_listed(only)})"
        for run, only in (
            ("baseline", [key for key in old if key not in new]),
            ("experiment", [key for key in new if key not in old]),
        )
        if only
    ]
    common = [key for key in old if key in new]
    changed = [key for key in common if _changed(old[key], new[key])]
    if changed:
        differences.append(f"{len(changed)} theorems state something else ({_listed(changed)})")
    return [(old[key], new[key]) for key in common if key not in set(changed)], differences


def _naming(*evaluations: Evaluation) -> Callable[[Tried], Key]:
    unique = all(len({each.theorem for each in run.tried}) == len(run.tried) for run in evaluations)
    return (lambda each: ("", each.theorem)) if unique else (lambda each: each.key)


def _changed(old: Tried, new: Tried) -> bool:
    return bool(old.statement and new.statement) and old.statement.split() != new.statement.split()


def _listed(keys: Sequence[Key]) -> str:
    shown = ", ".join(name for _, name in keys[:_SHOWN])
    return shown + (", ..." if len(keys) > _SHOWN else "")


def _unlike_terms(baseline: Evaluation, experiment: Evaluation) -> list[str]:
    differences = []
    # Smaller ones come of the same search; of a kind that only one run was asked about, nothing is compared.
    old, new = _most(baseline), _most(experiment)
    shared = old.keys() & new.keys()
    if (bool(old or new) and not shared) or any(old[unit] != new[unit] for unit in shared):
        told = [", ".join(map(str, run.limits)) or "unknown" for run in (baseline, experiment)]
        differences.append(f"the budgets are {told[0]} and {told[1]}")
    if baseline.attempts != experiment.attempts:
        differences.append(f"the attempts are {baseline.attempts} and {experiment.attempts}")
    return differences


def _common_limits(baseline: Evaluation, experiment: Evaluation) -> list[Limit]:
    """The budgets of both; else, for each unit that both have, the most that both were given."""
    common = [limit for limit in baseline.limits if limit in experiment.limits]
    old, new = _most(baseline), _most(experiment)
    units = (old.keys() & new.keys()) - {limit.unit for limit in common}
    common += [min(old[unit], new[unit], key=lambda limit: limit.amount) for unit in units]
    return sorted(common, key=lambda limit: (limit.unit != "steps", limit.amount))


def _most(evaluation: Evaluation) -> dict[str, Limit]:
    return {
        limit.unit: limit for limit in sorted(evaluation.limits, key=lambda limit: (limit.unit, limit.amount))
    }


def _at_limit(pairs: Sequence[_Pair], limit: Limit | None, seed: int) -> AtLimit:
    solved = [(old.solved(limit), new.solved(limit)) for old, new in pairs]
    gained = tuple(old.theorem for (old, _), one in zip(pairs, solved, strict=True) if one == (False, True))
    lost = tuple(old.theorem for (old, _), one in zip(pairs, solved, strict=True) if one == (True, False))
    total = len(pairs)

    def rate(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((sums[:, 1] - sums[:, 0]) / total)

    return AtLimit(
        limit=limit,
        baseline=sum(one for one, _ in solved),
        experiment=sum(one for _, one in solved),
        total=total,
        gained=gained,
        lost=lost,
        p_value=mcnemar(len(gained), len(lost)),
        difference=paired_bootstrap(solved, rate, seed=seed),
    )


_UNITS: Mapping[str, Callable[[Tried], float]] = {
    "CPU-seconds": lambda tried: sum(record.cpu_s for record in tried.searches),
    "steps": lambda tried: float(sum(record.nodes for record in tried.searches)),
    "tokens": lambda tried: float(sum(record.tokens for record in tried.searches)),
    "seconds": lambda tried: sum(record.wall_s for record in tried.searches),
}


def _costs(pairs: Sequence[_Pair], seed: int) -> list[Cost]:
    costs = []
    for unit, spent in _UNITS.items():
        rows = [(spent(old), float(old.solved()), spent(new), float(new.solved())) for old, new in pairs]
        if any(row[0] or row[2] for row in rows):
            costs.append(_cost(unit, rows, seed))
    return costs


def _cost(unit: str, rows: Sequence[tuple[float, float, float, float]], seed: int) -> Cost:
    spent_old, proved_old, spent_new, proved_new = (sum(column) for column in zip(*rows, strict=True))
    return Cost(
        unit=unit,
        baseline=_each(spent_old, proved_old),
        experiment=_each(spent_new, proved_new),
        ratio=paired_bootstrap(rows, _ratio, seed=seed) if spent_old and spent_new else None,
    )


def _each(spent: float, proved: float) -> float | None:
    return spent / proved if spent and proved else None


def _ratio(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        old, new = sums[:, 0] / sums[:, 1], sums[:, 2] / sums[:, 3]
        return np.asarray(new / old)


def _notes(baseline: Evaluation, experiment: Evaluation) -> list[str]:
    notes = []
    for run, evaluation in (("baseline", baseline), ("experiment", experiment)):
        if not evaluation.audited:
            notes.append(f"the {run} is not ours: its proofs were not audited, and count at its word")
        if not evaluation.complete:
            notes.append(f"the {run} was stopped before its end: what it did not reach counts as not proved")
    keys = ("checker", "sandbox", "language")
    unlike = [key for key in keys if baseline.about.get(key) != experiment.about.get(key)]
    if unlike and baseline.audited and experiment.audited:
        notes.append(f"the runs differ in {', '.join(unlike)}, not only in who proposed")
    return notes
