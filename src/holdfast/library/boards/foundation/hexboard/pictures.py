"""Boards as images."""

import struct
import zlib
from collections.abc import Sequence

from .geometry import COLUMNS, ROWS

__all__ = ["png", "svg"]

_FILLS = ("#ffffff", "#1a1a1a", "#f5d327", "#3fa34d", "#d7263d", "#2667c9", "#7b3fa0", "#f28c28")
_SIDE = 10.0
_HALF = 8.660254
"""Half the height of a cell: its side times the root of three, halved."""
_BETWEEN = "9a9a9a"
_LINE = 1.3
"""How much nearer a point is to the middle of its cell than to any other, where it is not between cells."""


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
        f'<g stroke="#{_BETWEEN}" stroke-width="0.8">{cells}</g></svg>'
    )


def _outline(row: int, column: int) -> str:
    x = 1 + _SIDE * (1 + 1.5 * column)
    y = 1 + _HALF * (1 + 2 * row + column % 2)
    dx, dy = _SIDE / 2, _HALF
    corners = ((_SIDE, 0.0), (dx, dy), (-dx, dy), (-_SIDE, 0.0), (-dx, -dy), (dx, -dy))
    return "M" + "L".join(f"{x + right:.1f},{y + down:.1f}" for right, down in corners) + "Z"


def png(board: Sequence[int], scale: float = 1.0) -> bytes:
    """A board of 180 numbers of colors as a PNG image, 277 points wide and 184 high at scale 1.

    >>> png([0] * 180, 0.2)[1:4]
    b'PNG'
    """
    width, height = (
        round((_SIDE * (1.5 * COLUMNS + 0.5) + 2) * scale),
        round((_HALF * (2 * ROWS + 1) + 2) * scale),
    )
    lines = b"".join(
        b"\0" + bytes(_shade(board, (x + 0.5) / scale - 1, (y + 0.5) / scale - 1) for x in range(width))
        for y in range(height)
    )
    palette = bytes.fromhex("".join(fill[1:] for fill in _FILLS) + _BETWEEN)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _shade(board: Sequence[int], x: float, y: float) -> int:
    """The place in the palette of a point; white beyond the board."""
    # A point lies in the hexagon whose middle is nearest, also where that hexagon is beyond the rim.
    near = []
    first = int(x // (1.5 * _SIDE)) - 1
    for column in range(first, first + 3):
        top = _HALF * (1 + column % 2)
        row = round((y - top) / (2 * _HALF))
        away = x - _SIDE * (1 + 1.5 * column)
        near += [
            (away * away + (y - top - 2 * _HALF * each) ** 2, each, column)
            for each in (row - 1, row, row + 1)
        ]
    (nearest, row, column), (second, *_), *_ = sorted(near)
    if not (0 <= row < ROWS and 0 <= column < COLUMNS):
        return 0
    return len(_FILLS) if second**0.5 - nearest**0.5 < _LINE else board[row * COLUMNS + column]
