"""Writes programs with functions: where the body of one stands in a program, a call takes its place."""

import ast
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from holdfast.library.compressing.pieces import Piece, Pieces
from holdfast.library.compressing.sites import Expression, Parsed, Start, sites
from holdfast.library.compressing.templates import Template, call_of, matched
from holdfast.library.compressing.terms import FREE, Terms
from holdfast.library.records import Program

__all__ = ["Rewriter", "rewrite"]

_CALL = 3
_MOST_PASSES = 200
_Asked: TypeAlias = tuple[Program, frozenset[str], frozenset[str]]


def rewrite(
    program: Program,
    templates: Sequence[Template],
    known: frozenset[str],
    kept: frozenset[str],
    pieces: Pieces,
) -> Program | None:
    """The program with calls of the functions, tried in the order given; None where none of them fits.

    A call is written only where it takes fewer tokens than what it stands for. The program does the same as
    long as the order of evaluation does not matter, so it has to be run before it is believed. `known` are
    the names that it need not store, the functions' among them; `kept` those that are read after each piece.
    """
    texts = list(program.pieces)
    try:
        for template in templates:
            for _ in range(_MOST_PASSES):
                read = pieces.of(Program("", tuple(texts)), known, kept)
                changed = _changed(read or (), template, pieces)
                if not changed:
                    break
                for number, text in changed.items():
                    texts[number] = text
    except RecursionError:  # it is nested beyond reason, and stays as it is
        return None
    done = Program(program.task, tuple(texts))
    return done if done != program else None


class Rewriter:
    """Writes the same programs with more and more functions, and goes on from where it was."""

    def __init__(self, pieces: Pieces) -> None:
        """With what is remembered of pieces."""
        self._pieces = pieces
        self._known: dict[_Asked, list[tuple[Template, Program]]] = {}

    def rewrite(
        self, program: Program, templates: Sequence[Template], known: frozenset[str], kept: frozenset[str]
    ) -> Program | None:
        """As `rewrite`."""
        # Of the names that are known only those matter that the program has.
        done = self._known.setdefault((program, known & self._pieces.names(program), kept), [])
        pairs = enumerate(zip(done, templates, strict=False))
        same = next((at for at, (known_, new) in pairs if known_[0] != new), min(len(done), len(templates)))
        if same < len(templates):
            del done[same:]
        current = done[same - 1][1] if same else program
        for template in templates[same:]:
            current = rewrite(current, (template,), known, kept, self._pieces) or current
            done.append((template, current))
        return current if current != program else None


def _changed(read: Sequence[Piece], template: Template, pieces: Pieces) -> dict[int, str]:
    """The pieces, by number, that a function is used in wherever it fits, as far as places do not overlap."""
    found = {}
    for number, piece in enumerate(read):
        if not pieces.has(piece, template):
            continue
        parsed = pieces.parsed(piece)
        starts, expressions = sites(parsed, pieces.terms, len(template.pattern))
        if template.expression:
            is_changed = _in_expressions(parsed, expressions, template, pieces.terms)
        else:
            is_changed = _in_statements(starts, template, pieces.terms)
        if is_changed:
            tree = ast.Module(parsed.pieces[0], [])
            found[number] = ast.unparse(ast.fix_missing_locations(tree))
    return found


def _in_statements(starts: Sequence[Start], template: Template, terms: Terms) -> bool:
    """Put calls in the place of windows that do not overlap; whether there was one."""
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
    return bool(calls)


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
) -> bool:
    """Put calls in the place of expressions; whether there was one."""
    found = {
        id(each.node): call
        for each in expressions
        if (call := _in_expression(each.term, template, terms)) is not None
    }
    replacing = _Replacing(found)
    for statement in parsed.pieces[0] if found else ():
        replacing.visit(statement)
    return bool(replacing.count)


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
