"""Shapes that have sizes: lines, rings, triangles and the like, on any lattice.

Each has its cells twice: as ways that are mined with, and as the text of a function over the foundation. That
both say the same is shown by running the function's example and the programs that use it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from holdfast.library.adapter import Cell, Lattice
from holdfast.library.mining.forms import NAME, Form, Variant
from holdfast.library.mining.plane import Turned, all_turns

__all__ = ["families", "turn_arguments"]

Steps: TypeAlias = Iterable[tuple[int, int]]
"""How often to go in the first direction, and in the one after it."""
_LONG = 18
"""No line has more cells."""
_MOST = 10
"""Cells along a side of any other shape, and one more."""


@dataclass(frozen=True, slots=True)
class _Family:
    kind: str
    words: tuple[str, ...]
    summary: str
    sizes: tuple[str, ...]
    """Parameters."""
    steps: Callable[..., Steps]
    """Of the sizes."""
    text: tuple[str, str, str]
    """The same as a comprehension has it: both numbers, and what follows them."""
    ranges: tuple[range, ...]
    reaches: bool = False
    """Whether it points somewhere in any case, and goes on to the rim where no size is said."""
    mirrors: bool = False


def _line(length: int) -> Steps:
    return ((a, 0) for a in range(length))


def _zigzag(length: int) -> Steps:
    return ((step // 2, (step + 1) // 2) for step in range(length))


def _triangle(size: int) -> Steps:
    return ((a, b) for a in range(size) for b in range(size - a))


def _outline(size: int) -> Steps:
    return ((a, b) for a, b in _triangle(size) if 0 in (a, b, size - 1 - a - b))


def _block(length: int, width: int) -> Steps:
    return product(range(length), range(width))


def _angle(length: int) -> Steps:
    return (pair for step in range(length) for pair in ((step, 0), (0, step)))


def _wide(length: int) -> Steps:
    # In a lattice of six directions, the next less the first is the one after it.
    return (pair for step in range(length) for pair in ((step, 0), (-step, step)))


_POINTING = (
    _Family(
        "line", ("line", "straight"), "The tiles of a straight line, to the rim where no length is said.",
        ("length",), _line, ("a", "0", "for a in range(length)"), (range(2, _LONG),), reaches=True,
    ),
    _Family(
        "zigzag", ("zigzag", "wave"), "The tiles of a line that goes by turns in two directions.",
        ("length",), _zigzag, ("step // 2", "(step + 1) // 2", "for step in range(length)"),
        (range(3, _LONG),), reaches=True, mirrors=True,
    ),
    _Family(
        "triangle", ("triangle", "wedge"), "A filled triangle with a corner at the tile.",
        ("size",), _triangle, ("a", "b", "for a in range(size) for b in range(size - a)"), (range(2, _MOST),),
    ),
    _Family(
        "outline", ("triangle_outline", "hollow_triangle"), "The sides of a triangle with a corner there.",
        ("size",), _outline,
        ("a", "b", "for a in range(size) for b in range(size - a) if 0 in (a, b, size - 1 - a - b)"),
        (range(4, _MOST),),
    ),
    _Family(
        "block", ("block", "parallelogram"), "Straight lines side by side.",
        ("length", "width"), _block, ("a", "b", "for a in range(length) for b in range(width)"),
        (range(2, _MOST), range(2, _MOST)),
    ),
    _Family(
        "angle", ("angle", "corner"), "Two lines that begin at the tile, in neighbouring directions.",
        ("length",), _angle, ("a", "b", "for step in range(length) for a, b in ((step, 0), (0, step))"),
        (range(2, _MOST),),
    ),
    _Family(
        "wide angle", ("wide_angle", "bend"), "Two lines from the tile, one direction between them.",
        ("length",), _wide, ("a", "b", "for step in range(length) for a, b in ((step, 0), (-step, step))"),
        (range(2, _MOST),),
    ),
)  # fmt: skip
_ROUND = (
    ("ring", ("circle", "loop"), "The tiles so many steps away from a tile.", "=="),
    ("disk", ("disk", "blob"), "The tiles no more than so many steps away from a tile.", "<="),
)
_RADII = range(1, 7)


def families(lattice: Lattice) -> list[Form]:
    """All of them, on one lattice."""
    pointing = [_pointing(lattice, family) for family in _POINTING]
    return pointing + [_round(lattice, *family) for family in _ROUND]


def turn_arguments(lattice: Lattice, turn: int) -> tuple[str, ...]:
    """How a call says in which position a shape is; nothing where it is as it was written."""
    direction, is_mirrored = _position(lattice, turn)
    words = (f'"{lattice.names[direction]}"',) if direction else ()
    return (*words, "mirrored=True") if is_mirrored else words


def _position(lattice: Lattice, turn: int) -> tuple[int, bool]:
    count = len(lattice.directions)
    return turn % count, turn >= count


def _pointing(lattice: Lattice, family: _Family) -> Form:
    variants = [
        Variant(_arguments(lattice, family, tuple(map(str, sizes)), each.turn), each.cells)
        for sizes in product(*family.ranges)
        for each in _positions(lattice, _cells(lattice, family.steps(*sizes)), family)
    ]
    if family.reaches:
        cells = _cells(lattice, family.steps(_LONG))
        for turn, matrix in enumerate(lattice.turns):
            if family.mirrors or turn < len(lattice.directions):
                turned = tuple(sorted(_applied(matrix, cell) for cell in cells))
                variants.append(Variant(_arguments(lattice, family, (), turn), turned))
    source = _source(lattice, family)
    return Form(family.kind, source, tuple(variants), family.words, family.summary, is_family=True)


def _positions(lattice: Lattice, cells: list[Cell], family: _Family) -> Iterator[Turned]:
    for each in all_turns(lattice, cells):
        if family.mirrors or each.turn < len(lattice.directions):
            yield each


def _arguments(lattice: Lattice, family: _Family, sizes: tuple[str, ...], turn: int) -> tuple[str, ...]:
    if not family.reaches:
        return sizes + turn_arguments(lattice, turn)
    direction, is_mirrored = _position(lattice, turn)
    words = (f'"{lattice.names[direction]}"', *sizes)
    return (*words, "mirrored=True") if is_mirrored else words


def _source(lattice: Lattice, family: _Family) -> str:
    first, second = lattice.directions[:2]
    one, two, rest = family.text
    x, y = (_sum((p, one), (q, two)) for p, q in zip(first, second, strict=True))
    sizes = [f"{size}: int" for size in family.sizes]
    if family.reaches:
        parameters = ["direction: str", *(f"{size} = {_LONG}" for size in sizes)]
    else:
        parameters = [*sizes, f'direction: str = "{lattice.names[0]}"']
    mirror = ", mirrored=mirrored" if family.mirrors else ""
    if family.mirrors:
        parameters += ["*", "mirrored: bool = False"]
    return (
        f"def {NAME}(row: int, column: int, {', '.join(parameters)}) -> Shape:\n"
        f"    ways = [({x}, {y}) {rest}]\n"
        f"    return pattern(Tile(row, column), ways, direction{mirror})\n"
    )


def _sum(*terms: tuple[int, str]) -> str:
    """A sum of numbers that are -1, 0 or 1 times what a text stands for."""
    found = ""
    for factor, text in terms:
        if factor and text != "0":
            whole = f"({text})" if " " in text and (found or factor < 0) else text
            sign = ("- " if found else "-") if factor < 0 else ("+ " if found else "")
            found += f" {sign}{whole}" if found else sign + whole
    return found or "0"


def _round(lattice: Lattice, kind: str, words: tuple[str, ...], summary: str, sign: str) -> Form:
    variants = []
    for radius in _RADII:
        rings = [_around(lattice, size) for size in range(1 if kind == "disk" else radius, radius + 1)]
        cells = {cell for ring in rings for cell in ring} | ({(0, 0)} if kind == "disk" else set())
        variants.append(Variant((str(radius),) if radius > 1 else (), tuple(sorted(cells))))
    source = (
        f"def {NAME}(row: int, column: int, radius: int = 1) -> Shape:\n"
        "    center, reach = Tile(row, column), range(-radius, radius + 1)\n"
        "    tiles = (center.shift(x, y) for x in reach for y in reach)\n"
        f"    return Shape(tile for tile in tiles if tile.distance(center) {sign} radius)\n"
    )
    return Form(kind, source, tuple(variants), words, summary, is_family=True)


def _around(lattice: Lattice, radius: int) -> set[Cell]:
    corners = lattice.directions
    sides = zip(corners, (*corners[1:], corners[0]), strict=True)
    return {
        ((radius - step) * p + step * r, (radius - step) * q + step * s)
        for (p, q), (r, s) in sides
        for step in range(radius)
    }


def _cells(lattice: Lattice, steps: Steps) -> list[Cell]:
    (p, q), (r, s) = lattice.directions[:2]
    return sorted({(a * p + b * r, a * q + b * s) for a, b in steps})


def _applied(matrix: tuple[Cell, Cell], cell: Cell) -> Cell:
    (a, b), (c, d) = matrix
    return a * cell[0] + b * cell[1], c * cell[0] + d * cell[1]
