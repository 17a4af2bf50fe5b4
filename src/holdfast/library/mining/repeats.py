"""Shapes that come again and again at the same distance."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from holdfast.library.adapter import Cell

__all__ = ["Row", "rows"]


class Row(NamedTuple):
    """A longest row of copies: no copy comes before its first, nor after its last."""

    first: Cell
    way: Cell
    times: int
    mask: int


def rows(copies: Mapping[Cell, int]) -> Iterator[Row]:
    """All rows of two and more, from the masks of copies by where they are."""
    places = sorted(copies)
    for at, (x, y) in enumerate(places):
        for p, q in places[at + 1 :]:
            if (2 * x - p, 2 * y - q) in copies:
                continue
            dx, dy = p - x, q - y
            mask, times = copies[x, y] | copies[p, q], 2
            p, q = p + dx, q + dy
            while (p, q) in copies:
                mask |= copies[p, q]
                times += 1
                p, q = p + dx, q + dy
            yield Row((x, y), (dx, dy), times, mask)
