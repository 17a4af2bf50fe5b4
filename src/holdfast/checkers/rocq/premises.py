"""Read off a `.v` source what others can use: its theorems and definitions, and what is said of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.checkers.rocq.document import Declaration, Document, read_document
from holdfast.checkers.rocq.extraction import Remark, docstring, remarks
from holdfast.core.documents import Source

__all__ = ["StatedPremise", "read_premises"]

_KINDS = frozenset({"theorem", "definition", "inductive"})
_GONE = frozenset({"Abort", ""})
"""How a theorem ends that is not in force behind its proof."""
_OF_SECTIONS = frozenset({"Variable", "Variables", "Hypothesis", "Hypotheses", "Context", "Let"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPremise:
    """A name that a library puts in force."""

    name: str
    """In full: library, modules, name. Sections are no part of names."""
    kind: str
    """`theorem`, `definition` or `inductive`; axioms are theorems."""
    statement: str
    """The sentence that declares it, as written, with comments inside it and line ends as blanks."""
    docstring: str
    """What the comment right in front of it says, empty where there is none."""
    line: int
    """Where the sentence begins, from 1."""


def read_premises(source: Source, library: str = "") -> Iterator[StatedPremise]:
    """What a source declares, in order, each name once: the last of a name is the one in force.

    What only a section or a module type assumes is left out, and so are constructors and fields: the
    statement of their type tells of them. Raises SourceError on a text that cannot be split.
    """
    document = read_document(source)
    comments = list(remarks(source.text))
    gone = {each.statement for each in document.theorems if each.ending in _GONE}
    found: dict[str, StatedPremise] = {}
    for item in document.declarations:
        if item.kind not in _KINDS or item.keyword in _OF_SECTIONS or item.sentence in gone:
            continue
        if document.in_module_type(item.sentence):
            continue
        premise = _premise(document, item, library, comments)
        found.pop(premise.name, None)
        found[premise.name] = premise
    yield from found.values()


def _premise(document: Document, item: Declaration, library: str, comments: list[Remark]) -> StatedPremise:
    return StatedPremise(
        name=f"{library}.{item.path}" if library else item.path,
        kind=item.kind,
        statement=" ".join(document.text(item.sentence).split()),
        docstring=docstring(document.source.text, comments, document.sentences[item.sentence].start),
        line=document.place(item.sentence)[0],
    )
