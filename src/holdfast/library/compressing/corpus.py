"""The programs that functions are looked for in."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from holdfast.library.compressing.search import Window
from holdfast.library.compressing.sites import Parsed, parse, sites
from holdfast.library.compressing.templates import Template, matched
from holdfast.library.compressing.terms import Terms
from holdfast.library.records import Program, Sources, Task

__all__ = ["Corpus", "Gatherer", "Windows"]

_NAME = re.compile(r"[^\W\d]\w*")


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


@dataclass(frozen=True, slots=True)
class _Place:
    """A window, as its program alone has it."""

    key: tuple[bool, tuple[int, ...]]
    block: int
    place: int
    wanted: frozenset[int]
    piece: int


class Gatherer:
    """Gathers the windows of programs, and remembers them of programs that did not change."""

    def __init__(self, terms: Terms, longest: int) -> None:
        """Windows have up to `longest` statements."""
        self._terms = terms
        self._longest = longest
        self._known: dict[tuple[Program, frozenset[str], frozenset[str]], list[_Place]] = {}
        self._matched: dict[tuple[tuple[int, ...], tuple[int, ...]], bool] = {}

    def windows(self, corpus: Corpus) -> Windows:
        """The places of all runs of statements, and of all expressions."""
        found: Windows = defaultdict(list)
        blocks = 0
        for key in sorted(corpus.programs):
            places = self._places(corpus.programs[key], corpus.known, corpus.kept)
            group = corpus.tasks[key].group
            for each in places:
                window = Window(key, group, (blocks + each.block, each.place), each.wanted, each.piece)
                found[each.key].append(window)
            blocks += 1 + max((each.block for each in places), default=0)
        return found

    def fits(
        self, program: Program, templates: Sequence[Template], known: frozenset[str], kept: frozenset[str]
    ) -> bool:
        """Whether the body of one of some functions may stand in a program, as far as windows tell."""
        keys = {each.key for each in self._places(program, known, kept)}
        return any(
            not self._is_seen(each) or any(self._matches(each, key) for key in keys) for each in templates
        )

    def _is_seen(self, template: Template) -> bool:
        """Whether windows would show the function: those of one statement are not all gathered."""
        return template.expression or 1 < len(template.pattern) <= self._longest

    def _matches(self, template: Template, key: tuple[bool, tuple[int, ...]]) -> bool:
        if key[0] != template.expression or len(key[1]) != len(template.pattern):
            return False
        asked = (template.pattern, key[1])
        if asked not in self._matched:
            self._matched[asked] = matched(template.pattern, key[1], self._terms) is not None
        return self._matched[asked]

    def _places(self, program: Program, known: frozenset[str], kept: frozenset[str]) -> list[_Place]:
        # Of the names that are found later only those matter that the program has.
        names = frozenset(_NAME.findall("\n".join(program.pieces)))
        key = (program, known & names, kept)
        if key not in self._known:
            parsed = parse(program, known, kept)
            try:
                self._known[key] = [] if parsed is None else list(self._gathered(parsed))
            except RecursionError:  # a program that is nested beyond reason has no places
                self._known[key] = []
        return self._known[key]

    def _gathered(self, parsed: Parsed) -> Iterator[_Place]:
        starts, expressions = sites(parsed, self._terms, self._longest)
        blocks: dict[int, int] = {}
        for start in starts:
            block = blocks.setdefault(id(start.block), len(blocks))
            for length in range(1, len(start.terms) + 1):
                # A statement that is an expression is looked at as an expression.
                if length > 1 or not isinstance(start.block[start.place], ast.Expr):
                    key = (False, start.terms[:length])
                    yield _Place(key, block, start.place, start.wanted(length), start.piece)
        for number, each in enumerate(expressions, len(blocks)):
            yield _Place((True, (each.term,)), number, 0, frozenset(), each.piece)
