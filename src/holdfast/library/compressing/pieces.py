"""Pieces of programs as places for calls: each is read once, in whatever program it stands again."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.library.compressing.liveness import live_around, pinned_names, stored_names
from holdfast.library.compressing.sites import Parsed, imported_names, sites
from holdfast.library.compressing.templates import Template, matched
from holdfast.library.compressing.terms import Label, Terms
from holdfast.library.records import Program

__all__ = ["Piece", "Pieces", "Place"]

_Names = frozenset[str]
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a program, and all that the rest of its program has to do with how it is read."""

    text: str
    known: _Names
    """Those of its names that the program need not store."""
    after: _Names
    """Those that may be read after it."""
    pinned: _Names
    """Those that inner functions of the program read."""


@dataclass(frozen=True, slots=True)
class Place:
    """A run of statements."""

    key: tuple[int, ...]
    """Their terms."""
    block: int
    """Counted from 0 in its piece."""
    place: int
    """Of the first of them in the block."""
    wanted: frozenset[int]
    """Numbers of the names that it binds and that are read after it."""
    is_expression: bool
    """Whether it is one statement that is an expression."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a piece has."""

    places: tuple[Place, ...]
    blocks: int
    """So many have places."""
    expressions: tuple[int, ...]
    """The terms of its expressions, outermost first."""
    by_top: Mapping[tuple[bool, int, Label], frozenset[tuple[int, ...]]]
    """All of it by what templates are told apart by: kind, length, and the topmost node of the first term."""


class _Facts(NamedTuple):
    """What the text of a piece alone tells; or of all pieces of a program."""

    names: _Names
    """All that stand in it, and more."""
    stored: _Names
    given: _Names
    """Those that are stored where other pieces find them."""
    imported: _Names
    pinned: _Names


_NOTHING = _Facts(_Names(), _Names(), _Names(), _Names(), _Names())


class _Walked(NamedTuple):
    """A program that was read."""

    pieces: tuple[Piece, ...]
    before: _Names
    """The names that are read before they are stored."""
    whole: _Facts


