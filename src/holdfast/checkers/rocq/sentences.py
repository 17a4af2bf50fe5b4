"""Split the text of a .v file into the sentences that Rocq reads, by its lexical rules alone.

A sentence ends at a period (or `...`) that a blank or the end of the text follows; bullets and braces are
sentences of their own where a sentence may begin. Two things cannot be known without Rocq, and are not:
a notation whose symbol is, or ends in, a period that a blank follows, and blanks other than space, tab,
carriage return and newline, which Rocq does not take for blanks either. A byte-order mark in front of a text
counts as a blank.
"""

import contextlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = [
    "Lexer",
    "Positions",
    "Sentence",
    "SentenceKind",
    "bare",
    "code_spans",
    "end_before",
    "skip_blanks",
    "split",
]

_BLANK = r"[ \t\r\n]"
_STRING = r'"(?:[^"]++|"")*+"'
_INNER_PERIOD = r"\.(?=[^ \t\r\n.])|\.\.(?!\.)|\.{3}(?=[^ \t\r\n.])|\.{4,}"
_BODY = re.compile(rf'(?:[^."(:]++|{_STRING}|\((?!\*)|{_INNER_PERIOD}|:(?!\{{\{{))*+')
"""Everything up to a comment, the end of the sentence, something unterminated, or a possible quotation."""
_PERIOD = re.compile(rf"\.(?:\.\.)?+(?={_BLANK}|\Z)")
_COMMENT_BODY = re.compile(rf'(?:[^(*"]++|{_STRING}|\((?!\*)|\*(?!\)))*+')
_BLANKS = re.compile(rf"{_BLANK}*+")
_BULLET = re.compile(r"-+|\++|\*+")
_RANGE = r"\d+(?:\s*-\s*\d+)?"
_SELECTOR = re.compile(rf"(?:{_RANGE}(?:\s*,\s*{_RANGE})*|\[\s*[^\W\d][\w']*\s*\]|all|par|!)\s*:(?!=)")
_QUOTATION = re.compile(r"(?<![\w'])lp\Z")
_QUOTATION_BRACES = re.compile(r"\{+|\}+")
_CODE = re.compile(rf'(?:[^("]++|{_STRING}|\((?!\*))++')
_FOLD = re.compile(rf"({_STRING})|{_BLANK}++")


