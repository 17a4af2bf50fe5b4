"""The cells of a lattice as bits of a number, and shapes as sets of vectors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from holdfast.library.adapter import Cell, Lattice

__all__ = ["Drawn", "Offsets", "Plane", "Turned", "all_turns", "bits", "fullest", "normal"]

Offsets: TypeAlias = tuple[Cell, ...]
"""A shape: vectors from the place that it is drawn at, sorted."""
Words: TypeAlias = npt.NDArray[np.uint64]
"""Sets of cells, one a row, 64 bits a column."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A shape in one position."""

    turn: int
    """Which of the turns of the lattice."""
    cells: Offsets


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape somewhere on the board."""

    cell: Cell
    mask: int
    """What of it lies on the board."""


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def normal(cells: Iterable[Cell]) -> Offsets:
    """The shape moved so that its first cell is the origin."""
    ordered = sorted(cells)
    x, y = ordered[0]
    return tuple((p - x, q - y) for p, q in ordered)


def all_turns(lattice: Lattice, cells: Iterable[Cell]) -> list[Turned]:
    """The shape about the origin in every turn of the lattice, each position once, by its first turn.

    Positions that are the same but for where they lie count as one.
    """
    seen: dict[Offsets, Turned] = {}
    shape = tuple(cells)
    for number, ((a, b), (c, d)) in enumerate(lattice.turns):
        turned = tuple(sorted((a * x + b * y, c * x + d * y) for x, y in shape))
        seen.setdefault(normal(turned), Turned(number, turned))
    return list(seen.values())


class Plane:
    """The board that states are drawn on: at most some thousand cells."""

    def __init__(self, lattice: Lattice, cells: Iterable[Cell]) -> None:
        """Number the cells in their order."""
        self.lattice = lattice
        self.cells: Sequence[Cell] = tuple(sorted(cells))
        self.index = {cell: number for number, cell in enumerate(self.cells)}
        self.board = (1 << len(self.cells)) - 1
        self.words = (len(self.cells) + 63) // 64

    def mask(self, cells: Iterable[Cell]) -> int:
        """The set as a number."""
        found = 0
        for cell in cells:
            found |= 1 << self.index[cell]
        return found

    def members(self, mask: int) -> list[Cell]:
        """The cells of a set, in their order."""
        return [self.cells[number] for number in bits(mask)]

    @cached_property
    def neighbours(self) -> tuple[int, ...]:
        """The neighbours of each cell."""
        index, directions = self.index, self.lattice.directions
        return tuple(
            self.mask((x + p, y + q) for p, q in directions if (x + p, y + q) in index) for x, y in self.cells
        )

    def components(self, mask: int) -> list[int]:
        """The connected parts of a set, by their first cells."""
        parts = []
        while mask:
            part, fresh = 0, mask & -mask
            while fresh:
                part |= fresh
                fresh = self.around(fresh) & mask & ~part
            parts.append(part)
            mask &= ~part
        return parts

    def rank(self, number: int) -> tuple[int, int]:
        """Orders cells by how far they are from the middle, in rows and columns."""
        middle = self._middle
        row, column = self.lattice.place(self.cells[number])
        return abs(2 * row - middle[0]) + abs(2 * column - middle[1]), number

    def around(self, mask: int) -> int:
        """All neighbours of the cells of a set."""
        found = 0
        for number in bits(mask):
            found |= self.neighbours[number]
        return found

    def placed(self, shape: Offsets) -> Words:
        """The shape drawn at each cell, what falls off the board left out."""
        at = np.array(self.cells)[:, None, :] + np.array(shape)[None, :, :] - self._corner
        inside = ((at >= 0) & (at < self._numbers.shape)).all(axis=2)
        at[~inside] = 0
        numbers = np.where(inside, self._numbers[at[..., 0], at[..., 1]], len(self.cells))
        placed: Words = np.bitwise_or.reduce(self._bits[numbers], axis=1)
        return placed

    def split(self, mask: int) -> Words:
        """A set as a row of words."""
        raw = mask.to_bytes(8 * self.words, "little")
        return np.frombuffer(raw, dtype="<u8").astype(np.uint64)

    @cached_property
    def _middle(self) -> tuple[int, int]:
        """Twice the row and twice the column of the middle."""
        rows, columns = zip(*map(self.lattice.place, self.cells), strict=True)
        return min(rows) + max(rows), min(columns) + max(columns)

    @cached_property
    def _corner(self) -> npt.NDArray[np.int64]:
        corner: npt.NDArray[np.int64] = np.array(self.cells).min(axis=0)
        return corner

    @cached_property
    def _numbers(self) -> npt.NDArray[np.int64]:
        """The number of the cell at each coordinate; one more than the last where there is none."""
        width, height = np.array(self.cells).max(axis=0) - self._corner + 1
        numbers = np.full((width, height), len(self.cells))
        for (x, y), number in self.index.items():
            numbers[x - self._corner[0], y - self._corner[1]] = number
        return numbers

    @cached_property
    def _bits(self) -> Words:
        """The set of each cell alone, then the empty one."""
        return np.array([self.split(1 << n) for n in range(len(self.cells))] + [self.split(0)])


def fullest(plane: Plane, shape: Offsets) -> Drawn:
    """The shape where most of it lies on the board, and as near to the middle of the board as that allows."""
    numbers = sorted(range(len(plane.cells)), key=plane.rank)
    best = Drawn(plane.cells[0], 0)
    for x, y in (plane.cells[number] for number in numbers):
        mask = plane.mask(cell for p, q in shape if (cell := (x + p, y + q)) in plane.index)
        if mask.bit_count() > best.mask.bit_count():
            best = Drawn((x, y), mask)
            if mask.bit_count() == len(shape):
                break
    return best
