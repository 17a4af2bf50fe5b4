"""What may enter a library: each broken candidate is refused by the rule that it breaks."""

import asyncio

from holdfast.library.boards.adapter import Boards
from holdfast.library.definitions import exported, functions_of, without_function
from holdfast.library.records import Candidate, Program, Refusal, Sources, Task, TaskStep
from holdfast.library.running import Limits
from holdfast.runtime.sandbox.sandbox import Sandbox

WHITE = [0] * 180


def candidate(source: str, name: str = "flower", parent: str = "") -> Candidate:
    return Candidate(name, source, "somebody", (), parent=parent)


def flower(
    body: str = "return ring(center)", example: str = "len(flower(Tile(5, 5)))", shows: str = "6"
) -> str:
    return (
        "def flower(center: Tile) -> Shape:\n"
        f'    """The petals.\n\n    >>> {example}\n    {shows}\n    """\n'
        f"    {body}\n"
    )


DECORATED = '''
import functools

@functools.lru_cache(maxsize=None)
def half(
    number: int,
) -> int:
    """Half of it.

    >>> half(6), half.cache_info().hits
    (3, 0)
    """
    return number // 2
'''
CLASS = '''
import dataclasses

@dataclasses.dataclass(frozen=True)
class Pair:
    """Two tiles.

    >>> Pair(Tile(1, 1), Tile(2, 1)).apart()
    1
    """

    one: Tile
    other: Tile

    @staticmethod
    def origin() -> Tile:
        """
        >>> Pair.origin()
        Tile(1, 1)
        """
        return Tile(1, 1)

    def apart(self) -> int:
        return self.one.distance(self.other)
'''
REFUSED: dict[str, tuple[Candidate, str]] = {
    "no python": (candidate("def flower(:"), "parses"),
    "two definitions": (candidate(flower() + "\ndef more() -> None: ...\n"), "parses"),
    "another name": (candidate(flower(), name="petals"), "parses"),
    "a method": (candidate(flower(), name="Shape.flower"), "parses"),
    "a statement beside it": (candidate(flower() + "\nprint('hello')\n"), "parses"),
    "a name of the foundation": (candidate(flower().replace("flower", "ring"), name="ring"), "named"),
    "a name of Python's": (candidate(flower().replace("flower", "len"), name="len"), "named"),
    "a name that is taken": (candidate(flower().replace("flower", "game"), name="game"), "named"),
    "a text that is evaluated": (
        candidate("from typing import get_type_hints as f\n" + flower()),
        "harmless",
    ),
    "no type": (candidate(flower().replace("center: Tile", "center")), "typed"),
    "no result type": (candidate(flower().replace(" -> Shape", "")), "typed"),
    "a type that is not there": (candidate(flower().replace("Tile)", "Hexagon)", 1)), "loads"),
    "a file": (candidate(flower("open('x')")), "harmless"),
    "an import": (candidate("import socket\n" + flower()), "harmless"),
    "an import inside": (candidate(flower("import subprocess")), "harmless"),
    "a default that reaches": (candidate(flower().replace("Tile)", "Tile = eval('1'))", 1)), "harmless"),
    "a walk": (candidate(flower("return center.__class__.__mro__")), "harmless"),
    "an example that reaches": (candidate(flower(example="flower(Tile(1, 1)), open('x')")), "harmless"),
    "no example": (candidate("def flower(center: Tile) -> Shape:\n    return ring(center)\n"), "examples"),
    "an example of another": (candidate(flower(example="len(ring(Tile(5, 5)))")), "examples"),
    "an example that shows nothing": (
        candidate(flower(example="_ = flower(Tile(5, 5))", shows="")),
        "examples",
    ),
    "a wrong example": (candidate(flower(shows="7")), "examples"),
    "an example that raises": (candidate(flower("return 1 / 0")), "examples"),
    "an example that ends it": (candidate(flower("raise SystemExit")), "examples"),
    "a hanging body": (candidate(flower("while True: pass")), "examples"),
    "a broken example": (candidate(flower(example="flower(Tile(5")), "examples"),
}


async def grown(boards: Boards) -> tuple[Sources, list[Refusal | None]]:
    """Three that enter, one on the other, and then again the first."""
    row = flower("return flower(center) | flower(center.move('down', 2))", "len(two(Tile(5, 5)))", "11")
    row = row.replace("def flower", "def two")
    library, said = boards.foundation(), []
    other = candidate(flower("return disk(center)", shows="7"), parent="flower")
    later = candidate(flower("return center.neighbors()"), parent="flower")
    for each in (
        candidate(flower()),
        candidate(row, name="two"),
        candidate(DECORATED, name="half"),
        candidate(CLASS, name="Pair"),
        candidate(flower()),
        other,
        later,
    ):
        library, refusal = await boards.admit(each, library)
        said.append(refusal)
    return library, said


def test_candidates(sandbox: Sandbox) -> None:
    async def work() -> None:
        boards = Boards()
        async with boards.opened(sandbox, limits=Limits(cpu_s=1.0, wall_s=120.0), workers=2):
            given = boards.foundation()
            rules = {}
            for name, (each, _) in REFUSED.items():
                library, refusal = await boards.admit(each, given)
                assert library is given
                assert refusal is not None, name
                assert refusal.detail
                rules[name] = refusal.rule
            assert rules == {name: rule for name, (_, rule) in REFUSED.items()}
            library, said = await grown(boards)
            await look(boards, library, said)

    asyncio.run(work())


async def look(boards: Boards, library: Sources, said: list[Refusal | None]) -> None:
    """What became of the library."""
    assert [refusal and refusal.rule for refusal in said] == [
        None,
        None,
        None,
        None,
        "named",
        "examples",
        None,
    ]
    assert said[5] is not None
    assert "two" in said[5].detail
    assert library.module == "hexboard_learned"
    functions = functions_of(library)
    assert list(functions) == ["flower", "two", "half", "Pair"]
    assert functions["half"].startswith("@functools.lru_cache")
    assert "@staticmethod\n    def origin" in functions["Pair"]
    assert "center.neighbors()" in functions["flower"]
    assert exported(library)[-4:] == tuple(functions)
    foundation = boards.foundation().files
    assert {path: library.files[path] for path in foundation} == dict(foundation)
    task = Task("t", "g", WHITE, (TaskStep("", WHITE),))
    ran = await boards.run([Program("t", ("two(Tile(5, 5)).draw('red')",))], {"t": task}, library)
    assert ran[0].fault is None
    assert ran[0].states[0].count(4) == 11
    pruned = without_function(library, "two")
    assert list(functions_of(pruned)) == ["flower", "half", "Pair"]
    (ran_without,) = await boards.run([Program("t", ("two(Tile(5, 5))",))], {"t": task}, pruned)
    assert ran_without.fault is not None
    assert "NameError" in ran_without.fault.message
