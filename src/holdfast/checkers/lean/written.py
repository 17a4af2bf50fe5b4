"""A text with one hole in it, as programs are told of it that look for `sorry` themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.checkers.lean.document import Command, Document, read_document
from holdfast.checkers.lean.holes import script
from holdfast.checkers.lean.session import Frame
from holdfast.checkers.lean.words import MODIFIERS
from holdfast.core.documents import Source

__all__ = ["Written"]

_HOLE = "sorry"
_SCOPES = frozenset(
    {"namespace", "section", "end", "open", "variable", "universe", "set_option", "include", "omit"}
)
"""Words of commands that say how what follows is read, and declare nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text whose last command holds the hole, written as `sorry`."""

    text: str
    hole: int
    """The first character of the `sorry`."""
    begin: int
    """The first character of the command that it stands in."""

    @classmethod
    def of(cls, frame: Frame) -> "Written":
        """What a frame looks like with nothing but `sorry` in its hole."""
        printed = script(frame.place, [_HOLE])
        text = frame.before + printed + frame.after
        hole = len(frame.before) + printed.index(_HOLE)
        return cls(text, hole, _around(read_document(Source("", text)), hole).start)

    @property
    def byte(self) -> int:
        """The first byte of the `sorry`, in UTF-8."""
        return len(self.text[: self.hole].encode())

    @property
    def line_column(self) -> tuple[int, int]:
        """The line of the `sorry` from 1, and its column from 0 in code points."""
        before = self.text[: self.hole]
        return before.count("\n") + 1, len(before) - before.rfind("\n") - 1

    @property
    def before(self) -> str:
        """What stands before the command."""
        return self.text[: self.begin]

    def alone(self) -> str:
        """The command after all that says how it is read, for whoever knows what stands before it."""
        document = read_document(Source("", self.text))
        scopes = [self.text[each.start : each.end] for each in _scopes(document, self.begin)]
        return "".join(
            each if each.endswith("\n") else each + "\n" for each in [*scopes, self.text[self.begin :]]
        )

    def holes_before(self) -> int:
        """How many other holes of the command stand before this one."""
        document = read_document(Source("", self.text))
        return sum(
            token.text in {"sorry", "admit"}
            for token in document.tokens
            if self.begin <= token.start < self.hole
        )


def _around(document: Document, place: int) -> Command:
    return next(each for each in document.commands if each.start <= place < each.end)


def _scopes(document: Document, end: int) -> Iterator[Command]:
    text = document.source.text
    is_mutual = False
    for command in document.commands:
        words = text[command.start : command.end].split(maxsplit=2)
        word = next((each for each in words if each not in MODIFIERS), "")
        if command.end > end:
            return
        if word in _SCOPES and not is_mutual:
            yield command
        is_mutual = word == "mutual" or (is_mutual and word != "end")
