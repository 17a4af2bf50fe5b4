"""A file together with its tests, and what they ask of each of its functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from holdfast.checkers.python.brief import Brief, brief_of
from holdfast.checkers.python.document import BOM, Document, Function, read_document
from holdfast.checkers.python.holes import put_body
from holdfast.checkers.python.outline import exported
from holdfast.checkers.python.program import Candidate
from holdfast.checkers.python.read_doctests import read_doctests
from holdfast.checkers.python.read_tests import read_own_tests, read_test_file
from holdfast.checkers.python.specification import Specification, Split, specify
from holdfast.checkers.python.suite import Suite
from holdfast.core.documents import Source

__all__ = ["Entry", "Tested", "candidate_of", "module_of", "read_suite", "read_tested"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What it takes to work on one function."""

    document: Document
    function: Function
    specification: Specification
    brief: Brief

    def candidate(self, body: str) -> Candidate:
        """The file with a body in place, as a program to judge. Raises BodyError where it is no body."""
        text = put_body(self.document, self.function, body)
        return candidate_of(Source(self.document.source.name, text))


@dataclass(frozen=True, slots=True)
class Tested:
    """A file and its tests."""

    document: Document
    suite: Suite
    specifications: Mapping[str, Specification]
    """By the name of the function, for all functions of the file."""

    def entry(self, function: Function) -> Entry:
        """What it takes to work on a function."""
        specification = self.specifications[function.name]
        return Entry(self.document, function, specification, brief_of(self.document, function, specification))


def module_of(source: Source) -> str:
    """The name that tests import a file by: that of the file, without its ending."""
    return PurePath(source.name).stem


def candidate_of(source: Source) -> Candidate:
    """A file as a program to judge."""
    return Candidate(module_of(source), source.text.removeprefix(BOM))


def read_suite(document: Document, tests: Sequence[Source]) -> Suite:
    """The tests in a file, and those in test files on it. Raises SourceError where one is unreadable."""
    module = module_of(document.source)
    source = Source(document.source.name, document.source.text.removeprefix(BOM))
    suite = read_doctests(source, module) + read_own_tests(source, module)
    for each in tests:
        suite += read_test_file(each, module, exported(document.tree))
    return suite


def read_tested(source: Source, tests: Sequence[Source], split: Split) -> Tested:
    """Read a file and its tests; nothing is run. Raises SourceError where one of them is unreadable."""
    document = read_document(source)
    suite = read_suite(document, tests)
    return Tested(document, suite, specify(document, suite, document.functions, split))
