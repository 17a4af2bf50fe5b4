r"""Toy source files: sentences, axioms, theorems and their places in the text.

A file is a list of sentences, each ended by a period; `#` starts a comment that ends with the line:

    axiom em : A \/ ~ A.            # holds for all formulas A
    theorem swap : A /\ B -> B /\ A.
      intro H. destruct H H K.       # names for the two halves
      split. { exact K. } { sorry. }
    qed.

A theorem ends in `qed` or `admitted`; braces put the first subgoal alone in focus.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from holdfast.checkers.toy.formulas import Formula, FormulaError, parse_formula
from holdfast.checkers.toy.steps import NAME
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["Axiom", "Document", "Sentence", "Theorem", "cut_document", "parse_document"]

_PIECE = re.compile(r"\s+|#[^\n]*|(?P<sentence>[{}]|[^.#{}]+\.)")
_HEAD = re.compile(r"(axiom|theorem)\s+(\S+)\s*:(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: a brace, or words without their final period, white space folded."""

    text: str
    start: int
    """First character in the source."""
    end: int
    """One past the last character, the period."""


@dataclass(frozen=True, slots=True)
class Axiom:
    """A formula assumed for all choices of its atoms."""

    name: str
    statement: Formula
    head: Sentence


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement and the script that follows it, without `qed` or `admitted`."""

    name: str
    statement: Formula
    head: Sentence
    script: tuple[Sentence, ...]
    last: Sentence
    """`qed` or `admitted`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A source that was read."""

    source: Source
    items: tuple[Axiom | Theorem, ...]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        return _place(self.source.text, offset)

    def error(self, message: str, sentence: Sentence) -> SourceError:
        """An error at a sentence."""
        return _error(message, self.source, sentence.start)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _error(message: str, source: Source, offset: int) -> SourceError:
    line, column = _place(source.text, offset)
    return SourceError(message, file=source.name, line=line, column=column)


def _sentences(source: Source) -> Iterator[Sentence]:
    text, offset = source.text, 0
    while offset < len(text):
        found = _PIECE.match(text, offset)
        if found is None:
            raise _error("a sentence has no period at its end", source, offset)
        offset = found.end()
        if found["sentence"]:
            words = " ".join(found["sentence"].removesuffix(".").split())
            yield Sentence(words, found.start(), found.end())


def parse_document(source: Source) -> Document:
    """The axioms and theorems of `source`, in order.

    Raises:
        SourceError: the text is not a toy file, at the place where it stops being one.
    """
    items: list[Axiom | Theorem] = []
    seen: set[str] = set()
    sentences = _sentences(source)
    for head in sentences:
        kind, name, statement = _head(head, source)
        if name in seen:
            raise _error(f"the name {name} is taken", source, head.start)
        seen.add(name)
        if kind == "axiom":
            items.append(Axiom(name, statement, head))
        else:
            items.append(_theorem(head, name, statement, sentences, source))
    return Document(source, tuple(items))


def cut_document(source: Source, offset: int) -> tuple[Source, bool]:
    """What stands before a character as a file of its own, and whether a proof is open there.

    An open proof is ended by `admitted`, or by `qed` where something in it is skipped.
    """
    open_at, skips, end = False, False, 0
    with suppress(SourceError):
        for sentence in _sentences(source):
            if sentence.end > offset:
                break
            end = sentence.end
            word = sentence.text.partition(" ")[0]
            skips = word == "sorry" or (skips and word != "theorem")
            open_at = word == "theorem" or (open_at and word not in {"qed", "admitted"})
    last = " qed." if skips else " admitted."
    return Source(source.name, source.text[:end] + last * open_at), open_at


def _head(sentence: Sentence, source: Source) -> tuple[str, str, Formula]:
    # The offset of a fault inside the formula needs the text as it stands, not the folded one.
    raw = source.text[sentence.start : sentence.end - 1]
    found = _HEAD.match(raw)
    if found is None or not NAME.match(found[2]):
        raise _error("an axiom or a theorem must begin here", source, sentence.start)
    try:
        return found[1], found[2], parse_formula(found[3])
    except FormulaError as error:
        raise _error(str(error), source, sentence.start + found.start(3) + error.offset) from None


def _theorem(
    head: Sentence, name: str, statement: Formula, rest: Iterator[Sentence], source: Source
) -> Theorem:
    script: list[Sentence] = []
    for sentence in rest:
        if sentence.text in {"qed", "admitted"}:
            return Theorem(name, statement, head, tuple(script), _last(sentence, script, source))
        if sentence.text.partition(" ")[0] in {"axiom", "theorem"}:
            raise _error(f"the proof of {name} is not ended", source, sentence.start)
        script.append(sentence)
    raise _error(f"the proof of {name} is not ended", source, head.start)


def _last(sentence: Sentence, script: Sequence[Sentence], source: Source) -> Sentence:
    if sentence.text == "admitted" and any(step.text == "sorry" for step in script):
        raise _error("a proof with sorry ends in qed, not in admitted", source, sentence.start)
    return sentence
