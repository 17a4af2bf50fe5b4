"""Ways on a lattice of squares: (x, y), where x counts columns to the right and y rows downwards."""

from typing import TypeAlias

__all__ = ["DIRECTIONS", "VECTORS", "Vector", "distance", "mirrored", "turned"]

Vector: TypeAlias = tuple[int, int]
DIRECTIONS = ("up", "right", "down", "left")
"""Clockwise."""
VECTORS: dict[str, Vector] = dict(zip(DIRECTIONS, ((0, -1), (1, 0), (0, 1), (-1, 0)), strict=True))
"""The way to the neighbor in each direction."""


def turned(way: Vector, quarters: int) -> Vector:
    """A way after so many turns of 90 degrees, clockwise.

    >>> turned(VECTORS["up"], 1) == VECTORS["right"]
    True
    """
    x, y = way
    for _ in range(quarters % 4):
        x, y = -y, x
    return x, y


def mirrored(way: Vector) -> Vector:
    """A way with left and right swapped.

    >>> mirrored(VECTORS["left"]) == VECTORS["right"]
    True
    """
    return -way[0], way[1]


def distance(one: Vector, other: Vector) -> int:
    """The number of steps between two squares, none of them diagonal.

    >>> distance((0, 0), (2, -1))
    3
    """
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
