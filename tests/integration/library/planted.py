"""Drawings that were written with functions, which were then spelled out: a corpus to find them in."""

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.library.boards.adapter import Boards
from holdfast.library.records import Program, Sources, Task, TaskStep

WHITE = [0] * 180
PLANTED = {
    "flower": (
        "for {v} in Tile({0}, {1}).neighbors():\n    {v}.draw({2})\nTile({0}, {1}).draw({3})",
        ("row", "column", "color", "color"),
    ),
    "stairs": (
        "{v} = Tile({0}, {1})\nfor {w} in range({2}):\n"
        "    {v}.draw({3})\n    {v} = {v}.move('down_right', 2)",
        ("row", "column", "size", "color"),
    ),
    "target": (
        "Shape(ring(Tile({0}, {1}), {2}), Tile({0}, {1})).draw({3})",
        ("row", "column", "size", "color"),
    ),
    "tail": ("{v} = ray({0}, 'up', {1})\n{v}.draw({2})\nring({0}).draw({2})", ("place", "size", "color")),
}
"""Functions with at most four parameters, as what they are short for: {v} and {w} are names of their own."""
_COLORS = ("'black'", "'yellow'", "'green'", "'red'", "'blue'", "'purple'", "'orange'")
_NAMES = ("tile", "here", "spot", "it", "cell", "part")


@dataclass(frozen=True)
class Known:
    """What a proposer is shown."""

    tasks: Mapping[str, Task]
    programs: Mapping[str, Program]
    library: Sources


def spelled_out(name: str, chance: random.Random) -> str:
    text, kinds = PLANTED[name]
    v, w = chance.sample(_NAMES, 2)
    return text.format(*(_argument(kind, chance) for kind in kinds), v=v, w=w)


def _argument(kind: str, chance: random.Random) -> str:
    match kind:
        case "row":
            return str(chance.randint(2, 9))
        case "column":
            return str(chance.randint(2, 17))
        case "size":
            return str(chance.randint(1, 3))
        case "place":
            return f"Tile({_argument('row', chance)}, {_argument('column', chance)})"
        case _:
            return chance.choice(_COLORS)


def _noise(chance: random.Random) -> str:
    row, column = _argument("row", chance), _argument("column", chance)
    color = _argument("color", chance)
    return chance.choice(
        [
            f"Tile({row}, {column}).draw({color})",
            f"column({column}).draw({color})",
            f"(Shape.painted() & disk(Tile({row}, {column}), 2)).draw({color})",
        ]
    )


def corpus(count: int, seed: int) -> Iterator[Program]:
    """Programs with every planted function in some, and other statements between them."""
    chance = random.Random(seed)
    names = sorted(PLANTED)
    for number in range(count):
        first = names[number % len(names)]
        lines = [
            spelled_out(first if at == 0 else chance.choice(names), chance)
            if at == 0 or chance.random() < 0.6
            else _noise(chance)
            for at in range(chance.randint(4, 7))
        ]
        cut = len(lines) // 2
        yield Program(f"drawing-{seed}-{number:02}", ("\n".join(lines[:cut]), "\n".join(lines[cut:])))


async def known(boards: Boards, programs: Sequence[Program]) -> Known:
    """The tasks that these programs do, in five groups."""
    bare = {each.task: Task(each.task, f"g{at % 5}", WHITE, ()) for at, each in enumerate(programs)}
    ran = await boards.run(programs, bare, boards.foundation())
    assert [each.fault for each in ran] == [None] * len(ran)
    tasks = {
        each.task: Task(each.task, bare[each.task].group, WHITE, tuple(TaskStep("", s) for s in done.states))
        for each, done in zip(programs, ran, strict=True)
    }
    return Known(tasks, {each.task: each for each in programs}, boards.foundation())


def calls(text: str) -> list[str]:
    """The statements of a text, as what they call; empty for those that are more than a call of a name."""
    return [
        node.value.func.id
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        else ""
        for node in ast.parse(text).body
    ]
