"""The board as a lattice: cells whose moves add up, and the twelve ways to turn and mirror them."""

from collections.abc import Hashable, Mapping
from functools import cache

from holdfast.library.adapter import Cell, Turn
from holdfast.library.boards.foundation.hexboard.colors import COLORS
from holdfast.library.boards.foundation.hexboard.geometry import (
    COLUMNS,
    DIRECTIONS,
    VECTORS,
    is_on_board,
    place_of,
    reflected,
    turned,
    vector_of,
)
from holdfast.library.records import State

__all__ = ["HexLattice"]


class HexLattice:
    """Cells in coordinates (q, a); those of the foundation, so `Tile.shift(q, a)` adds the same."""

    @property
    def directions(self) -> tuple[Cell, ...]:
        """The six ways to a neighbour, clockwise from up."""
        return tuple(VECTORS.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The words for the directions."""
        return DIRECTIONS

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Six rotations, the identity first, then the same after a mirror image."""
        return _turns()

    def holds(self, cell: Cell) -> bool:
        """Whether the cell lies on the board."""
        return is_on_board(place_of(cell))

    def cells(self, state: State) -> Mapping[Hashable, frozenset[Cell]]:
        """All cells by the names of their colours, white among them."""
        found: dict[int, list[Cell]] = {}
        for at, color in enumerate(state):
            found.setdefault(color, []).append(cell_at(at))
        return {COLORS[color]: frozenset(cells) for color, cells in sorted(found.items())}

    def place(self, cell: Cell) -> tuple[int, int]:
        """Row and column, counted from 1."""
        return place_of(cell)


@cache
def cell_at(index: int) -> Cell:
    """The cell of a place in the list that a board is."""
    return vector_of((index // COLUMNS + 1, index % COLUMNS + 1))


@cache
def _turns() -> tuple[Turn, ...]:
    """As matrices ((a, b), (c, d)) that take (q, p) to (a*q + b*p, c*q + d*p)."""
    units = ((1, 0), (0, 1))
    plain = [tuple(turned(unit, sixths) for unit in units) for sixths in range(6)]
    mirrored = [tuple(turned(reflected(unit, "up"), sixths) for unit in units) for sixths in range(6)]
    return tuple(((one[0], other[0]), (one[1], other[1])) for one, other in (*plain, *mirrored))
