"""Which negatives a positive is told from: its siblings, others of its theorem, those of other theorems."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from holdfast.training.value_examples import Example

__all__ = ["Batch", "Mix", "Sampler"]

_T = TypeVar("_T")

_TRIES = 3
"""How often another theorem is drawn for an easy negative before what is there is taken."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the kinds of negatives; what is left of 1 is easy."""

    hard: float = 0.6
    medium: float = 0.3

    def __post_init__(self) -> None:
        if self.hard < 0 or self.medium < 0 or self.hard + self.medium > 1:
            raise ValueError("hard and medium negatives must be shares that are 1 at most together")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Indices of examples: a positive a row, and its negatives."""

    positive_P: NDArray[np.int64]  # noqa: N815
    negative_PK: NDArray[np.int64]  # noqa: N815


class Sampler:
    """Draws batches: a theorem, one of its positives, then negatives with replacement.

    Hard negatives are siblings: other steps at the goal that the positive step was taken at. Where there are
    too few of a kind, the next easier kind is taken, and for the easiest the next harder one.
    """

    def __init__(self, examples: Sequence[Example], indices: Sequence[int], mix: Mix) -> None:
        """Sample among the examples at `indices`. Raises ValueError where they have no pair to learn from."""
        self._mix = mix
        self._examples = examples
        self._positives: dict[str, list[int]] = defaultdict(list)
        self._negatives: dict[str, list[int]] = defaultdict(list)
        self._siblings: dict[tuple[str, int, int], list[int]] = defaultdict(list)
        for index in indices:
            example = examples[index]
            if example.positive:
                self._positives[example.theorem].append(index)
            else:
                self._negatives[example.theorem].append(index)
                self._siblings[example.place].append(index)
        self._all = [index for found in self._negatives.values() for index in found]
        self._theorems = [name for name, found in self._positives.items() if found]
        if not self._theorems or not self._all:
            raise ValueError("there are no positives, or no negatives")

    def batch(self, random: np.random.Generator, size: int, negatives: int) -> Batch:
        """`size` positives with `negatives` negatives each; theorems count alike, however large."""
        rows = [self._row(random, negatives) for _ in range(size)]
        table = np.array(rows, dtype=np.int64)
        return Batch(table[:, 0], table[:, 1:])

    def _row(self, random: np.random.Generator, negatives: int) -> list[int]:
        draws = random.random(2 + 2 * negatives).tolist()
        theorem = _pick(self._theorems, draws[0])
        positive = _pick(self._positives[theorem], draws[1])
        siblings = self._siblings.get(self._examples[positive].place, [])
        kin = self._negatives.get(theorem, [])
        row = [positive]
        for kind, draw in zip(draws[2::2], draws[3::2], strict=True):
            pool = self._pool(random, kind, theorem, (siblings, kin))
            row.append(_pick(pool, draw))
        return row

    def _pool(
        self, random: np.random.Generator, kind: float, theorem: str, near: tuple[list[int], list[int]]
    ) -> list[int]:
        siblings, kin = near
        if kind < self._mix.hard and siblings:
            return siblings
        if kind < self._mix.hard + self._mix.medium and kin:
            return kin
        for _ in range(_TRIES):
            # Drawn by example, so that theorems with many negatives come more often.
            other = self._examples[_pick(self._all, float(random.random()))].theorem
            if other != theorem:
                return self._negatives[other]
        return kin or siblings or self._all


def _pick(items: Sequence[_T], draw: float) -> _T:
    return items[min(int(draw * len(items)), len(items) - 1)]
