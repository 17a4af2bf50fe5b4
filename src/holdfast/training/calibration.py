"""Fits the curve from energies to chances on goals of theorems that were held out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.value.calibration import Calibration, Isotonic, Platt

__all__ = ["brier", "fit_isotonic", "fit_platt"]

_STEPS = 50
_RIDGE = 1e-6

Floats = NDArray[np.floating[Any]]


def fit_isotonic(energies: Floats, proved: NDArray[np.bool_]) -> Isotonic:
    """The falling curve with the least squared error, by pooling adjacent violators.

    Raises ValueError where there is nothing to fit.
    """
    if not len(energies):
        raise ValueError("there is nothing to calibrate on")
    order = np.argsort(energies, kind="stable")
    blocks: list[tuple[float, float, float]] = []  # sum of energies, sum of outcomes, how many
    for energy, outcome in zip(energies[order].tolist(), proved[order].tolist(), strict=True):
        block = (energy, float(outcome), 1.0)
        while blocks and blocks[-1][1] * block[2] <= block[1] * blocks[-1][2]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    return Isotonic(
        tuple(total / count for total, _, count in blocks), tuple(good / count for _, good, count in blocks)
    )


def fit_platt(energies: Floats, proved: NDArray[np.bool_]) -> Platt:
    """The logistic curve of the greatest likelihood, by Newton's method; outcomes are smoothed as Platt did.

    Raises ValueError where there is nothing to fit.
    """
    if not len(energies):
        raise ValueError("there is nothing to calibrate on")
    good = int(proved.sum())
    bad = len(proved) - good
    wanted = np.where(proved, (good + 1.0) / (good + 2.0), 1.0 / (bad + 2.0))
    rows = np.stack((np.asarray(energies, np.float64), np.ones(len(energies))), axis=1)
    weights = np.zeros(2)
    for _ in range(_STEPS):
        chances = 1.0 / (1.0 + np.exp(np.clip(rows @ weights, -50, 50)))
        gradient = rows.T @ (wanted - chances) + _RIDGE * weights
        spread = chances * (1.0 - chances)
        hessian = (rows * spread[:, None]).T @ rows + _RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        weights -= np.clip(step, -5, 5)
        if float(np.abs(step).max()) < 1e-9:
            break
    # A value whose order is wrong way round says nothing; it must not be turned around by calibration.
    return Platt(max(float(weights[0]), 0.0), float(weights[1]))


def brier(calibration: Calibration, energies: Floats, proved: Sequence[bool] | NDArray[np.bool_]) -> float:
    """The mean squared error of the chances, 0 for none."""
    chances = np.exp(calibration.log_chances(energies))
    return float(np.square(chances - np.asarray(proved, np.float64)).mean())
