"""Painting on pictures of colored squares: `with Grid(rows) as grid:` opens one to paint on."""

from .canvas import Grid
from .colors import COLORS
from .geometry import DIRECTIONS
from .shapes import Shape, Tile, pattern

__all__ = ["COLORS", "DIRECTIONS", "Grid", "Shape", "Tile", "pattern"]
