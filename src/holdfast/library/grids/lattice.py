"""Pictures as a lattice of squares, with the eight ways to turn and mirror them."""

from collections.abc import Hashable, Mapping

from holdfast.library.adapter import Cell, Turn
from holdfast.library.grids.foundation.colorgrid.canvas import LARGEST
from holdfast.library.grids.foundation.colorgrid.colors import COLORS
from holdfast.library.grids.foundation.colorgrid.geometry import DIRECTIONS, VECTORS, mirrored, turned
from holdfast.library.records import State

__all__ = ["SquareLattice"]


class SquareLattice:
    """Cells in coordinates (x, y) from the top left, to which `Tile.shift(x, y)` adds."""

    @property
    def directions(self) -> tuple[Cell, ...]:
        """The four ways to a neighbour, clockwise from up."""
        return tuple(VECTORS.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The words for the directions."""
        return DIRECTIONS

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Four rotations, the identity first, then the same after a mirror image."""
        units = ((1, 0), (0, 1))
        plain = [[turned(unit, quarters) for unit in units] for quarters in range(4)]
        flipped = [[turned(mirrored(unit), quarters) for unit in units] for quarters in range(4)]
        return tuple(((one[0], other[0]), (one[1], other[1])) for one, other in (*plain, *flipped))

    def holds(self, cell: Cell) -> bool:
        """Whether the largest picture has the cell."""
        return 0 <= cell[0] < LARGEST and 0 <= cell[1] < LARGEST

    def cells(self, state: State) -> Mapping[Hashable, frozenset[Cell]]:
        """All cells by the names of their colours, black among them."""
        found: dict[int, list[Cell]] = {}
        for y, row in enumerate(state):
            for x, color in enumerate(row):
                found.setdefault(color, []).append((x, y))
        return {COLORS[color]: frozenset(cells) for color, cells in sorted(found.items())}

    def place(self, cell: Cell) -> tuple[int, int]:
        """Row and column, counted from 1."""
        return cell[1] + 1, cell[0] + 1
