"""Conditional frequencies: how often something came, given what it came with."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

__all__ = ["Row", "Table"]

_BACKOFF = 3.0
"""As many items under a condition is what is known in general worth."""
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
        if not self.counts[item]:
            del self.counts[item]
        self.total -= 1

    def chances(self, items: Iterable[str], general: Iterable[float]) -> list[float]:
        """How likely each item is, leaning on the chance it has in general while little was counted."""
        count, total = self.counts.get, self.total + _BACKOFF
        return [
            (count(item, 0) + _BACKOFF * chance) / total for item, chance in zip(items, general, strict=True)
        ]

    def smoothed(self, items: Iterable[str], one: float, every: float) -> list[float]:
        """How likely each item is, as if each had been counted `one` times and all together `every` times."""
        count, total = self.counts.get, self.total + every
        return [(count(item, 0) + one) / total for item in items]


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
