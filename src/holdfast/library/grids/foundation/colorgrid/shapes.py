"""Tiles and shapes: squares and sets of squares that are painted on the grid that is open.

They may lie beyond the picture, wholly or in part: they can be asked and moved there, and painting leaves out
what cannot be seen.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from .canvas import LARGEST, Grid, Place
from .colors import COLORS, color_number
from .geometry import DIRECTIONS, VECTORS, Vector, distance, mirrored, turned

__all__ = ["Shape", "Tile", "pattern"]


class Tile:
    """A square. Rows and columns count from 1 at the top left; -1 is the last of the open grid.

    >>> with Grid([[0, 0, 0]]):
    ...     _ = Tile(1, 3).draw("red")
    ...     Tile(1, -1), Tile(1, 3).color, Tile(0, 1).is_on_board
    (Tile(1, 3), 'red', False)
    """

    __slots__ = ("_place",)
    _place: Place

    def __init__(self, row: int, column: int) -> None:
        """Raises TypeError for anything but whole numbers."""
        for number in (row, column):
            if type(number) is not int:
                raise TypeError(f"rows and columns are whole numbers, not {number!r}")
        if row < 0:
            row += Grid.current().height + 1
        if column < 0:
            column += Grid.current().width + 1
        self._place = (row, column)

    @classmethod
    def _at(cls, place: Place) -> "Tile":
        # Places that were computed are never counted from the end: -1 lies beyond the picture there.
        tile = cls.__new__(cls)
        tile._place = place
        return tile

    @property
    def row(self) -> int:
        """Its row, counted from 1."""
        return self._place[0]

    @property
    def column(self) -> int:
        """Its column, counted from 1."""
        return self._place[1]

    @property
    def vector(self) -> Vector:
        """(column - 1, row - 1); differences of them are ways to go."""
        return self.column - 1, self.row - 1

    @property
    def is_on_board(self) -> bool:
        """Whether it lies on the open grid."""
        return Grid.current().holds(self._place)

    @property
    def color(self) -> str:
        """Its color on the open grid, `black` where nothing was painted or it lies beyond."""
        return COLORS[Grid.current().color_at(self._place)]

    def draw(self, color: str | int) -> "Tile":
        """Paint it; nothing happens beyond the picture. Returns the tile. Raises ValueError for no color."""
        Grid.current().paint([self._place], color)
        return self

    def neighbor(self, direction: str) -> "Tile":
        """The tile beside it: up, right, down or left."""
        return self.move(direction)

    def neighbors(self) -> "Shape":
        """The four tiles beside it."""
        return Shape(self.move(direction) for direction in DIRECTIONS)

    def move(self, direction: str, steps: int = 1) -> "Tile":
        """The tile so many steps away in a direction.

        >>> Tile(1, 1).move("right", 2)
        Tile(1, 3)
        """
        x, y = _way(direction)
        return self.shift(x * steps, y * steps)

    def shift(self, x: int, y: int) -> "Tile":
        """The tile x columns to the right and y rows below.

        >>> Tile(4, 3).shift(1, -1)
        Tile(3, 4)
        """
        return self._at((self.row + y, self.column + x))

    def distance(self, other: "Tile") -> int:
        """The number of steps to another tile, none of them diagonal."""
        return distance(self.vector, other.vector)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tile) and self._place == other._place

    def __lt__(self, other: "Tile") -> bool:
        return self._place < other._place

    def __hash__(self) -> int:
        return hash(self._place)

    def __repr__(self) -> str:
        return f"Tile({self.row}, {self.column})"


class Shape:
    """A set of tiles, in the order of rows; it never changes.

    It is made of tiles and shapes, however mixed. `|` joins, `&` keeps what both have, `-` takes away, `^`
    keeps what only one has.

    >>> shape = Shape(Tile(2, 1), Tile(1, 2)) | Tile(9, 9)
    >>> len(shape), Tile(1, 2) in shape, list(shape)[0]
    (3, True, Tile(1, 2))
    """

    __slots__ = ("_places",)
    _places: frozenset[Place]
    WHOLE: ClassVar["Shape"]
    """All tiles that a picture of any size can have."""

    def __init__(self, *parts: "Tile | Shape | Iterable[Tile | Shape]") -> None:
        """Raises TypeError for what is neither tile nor shape."""
        self._places = frozenset(place for part in parts for place in _places_in(part))

    @classmethod
    def _of(cls, places: Iterable[Place]) -> "Shape":
        shape = cls.__new__(cls)
        shape._places = frozenset(places)
        return shape

    @classmethod
    def whole(cls) -> "Shape":
        """All tiles of the open grid."""
        return cls._of(Grid.current().places())

    @classmethod
    def of_color(cls, color: str | int) -> "Shape":
        """All tiles that have a color on the open grid. Raises ValueError for no color."""
        number, grid = color_number(color), Grid.current()
        return cls._of(place for place in grid.places() if grid.color_at(place) == number)

    @classmethod
    def painted(cls) -> "Shape":
        """All tiles that are not black on the open grid."""
        return cls.whole() - cls.of_color("black")

    def draw(self, color: str | int) -> "Shape":
        """Paint all of it. Returns the shape. Raises ValueError for no color."""
        Grid.current().paint(self._places, color)
        return self

    def recolor(self, colors: dict[str, str]) -> "Shape":
        """Paint each tile by the color that it has; colors that are not named stay. Returns the shape."""
        found = [(self & self.of_color(old), new) for old, new in colors.items()]
        for shape, color in found:
            shape.draw(color)
        return self

    def shift(self, x: int, y: int) -> "Shape":
        """The shape moved x columns to the right and y rows down."""
        return self._of((row + y, column + x) for row, column in self._places)

    def translate(self, direction: str, steps: int = 1) -> "Shape":
        """The shape so many steps away.

        >>> Shape(Tile(2, 2)).translate("up")
        Shape(Tile(1, 2))
        """
        x, y = _way(direction)
        return self.shift(x * steps, y * steps)

    def rotate(self, center: Tile, quarters: int = 1) -> "Shape":
        """The shape turned clockwise about a tile, by 90 degrees so many times.

        >>> Shape(Tile(4, 5)).rotate(Tile(5, 5))
        Shape(Tile(5, 6))
        """
        return self._mapped(center, lambda way: turned(way, quarters))

    def reflect(self, through: Tile, *, across: bool = False) -> "Shape":
        """The shape with left and right swapped about a tile; with `across`, top and bottom.

        >>> Shape(Tile(4, 4)).reflect(Tile(5, 5)), Shape(Tile(4, 4)).reflect(Tile(5, 5), across=True)
        (Shape(Tile(4, 6)), Shape(Tile(6, 4)))
        """
        return self._mapped(through, lambda way: turned(mirrored(way), 2 if across else 0))

    def _mapped(self, center: Tile, move: Callable[[Vector], Vector]) -> "Shape":
        x, y = center.vector
        return Shape(center.shift(*move((column - 1 - x, row - 1 - y))) for row, column in self._places)

    def neighbors(self) -> "Shape":
        """All tiles beside the shape that do not belong to it."""
        return Shape(tile.neighbors() for tile in self) - self

    def components(self) -> "list[Shape]":
        """The connected parts, each by its first tile."""
        left, found = self, []
        while left:
            part = Shape(next(iter(left)))
            while grown := part.neighbors() & left:
                part |= grown
            found.append(part)
            left -= part
        return found

    def box(self) -> "Shape":
        """The smallest rectangle that holds the shape.

        >>> len(Shape(Tile(1, 1), Tile(2, 3)).box())
        6
        """
        rows, columns = [row for row, _ in self._places], [column for _, column in self._places]
        if not rows:
            return self
        across = range(min(columns), max(columns) + 1)
        return self._of((row, column) for row in range(min(rows), max(rows) + 1) for column in across)

    def inside(self) -> "Shape":
        """The tiles that the shape encloses.

        >>> (Shape(Tile(1, 1), Tile(3, 3)).box() - Tile(2, 2)).inside()
        Shape(Tile(2, 2))
        """
        box = self.box()
        rim = box.neighbors()
        free = (box | rim) - self
        return Shape(part for part in free.components() if not part & rim)

    def __or__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._places | set(_places_in(other)))

    def __and__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._places & set(_places_in(other)))

    def __sub__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._places - set(_places_in(other)))

    def __xor__(self, other: "Shape | Tile") -> "Shape":
        return self._of(self._places ^ set(_places_in(other)))

    def __contains__(self, tile: Tile) -> bool:
        return (tile.row, tile.column) in self._places

    def __iter__(self) -> Iterator[Tile]:
        return (Tile._at(place) for place in sorted(self._places))

    def __len__(self) -> int:
        return len(self._places)

    def __le__(self, other: "Shape") -> bool:
        return self._places <= other._places

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and self._places == other._places

    def __hash__(self) -> int:
        return hash(self._places)

    def __repr__(self) -> str:
        return f"Shape({', '.join(map(repr, self))})"


def pattern(anchor: Tile, ways: Iterable[Vector], direction: str = "up", *, mirrored: bool = False) -> Shape:
    """The tiles at ways (x, y) from a tile, as `Tile.shift` takes them.

    The ways are turned so that what points up points in the direction; mirrored swaps left and right before.

    >>> pattern(Tile(5, 5), [(1, -2)]), pattern(Tile(5, 5), [(1, -2)], "right", mirrored=True)
    (Shape(Tile(3, 6)), Shape(Tile(4, 7)))

    Raises ValueError for no direction.
    """
    _way(direction)
    quarters = DIRECTIONS.index(direction)
    flipped = [(-x, y) if mirrored else (x, y) for x, y in ways]
    return Shape(anchor.shift(*turned(way, quarters)) for way in flipped)


def _way(direction: str) -> Vector:
    if direction not in VECTORS:
        raise ValueError(f"{direction!r} is no direction: take one of {', '.join(DIRECTIONS)}")
    return VECTORS[direction]


def _places_in(part: "Tile | Shape | Iterable[Tile | Shape]") -> Iterable[Place]:
    if isinstance(part, Shape):
        return part._places
    if isinstance(part, Tile):
        return (part._place,)
    if type(part) in {str, bytes, int}:
        raise TypeError(f"a shape is made of tiles and shapes, not of {part!r}")
    return [place for each in part for place in _places_in(each)]


Shape.WHOLE = Shape._of((row, column) for row in range(1, LARGEST + 1) for column in range(1, LARGEST + 1))
