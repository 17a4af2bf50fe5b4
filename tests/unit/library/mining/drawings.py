"""Boards that are drawn by the foundation, for mining to take apart."""

from collections.abc import Callable, Iterable
from functools import partial

from holdfast.library.boards.foundation.hexboard.forms import pattern
from holdfast.library.boards.foundation.hexboard.game import Game
from holdfast.library.boards.foundation.hexboard.shapes import Shape, Tile
from holdfast.library.records import Task, TaskStep

__all__ = ["BONE", "bones", "drawn", "task"]

BONE = ((0, 0), (-1, 0), (-1, 1), (1, -1), (1, 0))
"""Five cells that no family draws by one call."""


def drawn(key: str, group: str, steps: Iterable[tuple[str, Callable[[], object]]]) -> Task:
    """A task whose steps are what some calls paint, on a blank board."""
    with Game() as game:
        start = game.board_state
        found = []
        for instruction, paint in steps:
            paint()
            found.append(TaskStep(instruction, game.board_state))
    return Task(key, group, start, tuple(found))


def task(key: str, *shapes: Callable[[], Shape]) -> Task:
    """Shapes one after another, all in one colour."""
    return drawn(key, key, [("paint it", partial(_paint, each)) for each in shapes])


def bones(key: str, row: int, directions: Iterable[str]) -> Task:
    """Bones here and there, each turned another way."""
    steps = [
        (f"draw a bone at {at}", partial(_paint, partial(pattern, Tile(row, 3 + 5 * at), BONE, way)))
        for at, way in enumerate(directions)
    ]
    return drawn(key, key, steps)


def _paint(shape: Callable[[], Shape]) -> object:
    return shape().draw("red")
