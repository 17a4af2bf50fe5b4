"""The programs that functions are looked for in."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.library.compressing.search import Window
from holdfast.library.compressing.sites import Expression, Parsed, Start, parse, sites
from holdfast.library.compressing.terms import Terms
from holdfast.library.records import Program, Sources, Task

__all__ = ["Corpus"]


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

    def windows(self, terms: Terms, longest: int) -> dict[tuple[bool, tuple[int, ...]], list[Window]]:
        """The places of each run of up to `longest` statements, and of each expression."""
        gathered = _Gathered(terms, longest)
        for key in sorted(self.programs):
            parsed = parse(self.programs[key], self.known, self.kept)
            if parsed is not None:
                gathered.add(key, self.tasks[key].group, parsed)
        return gathered.found


class _Gathered:
    def __init__(self, terms: Terms, longest: int) -> None:
        self.found: dict[tuple[bool, tuple[int, ...]], list[Window]] = defaultdict(list)
        self._terms = terms
        self._longest = longest
        self._blocks = 0

    def add(self, task: str, group: str, parsed: Parsed) -> None:
        starts, expressions = sites(parsed, self._terms, self._longest)
        numbers: dict[int, int] = {}
        for start in starts:
            block = numbers.setdefault(id(start.block), self._blocks + len(numbers))
            self._add_start(task, group, start, block)
        self._blocks += len(numbers)
        for each in expressions:
            self._add_expression(task, group, each)

    def _add_start(self, task: str, group: str, start: Start, block: int) -> None:
        for length in range(1, len(start.terms) + 1):
            # A statement that is an expression is looked at as an expression.
            if length > 1 or not isinstance(start.block[start.place], ast.Expr):
                window = Window(task, group, (block, start.place), start.wanted(length))
                self.found[False, start.terms[:length]].append(window)

    def _add_expression(self, task: str, group: str, each: Expression) -> None:
        self._blocks += 1
        window = Window(task, group, (self._blocks - 1, 0), frozenset())
        self.found[True, (each.term,)].append(window)
