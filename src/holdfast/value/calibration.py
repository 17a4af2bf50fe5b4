"""From energies to the chance that a goal is proved, as measured on theorems that training never saw."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Calibration", "Isotonic", "Platt", "read_calibration"]

_LEAST = 1e-3
"""No goal is hopeless for certain, and none is safe: chances stay this far from 0 and 1."""


@dataclass(frozen=True, slots=True)
class Platt:
    """A logistic curve: the chance is `1 / (1 + exp(slope * energy + offset))`."""

    slope: float
    offset: float

    def log_chances(self, energies: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The natural logarithm of the chance at each energy."""
        exponents = np.clip(self.slope * np.asarray(energies, np.float64) + self.offset, -50, 50)
        return _logarithms(1.0 / (1.0 + np.exp(exponents)))

    def to_json(self) -> dict[str, Any]:
        """Plain data that `read_calibration` reads back."""
        return {"kind": "platt", "slope": self.slope, "offset": self.offset}


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A curve that only falls as energy rises: straight between its points, level outside of them."""

    energies: tuple[float, ...]
    """Ascending."""
    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.energies or len(self.energies) != len(self.chances):
            raise ValueError("a curve needs as many chances as energies, and one at least")
        if any(b < a for a, b in zip(self.energies, self.energies[1:], strict=False)):
            raise ValueError("the energies of a curve must ascend")
        if any(b > a for a, b in zip(self.chances, self.chances[1:], strict=False)):
            raise ValueError("the chances of a curve must not rise with energy")

    def log_chances(self, energies: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The natural logarithm of the chance at each energy."""
        return _logarithms(np.interp(np.asarray(energies, np.float64), self.energies, self.chances))

    def to_json(self) -> dict[str, Any]:
        """Plain data that `read_calibration` reads back."""
        return {"kind": "isotonic", "energies": list(self.energies), "chances": list(self.chances)}


Calibration: TypeAlias = Platt | Isotonic


def read_calibration(data: Mapping[str, Any]) -> Calibration:
    """The calibration that `to_json` wrote. Raises KeyError, TypeError or ValueError on other data."""
    match data["kind"]:
        case "platt":
            slope, offset = float(data["slope"]), float(data["offset"])
            if not (math.isfinite(slope) and math.isfinite(offset)):
                raise ValueError("a logistic curve needs finite numbers")
            return Platt(slope, offset)
        case "isotonic":
            return Isotonic(tuple(map(float, data["energies"])), tuple(map(float, data["chances"])))
        case other:
            raise ValueError(f"there is no calibration {other!r}")


def _logarithms(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.clip(chances, _LEAST, 1.0 - _LEAST))
