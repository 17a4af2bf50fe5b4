"""Writes programs with functions: where the body of one stands in a program, a call takes its place."""

import ast
from collections.abc import Iterable, Mapping, Sequence

from holdfast.library.compressing.sites import Expression, Parsed, Start, parse, sites
from holdfast.library.compressing.templates import Template, call_of, matched
from holdfast.library.compressing.terms import FREE, Terms
from holdfast.library.records import Program

__all__ = ["rewrite"]

_CALL = 3
_MOST_PASSES = 200


def rewrite(
    program: Program, templates: Sequence[Template], known: frozenset[str], terms: Terms, kept: frozenset[str]
) -> Program | None:
    """The program with calls of the functions, tried in the order given; None where none of them fits.

    A call is written only where it takes fewer tokens than what it stands for. The program does the same as
    long as the order of evaluation does not matter, so it has to be run before it is believed. `known` are
    the names that it need not store, the functions' among them; `kept` those that are read after each piece.
    """
    try:
        return _rewritten(program, templates, known, terms, kept)
    except RecursionError:  # it is nested beyond reason, and stays as it is
        return None


def _rewritten(
    program: Program, templates: Sequence[Template], known: frozenset[str], terms: Terms, kept: frozenset[str]
) -> Program | None:
    writing = _Writing.begun(program, known, kept)
    if writing is None:
        return None
    found = None
    for template in templates:
        for _ in range(_MOST_PASSES):
            found = found or sites(writing.parsed, terms, max(len(each.pattern) for each in templates))
            if not _apply(template, *found, writing, terms):
                break
            found = None
    done = Program(program.task, tuple(writing.pieces))
    return done if done != program else None


class _Writing:
    """A program that is being written anew."""

    def __init__(
        self, pieces: Sequence[str], parsed: Parsed, names: tuple[frozenset[str], frozenset[str]]
    ) -> None:
        self.pieces = list(pieces)
        self.parsed = parsed
        self._names = names

    @classmethod
    def begun(cls, program: Program, known: frozenset[str], kept: frozenset[str]) -> "_Writing | None":
        parsed = parse(program, known, kept)
        return None if parsed is None else cls(program.pieces, parsed, (known, kept))

    def read_again(self, changed: Iterable[int]) -> None:
        """Take over what became of the syntax trees of some pieces."""
        for piece in changed:
            tree = ast.Module(self.parsed.pieces[piece], [])
            self.pieces[piece] = ast.unparse(ast.fix_missing_locations(tree))
        parsed = parse(Program("", tuple(self.pieces)), *self._names)
        if parsed is None:  # what was written is read, else the decoder is wrong
            raise AssertionError(self.pieces)
        self.parsed = parsed


def _apply(
    template: Template,
    starts: Sequence[Start],
    expressions: Sequence[Expression],
    writing: _Writing,
    terms: Terms,
) -> bool:
    """Use a function wherever it fits, as far as the places do not overlap; whether there was one."""
    if template.expression:
        changed = _in_expressions(writing.parsed, expressions, template, terms)
    else:
        changed = _in_statements(starts, template, terms)
    if changed:
        writing.read_again(changed)
    return bool(changed)


def _in_statements(starts: Sequence[Start], template: Template, terms: Terms) -> set[int]:
    """Put calls in the place of windows that do not overlap; the pieces that they were put into."""
    taken: set[int] = set()
    calls: list[tuple[Start, ast.stmt]] = []
    length = len(template.pattern)
    for start in starts:
        if length <= len(start.terms) and _is_untouched(start, length, taken):
            call = _call(template, start, terms)
            if call is not None:
                calls.append((start, call))
                window = start.block[start.place : start.place + length]
                taken.update(id(node) for statement in window for node in ast.walk(statement))
    for start, call in sorted(calls, key=lambda each: -each[0].place):
        start.block[start.place : start.place + length] = [call]
    return {start.piece for start, _ in calls}


def _is_untouched(start: Start, length: int, taken: set[int]) -> bool:
    """Whether a window has no part in those that become calls, and none of them in it."""
    window = start.block[start.place : start.place + length]
    return not taken or not any(id(node) in taken for each in window for node in ast.walk(each))


def _call(template: Template, start: Start, terms: Terms) -> ast.stmt | None:
    window = start.terms[: len(template.pattern)]
    found = matched(template.pattern, window, terms)
    if found is None or not start.wanted(len(window)) <= set(template.returns):
        return None
    if not all(_agrees(found.get(place), start.names[n], terms) for n, place in template.entering.items()):
        return None
    given = 2 * len(template.returns)
    if not _shorter(template, found, sum(terms.sizes[each] for each in window) - given, terms):
        return None
    call = call_of(template, found, start.names, terms)
    names: list[ast.expr] = [ast.Name(start.names[number], ast.Store()) for number in template.returns]
    if not names:
        return ast.Expr(call)
    target = names[0] if len(names) == 1 else ast.Tuple(names, ast.Store())
    return ast.Assign([target], call, lineno=0)


def _agrees(argument: int | None, name: str, terms: Terms) -> bool:
    """Whether a parameter that the body stores anew begins as the name that the window stores."""
    return argument is None or terms.labels[argument] == (FREE, name)


def _in_expression(term: int, template: Template, terms: Terms) -> ast.Call | None:
    found = matched(template.pattern, (term,), terms)
    if found is None or not _shorter(template, found, terms.sizes[term], terms):
        return None
    return call_of(template, found, (), terms)


def _shorter(template: Template, found: Mapping[int, int], size: int, terms: Terms) -> bool:
    names = len(template.parameters) - len(found)
    call = _CALL + sum(terms.sizes[each] for each in found.values()) + names
    return call + max(0, len(template.parameters) - 1) < size


def _in_expressions(
    parsed: Parsed, expressions: Sequence[Expression], template: Template, terms: Terms
) -> set[int]:
    """Put calls in the place of expressions; the pieces that they were put into."""
    found = {
        id(each.node): call
        for each in expressions
        if (call := _in_expression(each.term, template, terms)) is not None
    }
    changed = set()
    for number, piece in enumerate(parsed.pieces if found else ()):
        replacing = _Replacing(found)
        for statement in piece:
            replacing.visit(statement)
        if replacing.count:
            changed.add(number)
    return changed


class _Replacing(ast.NodeTransformer):
    """Replaces the outermost; what is inside of them is seen in the next pass."""

    def __init__(self, found: Mapping[int, ast.Call]) -> None:
        self._found = found
        self.count = 0

    def visit(self, node: ast.AST) -> ast.AST:
        call = self._found.get(id(node))
        if call is None:
            result: ast.AST = self.generic_visit(node)
            return result
        self.count += 1
        return call
