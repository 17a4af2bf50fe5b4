"""The programs that functions are looked for in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from holdfast.library.compressing.pieces import Pieces
from holdfast.library.compressing.search import Window
from holdfast.library.records import Program, Sources, Task

__all__ = ["Corpus", "Gatherer", "Windows"]

Windows: TypeAlias = dict[tuple[bool, tuple[int, ...]], list[Window]]
"""Places by what stands there: terms of statements (False) or of an expression (True)."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Programs as they are written with what was found so far."""

    tasks: Mapping[str, Task]
    programs: Mapping[str, Program]
    library: Sources
    known: frozenset[str]
    """Names that programs need not store."""
    kept: frozenset[str]
    """Names that are read after each piece."""


class _Place(NamedTuple):
    """A window, as its program alone has it."""

    key: tuple[bool, tuple[int, ...]]
    block: int
    place: int
    wanted: frozenset[int]
    piece: int


class Gatherer:
    """Gathers the windows of programs."""

    def __init__(self, pieces: Pieces) -> None:
        """With what is remembered of pieces."""
        self._pieces = pieces

    def windows(self, corpus: Corpus) -> Windows:
        """The places of all runs of statements, and of all expressions."""
        found: Windows = defaultdict(list)
        blocks = 0
        for key in sorted(corpus.programs):
            group = corpus.tasks[key].group
            last = 0
            for each in self._places(corpus.programs[key], corpus):
                window = Window(key, group, (blocks + each.block, each.place), each.wanted, each.piece)
                found[each.key].append(window)
                last = max(last, each.block)
            blocks += 1 + last
        return found

    def _places(self, program: Program, corpus: Corpus) -> Iterator[_Place]:
        """Those of statements, whose blocks are counted first, then expressions, each a block of its own."""
        pieces = self._pieces.of(program, corpus.known, corpus.kept)
        readings = [self._pieces.reading(piece) for piece in pieces or ()]
        read = [each for each in readings if each is not None]
        if len(read) < len(readings):  # a program that is nested beyond reason has no places
            return
        blocks = 0
        for number, reading in enumerate(read):
            for each in reading.places:
                # A statement that is an expression is looked at as an expression.
                if not each.is_expression:
                    yield _Place((False, each.key), blocks + each.block, each.place, each.wanted, number)
            blocks += reading.blocks
        for number, reading in enumerate(read):
            for block, term in enumerate(reading.expressions, blocks):
                yield _Place((True, (term,)), block, 0, frozenset(), number)
            blocks += len(reading.expressions)
