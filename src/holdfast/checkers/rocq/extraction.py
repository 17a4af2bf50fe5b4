"""Read off a `.v` source what a dataset is made of: its theorems, and the comments that speak of them."""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from holdfast.checkers.rocq.document import Document, Theorem
from holdfast.checkers.rocq.sentences import code_spans

__all__ = ["Comment", "Extracted", "Remark", "docstring", "extract", "remarks", "without_comments"]

_KEYWORDS = frozenset({"Theorem", "Lemma", "Fact", "Remark", "Corollary", "Proposition", "Property"})
_FRAME = re.compile(r"^[ \t]*\(?\*+|\*+\)?[ \t]*$", re.MULTILINE)
_NO_BLANK = re.compile(r"[^\n\r]")


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment of a source."""

    start: int
    """Its first character."""
    end: int
    """One past its last character."""
    text: str
    """What it says, without the signs around it, lines kept."""


class Comment(Protocol):
    """A comment, however it is kept."""

    @property
    def end(self) -> int:
        """One past its last character."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A theorem of a library with its proof; offsets are characters of its source."""

    name: str
    """In full: library, modules, name. Sections are no part of names."""
    library: str
    kind: str
    """The word that declares it: `Lemma`, `Theorem`, `Fact`, ..."""
    statement: str
    """The sentence that states it, as written."""
    proof: str
    """What follows, from `Proof` on where it stands there, to the sentence that ends it; as written."""
    start: int
    """First character of the statement."""
    proof_start: int
    """First character of the proof."""
    end: int
    """One past the last character of the proof."""
    line: int
    """Where the statement begins, from 0."""
    character: int
    """Where on that line, from 0."""
    modules: tuple[str, ...]
    sections: tuple[str, ...]
    """The sections around it, outermost first."""
    body: tuple[str, ...]
    """The sentences of the proof between `Proof` and its end, as written."""
    ending: str
    """The sentence that ends the proof."""


def remarks(source: str) -> Iterator[Remark]:
    """The comments of a source, in order; comments inside comments belong to the outer ones.

    Raises SourceError where a comment or a string does not end.
    """
    at = 0
    for start, end in (*code_spans(source), (len(source), len(source))):
        if start > at:
            yield from _split_run(source, at, start)
        at = end


def docstring(source: str, comments: Sequence[Comment], start: int) -> str:
    """What the last comment in front of a place says, where nothing but one line end parts the two.

    Args:
        source: the text, with its comments or with blanks for them.
        comments: all of its comments, in order.
        start: the place.
    """
    at = bisect.bisect_right(comments, start, key=lambda each: each.end) - 1
    if at < 0:
        return ""
    between = source[comments[at].end : start]
    return " ".join(comments[at].text.split()) if not between.strip() and between.count("\n") <= 1 else ""


def without_comments(source: str) -> str:
    """A source with each character of a comment, line ends apart, turned into as many blanks as it has bytes.

    All byte offsets, lines and statements stay what they were. Raises SourceError as `remarks` does.
    """
    parts, at = [], 0
    for start, end in code_spans(source):
        parts += [_NO_BLANK.sub(_blank, source[at:start]), source[start:end]]
        at = end
    return "".join((*parts, _NO_BLANK.sub(_blank, source[at:])))


def extract(document: Document, library: str) -> Iterator[Extracted]:
    """The theorems that a library states and proves, in order.

    Proofs of definitions, obligations and instances are left out, and so is what a section only assumes,
    and what stands in a module type or is never finished.
    """
    for theorem in document.theorems:
        if theorem.keyword not in _KEYWORDS or theorem.ending not in {"Qed", "Defined", "Save", "Proof"}:
            continue
        if not document.in_module_type(theorem.statement):
            yield _extracted(document, library, theorem)


def _extracted(document: Document, library: str, theorem: Theorem) -> Extracted:
    assert theorem.end is not None
    text = document.source.text
    stated, ended = document.sentences[theorem.statement], document.sentences[theorem.end]
    first = document.sentences[theorem.statement + 1].start
    line, column = document.place(theorem.statement)
    return Extracted(
        name=".".join((library, theorem.path)),
        library=library,
        kind=theorem.keyword,
        statement=text[stated.start : stated.end],
        proof=text[first : ended.end],
        start=stated.start,
        proof_start=first,
        end=ended.end,
        line=line - 1,
        character=column - 1,
        modules=theorem.modules,
        sections=theorem.sections,
        body=tuple(document.text(index) for index in theorem.body),
        ending=document.text(theorem.end),
    )


def _split_run(source: str, start: int, end: int) -> Iterator[Remark]:
    """The comments of a stretch that holds nothing but comments that touch one another."""
    depth, begin, at = 0, start, start
    while at < end:
        pair = source[at : at + 2]
        if pair in {"(*", "*)"}:
            begin = at if depth == 0 else begin
            depth += 1 if pair == "(*" else -1
            at += 2
            if depth == 0:
                yield Remark(begin, at, _FRAME.sub("", source[begin:at]).strip())
        elif source[at] == '"':
            at = source.index('"', at + 1) + 1
        else:
            at += 1


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0].encode("utf-8", "surrogateescape"))
