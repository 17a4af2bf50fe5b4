"""Reads off a .lean file what datasets tell of its theorems; Lean does not run."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from holdfast.checkers.lean.document import Document, Theorem
from holdfast.checkers.lean.lexer import Kind, Token, comments
from holdfast.checkers.lean.steps import WrittenStep, written_steps
from holdfast.checkers.lean.words import MODIFIERS
from holdfast.core.documents import Source

__all__ = ["Extracted", "docstring_before", "extract", "without_comments"]

_MARKS = re.compile(r"\A/-[-!]?|-/\Z|\A--+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A theorem with its proof; offsets are characters."""

    theorem: Theorem
    kind: str
    """`theorem` or `lemma`."""
    statement: str
    """With its keyword and its name, line ends as blanks, without what stands before the keyword."""
    proof: str
    """Behind `:=`, as written."""
    end: int
    line: int
    """From 0."""
    character: int
    """From 0."""
    steps: tuple[WrittenStep, ...]
    """None where the proof is a term."""
    namespaces: tuple[str, ...]
    """Around it, outermost first."""
    sections: tuple[str, ...]
    """Named sections around it, outermost first."""


def without_comments(source: Source) -> str:
    """The text with blanks for comments: every offset stays what it was.

    Raises SourceError where a comment or a string does not end.
    """
    pieces, end = [], 0
    for comment in comments(source):
        blank = "".join("\n" if letter == "\n" else " " for letter in comment.text)
        pieces += [source.text[end : comment.start], blank]
        end = comment.end
    return "".join([*pieces, source.text[end:]])


def docstring_before(text: str, found: Sequence[Token], start: int) -> str:
    """What the last comment says that documents what begins at `start`; empty where none stands there.

    `found` are the comments of the text, or as many as are known.
    """
    before = [each for each in found if each.end <= start]
    if not before or not before[-1].text.startswith("/--") or text[before[-1].end : start].strip():
        return ""
    return " ".join(_MARKS.sub("", before[-1].text).split())


def extract(document: Document) -> Iterator[Extracted]:
    """The theorems of a file that have a name and a proof, in order."""
    scopes: list[tuple[str, str]] = []
    starts = [each.start for each in document.tokens]
    for command in document.commands:
        first, behind = bisect_left(starts, command.start), bisect_left(starts, command.end)
        words = list(dropwhile(lambda word: word.text in MODIFIERS, document.tokens[first:behind]))
        _enter(scopes, words)
        theorem = command.theorem
        if theorem is not None and theorem.body and not theorem.is_example:
            kind = document.tokens[bisect_left(starts, theorem.start)].text
            yield _extracted(document, theorem, kind, scopes)


def _enter(scopes: list[tuple[str, str]], words: Sequence[Token]) -> None:
    """Take in what a command does to the namespaces and sections that are open, each with its name."""
    if not words:
        return
    word, name = words[0].text, words[1].text if len(words) > 1 and words[1].kind is Kind.WORD else ""
    if word == "namespace":
        scopes += [(word, each) for each in name.split(".")]
    elif word in {"section", "mutual"}:
        scopes += [(word, each) for each in (name.split(".") if word == "section" else [""])]
    elif word == "end":
        del scopes[max(0, len(scopes) - max(1, len(name.split(".")))) :]


def _extracted(
    document: Document, theorem: Theorem, kind: str, scopes: Sequence[tuple[str, str]]
) -> Extracted:
    text = document.source.text
    line, column = document.positions.line_column(theorem.start)
    stated = " ".join(text[theorem.start : theorem.body_start].split()).removesuffix(":=").strip()
    return Extracted(
        theorem=theorem,
        kind=kind,
        statement=stated,
        proof=text[theorem.body_start : theorem.body_end],
        end=theorem.body_end,
        line=line - 1,
        character=column - 1,
        steps=tuple(written_steps(text, theorem)),
        namespaces=tuple(name for word, name in scopes if word == "namespace"),
        sections=tuple(name for word, name in scopes if word == "section" and name),
    )
