"""What a text shows without running any of it: its holes and theorems, and where a step would be written."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from holdfast.checkers.lean import document as lean_document
from holdfast.checkers.lean import holes as lean_holes
from holdfast.checkers.python import document as python_document
from holdfast.checkers.python import holes as python_holes
from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.holes import find_holes
from holdfast.checkers.rocq.sentences import end_before, skip_blanks
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

__all__ = ["Named", "Outline", "Slot", "read_outline", "slot_at", "with_body"]

_MARGIN = re.compile(r"\s*(?:[·.<;>|]+(?=\s|$)\s*)*")
"""What stands in front of a tactic on its line in a .lean file."""
_BULLETS = re.compile(r"(?:(?:-+|\++|\*+|[{}])(?=\s|$)\s*)*")


@dataclass(frozen=True, slots=True)
class Named:
    """A theorem or a function and where it stands, in characters."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is to do in a text."""

    holes: tuple[Hole, ...] = ()
    named: tuple[Named, ...] = ()
    """Finished theorems, or functions."""

    def at(self, offset: int) -> Named | None:
        """The innermost that a character stands in."""
        around = [each for each in self.named if each.start <= offset <= each.end]
        return min(around, key=lambda each: each.end - each.start, default=None)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the next step of a proof goes."""

    start: int
    """The first character of what is written of it."""
    prefix: str
    """What is written of it so far."""
    close: str = ""
    """What ends a step."""


def read_outline(source: Source) -> Outline:
    """The outline of a text; an empty one where it cannot be read, as while it is being written."""
    read = _READERS.get(PurePath(source.name).suffix)
    try:
        return Outline() if read is None else read(source)
    except (SourceError, UserError):
        return Outline()


def _rocq(source: Source) -> Outline:
    document = read_document(source)
    sentences = document.sentences
    named = [
        Named(theorem.name, sentences[theorem.statement].start, sentences[theorem.end].end)
        for theorem in document.theorems
        if theorem.end is not None
    ]
    return Outline(_holes(source), tuple(named))


def _holes(source: Source) -> tuple[Hole, ...]:
    try:
        return find_holes(source)
    except SourceError:  # a proof does not end yet
        return ()


def _python(source: Source) -> Outline:
    document = python_document.read_document(source)
    named = [
        Named(each.name, document.places.start(each.node), document.places.end(each.node))
        for each in document.functions
    ]
    return Outline(tuple(python_holes.find_holes(document)), tuple(named))


def _lean(source: Source) -> Outline:
    document = lean_document.read_document(source)
    named = [
        Named(command.theorem.name, command.start, command.end)
        for command in document.commands
        if command.theorem is not None and not command.theorem.is_example
    ]
    return Outline(tuple(lean_holes.find_holes(source)), tuple(named))


_READERS: Mapping[str, Callable[[Source], Outline]] = {".v": _rocq, ".py": _python, ".lean": _lean}
"""By the ending of a file."""


def slot_at(source: Source, offset: int) -> Slot | None:
    """The step that a character is in, up to that character; None in files whose steps are whole bodies.

    Bullets are not part of it.
    """
    match PurePath(source.name).suffix:
        case ".v":
            return _rocq_slot(source, offset)
        case ".lean":
            line = source.text.rfind("\n", 0, offset) + 1
            found = _MARGIN.match(source.text, line, offset)
            start = found.end() if found else line
            return Slot(start, source.text[start:offset])
        case _:
            return None


def _rocq_slot(source: Source, offset: int) -> Slot:
    begin = end_before(source, offset)
    try:
        start = min(skip_blanks(source, begin), offset)
    except SourceError:  # in the middle of a comment
        start = offset
    found = _BULLETS.match(source.text, start, offset)
    start = found.end() if found else start
    return Slot(start, source.text[start:offset], ".")


def with_body(source: Source, name: str, body: Step) -> Source:
    """A .py file with a body written into one of its functions. Raises UserError where that cannot be."""
    holes: Sequence[Hole] = python_holes.find_holes(python_document.read_document(source), [name])
    return python_holes.fill(source, {holes[0]: Proof(body)})
