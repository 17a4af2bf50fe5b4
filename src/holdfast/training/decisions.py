"""Decisions between siblings: how well a score finds the step that led to a proof, and when it is used.

A decision is a goal at which several steps held, one of which is on a proof. What a value is worth to search
is how much better log-probability and value together decide than log-probability alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.training.value_examples import Example

__all__ = ["Accuracy", "Decision", "MixFit", "accuracy", "decisions_of", "fit_mix"]

_MOST_WEIGHT = 4.0
_STEPS = 100
_RIDGE = 0.01
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One positive step against the negatives at the same goal. The positive stands first."""

    theorem: str
    depth: int
    indices: tuple[int, ...]
    """Of examples."""
    logprobs: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a score decides."""

    decisions: int
    rank1: float
    """Share of decisions in which the positive comes first; ties count in part."""
    pairwise: float
    """Share of negatives that the positive comes before, averaged over decisions; ties count half."""
    chance: float
    """What `rank1` is for a random order."""


@dataclass(frozen=True, slots=True)
class MixFit:
    """How a value is mixed into search, and why."""

    weight: float
    """What the value's estimate counts beside the log-probability; 0 where it is switched off."""
    reason: str
    logprob: Accuracy
    value: Accuracy
    mixed: Accuracy
    """On theorems that the weight was not fitted on."""
    confidence: float
    """Share of resamples of the theorems in which the mixture is better than log-probability alone."""


def decisions_of(examples: Sequence[Example], indices: Sequence[int]) -> list[Decision]:
    """All decisions among the examples at `indices` that tell something, in order."""
    groups: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    for index in indices:
        if examples[index].logprob is not None:
            groups[examples[index].place].append(index)
    found = []
    for group in groups.values():
        positives = [index for index in group if examples[index].positive]
        negatives = [index for index in group if not examples[index].positive]
        for positive in positives if negatives else ():
            members = (positive, *negatives)
            logprobs = np.array([examples[index].logprob for index in members], dtype=np.float64)
            first = examples[positive]
            found.append(Decision(first.theorem, first.depth, members, logprobs))
    return found


def outcome(scores: NDArray[np.float64]) -> tuple[float, float]:
    """Rank-1 and pairwise accuracy of one decision; the positive stands first."""
    first, others = scores[0], scores[1:]
    above, level = float((others > first).sum()), float((others == first).sum())
    return (0.0 if above else 1.0 / (1.0 + level)), 1.0 - (above + 0.5 * level) / len(others)


def accuracy(decisions: Sequence[Decision], scores: Sequence[NDArray[np.float64]]) -> Accuracy:
    """How well the scores decide; all zero where there is no decision."""
    if not decisions:
        return Accuracy(0, 0.0, 0.0, 0.0)
    each = np.array([outcome(row) for row in scores])
    chance = float(np.mean([1.0 / len(decision.indices) for decision in decisions]))
    return Accuracy(len(decisions), float(each[:, 0].mean()), float(each[:, 1].mean()), chance)


def fit_mix(
    decisions: Sequence[Decision],
    values: Sequence[NDArray[np.float64]],
    *,
    seed: int,
    least_decisions: int = 20,
    least_confidence: float = 0.9,
) -> MixFit:
    """The weight of a value in search, 0 where it is not shown to help.

    Weights are fitted on one half of the theorems and tried on the other, both ways round; the value is used
    where in at least `least_confidence` of resamples of the theorems the mixture decides better.

    Args:
        decisions: on held-out theorems.
        values: for each decision the log-chances of its members, the positive first.
        seed: of the resamples.
        least_decisions: with fewer, nothing is shown.
        least_confidence: see above.
    """
    logprobs = [decision.logprobs for decision in decisions]
    plain, alone = accuracy(decisions, logprobs), accuracy(decisions, values)
    folds = _folds(decisions)
    weights = [_fit(logprobs, values, np.flatnonzero(folds != fold)) for fold in (0, 1)]
    mixed = [
        logprob + weights[fold] * value
        for logprob, value, fold in zip(logprobs, values, folds.tolist(), strict=True)
    ]
    crossed = accuracy(decisions, mixed)
    confidence = _confidence(decisions, logprobs, mixed, seed)
    weight = _fit(logprobs, values, np.arange(len(decisions)))
    reason = _reason(crossed, plain, weight, confidence, least_decisions, least_confidence)
    return MixFit(0.0 if reason else weight, reason, plain, alone, crossed, confidence)


def _reason(
    crossed: Accuracy,
    plain: Accuracy,
    weight: float,
    confidence: float,
    least_decisions: int,
    least_confidence: float,
) -> str:
    """Why the value is switched off; empty where it is not."""
    if plain.decisions < least_decisions:
        return f"{plain.decisions} held-out decisions between siblings are too few to tell"
    if weight <= 0:
        return "log-probability decides best without it"
    if confidence < least_confidence:
        return (
            f"with it {crossed.pairwise:.1%} of pairs of siblings are in order, {plain.pairwise:.1%} by"
            f" log-probability alone: no better in {1 - confidence:.0%} of resamples"
        )
    return ""


def _folds(decisions: Sequence[Decision]) -> NDArray[np.int64]:
    """0 or 1 for each decision; all of a theorem are on one side, and the sides are about as large."""
    sizes = [0, 0]
    sides: dict[str, int] = {}
    for theorem in sorted({decision.theorem for decision in decisions}):
        side = int(sizes[1] < sizes[0])
        sides[theorem] = side
        sizes[side] += sum(decision.theorem == theorem for decision in decisions)
    return np.array([sides[decision.theorem] for decision in decisions], dtype=np.int64)


def _fit(
    logprobs: Sequence[NDArray[np.float64]],
    values: Sequence[NDArray[np.float64]],
    chosen: NDArray[np.int64] | NDArray[np.intp],
) -> float:
    """The value's weight over that of log-probability, by a conditional logit; 0 where it is none."""
    if not len(chosen):
        return 0.0
    rows = [np.stack((logprobs[at], values[at]), axis=1) for at in chosen.tolist()]
    weights = np.array([0.5, 0.5])
    for _ in range(_STEPS):
        gradient, hessian = -_RIDGE * weights, -_RIDGE * np.eye(2)
        for row in rows:
            scores = row @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            mean = chances @ row
            gradient = gradient + row[0] - mean
            hessian = hessian - (row * chances[:, None]).T @ row + np.outer(mean, mean)
        step = np.linalg.solve(hessian, gradient)
        weights -= np.clip(step, -1, 1)
        if float(np.abs(step).max()) < 1e-8:
            break
    if weights[1] <= 0:
        return 0.0
    return float(min(weights[1] / max(weights[0], 1e-3), _MOST_WEIGHT))


def _confidence(
    decisions: Sequence[Decision],
    plain: Sequence[NDArray[np.float64]],
    mixed: Sequence[NDArray[np.float64]],
    seed: int,
) -> float:
    """Share of bootstrap resamples of theorems in which the mixture orders more pairs well."""
    gains: dict[str, list[float]] = defaultdict(list)
    for decision, before, after in zip(decisions, plain, mixed, strict=True):
        gains[decision.theorem].append(outcome(after)[1] - outcome(before)[1])
    if not gains:
        return 0.0
    sums = np.array([sum(found) for found in gains.values()])
    drawn = np.random.default_rng(seed).integers(len(sums), size=(_RESAMPLES, len(sums)))
    return float((sums[drawn].sum(axis=1) > 0).mean())
