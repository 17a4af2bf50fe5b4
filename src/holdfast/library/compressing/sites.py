"""The places of a program that could become a call: windows of statements, and expressions."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.library.compressing.liveness import live_after
from holdfast.library.compressing.terms import Encoder, Terms, Unsuitable
from holdfast.library.definitions import exported
from holdfast.library.records import Program, Sources

__all__ = [
    "Expression",
    "Parsed",
    "Start",
    "calls_or_loops",
    "imported_names",
    "known_names",
    "parse",
    "sites",
]

_LOOPS = (ast.For, ast.While)
_NOT_A_PLACE = (ast.Starred, ast.Slice, ast.JoinedStr, ast.FormattedValue, ast.Constant, ast.Name, ast.Tuple)


@dataclass(frozen=True, slots=True)
class Start:
    """The windows that begin at one statement; the window of n statements has the first n of each tuple."""

    block: list[ast.stmt]
    """The list that the statements stand in."""
    place: int
    """Of the first of them in the list."""
    piece: int
    terms: tuple[int, ...]
    names: tuple[str, ...]
    """What the program calls the names that the longest window binds, by number."""
    stored: tuple[int, ...]
    """How many of them the window of so many statements binds."""
    live: tuple[frozenset[str], ...]
    """The names that are wanted after it."""

    def wanted(self, length: int) -> frozenset[int]:
        """The numbers of the names that a window of that many statements has to give back."""
        names = self.names[: self.stored[length - 1]]
        return frozenset(number for number, name in enumerate(names) if name in self.live[length - 1])


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that is read."""

    node: ast.expr
    piece: int
    term: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A program as syntax trees, which belong to whoever asked for it."""

    pieces: tuple[list[ast.stmt], ...]
    live: Mapping[int, frozenset[str]]
    known: frozenset[str]
    """The names that are not the program's own: the library's, Python's, imported ones."""


def known_names(library: Sources, more: Iterable[str] = ()) -> frozenset[str]:
    """The names that a program finds without storing them: the library's, Python's, and `more`."""
    return frozenset((*exported(library), *(name for name in dir(builtins) if name[0] != "_"), *more))


def imported_names(statements: Iterable[ast.AST]) -> Iterator[str]:
    """The names that imports among some statements give."""
    for node in statements:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            case _:
                pass


def parse(program: Program, known: frozenset[str], kept: frozenset[str]) -> Parsed | None:
    """Read a program; None where it is not Python, or nested beyond reason.

    `kept` are names that are read after each piece.
    """
    try:
        pieces = tuple(ast.parse(piece).body for piece in program.pieces)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    stored = {
        node.id
        for piece in pieces
        for statement in piece
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    imported = {
        name
        for piece in pieces
        for statement in piece
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for name in imported_names([statement])
    }
    try:
        live = live_after(pieces, kept)
    except RecursionError:
        return None
    return Parsed(pieces, live, (known | imported) - stored)


def sites(parsed: Parsed, terms: Terms, longest: int) -> tuple[list[Start], list[Expression]]:
    """All windows of up to `longest` statements, and all expressions of some size, outermost first."""
    starts: list[Start] = []
    expressions: list[Expression] = []
    for number, piece in enumerate(parsed.pieces):
        for block in _blocks(piece):
            for place in range(len(block)):
                start = _start(parsed, terms, number, block, place, longest)
                if start.terms:
                    starts.append(start)
        for node in _expressions(piece):
            try:
                term = Encoder(terms, parsed.known).encode(node)
            except Unsuitable:
                continue
            expressions.append(Expression(node, number, term))
    return starts, expressions


def calls_or_loops(terms: Terms, numbers: Sequence[int]) -> int:
    """How much a body does: the calls in it, a loop counting as two."""
    total = 0
    for number in numbers:
        label = terms.labels[number]
        total += {"Call": 1, "For": 2, "While": 2, "comprehension": 2}.get(label[0], 0)
        total += calls_or_loops(terms, terms.children[number])
    return total


def _start(
    parsed: Parsed, terms: Terms, piece: int, block: list[ast.stmt], place: int, longest: int
) -> Start:
    encoder = Encoder(terms, parsed.known)
    numbers: list[int] = []
    stored: list[int] = []
    live: list[frozenset[str]] = []
    for statement in block[place : place + longest]:
        if _jumps(statement):
            break
        try:
            numbers.append(encoder.encode(statement))
        except Unsuitable:
            break
        stored.append(len(encoder.bound))
        live.append(parsed.live.get(id(statement), frozenset()))
    return Start(block, place, piece, tuple(numbers), tuple(encoder.bound), tuple(stored), tuple(live))


def _blocks(block: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A block and those inside of it; functions and classes of a program are left alone."""
    yield block
    for statement in block:
        if isinstance(statement, ast.If | ast.For | ast.While | ast.With):
            yield from _blocks(statement.body)
        if isinstance(statement, ast.If | ast.For | ast.While) and statement.orelse:
            yield from _blocks(statement.orelse)


def _expressions(block: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    for statement in block:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _below(statement)


def _below(node: ast.AST) -> Iterator[ast.expr]:
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else (value,):
            if not isinstance(child, ast.AST):
                continue
            method = field == "func" and isinstance(child, ast.Attribute)
            if isinstance(child, ast.expr) and not method and _is_place(child):
                yield child
            if not isinstance(child, ast.JoinedStr):
                yield from _below(child)


def _is_place(node: ast.expr) -> bool:
    return not isinstance(node, _NOT_A_PLACE) and isinstance(getattr(node, "ctx", None), ast.Load | None)


def _jumps(node: ast.stmt) -> bool:
    """Whether a statement leaves a loop that stands around it."""
    if isinstance(node, ast.Break | ast.Continue):
        return True
    if isinstance(node, _LOOPS):
        return any(_jumps(each) for each in node.orelse)
    return any(_jumps(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))
