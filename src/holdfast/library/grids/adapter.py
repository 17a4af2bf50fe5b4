"""Pictures of coloured squares, as the pipeline asks for a domain."""

import random
from collections.abc import Hashable, Sequence
from pathlib import Path

from holdfast.library.grids.foundation.colorgrid.colors import COLORS
from holdfast.library.grids.lattice import SquareLattice
from holdfast.library.grids.loading import is_picture, load
from holdfast.library.python_domain import PythonDomain
from holdfast.library.records import Loaded, State
from holdfast.library.running import Foundation

__all__ = ["Grids"]

_FILLS = (
    "#111111", "#2667c9", "#d7263d", "#3fa34d", "#f5d327", "#9a9a9a", "#d43fb0", "#f28c28", "#6cc5e8",
    "#7a1f2b",
)  # fmt: skip
_SIDE = 10
_EXAMPLE = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 2, 2, 2, 0, 0, 0, 0],
    [0, 2, 0, 2, 0, 0, 1, 0],
    [0, 2, 2, 2, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 2, 2, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
]
"""What the examples of functions see: of a black picture, most functions show nothing."""


class Grids(PythonDomain):
    """States are pictures: rows of numbers of colours, at most 30 of at most 30."""

    name = "grids"
    lattice = SquareLattice()
    _foundation = Foundation(Path(__file__).with_name("foundation"), "colorgrid", _EXAMPLE, ("grid",))

    def load(self, path: Path) -> Loaded:
        """Read pictures. Raises UserError where the file is missing or no line of it can be used."""
        return load(path)

    def is_state(self, state: State) -> bool:
        """Whether it is a picture."""
        return is_picture(state)

    def parts(self, state: State) -> frozenset[Hashable]:
        """(row, column, colour) of each square that is not black."""
        return frozenset(each for each in _squares(state) if each[2])

    def changes(self, before: State, after: State) -> frozenset[Hashable]:
        """(row, column, colour) of each square with another colour than before.

        Squares that were not there before are among them, and those that are no more, with the colour None.
        """
        old, new = _squares(before), _squares(after)
        kept = {(row, column) for row, column, _ in new}
        gone = [(row, column, None) for row, column, _ in old if (row, column) not in kept]
        return frozenset([*(new - old), *gone])

    def probes(self, count: int, seed: int) -> Sequence[State]:
        """Pictures of several sizes with rectangles here and there; the first is black."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        return [_picture(chance, 0 if at == 0 else 4) for at in range(count)]

    def picture(self, state: State) -> str:
        """The picture as an SVG image."""
        height, width = len(state) * _SIDE, len(state[0]) * _SIDE
        squares = "".join(
            f'<rect x="{(column - 1) * _SIDE}" y="{(row - 1) * _SIDE}" width="{_SIDE}" height="{_SIDE}" '
            f'fill="{_FILLS[color]}"/>'
            for row, column, color in sorted(_squares(state))
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {width + 2} {height + 2}">'
            f'<g stroke="#555555" stroke-width="0.6">{squares}</g></svg>'
        )


def _squares(state: State) -> set[tuple[int, int, int]]:
    return {(at, to, color) for at, row in enumerate(state, 1) for to, color in enumerate(row, 1)}


def _picture(chance: random.Random, rectangles: int) -> State:
    height, width = chance.randint(6, 12), chance.randint(6, 12)
    rows = [[0] * width for _ in range(height)]
    for _ in range(rectangles):
        top, left = chance.randrange(height), chance.randrange(width)
        bottom, right = min(height, top + chance.randint(1, 4)), min(width, left + chance.randint(1, 4))
        color = chance.randrange(1, len(COLORS))
        for row in rows[top:bottom]:
            row[left:right] = [color] * (right - left)
    return rows