class SentenceKind(StrEnum):
    """What a sentence is to the lexer; everything that a period ends is a command, tactics too."""

    COMMAND = "command"
    BULLET = "bullet"
    BRACE_OPEN = "brace_open"
    """`{`, also behind a selector: `2: {`."""
    BRACE_CLOSE = "brace_close"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a text; offsets are characters. Each `lead` is the `end` of the sentence before."""

    kind: SentenceKind
    lead: int
    """First character of the blanks and comments in front."""
    start: int
    """First character of the sentence itself."""
    end: int
    """One past its last character, which is the period where there is one."""


def split(source: Source) -> tuple[Sentence, ...]:
    """Return every sentence of a text, in order.

    The text is the concatenation of `text[s.lead:s.end]` over the result, then what follows the last `end`:
    blanks and comments.

    Raises:
        SourceError: a comment, a string or a sentence does not end; the place is where it begins.
    """
    return tuple(_sentences(source))


class Lexer:
    """Splits one text after another, each mostly like the one before: what they begin with alike is kept."""

    def __init__(self) -> None:
        """Have split nothing."""
        self._text = ""
        self._sentences: list[Sentence] = []

    def upto(self, source: Source, offset: int) -> tuple[Sentence, ...]:
        """Return the whole sentences of a text that end at or before a character.

        What stands behind them need not be whole: a text that is being written can be asked about.
        """
        known = self._sentences
        if source.text != self._text:
            # The character behind a sentence has its part in where it ends.
            same = _common(source.text, self._text)
            del known[bisect_right(known, same - 1, key=_end) :]
            self._text = source.text
        if not known or known[-1].end <= offset:
            with contextlib.suppress(SourceError):
                for sentence in _sentences(source, _end(known[-1]) if known else 0):
                    known.append(sentence)
                    if sentence.end > offset:
                        break
        return tuple(known[: bisect_right(known, offset, key=_end)])


def end_before(source: Source, offset: int) -> int:
    """Where the last whole sentence ends that ends at or before a character; 0 where there is none."""
    found = Lexer().upto(source, offset)
    return found[-1].end if found else 0


def _end(sentence: Sentence) -> int:
    return sentence.end


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _sentences(source: Source, lead: int = 0) -> Iterator[Sentence]:
    text = source.text
    while True:
        start = skip_blanks(source, lead or text.startswith("\ufeff"))
        if start == len(text):
            return
        sentence = _sentence(source, lead, start)
        yield sentence
        lead = sentence.end


def _sentence(source: Source, lead: int, start: int) -> Sentence:
    text = source.text
    if text[start] in "-+*":
        return Sentence(SentenceKind.BULLET, lead, start, _end_of(_BULLET, text, start))
    if text[start] == "{":
        return Sentence(SentenceKind.BRACE_OPEN, lead, start, start + 1)
    if text[start] == "}":
        return Sentence(SentenceKind.BRACE_CLOSE, lead, start, start + 1)
    selector = _SELECTOR.match(text, start)
    if selector:
        brace = skip_blanks(source, selector.end())
        if text.startswith("{", brace):
            return Sentence(SentenceKind.BRACE_OPEN, lead, start, brace + 1)
    return Sentence(SentenceKind.COMMAND, lead, start, _command_end(source, start))


def _command_end(source: Source, start: int) -> int:
    """One past the period that ends the command which begins at `start`."""
    text, at = source.text, start
    while True:
        at = _end_of(_BODY, text, at)
        if at == len(text):
            raise _error(source, start, "this sentence does not end: a period and a blank are missing")
        match text[at]:
            case "(":
                at = _comment_end(source, at)
            case ":":
                at = _quotation_end(source, at)
            case '"':
                raise _error(source, at, "this string does not end")
            case _:
                return _end_of(_PERIOD, text, at)


def _comment_end(source: Source, start: int) -> int:
    """One past the comment that begins at `start`; comments nest and strings inside them count."""
    text, at, depth = source.text, start + 2, 1
    while depth:
        at = _end_of(_COMMENT_BODY, text, at)
        if at == len(text):
            raise _error(source, start, "this comment does not end")
        if text[at] == '"':
            raise _error(source, at, "this string, inside a comment, does not end")
        depth += 1 if text[at] == "(" else -1
        at += 2
    return at


def _quotation_end(source: Source, colon: int) -> int:
    """One past a quotation of the Elpi plugin, `lp:{{ ... }}`, whose text is not Rocq's, or the colon."""
    text = source.text
    if not _QUOTATION.search(text, max(0, colon - 3), colon):
        return colon + 1
    depth = 0
    width = _end_of(_QUOTATION_BRACES, text, colon + 1) - colon - 1
    for braces in _QUOTATION_BRACES.finditer(text, colon + 1):
        nested = len(braces[0]) // width
        depth += nested if braces[0][0] == "{" else -nested
        if depth <= 0:
            return braces.end()
    raise _error(source, colon - 2, "this quotation does not end")


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def skip_blanks(source: Source, at: int) -> int:
    """Return the offset of the first character from `at` on that is neither blank nor in a comment.

    Raises:
        SourceError: a comment does not end.
    """
    text = source.text
    while True:
        at = _end_of(_BLANKS, text, at)
        if not text.startswith("(*", at):
            return at
        at = _comment_end(source, at)


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that begins outside comments and strings which are not comments.

    Raises:
        SourceError: a comment or a string does not end.
    """
    source, at = Source("", text), 0
    while at < len(text):
        end = _end_of(_CODE, text, at)
        if end > at:
            yield at, end
        if end == len(text):
            return
        if text[end] == '"':
            raise _error(source, end, "this string does not end")
        at = _comment_end(source, end)


def bare(text: str) -> str:
    """Return a sentence without its comments, each stretch of blanks outside strings folded to one space.

    Raises:
        SourceError: a comment or a string does not end.
    """
    if "(*" in text:
        text = " ".join(text[start:end] for start, end in code_spans(text))
    return _FOLD.sub(lambda found: found[1] or " ", text).strip(" ")


def _error(source: Source, at: int, message: str) -> SourceError:
    line, column = Positions(source.text).line_column(at)
    return SourceError(message, file=source.name, line=line, column=column)


@dataclass(frozen=True, slots=True)
class Positions:
    """Translates character offsets of one text to lines, columns and UTF-8 byte offsets, and back.

    Characters that stand for undecodable bytes (`surrogateescape`) count as the one byte they stand for.
    """

    text: str
    _lines: tuple[int, ...] = field(init=False, repr=False)
    """Character offset at which each line begins."""
    _bytes: tuple[int, ...] = field(init=False, repr=False)
    """Byte offset at which each line begins; the same tuple where all is ASCII."""

    def __post_init__(self) -> None:
        lines = (0, *(found.end() for found in re.finditer("\n", self.text)))
        object.__setattr__(self, "_lines", lines)
        object.__setattr__(self, "_bytes", lines if self.text.isascii() else _byte_starts(self.text))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column, both in characters, of an offset."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a 1-based line and column of this text."""
        return self._lines[line - 1] + column - 1

    def byte(self, offset: int) -> int:
        """Return the byte offset of a character offset."""
        line = bisect_right(self._lines, offset) - 1
        return self._bytes[line] + _byte_length(self.text[self._lines[line] : offset])

    def from_byte(self, byte: int) -> int:
        """Return the offset of the character that a byte offset lies in."""
        line = bisect_right(self._bytes, byte) - 1
        start = self._lines[line]
        end = self._lines[line + 1] if line + 1 < len(self._lines) else len(self.text)
        head = self.text[start:end].encode("utf-8", "surrogateescape")[: byte - self._bytes[line]]
        return start + len(head.decode("utf-8", "surrogateescape" if not _cut(head) else "ignore"))


def _cut(head: bytes) -> bool:
    """Whether these bytes end inside a character."""
    tail = head[-4:]
    return any(lead & 0xC0 == 0xC0 and len(tail) - at < _width(lead) for at, lead in enumerate(tail))


def _width(lead: int) -> int:
    return 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


def _byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _byte_starts(text: str) -> tuple[int, ...]:
    starts, at = [0], 0
    for line in text.split("\n")[:-1]:
        at += _byte_length(line) + 1
        starts.append(at)
    return tuple(starts)
