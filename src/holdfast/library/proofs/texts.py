"""Rocq texts of the domain: files of lemmas and theorems, their lengths, their statements."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.extraction import Extracted, extract
from holdfast.checkers.rocq.guard import guard
from holdfast.checkers.rocq.sentences import bare, split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.steps import Refused
from holdfast.library.records import Sources

__all__ = [
    "FILE",
    "MODULE",
    "Stated",
    "forbidden",
    "lemmas",
    "open_theorem",
    "rocq_tokens",
    "sentences",
    "statement_of",
    "text_of",
    "theorem",
    "with_lemma",
]

MODULE = "Lemmas"
FILE = "Lemmas.v"
_TOKEN = re.compile(r'"(?:[^"]|"")*"|[^\W\d][\w\']*(?:\.[^\W\d][\w\']*)*|\d+|[^\w\s]+')
_HEAD = re.compile(r"(?:Lemma|Theorem|Fact|Remark|Corollary|Proposition)\s+[^\W\d][\w']*\s*")


@dataclass(frozen=True, slots=True)
class Stated:
    """A theorem and its proof, as they are written."""

    name: str
    statement: str
    """The proposition, without its name."""
    proof: str


def theorem(stated: Stated) -> str:
    """A theorem with its proof."""
    return f"Theorem {stated.name} : {stated.statement}.\nProof.\n{stated.proof.strip()}\nQed.\n"


def open_theorem(stated: Stated) -> str:
    """The same without the proof, which an audit takes for the original."""
    return f"Theorem {stated.name} : {stated.statement}.\nProof.\nAdmitted.\n"


def text_of(library: Sources) -> str:
    """All that a library has, as one text."""
    return library.files[FILE]


def with_lemma(library: Sources, source: str) -> Sources:
    """A library with one more lemma behind all others."""
    text = f"{text_of(library).rstrip()}\n\n{source.strip()}\n"
    return Sources(library.module, {**library.files, FILE: text})


def lemmas(text: str) -> Sequence[Extracted]:
    """The theorems of a text with their proofs. Raises SourceError where it cannot be read."""
    return tuple(extract(read_document(Source(FILE, text)), MODULE))


def statement_of(extracted: Extracted) -> str:
    """What a theorem says, blanks folded: binders before its colon are part of it."""
    return _HEAD.sub("", bare(extracted.statement), count=1).removesuffix(".").strip()


def sentences(proof: str) -> list[str]:
    """The sentences of a proof, bullets among them. Raises SourceError where it does not end in one."""
    source = Source("proof", proof.strip())
    return [source.text[each.start : each.end] for each in split(source)]


def forbidden(proof: str) -> str:
    """Why a proof may not be run; empty for one that consists of tactics."""
    try:
        found = sentences(proof)
    except SourceError as error:
        return str(error)
    if not found:
        return "there is no proof"
    refused = (guard(each) for each in found)
    return next((each.message for each in refused if isinstance(each, Refused)), "")


def rocq_tokens(text: str) -> int:
    """The length of a Rocq text in tokens, comments left out; of one that cannot be read, all of it counts.

    >>> rocq_tokens("intros n. (* first *) now rewrite Nat.add_0_r.")
    7
    """
    with contextlib.suppress(SourceError):
        text = bare(text)
    return len(_TOKEN.findall(text))
