"""Functions that people would write for drawings: what a learned library is measured against.

It is read as text, function by function, and enters like anything else: harmless, typed, its examples run.
"""

from holdfast.library.boards.foundation.hexboard import (
    COLORS,
    DIRECTIONS,
    Game,  # noqa: F401 - of the examples
    Shape,
    Tile,
    pattern,
    ray,
    ring,
)

__all__ = ["dots", "flower", "mirror", "pour", "rhombus", "snowflake", "wedge"]


def flower(center: Tile, petals: str, heart: str) -> None:
    """Paint a tile, and the six tiles around it in another color.

    >>> with Game() as game:
    ...     flower(Tile(5, 5), "red", "yellow")
    ...     len(Shape.of_color("red")), Tile(5, 5).color
    (6, 'yellow')
    """
    center.draw(heart)
    ring(center).draw(petals)


def wedge(tip: Tile) -> Shape:
    """A filled triangle of six tiles that points left: one tile, then two, then three.

    >>> len(wedge(Tile(5, 5)))
    6
    """
    return pattern(tip, [(0, 0), (1, -1), (1, 0), (2, -2), (2, -1), (2, 0)])


def rhombus(left: Tile) -> Shape:
    """Four tiles: one, its two neighbors on the right, and the tile to the right of both.

    >>> rhombus(Tile(5, 5))
    Shape(Tile(4, 6), Tile(5, 5), Tile(5, 6), Tile(5, 7))
    """
    return pattern(left, [(0, 0), (1, -1), (1, 0), (2, -1)])


def snowflake(center: Tile, length: int, color: str) -> None:
    """Paint lines from a tile in all six directions, so many tiles long, the middle with them.

    >>> with Game() as game:
    ...     snowflake(Tile(5, 9), 2, "blue")
    ...     len(Shape.painted())
    7
    """
    for direction in DIRECTIONS:
        ray(center, direction, length).draw(color)


def dots(row: int, column: int, gap: int, count: int, color: str) -> None:
    """Paint every so many tiles of a row, from a column on.

    >>> with Game() as game:
    ...     dots(5, 1, 2, 3, "red")
    ...     Shape.painted()
    Shape(Tile(5, 1), Tile(5, 3), Tile(5, 5))
    """
    for step in range(count):
        Tile(row, column + gap * step).draw(color)


def mirror(place: Tile) -> None:
    """Repeat all that is painted, mirrored at the column of a tile.

    >>> with Game() as game:
    ...     _ = Tile(5, 8).draw("red")
    ...     mirror(Tile(5, 9))
    ...     Shape.painted()
    Shape(Tile(5, 8), Tile(5, 10))
    """
    drawn = [(color, Shape.of_color(color).reflect(place)) for color in COLORS[1:]]
    for color, shape in drawn:
        shape.draw(color)


def pour(border: str, color: str) -> None:
    """Fill what the tiles of one color enclose with another one.

    >>> with Game() as game:
    ...     _ = ring(Tile(5, 5)).draw("green")
    ...     pour("green", "blue")
    ...     Tile(5, 5).color
    'blue'
    """
    Shape.of_color(border).inside().draw(color)
