"""Drawings on boards of hexagons, as the pipeline asks for a domain."""

import random
import textwrap
from collections.abc import Hashable, Sequence
from pathlib import Path

from holdfast.library.boards.foundation.hexboard.colors import COLORS
from holdfast.library.boards.foundation.hexboard.forms import disk, ray, ring
from holdfast.library.boards.foundation.hexboard.game import Game
from holdfast.library.boards.foundation.hexboard.geometry import COLUMNS, DIRECTIONS, ROWS
from holdfast.library.boards.foundation.hexboard.pictures import svg
from holdfast.library.boards.foundation.hexboard.shapes import Tile
from holdfast.library.boards.lattice import HexLattice
from holdfast.library.boards.loading import CELLS, is_board, load
from holdfast.library.python_domain import PythonDomain
from holdfast.library.records import Loaded, State
from holdfast.library.running import Foundation

__all__ = ["Boards"]

_STROKES = 6


class Boards(PythonDomain):
    """States are boards of 180 numbers of colours."""

    name = "boards"
    lattice = HexLattice()
    reference = Path(__file__).with_name("reference.py")
    _foundation = Foundation(Path(__file__).with_name("foundation"), "hexboard", [0] * CELLS, ("game",))

    def load(self, path: Path) -> Loaded:
        """Read drawings. Raises UserError where the file is missing or no line of it can be used."""
        return load(path)

    def is_state(self, state: State) -> bool:
        """Whether it is a board."""
        return is_board(state)

    def parts(self, state: State) -> frozenset[Hashable]:
        """(place, colour) of each cell that is not white."""
        return frozenset((at, color) for at, color in enumerate(state) if color)

    def changes(self, before: State, after: State) -> frozenset[Hashable]:
        """(place, colour) of each cell that has another colour than before, white among them."""
        pairs = enumerate(zip(before, after, strict=True))
        return frozenset((at, new) for at, (old, new) in pairs if old != new)

    def probes(self, count: int, seed: int) -> Sequence[State]:
        """Boards with rays, rings and disks here and there; the first is white."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        return [_board(chance, 0 if at == 0 else _STROKES) for at in range(count)]

    def example(self, statements: Sequence[str]) -> Sequence[str]:
        """One example, which paints on a game of its own and ends with what is painted there."""
        inner = textwrap.indent("\n".join((*statements, "Shape.painted()")), "    ")
        return (f"with Game() as game:\n{inner}",)

    def picture(self, state: State) -> str:
        """The board as an SVG image."""
        return svg(state)


def _board(chance: random.Random, strokes: int) -> State:
    with Game() as game:
        for _ in range(strokes):
            tile = Tile(chance.randint(1, ROWS), chance.randint(1, COLUMNS))
            form = chance.choice(("ray", "ring", "disk"))
            size = chance.randint(1, 3)
            color = chance.randrange(1, len(COLORS))
            if form == "ray":
                ray(tile, chance.choice(DIRECTIONS), size + 1).draw(color)
            else:
                (ring if form == "ring" else disk)(tile, size).draw(color)
    return game.board_state
