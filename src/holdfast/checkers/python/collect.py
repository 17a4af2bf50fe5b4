"""All tests of one module: its own, and those of files of every format."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from holdfast.checkers.python.outline import exported, parse_module
from holdfast.checkers.python.read_doctests import read_doctests
from holdfast.checkers.python.read_records import Reference, read_json_lines, read_record, references
from holdfast.checkers.python.read_tests import read_own_tests, read_test_file
from holdfast.checkers.python.suite import Origin, Suite
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError

__all__ = ["Collected", "collect", "module_name"]

_RECORDS = {".json", ".jsonl"}


@dataclass(frozen=True, slots=True)
class Collected:
    """What there is to ask of a module."""

    suite: Suite
    references: tuple[Reference, ...] = ()
    """Inputs whose expected answers are those of reference solutions, which have to be run for them."""


def module_name(source: Source) -> str:
    """The name under which tests import a file."""
    return PurePath(source.name).stem


def collect(source: Source, files: Sequence[Source] = ()) -> Collected:
    """The tests of a module: examples, own tests, and what stands in `files`.

    Files that end in .json or .jsonl hold records, others test functions or assertions. Raises SourceError
    on a text that cannot be read, UserError where there are no tests at all.
    """
    module = module_name(source)
    names = exported(parse_module(source))
    suite = read_doctests(source, module) + read_own_tests(source, module)
    found: list[Reference] = []
    for file in files:
        if PurePath(file.name).suffix in _RECORDS:
            read = _records(file, names, module)
            suite += read.suite
            found += read.references
        else:
            suite += read_test_file(file, module, names)
    if not suite.cases and not found:
        raise UserError(f"{source.name} has no tests: give it doctests, or name a file of tests with --tests")
    return Collected(suite, tuple(found))


def _records(file: Source, names: Sequence[str], module: str) -> Collected:
    suite, found = Suite(()), list[Reference]()
    for line, record in read_json_lines(file):
        origin = Origin(file.name, line)
        reference = references(record, origin, names)
        if reference is not None:
            found.append(reference)
        else:
            suite += read_record(record, origin, names, module) or Suite(())
    if not suite.cases and not found:
        raise SourceError("no record here is about a function of the tested file", file=file.name)
    return Collected(suite, tuple(found))
