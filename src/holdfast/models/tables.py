"""Conditional frequencies: how often something came, given what it came with."""

import math
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

__all__ = ["Row", "Table"]

_BACKOFF = 3.0
_LEADERS = 8


@dataclass(slots=True)
class Row:
    """What came under one condition."""

    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0
    leaders: list[str] = field(default_factory=list)
    """The items that came most often, at most eight, in no order that means anything."""

    def add(self, item: str) -> None:
        """Count one."""
        self.counts[item] += 1
        self.total += 1

    def lead(self, item: str) -> None:
        """Let an item that was just counted be among the leaders where it belongs there."""
        if item in self.leaders:
            return
        if len(self.leaders) < _LEADERS:
            self.leaders.append(item)
            return
        last = min(range(_LEADERS), key=lambda at: self.counts[self.leaders[at]])
        if self.counts[self.leaders[last]] < self.counts[item]:
            self.leaders[last] = item

    def remove(self, item: str) -> None:
        """Forget one that was counted."""
        self.counts[item] -= 1
        self.total -= 1

    def chance(self, item: str, general: float) -> float:
        """How likely `item` is, leaning on the chance it has in general while little was counted."""
        return (self.counts.get(item, 0) + _BACKOFF * general) / (self.total + _BACKOFF)

    def log(self, item: str, general: float) -> float:
        """The natural logarithm of `chance`."""
        return math.log(self.chance(item, general))


class Table:
    """Rows by condition."""

    def __init__(self) -> None:
        """Begin empty."""
        self._rows: dict[Hashable, Row] = {}
        self._none = Row()

    def at(self, condition: Hashable) -> Row:
        """The row to count in."""
        row = self._rows.get(condition)
        if row is None:
            row = self._rows[condition] = Row()
        return row

    def row(self, condition: Hashable) -> Row:
        """The row to look at: an empty one where nothing was counted."""
        return self._rows.get(condition, self._none)
