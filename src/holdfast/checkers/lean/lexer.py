"""Splits the text of a .lean file into tokens, by the lexical rules that no file can change.

Interpolated strings are taken for plain ones, so a token inside their braces is not seen: whoever must see
every token refuses strings with braces.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["Kind", "Positions", "Token", "comments", "tokens"]


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    """A keyword or a name, with its dots and guillemets: `A.b'`, `Nat.«odd one»`, `exact?`, `#eval`."""
    STRING = "string"
    """Also a character in single quotes."""
    NUMBER = "number"
    SYMBOL = "symbol"
    COMMENT = "comment"
    """No token: what stands between tokens."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its place; offsets are characters."""

    text: str
    kind: Kind
    start: int

    @property
    def end(self) -> int:
        """One past its last character."""
        return self.start + len(self.text)


class Positions:
    """Turns offsets of a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        return self._text.count("\n", 0, offset) + 1, offset - self._text.rfind("\n", 0, offset)

    def offset(self, line: int, column: int) -> int:
        """The character at a line from 1 and a column from 0; the end of the text where there is none."""
        start = 0
        for _ in range(line - 1):
            start = self._text.find("\n", start) + 1
            if start == 0:
                return len(self._text)
        return min(start + column, len(self._text))


_LETTER = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f"  # Latin
    "\u0391-\u039f\u03a1\u03a2\u03a4-\u03a9\u03b1-\u03ba\u03bc-\u03c9\u03ca-\u03fb\u1f00-\u1ffe"  # no λ, Π, Σ
    "\u2100-\u214f\U0001d49c-\U0001d59f"
)
_REST = _LETTER + "0-9_'!?\u2080-\u2089\u2090-\u209c\u1d62-\u1d6a\u2c7c"
_PART = rf"(?:«[^»]*»|[{_LETTER}_][{_REST}]*)"
_WORD = re.compile(rf"#?{_PART}(?:\.{_PART}|\.[0-9]+(?![{_REST}]))*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_RAW = re.compile(r'r(#*)".*?"\1', re.DOTALL)
# Two single quotes are never a character: Mathlib has them for the image of a set.
_CHARACTER = re.compile(r"'(?:[^'\\\n]|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.))'", re.DOTALL)
_SYMBOL = re.compile(r"''|:=|=>|<;>|@\[|\.\.|::|←|.", re.DOTALL)
_BLANK = re.compile(r"\s+")
_COMMENT_MARK = re.compile(r"/-|-/")


def tokens(source: Source) -> Sequence[Token]:
    """All tokens in order, without blanks and comments.

    Raises SourceError where a comment or a string does not end.
    """
    return tuple(each for each in _pieces(source) if each.kind is not Kind.COMMENT)


def comments(source: Source) -> Sequence[Token]:
    """All comments in order, those that document something among them. Raises as `tokens` does."""
    return tuple(each for each in _pieces(source) if each.kind is Kind.COMMENT)


def _pieces(source: Source) -> Iterator[Token]:
    """Tokens and comments."""
    text, at = source.text, 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        if text.startswith("--", at):
            end = text.find("\n", at)
            piece = Token(text[at : len(text) if end < 0 else end], Kind.COMMENT, at)
        elif text.startswith("/-", at):
            piece = Token(text[at : _comment_end(source, at)], Kind.COMMENT, at)
        else:
            piece = _token(source, at)
        yield piece
        at = piece.end


def _comment_end(source: Source, start: int) -> int:
    # A comment on what follows begins with three characters: the last may not end it at once.
    depth, at = 1, start + (3 if source.text.startswith(("/--", "/-!"), start) else 2)
    while True:
        mark = _COMMENT_MARK.search(source.text, at)
        if mark is None:
            raise _error(source, start, "this comment does not end")
        at = mark.end()
        depth += 1 if mark[0] == "/-" else -1
        if depth == 0:
            return at


def _token(source: Source, at: int) -> Token:
    text = source.text
    for kind, pattern in (
        (Kind.STRING, _RAW),
        (Kind.WORD, _WORD),
        (Kind.NUMBER, _NUMBER),
        (Kind.STRING, _STRING),
        (Kind.STRING, _CHARACTER),
    ):
        if found := pattern.match(text, at):
            return Token(found[0], kind, at)
    if text[at] == '"':
        raise _error(source, at, "this string does not end")
    found = _SYMBOL.match(text, at)
    assert found is not None
    return Token(found[0], Kind.SYMBOL, at)


def _error(source: Source, at: int, message: str) -> SourceError:
    line, column = Positions(source.text).line_column(at)
    return SourceError(message, file=source.name, line=line, column=column)
