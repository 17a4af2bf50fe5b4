"""From a chance to the log-probability of a proposal."""

import math

__all__ = ["logprob"]

_LEAST = 1e-9
"""No proposal is impossible: its logarithm must be finite."""


def logprob(chance: float) -> float:
    """The natural logarithm of a chance, which is first brought into 1e-9..1."""
    return math.log(min(max(chance, _LEAST), 1.0))
