"""A trained value in search: goals are encoded, their energies calibrated, and what fails is unknown."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from holdfast.core.errors import ModelError
from holdfast.core.goals import Goal
from holdfast.core.seams import Encoder
from holdfast.core.vectors import Vector
from holdfast.value.calibration import Calibration
from holdfast.value.head import EnergyHead

__all__ = ["EnergyValue"]

_FAILURES_IN_A_ROW = 3
_ROOTS = 8


class EnergyValue:
    """Fills `Value`. Several searches may use it in turn, each with its own root.

    Args:
        encoder: makes the vectors; where it fails `_FAILURES_IN_A_ROW` times in a row it is not asked again,
            and all is unknown from then on.
        head: gives energies; was trained on this encoder's vectors.
        calibration: makes chances of energies.
        weight: what an estimate counts in search.
    """

    def __init__(
        self, encoder: Encoder, head: EnergyHead, calibration: Calibration, *, weight: float
    ) -> None:
        self.weight = weight
        self.failed = ""
        """Why the encoder is not asked any more; empty while it is."""
        self._encoder = encoder
        self._head = head
        self._calibration = calibration
        self._failures = 0
        self._roots: OrderedDict[Goal, Vector | None] = OrderedDict()

    async def estimate(self, goals: Sequence[Goal], root: Goal) -> Sequence[float | None]:
        """The logarithm of each goal's chance, None where it has no vector."""
        vectors = await self._vectors(goals, root)
        known = [at for at, vector in enumerate(vectors) if vector is not None]
        found: list[float | None] = [None] * len(goals)
        if known:
            states = np.stack([vector for vector in vectors if vector is not None])
            above = self._roots[root] if self._head.conditioned else states[0]
            assert above is not None
            energies = self._head.energies(states, above[None, :])
            for at, estimate in zip(known, self._calibration.log_chances(energies).tolist(), strict=True):
                found[at] = estimate
        return found

    async def _vectors(self, goals: Sequence[Goal], root: Goal) -> Sequence[Vector | None]:
        """None for all where the root has no vector but needs one, or the encoder is out of order."""
        if self.failed:
            return [None] * len(goals)
        try:
            if self._head.conditioned and await self._root(root) is None:
                return [None] * len(goals)
            vectors = await self._encoder.encode_goals(goals)
        except ModelError as error:
            self._failures += 1
            if self._failures >= _FAILURES_IN_A_ROW:
                self.failed = str(error)
            return [None] * len(goals)
        self._failures = 0
        return [self._fitting(vector) for vector in vectors]

    async def _root(self, root: Goal) -> Vector | None:
        if root not in self._roots:
            (vector,) = await self._encoder.encode_goals([root])
            self._roots[root] = self._fitting(vector)
            if len(self._roots) > _ROOTS:
                self._roots.popitem(last=False)
        return self._roots[root]

    def _fitting(self, vector: Vector | None) -> Vector | None:
        fits = vector is not None and vector.shape == (self._head.dimension,) and np.isfinite(vector).all()
        return vector if fits else None
