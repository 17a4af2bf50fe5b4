"""Covers as programs, and forms as functions with their documentation."""

import textwrap
from collections.abc import Callable, Mapping, Sequence

from holdfast.library.mining.covering import Cover, Piece, Target
from holdfast.library.mining.forms import NAME, Form
from holdfast.library.mining.jobs import StepJobs
from holdfast.library.mining.plane import Plane, bits, fullest
from holdfast.library.mining.table import Table
from holdfast.library.records import Program

__all__ = ["REPEAT", "function_text", "program_of", "repeat_text", "tile_program"]

REPEAT = (
    f"def {NAME}(shape: Tile | Shape, x: int, y: int, times: int) -> Shape:\n"
    "    return Shape(shape.shift(x * step, y * step) for step in range(times))\n"
)
"""The function that draws rows of copies, without its documentation."""
_WIDTH = 100
"""Lines are broken after so many characters."""
_SHOWN = 8
"""An example lists the places of no more tiles."""


def program_of(
    task: str,
    steps: Sequence[StepJobs],
    covered: Callable[[Target], Cover],
    table: Table,
    names: Mapping[str, str],
) -> Program:
    """The program of one task, from covers of what is to be painted.

    `names` are those of the functions, by kind, `repeat` among them.
    """
    pieces = (
        "\n".join(_statement(covered(job.target), job.color, table, names) for job in step.jobs)
        for step in steps
    )
    return Program(task, tuple(pieces))


def tile_program(task: str, steps: Sequence[StepJobs], plane: Plane) -> Program:
    """The program that paints tile by tile."""
    pieces = (
        "\n".join(
            f"{_tile(plane, at)}.draw({job.color})" for job in step.jobs for at in bits(job.target.must)
        )
        for step in steps
    )
    return Program(task, tuple(pieces))


def function_text(plane: Plane, form: Form, name: str, words: Sequence[str]) -> str:
    """The definition of a function, with what it is for and an example.

    `words` are what instructions say where it is used.
    """
    drawn = fullest(plane, form.variants[0].cells)
    found = [plane.lattice.place(cell) for cell in plane.members(drawn.mask)]
    arguments = (*map(str, plane.lattice.place(drawn.cell)), *form.variants[0].arguments)
    call = f"{name}({', '.join(arguments)})"
    if len(found) <= _SHOWN:
        example = [f">>> [(tile.row, tile.column) for tile in {call}]", str(sorted(found))]
    else:
        example = [f">>> len({call})", str(len(found))]
    return _documented(form.source.replace(NAME, name, 1), form.summary, words, example)


def repeat_text(plane: Plane, name: str) -> str:
    """The definition of the function that draws rows of copies."""
    cell = plane.cells[0]
    x, y = plane.lattice.directions[_inwards(plane)]
    first, other = (plane.lattice.place(each) for each in (cell, (cell[0] + 2 * x, cell[1] + 2 * y)))
    call = f"{name}(Tile({first[0]}, {first[1]}), {2 * x}, {2 * y}, 2)"
    example = [f">>> [(tile.row, tile.column) for tile in {call}]", str(sorted([first, other]))]
    summary = (
        "So many copies of a shape, each moved from the one before by (x, y) in coordinates of the lattice."
    )
    return _documented(REPEAT.replace(NAME, name, 1), summary, (), example)


def _documented(source: str, summary: str, words: Sequence[str], example: Sequence[str]) -> str:
    first, _, rest = source.partition("\n")
    said = [f"Instructions that it serves speak of: {', '.join(words)}.", ""] if words else []
    lines = [summary, "", *said, *example]
    text = "\n".join(f"    {line}" if line else "" for line in lines).strip()
    return f'{_broken(first)}\n    """{text}\n    """\n{rest}'


def _broken(line: str) -> str:
    """The first line of a definition, its parameters on a line of their own where it is too long."""
    if len(line) <= _WIDTH:
        return line
    start, _, rest = line.partition("(")
    parameters, _, end = rest.rpartition(")")
    return f"{start}(\n    {parameters}\n){end}"


def _inwards(plane: Plane) -> int:
    """A direction in which there are two cells after the first one."""
    x, y = plane.cells[0]
    directions = enumerate(plane.lattice.directions)
    return next(at for at, (p, q) in directions if (x + 2 * p, y + 2 * q) in plane.index)


def _statement(cover: Cover, color: str, table: Table, names: Mapping[str, str]) -> str:
    texts = [_piece(piece, table, names) for piece in sorted(cover.pieces, key=lambda each: each.cell)]
    if len(texts) == 1:
        return f"{texts[0]}.draw({color})"
    line = f"Shape({', '.join(texts)}).draw({color})"
    if len(line) <= _WIDTH:
        return line
    body = textwrap.indent(",\n".join(texts), "    ")
    return f"Shape(\n{body},\n).draw({color})"


def _piece(piece: Piece, table: Table, names: Mapping[str, str]) -> str:
    if piece.entry is None:
        text = _tile(table.plane, piece.cell)
    else:
        entry = table.entries[piece.entry]
        row, column = table.plane.lattice.place(table.plane.cells[piece.cell])
        arguments = (str(row), str(column), *entry.variant.arguments)
        text = f"{names[table.forms[entry.form].kind]}({', '.join(arguments)})"
    for repeat in piece.repeats:
        x, y = repeat.way
        text = f"{names['repeat']}({text}, {x}, {y}, {repeat.times})"
    return text


def _tile(plane: Plane, cell: int) -> str:
    row, column = plane.lattice.place(plane.cells[cell])
    return f"Tile({row}, {column})"
