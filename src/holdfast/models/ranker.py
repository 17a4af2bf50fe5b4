"""A small log-linear model that says which of some candidates is right, and learns online from what was.

It knows nothing of what it ranks: a candidate is a row of named numbers. One row more stands for "none of
these", so the chances of the candidates sum to less than one where nothing may be right.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["RATE", "Ranker"]

RATE = 0.2
"""The size of the first gradient steps; twice or half as much predicts as well."""
_CAUTION = 30.0
"""Squared slopes taken as seen before the first lesson, so that no single one moves a weight far."""


class Ranker:
    """Weights of named columns, adapted by gradient steps that shrink as a column is better known."""

    def __init__(self, weights: Mapping[str, float], *, rate: float = RATE) -> None:
        """Begin with `weights`; their order is the order of the columns. `rate` sizes the first steps."""
        self.columns: Sequence[str] = tuple(weights)
        self._weights = np.array(list(weights.values()), dtype=np.float64)
        self._seen = np.full(len(self._weights), _CAUTION)
        self._rate = rate

    @property
    def weights(self) -> dict[str, float]:
        """The weights as they are now, by column."""
        return dict(zip(self.columns, self._weights.tolist(), strict=True))

    def chances(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each row the probability that it is the right one; they sum to 1."""
        scores = rows @ self._weights
        grown = np.exp(scores - scores.max())
        chances: NDArray[np.float64] = grown / grown.sum()
        return chances

    def learn(self, rows: NDArray[np.float64], chances: NDArray[np.float64], right: int) -> None:
        """Move the weights towards giving row `right` more of the chance than the `chances` it was given."""
        errors = chances.copy()
        errors[right] -= 1.0
        slope = errors @ rows
        self._seen += slope * slope
        self._weights -= self._rate * slope / np.sqrt(self._seen)
