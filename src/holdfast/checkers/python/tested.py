"""A file together with its tests, and what they ask of each of its functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.brief import Brief, brief_of
from holdfast.checkers.python.collect import collect, module_name
from holdfast.checkers.python.document import BOM, Document, Function, read_document
from holdfast.checkers.python.groups import classes
from holdfast.checkers.python.holes import put_body
from holdfast.checkers.python.program import Candidate, Surroundings
from holdfast.checkers.python.specification import Specification, Split, specify
from holdfast.checkers.python.suite import Suite
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError

__all__ = ["Entry", "Tested", "candidate_of", "read_suite", "read_tested"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What it takes to work on one function."""

    document: Document
    function: Function
    specification: Specification
    brief: Brief
    beside: Surroundings

    @property
    def path(self) -> str:
        """The name of the file as seen from the folder that its imports start in."""
        return candidate_of(self.document.source, self.beside).path

    def candidate(self, body: str) -> Candidate:
        """The file with a body in place, as a program to judge. Raises BodyError where it is no body."""
        text = put_body(self.document, self.function, body)
        return candidate_of(Source(self.document.source.name, text), self.beside)


@dataclass(frozen=True, slots=True)
class Tested:
    """A file and its tests."""

    document: Document
    suite: Suite
    specifications: Mapping[str, Specification]
    """By the name of the function, for all functions of the file."""
    beside: Surroundings

    def entry(self, function: Function) -> Entry:
        """What it takes to work on a function."""
        specification = self.specifications[function.name]
        brief = brief_of(self.document, function, specification)
        return Entry(self.document, function, specification, brief, self.beside)

    @property
    def candidate(self) -> Candidate:
        """The file as it is, as a program to judge."""
        return candidate_of(self.document.source, self.beside)


def candidate_of(source: Source, beside: Surroundings) -> Candidate:
    """A file as a program to judge, with what is beside it."""
    return Candidate(module_name(source), source.text.removeprefix(BOM), beside)


def read_suite(document: Document, tests: Sequence[Source]) -> Suite:
    """The tests in a file, and those in test files on it. Raises SourceError where one is unreadable."""
    try:
        return collect(Source(document.source.name, document.source.text.removeprefix(BOM)), tests).suite
    except SourceError:
        raise
    except UserError:
        return Suite(())  # no tests: whoever needs some says so


def read_tested(
    source: Source, tests: Sequence[Source], split: Split, beside: Surroundings | None = None
) -> Tested:
    """Read a file and its tests; nothing is run. Raises SourceError where one of them is unreadable."""
    document = read_document(source)
    suite = read_suite(document, tests)
    return Tested(
        document,
        suite,
        specify(document, suite, (*document.functions, *classes(document)), split),
        beside or Surroundings(),
    )
