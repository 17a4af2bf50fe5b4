"""Shapes that begin at a tile: patterns, lines, rays, rings, disks. The rim clips all of them."""

from collections.abc import Iterable

from .geometry import DIRECTIONS, Vector, reflected, ring_vectors, turned
from .shapes import Shape, Tile

__all__ = ["column", "disk", "line", "pattern", "ray", "ring"]


def pattern(anchor: Tile, ways: Iterable[Vector], direction: str = "up", *, mirrored: bool = False) -> Shape:
    """The tiles at ways (q, a) from a tile, in lattice coordinates as `Tile.shift` takes them.

    >>> pattern(Tile(5, 5), [(0, 0), (0, 1), (1, 0)])
    Shape(Tile(5, 5), Tile(5, 6), Tile(6, 5))

    The ways are turned so that what points up points in the direction; mirrored swaps left and right before.

    >>> pattern(Tile(5, 5), [(0, -2)], "down"), pattern(Tile(5, 5), [(1, -1)], mirrored=True)
    (Shape(Tile(7, 5)), Shape(Tile(4, 4)))

    Raises ValueError for no direction.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"{direction!r} is no direction: take one of {', '.join(DIRECTIONS)}")
    sixths = DIRECTIONS.index(direction)
    flipped = [reflected(way, "up") if mirrored else way for way in ways]
    return Shape(anchor.shift(*turned(way, sixths)) for way in flipped)


def line(start: Tile, end: Tile) -> Shape:
    """The tiles from one tile straight to another, both with it.

    >>> line(Tile(1, 1), Tile(3, 1))
    Shape(Tile(1, 1), Tile(2, 1), Tile(3, 1))

    Raises ValueError where no direction leads straight there.
    """
    if start == end:
        return Shape(start)
    direction = start.direction_to(end)
    if direction is None:
        raise ValueError(f"no straight line leads from {start} to {end}")
    return ray(start, direction, start.distance(end) + 1)


def ray(start: Tile, direction: str, length: int | None = None) -> Shape:
    """So many tiles in a direction, the start with them; all up to the rim without a length.

    >>> len(ray(Tile(1, 4), "down")), ray(Tile(1, 4), "down", 2)
    (10, Shape(Tile(1, 4), Tile(2, 4)))

    Raises ValueError for a length below 0.
    """
    if length is not None and length < 0:
        raise ValueError(f"a ray has no {length} tiles")
    reach = _reach(start) + 1
    return Shape(
        start.move(direction, steps) for steps in range(reach if length is None else min(length, reach))
    )


def ring(center: Tile, radius: int = 1) -> Shape:
    """The tiles at a distance from the center: 6 * radius of them away from the rim.

    >>> len(ring(Tile(5, 9), 2)), len(ring(Tile(1, 1)))
    (12, 2)

    Raises ValueError for a radius below 0.
    """
    if radius < 0:
        raise ValueError(f"a ring has no radius of {radius}")
    return pattern(center, ring_vectors(radius)) if radius <= _reach(center) else Shape()


def disk(center: Tile, radius: int = 1) -> Shape:
    """The tiles at a distance from the center and nearer, the center with them.

    >>> len(disk(Tile(5, 9), 1))
    7

    Raises ValueError for a radius below 0.
    """
    if radius < 0:
        raise ValueError(f"a disk has no radius of {radius}")
    return Shape(tile for tile in Shape.WHOLE if tile.distance(center) <= radius)


def column(number: int) -> Shape:
    """All tiles of a column; -1 is the last.

    >>> len(column(-1))
    10
    """
    return ray(Tile(1, number), "down")


def _reach(tile: Tile) -> int:
    """A number of steps that no cell of the board is farther away from a tile."""
    return tile.distance(Tile(5, 9)) + 18
