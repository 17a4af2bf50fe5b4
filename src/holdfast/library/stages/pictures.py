"""Pictures of states for models that see: the SVG images of domains as PNG, which is what their servers take.

Only what domains draw is understood: convex outlines, as paths or rectangles, each filled with one colour.
"""

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["as_url", "png"]

_VIEW = re.compile(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"')
_SHAPE = re.compile(r"<(path|rect)\b([^>]*)/>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_COLOR = re.compile(r"#[0-9a-f]{6}")
_BETWEEN = (0x9A, 0x9A, 0x9A)
"""The colour that shows between shapes."""
_WIDTH = 480
"""Pixels of a picture, about: enough to count cells, and few tokens."""
_INSET = 0.94
"""How much of its size a shape keeps, so that there is something between shapes."""

Points = npt.NDArray[np.float64]


@lru_cache(maxsize=1000)
def as_url(svg: str) -> str:
    """An image as OpenAI's protocol takes it. Raises ValueError as `png` does."""
    return "data:image/png;base64," + base64.b64encode(png(svg)).decode()


def png(svg: str) -> bytes:
    """An image as PNG. Raises ValueError where it says nothing of its size."""
    view = _VIEW.search(svg)
    if view is None:
        raise ValueError("the image has no viewBox")
    left, top, width, height = (float(each) for each in view.groups())
    scale = _WIDTH / max(width, height)
    pixels = np.full((round(height * scale), round(width * scale), 3), _BETWEEN, dtype=np.uint8)
    for points, color in _shapes(svg):
        _fill(pixels, (points - (left, top)) * scale, color)
    return _encoded(pixels)


def _shapes(svg: str) -> Iterator[tuple[Points, tuple[int, int, int]]]:
    for kind, told in _SHAPE.findall(svg):
        values = dict(_ATTRIBUTE.findall(told))
        fill = values.get("fill", "")
        if not _COLOR.fullmatch(fill):
            continue
        if kind == "rect":
            x, y, width, height = (float(values.get(name, 0)) for name in ("x", "y", "width", "height"))
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        else:
            corners = [(float(x), float(y)) for x, y in _POINT.findall(values.get("d", ""))]
        if len(corners) > 2:
            yield np.array(corners), (int(fill[1:3], 16), int(fill[3:5], 16), int(fill[5:7], 16))


def _fill(pixels: npt.NDArray[np.uint8], points: Points, color: tuple[int, int, int]) -> None:
    """Paint the pixels whose middle lies on one side of all edges."""
    middle = points.mean(axis=0)
    corners = middle + (points - middle) * _INSET
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    box = pixels[low[1] : high[1], low[0] : high[0]]
    rows, columns = np.mgrid[0 : box.shape[0], 0 : box.shape[1]]
    x, y = columns + low[0] + 0.5, rows + low[1] + 0.5
    following = np.roll(corners, -1, axis=0)
    sides = [
        (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])
        for start, end in zip(corners, following, strict=True)
    ]
    inside = np.all([side >= 0 for side in sides], axis=0) | np.all([side <= 0 for side in sides], axis=0)
    box[inside] = color


def _encoded(pixels: npt.NDArray[np.uint8]) -> bytes:
    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
