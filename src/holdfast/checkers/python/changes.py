"""What differs between two versions of a file: the bodies of functions, or anything else."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.checkers.python.bodies import BodyError
from holdfast.checkers.python.document import Document, Function
from holdfast.checkers.python.holes import slot_of

__all__ = ["Changes", "compare"]

_COMMENTS = re.compile(r"(?:#[^\r\n]*(?:\r\n|\r|\n)(?:[ \t\f]*(?:\r\n|\r|\n))*[ \t\f]*)+")


@dataclass(frozen=True, slots=True)
class Changes:
    """The functions whose bodies differ, and what else differs, as a clause; empty where nothing does."""

    functions: frozenset[str]
    elsewhere: str = ""


def compare(before: Document, after: Document) -> Changes:
    """Find what changed; outside the bodies of functions every character counts."""
    old, new = before.functions, after.functions
    if [each.name for each in old] != [each.name for each in new]:
        return Changes(frozenset(), "functions were added, removed or moved")
    changed = [(one, other) for one, other in zip(old, new, strict=True) if _body(one) != _body(other)]
    names = frozenset(one.name for one, _ in changed)
    try:
        expected = list(_around_old(before, [one for one, _ in changed]))
    except BodyError as error:
        return Changes(names, str(error))
    found = list(_around_new(after, [other for _, other in changed]))
    for at, (piece, actual) in enumerate(zip(expected, found, strict=True)):
        # What a body begins with may be comments; behind the last one, nothing is a body's.
        more = actual.removeprefix(piece)
        if piece != actual and (
            at == len(changed) or len(more) == len(actual) or not _COMMENTS.fullmatch(more)
        ):
            return Changes(names, _where(after, found, piece, actual))
    return Changes(names)


def _body(function: Function) -> list[str]:
    return [ast.dump(each) for each in function.body]


def _around_old(document: Document, functions: list[Function]) -> Iterator[str]:
    """The text around bodies, as it stands when bodies are written in their place."""
    text, start = document.source.text, 0
    for function in functions:
        slot = slot_of(document, function)
        lead = document.newline_at(slot.start) + slot.indent if slot.inline else ""
        yield text[start : slot.start] + lead
        start = slot.end
    yield text[start:]


def _around_new(document: Document, functions: list[Function]) -> Iterator[str]:
    text, start = document.source.text, 0
    for function in functions:
        # A body that was taken away leaves its docstring, which then is where the text goes on.
        first = function.body[0] if function.body else None
        end = document.places.end(function.node)
        yield text[start : end if first is None else document.places.start(first)]
        start = end
    yield text[start:]


def _where(document: Document, pieces: list[str], piece: str, actual: str) -> str:
    same = next((at for at, (a, b) in enumerate(zip(piece, actual, strict=False)) if a != b), len(piece))
    offset = sum(len(each) for each in pieces[: pieces.index(actual)]) + min(same, len(actual))
    line, _ = document.place(min(offset, len(document.source.text)))
    return f"text outside the bodies of functions changed, near line {line}"
