"""Runs the pieces of a program on one picture."""

from collections.abc import Mapping

from .canvas import Grid

__all__ = ["Session"]


class Session:
    """A grid that is open from the beginning to the end of a program."""

    def __init__(self, start: list[list[int]]) -> None:
        """Begin with a picture."""
        self._grid = Grid(start)
        self._grid.__enter__()
        self.names: dict[str, object] = {"grid": self._grid}
        """What the program finds beside the library."""

    def state(self, names: Mapping[str, object]) -> list[list[int]]:  # noqa: ARG002 - other domains look at them
        """The picture as it is, whatever the names of the program stand for by now."""
        return self._grid.rows
