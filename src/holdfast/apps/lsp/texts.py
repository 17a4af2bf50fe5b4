"""The texts that an editor has open, as it has them; positions are UTF-16, as editors count.

Lines end in LF, CRLF or CR and in nothing else: a form feed is a character like any other.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from holdfast.core.documents import Source
from holdfast.core.errors import UserError

__all__ = ["Text", "Texts", "edit_between"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_SUFFIXES: Mapping[str, str] = {"coq": ".v", "rocq": ".v", "python": ".py", "lean": ".lean", "lean4": ".lean"}
"""The endings of files by the editor's word for their language, for texts that are not on disk yet."""


@dataclass(frozen=True)
class Text:
    """One version of an open document."""

    uri: str
    text: str
    version: int | None = None
    language: str = ""
    """The editor's word for it."""

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first character of each line."""
        return (0, *(found.end() for found in _LINE_END.finditer(self.text)))

    @property
    def path(self) -> Path:
        """Where it is or would be on disk."""
        parts = urlsplit(self.uri)
        if parts.scheme == "file":
            return Path(unquote(parts.path))
        name = Path(unquote(parts.path)).name or "untitled"
        return Path(name).with_suffix(_SUFFIXES.get(self.language, Path(name).suffix))

    @property
    def source(self) -> Source:
        """The text by the name of its file."""
        return Source(self.path.name, self.text)

    def offset(self, position: types.Position) -> int:
        """The character in front of which a position is; one behind the end of a line is at that end."""
        if position.line >= len(self.starts):
            return len(self.text)
        start = self.starts[position.line]
        end = _LINE_END.search(self.text, start)
        left = position.character
        for at in range(start, end.start() if end else len(self.text)):
            left -= _units(self.text[at])
            if left < 0:
                return at
        return end.start() if end else len(self.text)

    def position(self, offset: int) -> types.Position:
        """The position in front of a character."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, offset) - 1
        return types.Position(line, sum(map(_units, self.text[self.starts[line] : offset])))

    def range(self, start: int, end: int) -> types.Range:
        """The stretch between two characters."""
        return types.Range(self.position(start), self.position(end))

    def line_range(self, line: int) -> types.Range:
        """The words of a line, which is counted from 1."""
        start = self.starts[min(max(line, 1), len(self.starts)) - 1]
        found = _LINE_END.search(self.text, start)
        whole = self.text[start : found.start() if found else len(self.text)]
        words = whole.strip()
        first = start + len(whole) - len(whole.lstrip())
        return self.range(first, first + len(words))

    def changed(self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int | None) -> "Text":
        """The text after changes, one after another."""
        text = self
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = text.offset(change.range.start), text.offset(change.range.end)
                whole = text.text[:start] + change.text + text.text[max(start, end) :]
            else:
                whole = change.text
            text = replace(text, text=whole)
        return replace(text, version=version)


def _units(character: str) -> int:
    return 2 if character > "\uffff" else 1


class Texts:
    """The open documents."""

    def __init__(self) -> None:
        """None is open."""
        self._open: dict[str, Text] = {}

    def put(self, text: Text) -> None:
        """Take in a document that was opened or changed."""
        self._open[text.uri] = text

    def drop(self, uri: str) -> None:
        """Forget a document that was closed."""
        self._open.pop(uri, None)

    def get(self, uri: str) -> Text:
        """The document as it is now. Raises UserError where it is not open."""
        found = self._open.get(uri)
        if found is None:
            raise UserError(f"{uri} is not open in the editor")
        return found

    def is_now(self, text: Text) -> bool:
        """Whether the document still says what it said."""
        now = self._open.get(text.uri)
        return now is not None and now.text == text.text


def _splits(text: str, at: int) -> bool:
    """Whether a character stands between the two halves of one end of a line, where no position is."""
    return text[at - 1 : at + 1] == "\r\n" and at > 0


def edit_between(before: Text, after: str) -> types.WorkspaceEdit:
    """The one edit that makes a text another; editors refuse it when the version is not theirs any more."""
    old = before.text
    start = 0
    while start < min(len(old), len(after)) and old[start] == after[start]:
        start += 1
    start -= _splits(old, start) or _splits(after, start)
    most = min(len(old), len(after)) - start
    same = 0
    while same < most and old[-1 - same] == after[-1 - same]:
        same += 1
    same -= _splits(old, len(old) - same) or _splits(after, len(after) - same)
    change = types.TextEdit(before.range(start, len(old) - same), after[start : len(after) - same])
    document = types.OptionalVersionedTextDocumentIdentifier(before.uri, before.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, [change])])