class Pieces:
    """Reads pieces, and remembers them."""

    def __init__(self, terms: Terms, longest: int) -> None:
        """Windows have up to `longest` statements."""
        self.terms = terms
        self._longest = longest
        self._facts: dict[str, _Facts | None] = {}
        self._names: dict[tuple[str, ...], _Names] = {}
        self._of: dict[tuple[tuple[str, ...], _Names, _Names], tuple[Piece, ...] | None] = {}
        self._before: dict[tuple[str, _Names, _Names], _Names | None] = {}
        self._read: dict[Piece, Reading | None] = {}

    def of(self, program: Program, known: _Names, kept: _Names) -> tuple[Piece, ...] | None:
        """The pieces of a program; None where it is not Python, or nested beyond reason.

        `known` are names that it need not store, `kept` those that are read after each piece.
        """
        # Of the names that are known only those matter that the program has.
        asked = (program.pieces, known & self.names(program), kept)
        if asked not in self._of:
            walked = self._walked(program, known, kept)
            self._of[asked] = None if walked is None else walked.pieces
        return self._of[asked]

    def kept(self, programs: Iterable[Program], known: _Names) -> _Names:
        """Names that programs find and store anew: whoever hands them over is likely to read them, too."""
        found: set[str] = set()
        stored: set[str] = set()
        for program in programs:
            walked = self._walked(program, known, _Names())
            if walked is not None:
                found |= walked.before - ((known | walked.whole.imported) - walked.whole.stored)
                stored |= walked.whole.given
        return frozenset(found & stored)

    def _walked(self, program: Program, known: _Names, kept: _Names) -> _Walked | None:
        """A program, read from its last piece to its first."""
        facts = [each for text in program.pieces if (each := self._facts_of(text)) is not None]
        if len(facts) < len(program.pieces):
            return None
        whole = _Facts(*(_Names().union(*sets) for sets in zip(*facts, strict=True))) if facts else _NOTHING
        found: list[Piece] = []
        out = _Names()
        for text, each in zip(reversed(program.pieces), reversed(facts), strict=True):
            out |= kept
            seen = (each.names & known | each.names & whole.imported) - whole.stored
            found.append(Piece(text, seen, out & each.names, whole.pinned & each.names))
            before = self._live_before(found[-1])
            if before is None:
                return None
            # What does not stand in a piece goes through it.
            out = before | ((out | whole.pinned) - each.names)
        return _Walked(tuple(reversed(found)), out, whole)

    def names(self, program: Program) -> _Names:
        """All names that stand in a program, and more."""
        if program.pieces not in self._names:
            facts = [self._facts_of(text) for text in program.pieces]
            found = _Names().union(*(each.names for each in facts if each is not None))
            self._names[program.pieces] = found
        return self._names[program.pieces]

    def reading(self, piece: Piece) -> Reading | None:
        """The places of a piece; None where it is nested beyond reason."""
        if piece not in self._read:
            try:
                self._read[piece] = self._reading(piece)
            except RecursionError:
                self._read[piece] = None
        return self._read[piece]

    def has(self, piece: Piece, template: Template) -> bool:
        """Whether the body of a function may stand in a piece."""
        reading = self.reading(piece)
        if reading is None:
            return False
        length = len(template.pattern)
        if length > self._longest:
            return True
        top = (template.expression, length, self.terms.labels[template.pattern[0]])
        keys = reading.by_top.get(top, ())
        return any(matched(template.pattern, key, self.terms) is not None for key in keys)

    def parsed(self, piece: Piece) -> Parsed:
        """A piece as a syntax tree, which belongs to whoever asked for it."""
        body = ast.parse(piece.text).body
        _, live = live_around(body, piece.after, piece.pinned)
        return Parsed((body,), live, piece.known)

    def _reading(self, piece: Piece) -> Reading:
        starts, expressions = sites(self.parsed(piece), self.terms, self._longest)
        blocks: dict[int, int] = {}
        places = [
            Place(
                start.terms[:length],
                blocks.setdefault(id(start.block), len(blocks)),
                start.place,
                start.wanted(length),
                length == 1 and isinstance(start.block[start.place], ast.Expr),
            )
            for start in starts
            for length in range(1, len(start.terms) + 1)
        ]
        by_top: defaultdict[tuple[bool, int, Label], set[tuple[int, ...]]] = defaultdict(set)
        for each in places:
            by_top[False, len(each.key), self.terms.labels[each.key[0]]].add(each.key)
        for found in expressions:
            by_top[True, 1, self.terms.labels[found.term]].add((found.term,))
        tops = {top: frozenset(keys) for top, keys in by_top.items()}
        return Reading(tuple(places), len(blocks), tuple(each.term for each in expressions), tops)

    def _facts_of(self, text: str) -> _Facts | None:
        if text not in self._facts:
            try:
                self._facts[text] = _facts(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._facts[text] = None
        return self._facts[text]

    def _live_before(self, piece: Piece) -> _Names | None:
        key = (piece.text, piece.after, piece.pinned)
        if key not in self._before:
            try:
                self._before[key], _ = live_around(ast.parse(piece.text).body, piece.after, piece.pinned)
            except RecursionError:
                self._before[key] = None
        return self._before[key]


def _facts(text: str) -> _Facts:
    body = ast.parse(text).body
    nodes = [node for statement in body for node in ast.walk(statement)]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    imported = imported_names(nodes)
    given = stored_names(body)
    return _Facts(
        names=frozenset((*_NAME.findall(text), *(each.id for each in names), *imported, *given)),
        stored=frozenset(each.id for each in names if isinstance(each.ctx, ast.Store)),
        given=frozenset(given),
        imported=frozenset(imported_names(body)),
        pinned=pinned_names(body),
    )
