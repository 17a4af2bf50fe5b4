"""How often somebody may ask: a bucket each, from which every request takes one, filled again with time."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Rate", "Rates"]

_MOST = 10_000
"""Buckets that are kept; the one used longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests at once, and how many a second in the long run."""

    burst: float
    per_s: float


class Rates:
    """Buckets by name."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        """All buckets are full in the beginning."""
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take one; 0 where there was one, else the seconds until there will be, and nothing is taken.

        >>> rates = Rates(Rate(burst=1, per_s=0.5), clock=lambda: 0.0)
        >>> rates.wait_s("ada"), rates.wait_s("ada"), rates.wait_s("bob")
        (0.0, 2.0, 0.0)
        """
        now = self._clock()
        left, at = self._buckets.pop(name, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_s)
        enough = left >= 1
        self._buckets[name] = (left - 1 if enough else left, now)
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return 0.0 if enough else (1 - left) / self._rate.per_s
