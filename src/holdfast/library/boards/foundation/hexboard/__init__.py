"""Painting on a board of hexagons: `with Game() as game:` opens a board, tiles and shapes paint on it."""

from .colors import COLORS
from .forms import column, disk, line, pattern, ray, ring
from .game import Game
from .geometry import COLUMNS, DIRECTIONS, ROWS
from .shapes import Shape, Tile

__all__ = [
    "COLORS",
    "COLUMNS",
    "DIRECTIONS",
    "ROWS",
    "Game",
    "Shape",
    "Tile",
    "column",
    "disk",
    "line",
    "pattern",
    "ray",
    "ring",
]
