"""Tiles and shapes: cells and sets of cells that are painted on the board of the game that is open.

The rim clips. A tile may lie beyond the board: it can be asked and moved like any other, and painting it does
nothing. A shape holds cells of the board only: cells that would lie beyond are dropped, and moving the
shape back does not bring them back.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from .bits import FULL, bits_of, mapped, neighbors, places, reach, shifted
from .colors import color_name
from .game import Game
from .geometry import (
    COLUMNS,
    DIRECTIONS,
    ROWS,
    VECTORS,
    Place,
    Vector,
    collinear,
    distance,
    is_on_board,
    place_of,
    reflected,
    turned,
    vector_of,
)

__all__ = ["Shape", "Tile"]


class Tile:
    """A cell. Rows and columns count from 1 at the top left; -1 is the last, -2 the one before it.

    >>> with Game():
    ...     _ = Tile(2, 3).draw("red")
    ...     Tile(2, 3).color, Tile(-1, -1), Tile(0, 1).is_on_board
    ('red', Tile(10, 18), False)
    """

    __slots__ = ("_place",)
    _place: Place

    def __init__(self, row: int, column: int) -> None:
        """Raises TypeError for anything but whole numbers."""
        for number in (row, column):
            if type(number) is not int:
                raise TypeError(f"rows and columns are whole numbers, not {number!r}")
        self._place = (_counted(row, ROWS), _counted(column, COLUMNS))

    @classmethod
    def _at(cls, vector: Vector) -> "Tile":
        # Places that were computed are never counted from the end: -1 lies beyond the rim there.
        tile = cls.__new__(cls)
        tile._place = place_of(vector)
        return tile

    @property
    def row(self) -> int:
        """Its row, counted from 1; beyond the board it is below 1 or above 10."""
        return self._place[0]

    @property
    def column(self) -> int:
        """Its column, counted from 1; beyond the board it is below 1 or above 18."""
        return self._place[1]

    @property
    def vector(self) -> Vector:
        """Its lattice coordinates (q, a); differences of them are ways to go."""
        return vector_of(self._place)

    @property
    def is_on_board(self) -> bool:
        """Whether it can be seen and painted."""
        return is_on_board(self._place)

    @property
    def color(self) -> str:
        """Its color on the open game, `white` where nothing was painted or it lies beyond the board."""
        return color_name(Game.current().color_at(self._place))

    def draw(self, color: str | int) -> "Tile":
        """Paint it; nothing happens beyond the board. Returns the tile. Raises ValueError for no color."""
        Game.current()._paint(bits_of([self._place]), color)
        return self

    def neighbor(self, direction: str) -> "Tile":
        """The tile beside it: up, up_right, down_right, down, down_left or up_left.

        >>> Tile(5, 5).neighbor("up_right"), Tile(5, 6).neighbor("up_right")
        (Tile(4, 6), Tile(5, 7))
        """
        return self.move(direction)

    def neighbors(self) -> "Shape":
        """The tiles beside it that are on the board, 6 away from the rim."""
        return Shape(self._at(_plus(self.vector, way)) for way in VECTORS.values())

    def move(self, direction: str, steps: int = 1) -> "Tile":
        """The tile so many steps away in a direction.

        >>> Tile(1, 1).move("down_right", 2)
        Tile(2, 3)
        """
        q, a = _way(direction)
        return self.shift(q * steps, a * steps)

    def shift(self, q: int, a: int) -> "Tile":
        """The tile at a way in lattice coordinates: q columns to the right, then a cells down.

        Going right by itself follows down_right.

        >>> Tile(4, 3).shift(1, -1) == Tile(4, 3).neighbor("up_right")
        True
        """
        return self._at(_plus(self.vector, (q, a)))

    def distance(self, other: "Tile") -> int:
        """The number of steps to another tile."""
        return distance(self.vector, other.vector)

    def direction_to(self, other: "Tile") -> str | None:
        """The direction that leads straight to another tile; None where none does."""
        return collinear(self.vector, other.vector)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tile) and self._place == other._place

    def __lt__(self, other: "Tile") -> bool:
        return self._place < other._place

    def __hash__(self) -> int:
        return hash(self._place)

    def __repr__(self) -> str:
        beyond = "" if self.is_on_board else ", beyond the board"
        return f"Tile({self.row}, {self.column}{beyond})"


class Shape:
    """A set of tiles, in the order of rows; it never changes.

    It is made of tiles and shapes, however mixed. `|` joins, `&` keeps what both have, `-` takes away, `^`
    keeps what only one has.

    >>> shape = Shape(Tile(1, 1), Tile(1, 2)) | Shape([Tile(9, 9)])
    >>> len(shape), Tile(1, 2) in shape, shape == Shape(reversed(list(shape)))
    (3, True, True)
    >>> [(one, other) == (other, one) for one in shape for other in shape].count(True)
    3
    """

    __slots__ = ("_bits",)
    _bits: int
    WHOLE: ClassVar["Shape"]
    """The whole board."""

    def __init__(self, *parts: "Tile | Shape | Iterable[Tile | Shape]") -> None:
        """Tiles beyond the board are left out. Raises TypeError for what is neither tile nor shape."""
        bits = 0
        for part in parts:
            bits |= _bits_in(part)
        self._bits = bits

    @classmethod
    def _of(cls, bits: int) -> "Shape":
        shape = cls.__new__(cls)
        shape._bits = bits & FULL
        return shape

    @classmethod
    def of_color(cls, color: str | int) -> "Shape":
        """All tiles that have a color on the open game."""
        return cls._of(Game.current()._colored(color))

    @classmethod
    def painted(cls) -> "Shape":
        """All tiles that are not white on the open game."""
        return cls._of(FULL & ~Game.current()._colored("white"))

    def draw(self, color: str | int) -> "Shape":
        """Paint all of it. Returns the shape. Raises ValueError for no color."""
        Game.current()._paint(self._bits, color)
        return self

    def recolor(self, colors: dict[str, str]) -> "Shape":
        """Paint each tile by the color that it has; colors that are not named stay. Returns the shape."""
        game = Game.current()
        found = [(self._bits & game._colored(old), new) for old, new in colors.items()]
        for bits, new in found:
            game._paint(bits, new)
        return self

    def translate(self, direction: str, steps: int = 1) -> "Shape":
        """The shape so many steps away; what leaves the board is dropped.

        >>> Shape(Tile(1, 1), Tile(2, 1)).translate("up")
        Shape(Tile(1, 1))
        """
        q, a = _way(direction)
        return self.shift(q * steps, a * steps)

    def shift(self, q: int, a: int) -> "Shape":
        """The shape moved by a way in lattice coordinates, as `Tile.shift`."""
        return self._of(shifted(self._bits, (q, a)))

    def rotate(self, center: Tile, sixths: int = 1) -> "Shape":
        """The shape turned clockwise about a tile, by 60 degrees so many times.

        >>> Shape(Tile(5, 5).neighbor("up")).rotate(Tile(5, 5)) == Shape(Tile(5, 5).neighbor("up_right"))
        True
        """
        middle = center.vector
        return self._of(mapped(self._bits, lambda cell: _plus(middle, turned(_minus(cell, middle), sixths))))

    def reflect(self, through: Tile, axis: str = "up", *, across: bool = False) -> "Shape":
        """The shape mirrored at a line through a tile.

        The line runs in the direction `axis`, or, with `across`, square to it: `reflect(tile)` swaps left
        and right, `reflect(tile, across=True)` swaps top and bottom.

        >>> Shape(Tile(5, 4)).reflect(Tile(5, 5)), Shape(Tile(4, 5)).reflect(Tile(5, 5), across=True)
        (Shape(Tile(5, 6)), Shape(Tile(6, 5)))
        """
        _way(axis)
        middle, sixths = through.vector, 3 if across else 0

        def move(cell: Vector) -> Vector:
            return _plus(middle, turned(reflected(_minus(cell, middle), axis), sixths))

        return self._of(mapped(self._bits, move))

    def neighbors(self) -> "Shape":
        """All tiles beside the shape that do not belong to it."""
        return self._of(neighbors(self._bits))

    def outside(self) -> "Shape":
        """The tiles that can be reached from the rim of the board without crossing the shape."""
        return self._of(reach(_RIM, FULL & ~self._bits))

    def inside(self) -> "Shape":
        """The tiles that the shape encloses."""
        return self.WHOLE - self - self.outside()

    def fill(self) -> "Shape":
        """The shape with the tiles that it encloses."""
        return self | self.inside()

    def edge(self) -> "Shape":
        """The tiles of the shape that have a neighbor outside of it, or lie at the rim of the board."""
        inner = self._bits & ~neighbors(FULL & ~self._bits) & ~_RIM
        return self._of(self._bits & ~inner)

    def components(self) -> "list[Shape]":
        """The connected parts, each by its first tile."""
        left, found = self._bits, []
        while left:
            part = reach(left & -left, left)
            found.append(self._of(part))
            left &= ~part
        return found

    def __or__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._bits | _bits_in(other))

    def __and__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._bits & _bits_in(other))

    def __sub__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._bits & ~_bits_in(other))

    def __xor__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._bits ^ _bits_in(other))

    def __contains__(self, tile: Tile) -> bool:
        return bool(self._bits & bits_of([(tile.row, tile.column)]))

    def __iter__(self) -> Iterator[Tile]:
        return (Tile(*place) for place in places(self._bits))

    def __len__(self) -> int:
        return self._bits.bit_count()

    def __le__(self, other: "Shape") -> bool:
        return self._bits & ~other._bits == 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and self._bits == other._bits

    def __hash__(self) -> int:
        return hash(self._bits)

    def __repr__(self) -> str:
        return f"Shape({', '.join(map(repr, self))})"


def _counted(number: int, length: int) -> int:
    return number + length + 1 if number < 0 else number


def _plus(one: Vector, other: Vector) -> Vector:
    return one[0] + other[0], one[1] + other[1]


def _minus(one: Vector, other: Vector) -> Vector:
    return one[0] - other[0], one[1] - other[1]


def _way(direction: str) -> Vector:
    if direction not in VECTORS:
        raise ValueError(f"{direction!r} is no direction: take one of {', '.join(DIRECTIONS)}")
    return VECTORS[direction]


def _bits_in(part: "Tile | Shape | Iterable[Tile | Shape]") -> int:
    if isinstance(part, Shape):
        return part._bits
    if isinstance(part, Tile):
        return bits_of([(part.row, part.column)])
    if type(part) in {str, bytes, int}:
        raise TypeError(f"a shape is made of tiles and shapes, not of {part!r}")
    bits = 0
    for each in part:
        bits |= _bits_in(each)
    return bits


Shape.WHOLE = Shape._of(FULL)
_RIM = FULL & ~bits_of((row, column) for row in range(2, ROWS) for column in range(2, COLUMNS))
