"""The board that is painted on."""

from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar

from .bits import FULL, bits_of, places
from .colors import COLORS, color_number
from .geometry import COLUMNS, ROWS, Place
from .pictures import png, svg

__all__ = ["Game"]


class Game:
    """A board of 10 rows and 18 columns, white at first. Tiles and shapes paint on the innermost open one.

    >>> with Game([1] * 3 + [0] * 177) as game:
    ...     game.end_step()
    >>> game.board_state[:4], len(game.steps)
    ([1, 1, 1, 0], 1)
    """

    _open: ClassVar[list["Game"]] = []

    def __init__(self, start: Sequence[int] | None = None) -> None:
        """Begin with a board of 180 numbers of colors, row by row. Raises ValueError for anything else."""
        self._cells = [FULL, *(0 for _ in COLORS[1:])]
        self._steps: list[list[int]] = []
        self.start = list(start) if start is not None else [0] * (ROWS * COLUMNS)
        """The board as it was at first."""
        if len(self.start) != ROWS * COLUMNS:
            raise ValueError(f"a board has {ROWS * COLUMNS} cells, not {len(self.start)}")
        for at, color in enumerate(self.start):
            self._paint(1 << at, color)

    @classmethod
    def current(cls) -> "Game":
        """The innermost open game. Raises RuntimeError where none is open."""
        if not cls._open:
            raise RuntimeError("no game is open: paint inside of `with Game() as game:`")
        return cls._open[-1]

    @property
    def board_state(self) -> list[int]:
        """The numbers of the colors of all 180 cells, row by row from the top; also after the game."""
        board = [0] * (ROWS * COLUMNS)
        for color, bits in enumerate(self._cells):
            for row, column in places(bits) if color else ():
                board[(row - 1) * COLUMNS + column - 1] = color
        return board

    @property
    def steps(self) -> tuple[list[int], ...]:
        """The boards at the ends of the steps so far."""
        return tuple(list(board) for board in self._steps)

    def end_step(self) -> None:
        """Keep the board as it is now, as the end of a step."""
        self._steps.append(self.board_state)

    # Sets of cells as numbers are between the modules of this package: a program that packed its drawing into
    # one would be short, and say nothing.

    def _paint(self, bits: int, color: str | int) -> None:
        """Paint a set of cells. Raises ValueError for no color."""
        number, bits = color_number(color), bits & FULL
        self._cells = [cells & ~bits for cells in self._cells]
        self._cells[number] |= bits

    def _colored(self, color: str | int) -> int:
        """The set of cells that have a color."""
        return self._cells[color_number(color)]

    def color_at(self, place: Place) -> int:
        """The number of a cell's color, 0 beyond the board."""
        bit = bits_of([place])
        return next((color for color, cells in enumerate(self._cells) if cells & bit), 0)

    def plot(self) -> str:
        """The board as an SVG image."""
        return svg(self.board_state)

    def png(self) -> bytes:
        """The board as a PNG image, to be written to a file."""
        return png(self.board_state)

    def __enter__(self) -> "Game":
        self._open.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.remove(self)
