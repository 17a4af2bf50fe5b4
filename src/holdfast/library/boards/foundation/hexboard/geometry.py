"""Where the cells of the board lie, and which are beside each other.

The board has 10 rows and 18 columns, counted from 1 at the top left. Its cells are hexagons that stand in
columns; those of even columns sit half a cell lower. A cell is (row, column) to people. Moves add up in
lattice coordinates instead: (q, a), where q counts columns and a counts cells down a column, with a shear
that makes the six directions the same everywhere.
"""

from typing import TypeAlias

__all__ = [
    "COLUMNS",
    "DIRECTIONS",
    "ROWS",
    "VECTORS",
    "Place",
    "Vector",
    "collinear",
    "distance",
    "is_on_board",
    "place_of",
    "reflected",
    "ring_vectors",
    "turned",
    "vector_of",
]

ROWS = 10
COLUMNS = 18
Place: TypeAlias = tuple[int, int]
"""(row, column), counted from 1; it need not be on the board."""
Vector: TypeAlias = tuple[int, int]
"""(q, a): a place, or the way from one to another, in lattice coordinates."""

DIRECTIONS = ("up", "up_right", "down_right", "down", "down_left", "up_left")
"""Clockwise. There is no left and no right: no cell has a neighbour there."""
VECTORS: dict[str, Vector] = dict(
    zip(DIRECTIONS, ((0, -1), (1, -1), (1, 0), (0, 1), (-1, 1), (-1, 0)), strict=True)
)
"""The way to the neighbour in each direction."""


def vector_of(place: Place) -> Vector:
    """Lattice coordinates of a place; the top left cell has (0, 0).

    >>> vector_of((1, 1)), vector_of((5, 6))
    ((0, 0), (5, 2))
    """
    row, column = place
    return column - 1, row - 1 - (column - 1) // 2


def place_of(vector: Vector) -> Place:
    """The place that has these lattice coordinates.

    >>> place_of((5, 2))
    (5, 6)
    """
    q, a = vector
    return a + q // 2 + 1, q + 1


def is_on_board(place: Place) -> bool:
    """Whether there is a cell.

    >>> is_on_board((10, 18)), is_on_board((0, 1))
    (True, False)
    """
    return 1 <= place[0] <= ROWS and 1 <= place[1] <= COLUMNS


def distance(one: Vector, other: Vector) -> int:
    """The number of steps between two cells.

    >>> distance((0, 0), (2, -1))
    2
    """
    q, a = one[0] - other[0], one[1] - other[1]
    return (abs(q) + abs(a) + abs(q + a)) // 2


def turned(vector: Vector, sixths: int) -> Vector:
    """A way after `sixths` turns of 60 degrees, clockwise.

    >>> turned(VECTORS["up"], 1) == VECTORS["up_right"]
    True
    """
    q, a = vector
    for _ in range(sixths % 6):
        q, a = -a, q + a
    return q, a


def reflected(vector: Vector, direction: str) -> Vector:
    """A way mirrored at the line that runs in a direction.

    >>> reflected(VECTORS["up_right"], "up") == VECTORS["up_left"]
    True
    """
    q, a = vector
    # Mirrored at the line up and down; any other line is turned there and back.
    q, a = turned((q, a), -DIRECTIONS.index(direction))
    return turned((-q, a + q), DIRECTIONS.index(direction))


def ring_vectors(radius: int) -> list[Vector]:
    """The ways to all cells at a distance, clockwise from the one that lies up: 6 * radius of them.

    >>> len(ring_vectors(2)), ring_vectors(0)
    (12, [(0, 0)])
    """
    if radius == 0:
        return [(0, 0)]
    corners = [(q * radius, a * radius) for q, a in VECTORS.values()]
    sides = [VECTORS[DIRECTIONS[(turn + 2) % 6]] for turn in range(6)]
    return [
        (q + step * dq, a + step * da)
        for (q, a), (dq, da) in zip(corners, sides, strict=True)
        for step in range(radius)
    ]


def collinear(one: Vector, other: Vector) -> str | None:
    """The direction that leads straight from one cell to another; None where none does, or they are the same.

    >>> collinear((0, 0), (0, 3)), collinear((0, 0), (1, 1))
    ('down', None)
    """
    steps = distance(one, other)
    way = other[0] - one[0], other[1] - one[1]
    for direction, (q, a) in VECTORS.items():
        if steps and way == (q * steps, a * steps):
            return direction
    return None
