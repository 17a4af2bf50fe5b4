"""Boards as images."""

from collections.abc import Sequence

from .geometry import COLUMNS, ROWS

__all__ = ["svg"]

_FILLS = ("#ffffff", "#1a1a1a", "#f5d327", "#3fa34d", "#d7263d", "#2667c9", "#7b3fa0", "#f28c28")
_SIDE = 10.0
_HALF = 8.660254
"""Half the height of a cell: its side times the root of three, halved."""


def svg(board: Sequence[int]) -> str:
    """A board of 180 numbers of colors as an SVG image that stands alone.

    >>> svg([0] * 180).count("<path")
    180
    """
    width, height = _SIDE * (1.5 * COLUMNS + 0.5) + 2, _HALF * (2 * ROWS + 1) + 2
    cells = "".join(
        f'<path d="{_outline(at // COLUMNS, at % COLUMNS)}" fill="{_FILLS[color]}"/>'
        for at, color in enumerate(board)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">'
        f'<g stroke="#9a9a9a" stroke-width="0.8">{cells}</g></svg>'
    )


def _outline(row: int, column: int) -> str:
    x = 1 + _SIDE * (1 + 1.5 * column)
    y = 1 + _HALF * (1 + 2 * row + column % 2)
    dx, dy = _SIDE / 2, _HALF
    corners = ((_SIDE, 0.0), (dx, dy), (-dx, dy), (-_SIDE, 0.0), (-dx, -dy), (dx, -dy))
    return "M" + "L".join(f"{x + right:.1f},{y + down:.1f}" for right, down in corners) + "Z"
