"""Sets of cells as whole numbers of 180 bits: bit (row - 1) * 18 + (column - 1) is set for each cell.

Cells beyond the rim do not exist here: whatever would move a cell there drops it.
"""

from collections.abc import Callable, Iterable, Iterator

from .geometry import COLUMNS, ROWS, Place, Vector, is_on_board, place_of, vector_of

__all__ = ["FULL", "bits_of", "mapped", "neighbors", "places", "reach", "shifted"]

FULL = (1 << ROWS * COLUMNS) - 1
"""The whole board."""
_ROW = (1 << COLUMNS) - 1


def _columns(wanted: Callable[[int], bool]) -> int:
    row = sum(1 << column - 1 for column in range(1, COLUMNS + 1) if wanted(column))
    return sum(row << COLUMNS * at for at in range(ROWS))


_HIGH = _columns(lambda column: column % 2 == 1)
_LOW = _columns(lambda column: column % 2 == 0)
_STAYING = {q: _columns(range(1 - q, COLUMNS + 1 - q).__contains__) for q in range(-COLUMNS, COLUMNS + 1)}
"""The cells that are still on the board after a move by so many columns."""


def bits_of(cells: Iterable[Place]) -> int:
    """The set of those cells that are on the board."""
    bits = 0
    for row, column in cells:
        if is_on_board((row, column)):
            bits |= 1 << (row - 1) * COLUMNS + column - 1
    return bits


def places(bits: int) -> Iterator[Place]:
    """The cells of a set, row by row from the top, each from the left."""
    while bits:
        lowest = bits & -bits
        at = lowest.bit_length() - 1
        yield at // COLUMNS + 1, at % COLUMNS + 1
        bits ^= lowest


def shifted(bits: int, vector: Vector) -> int:
    """The set moved; cells that leave the board are dropped."""
    q, a = vector
    if abs(q) > COLUMNS:
        return 0
    bits &= _STAYING[q]
    # Between columns of both kinds the row changes by half a cell more or less.
    high, low = _moved(bits & _HIGH, q, a + q // 2), _moved(bits & _LOW, q, a + (q + 1) // 2)
    return high | low


def _moved(bits: int, columns: int, rows: int) -> int:
    """Moved within rows and by rows; no cell leaves its row sideways."""
    if abs(rows) >= ROWS:
        return 0
    # Rows first: what leaves over the top or bottom is dropped before anything moves sideways.
    bits = (bits << COLUMNS * rows) & FULL if rows >= 0 else bits >> -COLUMNS * rows
    return bits << columns if columns >= 0 else bits >> -columns


def mapped(bits: int, move: Callable[[Vector], Vector]) -> int:
    """The set with each cell moved by a rule in lattice coordinates."""
    return bits_of(place_of(move(vector_of(place))) for place in places(bits))


def neighbors(bits: int) -> int:
    """All cells beside a cell of the set that are not in it."""
    around = 0
    for vector in ((0, -1), (1, -1), (1, 0), (0, 1), (-1, 1), (-1, 0)):
        around |= shifted(bits, vector)
    return around & ~bits


def reach(bits: int, within: int) -> int:
    """All cells of `within` that can be reached from `bits` by steps inside `within`."""
    found = front = bits & within
    while front:
        front = neighbors(front) & within & ~found
        found |= front
    return found
