"""Shapes that are drawn again and again, wherever they lie and however they are turned."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from holdfast.library.adapter import Cell
from holdfast.library.mining.covering import Coverer, Target
from holdfast.library.mining.families import turn_arguments
from holdfast.library.mining.forms import NAME, Form, Variant
from holdfast.library.mining.jobs import StepJobs
from holdfast.library.mining.plane import Offsets, Plane, all_turns, fullest, normal

__all__ = ["Motif", "MotifSettings", "motif_form", "motifs"]

_CALL = 9
"""Tokens of a motif in a sum of shapes, most often with a direction."""
_DEFINITION = 45
"""Tokens of a definition, without its ways."""
_WAY = 6
"""Tokens of one way."""


@dataclass(frozen=True, slots=True)
class MotifSettings:
    """What counts as drawn again and again."""

    groups: int = 3
    """In how many groups of tasks, at least."""
    cells: tuple[int, int] = (3, 24)
    """How many cells it has."""
    most: int = 60
    """How many are looked at closely."""


@dataclass(slots=True)
class _Seen:
    groups: set[str] = field(default_factory=set)
    positions: Counter[Offsets] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Motif:
    """A shape that pays, as it was most often."""

    cells: Offsets
    groups: int
    times: int
    gain: int
    """Tokens that it saves, by a first estimate."""


def motifs(plane: Plane, steps: Sequence[StepJobs], coverer: Coverer, settings: MotifSettings) -> list[Motif]:
    """The motifs of steps, best first: what saves tokens beside the functions that `coverer` has.

    What one call of these draws is none. Looked at are connected parts of what a step paints in one
    colour, and neighbouring pieces of its cover.
    """
    quick = Coverer(coverer.table, coverer.forms, repeats=False)
    found = [_judged(plane, coverer, each) for each in _seen(plane, steps, quick, settings)]
    return sorted((each for each in found if each.gain > 0), key=lambda motif: (-motif.gain, motif.cells))[
        : settings.most
    ]


def motif_form(plane: Plane, cells: Offsets) -> Form:
    """A function that draws the motif, about the cell nearest to its middle."""
    x, y = _middle(cells)
    ways = tuple(sorted((p - x, q - y) for p, q in cells))
    turns = all_turns(plane.lattice, ways)
    count = len(plane.lattice.directions)
    is_mirrored = any(each.turn >= count for each in turns)
    parameters, call = "row: int, column: int", "pattern(Tile(row, column), ways"
    if len(turns) > 1:
        parameters += f', direction: str = "{plane.lattice.names[0]}"'
        call += ", direction"
    if is_mirrored:
        parameters += ", *, mirrored: bool = False"
        call += ", mirrored=mirrored"
    source = f"def {NAME}({parameters}) -> Shape:\n    ways = {list(ways)}\n    return {call})\n"
    variants = tuple(Variant(turn_arguments(plane.lattice, each.turn), each.cells) for each in turns)
    look = _look(plane, ways)
    words = (f"{look.replace(' ', '_')}_of_{len(ways)}",)
    summary = f"A {look} of {len(ways)} tiles."
    return Form(f"motif {ways}", source, variants, words, summary, is_family=False)


def _look(plane: Plane, cells: Offsets) -> str:
    """What kind of shape it is, from how many neighbours its cells have."""
    inside = set(cells)
    directions = plane.lattice.directions
    beside = [sum((x + p, y + q) in inside for p, q in directions) for x, y in cells]
    links = sum(beside) // 2
    if links < len(cells) - 1:
        return "group"
    if max(beside) <= 2:
        return "bent line" if links == len(cells) - 1 else "loop"
    return "fork" if links == len(cells) - 1 else "patch"


def _seen(
    plane: Plane, steps: Sequence[StepJobs], coverer: Coverer, settings: MotifSettings
) -> Iterator[_Seen]:
    smallest, largest = settings.cells
    found: dict[Offsets, _Seen] = {}

    @cache
    def representative(shape: Offsets) -> Offsets:
        return min(normal(each.cells) for each in all_turns(plane.lattice, shape))

    for step in steps:
        for job in step.jobs:
            for mask in _parts(plane, coverer, job.target):
                if smallest <= mask.bit_count() <= largest:
                    shape = normal(plane.members(mask))
                    seen = found.setdefault(representative(shape), _Seen())
                    seen.groups.add(step.group)
                    seen.positions[shape] += 1
    return (seen for seen in found.values() if len(seen.groups) >= settings.groups)


def _parts(plane: Plane, coverer: Coverer, target: Target) -> Iterable[int]:
    parts = dict.fromkeys(plane.components(target.must))
    pieces = [piece.mask for piece in coverer.cover(target).pieces if not piece.repeats]
    for at, one in enumerate(pieces):
        around = plane.around(one)
        for other in pieces[at + 1 :]:
            if other & (one | around):
                parts[one | other] = None
    return parts


def _judged(plane: Plane, coverer: Coverer, seen: _Seen) -> Motif:
    shape, _ = max(seen.positions.items(), key=lambda each: (each[1], each[0]))
    mask = fullest(plane, shape).mask
    times = seen.positions.total()
    pieces = coverer.cover(Target(mask, mask)).pieces
    saved = sum(piece.cost + 1 for piece in pieces) - _CALL if len(pieces) > 1 or pieces[0].repeats else 0
    return Motif(shape, len(seen.groups), times, times * saved - _DEFINITION - _WAY * len(shape))


def _middle(cells: Offsets) -> Cell:
    def apart(cell: Cell) -> tuple[int, Cell]:
        # Steps of a lattice of six directions; on a square one they order cells well enough.
        return sum(max(abs(p), abs(q), abs(p + q)) for p, q in _from(cell)), cell

    def _from(cell: Cell) -> Iterator[Cell]:
        return ((x - cell[0], y - cell[1]) for x, y in cells)

    return min(cells, key=apart)
