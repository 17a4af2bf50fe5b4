"""Where shapes fit: every position of every variant, looked up by the cells that may be painted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from holdfast.library.adapter import Cell
from holdfast.library.mining.forms import Form, Variant
from holdfast.library.mining.plane import Plane, bits, normal

__all__ = ["Entry", "Fit", "Table"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One variant of one function."""

    form: int
    """The number of the function."""
    variant: Variant


class Fit(NamedTuple):
    """A variant drawn somewhere."""

    mask: int
    cost: int
    entry: int
    form: int
    cell: int
    """The number of the cell at row and column."""
    is_whole: bool
    """Whether nothing of it falls off the board."""


class Table:
    """All fits of two cells and more; of those of one function that look the same, one of the cheapest."""

    def __init__(self, plane: Plane, forms: Sequence[Form], smaller: "Table | None" = None) -> None:
        """Place everything everywhere.

        `smaller` is a table of the first of these forms; its numbers stay what they are.
        """
        self.plane = plane
        self.forms = tuple(forms)
        known = 0 if smaller is None else len(smaller.forms)
        before: tuple[Entry, ...] = () if smaller is None else smaller.entries
        fresh = (Entry(at, each) for at in range(known, len(forms)) for each in forms[at].variants)
        self.entries: tuple[Entry, ...] = (*before, *fresh)
        self.looks = tuple(normal(entry.variant.cells) for entry in self.entries)
        """Each variant, moved to the same place."""
        fits = list(() if smaller is None else smaller.fits)
        for at in range(known, len(forms)):
            fits += self._fits(at)
        self.fits: list[Fit] = sorted(fits, key=lambda fit: (fit.mask & -fit.mask, fit.entry, fit.cell))
        width = 8 * plane.words
        raw = b"".join(fit.mask.to_bytes(width, "little") for fit in self.fits)
        words = np.frombuffer(raw, dtype="<u8").astype(np.uint64).reshape(-1, plane.words)
        lows = [(fit.mask & -fit.mask).bit_length() - 1 for fit in self.fits]
        starts = np.searchsorted(lows, range(len(plane.cells) + 1)).tolist()
        self._rows = [np.arange(start, end) for start, end in pairwise(starts)]
        self._columns = [np.ascontiguousarray(words[:, at]) for at in range(plane.words)]

    def within(self, must: int, may: int) -> Iterator[Fit]:
        """The fits that paint nothing but `may`, and something of `must`."""
        cells = list(bits(may))
        if not self.fits or not cells:
            return
        rows = np.concatenate([self._rows[cell] for cell in cells])
        forbidden = self.plane.split(self.plane.board & ~may)
        wrong = self._columns[0][rows] & forbidden[0]
        for column, word in zip(self._columns[1:], forbidden[1:], strict=True):
            wrong |= column[rows] & word
        for at in rows[wrong == 0].tolist():
            fit = self.fits[at]
            if fit.mask & must:
                yield fit

    def place(self, fit: Fit) -> Cell:
        """The cell at row and column."""
        return self.plane.cells[fit.cell]

    def _fits(self, form: int) -> Iterator[Fit]:
        """The fits of one function."""
        # Cheap ones first, so of those that look the same the first one stays.
        numbers = [at for at, entry in enumerate(self.entries) if entry.form == form]
        numbers.sort(key=lambda at: self.entries[at].variant.cost)
        plane = self.plane
        words = np.concatenate([plane.placed(self.entries[at].variant.cells) for at in numbers])
        rows = words.astype("<u8").view(f"V{8 * plane.words}").ravel()
        for row in np.unique(rows, return_index=True)[1].tolist():
            mask = int.from_bytes(rows[row].tobytes(), "little")
            if mask & (mask - 1):
                at, cell = numbers[row // len(plane.cells)], row % len(plane.cells)
                variant = self.entries[at].variant
                is_whole = mask.bit_count() == len(variant.cells)
                yield Fit(mask, variant.cost, at, form, cell, is_whole)
