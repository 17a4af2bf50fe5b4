"""Which proof a character of a text stands in, and where the next step would go: by the layout alone."""

from dataclasses import dataclass

from holdfast.checkers.lean.document import Document, Theorem, read_document
from holdfast.checkers.lean.holes import Place, Setting
from holdfast.core.documents import Hole, HoleKind, Source

__all__ = ["Spot", "find_spot"]

_OPENING = frozenset({"by", "=>", ":="})
_DOTS = frozenset({"·", "."})


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text that may be in the middle of being written."""

    document: Document
    """All that stands before it, and no more."""
    place: Place | None
    """Where the next step goes, None where no proof is open."""
    before: str = ""
    """The text that the next step is written behind."""


def find_spot(source: Source, offset: int) -> Spot:
    """The place of the step that character `offset` stands in front of or inside of.

    Raises SourceError where what stands before it cannot be read.
    """
    text = source.text[:offset]
    line = text[text.rfind("\n") + 1 :]
    document = read_document(Source(source.name, text))
    theorem = document.commands[-1].theorem if document.commands else None
    if theorem is None or not theorem.body:
        return Spot(document, None)
    behind = text[theorem.body_end :]
    last = theorem.body[-1].text
    if not line.strip():
        if not line and last not in _OPENING:  # a line that begins anew ends the proof
            return Spot(document, None)
        return _spot(source, document, theorem, offset, len(line) or _column(text, theorem))
    if "\n" not in behind and last in _OPENING | _DOTS:
        column = len(line) if last in _DOTS else _column(text, theorem)
        return _spot(source, document, theorem, offset, column)
    start = offset - len(line) + _first_word(line)
    cut = read_document(Source(source.name, text[:start]))
    own = cut.commands[-1].theorem if cut.commands else None
    if own is None or not own.body:
        return Spot(document, None)
    return _spot(source, cut, own, start, start - (offset - len(line)))


def _spot(source: Source, document: Document, theorem: Theorem, offset: int, column: int) -> Spot:
    line = source.text.count("\n", 0, offset) + 1
    hole = Hole(theorem.name, HoleKind.ADMIT, offset, offset, line, column + 1)
    is_begun = bool(document.source.text[document.source.text.rfind("\n") + 1 :].strip())
    last = theorem.body[-1].text
    setting = Setting.UNDER if is_begun and last in _OPENING else Setting.BLOCK
    if last == ":=":
        setting = Setting.PROOF
    text = document.source.text
    begun = text[text.rfind("\n") + 1 :]
    padding = " " * (column - len(begun)) if not begun.strip() else ""
    return Spot(document, Place(hole, theorem, setting, column), text + padding)


def _column(text: str, theorem: Theorem) -> int:
    """Where a block below the last line of a proof begins: two spaces further in."""
    start = text.rfind("\n", 0, theorem.body[-1].start) + 1
    line = text[start : theorem.body_end]
    return len(line) - len(line.lstrip()) + 2


def _first_word(line: str) -> int:
    """How many characters of a line stand before the first word of its step: blanks and dots."""
    rest = line.lstrip(" ·\t")
    return len(line) - len(rest)
