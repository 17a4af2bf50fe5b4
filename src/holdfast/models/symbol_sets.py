"""Finds the sets that lie within another: the statements that speak of nothing but what a goal speaks of."""

import math
from collections import Counter
from collections.abc import Iterable

__all__ = ["SymbolSets"]

_LITTLE = 0.01


class SymbolSets:
    """Numbered sets of symbols. Each is filed under its rarest symbol, so that few are looked at."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._counts: Counter[str] = Counter()
        self._size = 0
        self._filed: dict[str, list[tuple[int, frozenset[str]]]] = {}

    def extend(self, items: Iterable[tuple[int, frozenset[str]]]) -> None:
        """Take in numbered sets; an empty one would fit everywhere and is left out."""
        new = [(number, symbols) for number, symbols in items if symbols]
        for _number, symbols in new:
            self._counts.update(symbols)
        self._size += len(new)
        counts = self._counts
        for number, symbols in new:
            rarest = min(symbols, key=lambda symbol: (counts[symbol], symbol))
            self._filed.setdefault(rarest, []).append((number, symbols))

    def within(
        self, there: frozenset[str], most: int, *, free: frozenset[str] = frozenset()
    ) -> list[tuple[int, float]]:
        """Numbers of at most `most` sets that lie within `there`, with what share of it they cover, in 0..1.

        What is rare weighs more (inverse document frequency). Best first, then the latest. Sets may hold
        what is in `free`, too; that counts next to nothing.
        """
        worth = {symbol: _LITTLE for symbol in free if symbol in self._counts}
        worth |= {symbol: self._worth(symbol) for symbol in there if symbol in self._counts}
        whole = sum(worth.values())
        around = there | free
        found = [
            (sum(worth[symbol] for symbol in symbols) / whole, number)
            for rarest in worth
            for number, symbols in self._filed.get(rarest, ())
            if symbols <= around
        ]
        found.sort(reverse=True)
        return [(number, share) for share, number in found[:most]]

    def _worth(self, symbol: str) -> float:
        return math.log1p((self._size + 1) / (1 + self._counts[symbol]))
