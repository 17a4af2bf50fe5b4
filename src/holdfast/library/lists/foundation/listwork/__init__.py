"""Working on lists of whole numbers: a program finds one under the name `items` and leaves another there."""

from .parts import rotated, runs, windows

__all__ = ["rotated", "runs", "windows"]
