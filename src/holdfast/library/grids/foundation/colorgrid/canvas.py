"""The picture that is painted on."""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import ClassVar, TypeAlias

from .colors import color_number

__all__ = ["LARGEST", "Grid", "Place"]

Place: TypeAlias = tuple[int, int]
"""(row, column), counted from 1; it need not be on the picture."""
LARGEST = 30
"""No picture has more rows or columns."""


class Grid:
    """A picture of colored squares. Tiles and shapes paint on the innermost open one.

    >>> with Grid([[0, 0], [0, 0]]) as grid:
    ...     grid.paint([(1, 2), (9, 9)], "red")
    >>> grid.rows
    [[0, 2], [0, 0]]
    """

    _open: ClassVar[list["Grid"]] = []

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        """Begin with rows of numbers of colors. Raises ValueError where they are no rectangle of them."""
        self._rows = [[color_number(color) for color in row] for row in rows]
        lengths = {len(row) for row in self._rows}
        if len(lengths) != 1 or not 1 <= min(lengths) <= max(lengths) <= LARGEST or len(rows) > LARGEST:
            raise ValueError(
                f"a picture has 1 to {LARGEST} rows of 1 to {LARGEST} squares, all of one length"
            )

    @classmethod
    def current(cls) -> "Grid":
        """The innermost open grid. Raises RuntimeError where none is open."""
        if not cls._open:
            raise RuntimeError("no grid is open: paint inside of `with Grid(rows) as grid:`")
        return cls._open[-1]

    @property
    def rows(self) -> list[list[int]]:
        """The numbers of the colors, row by row from the top."""
        return [list(row) for row in self._rows]

    @property
    def height(self) -> int:
        """The number of its rows."""
        return len(self._rows)

    @property
    def width(self) -> int:
        """The number of its columns."""
        return len(self._rows[0])

    def holds(self, place: Place) -> bool:
        """Whether the place lies on the picture."""
        return 1 <= place[0] <= self.height and 1 <= place[1] <= self.width

    def resize(self, height: int, width: int) -> None:
        """Cut the picture off, or go on in black, to the right and below.

        >>> grid = Grid([[1, 2]])
        >>> grid.resize(2, 1)
        >>> grid.rows
        [[1], [0]]

        Raises ValueError for what is no size.
        """
        if not (1 <= height <= LARGEST and 1 <= width <= LARGEST):
            raise ValueError(f"a picture has 1 to {LARGEST} rows and columns, not {height} and {width}")
        blank = [0] * width
        rows = [(row + blank)[:width] for row in self._rows[:height]]
        self._rows = rows + [list(blank) for _ in range(height - len(rows))]

    def paint(self, places: Iterable[Place], color: str | int) -> None:
        """Paint the places that lie on the picture. Raises ValueError for no color."""
        number = color_number(color)
        for row, column in places:
            if self.holds((row, column)):
                self._rows[row - 1][column - 1] = number

    def color_at(self, place: Place) -> int:
        """The number of a color, 0 beyond the picture."""
        return self._rows[place[0] - 1][place[1] - 1] if self.holds(place) else 0

    def places(self) -> list[Place]:
        """All places, row by row from the top."""
        return [(row, column) for row in range(1, self.height + 1) for column in range(1, self.width + 1)]

    def __enter__(self) -> "Grid":
        self._open.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.remove(self)
