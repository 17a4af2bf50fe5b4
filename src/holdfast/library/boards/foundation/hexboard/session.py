"""Runs the pieces of a program on one board."""

from collections.abc import Mapping

from .game import Game

__all__ = ["Session"]


class Session:
    """A game that is open from the beginning to the end of a program."""

    def __init__(self, start: list[int]) -> None:
        """Begin with a board."""
        self._game = Game(start)
        self._game.__enter__()
        self.names: dict[str, object] = {"game": self._game}
        """What the program finds beside the library."""

    def state(self, names: Mapping[str, object]) -> list[int]:  # noqa: ARG002 - other domains look at them
        """The board as it is, whatever the names of the program stand for by now."""
        return self._game.board_state
