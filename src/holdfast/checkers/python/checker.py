"""The Python checker as a whole: fills the `Checker` seam from documents, tests, sessions and the audit."""

import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from holdfast.checkers.python.audit import judge, read_both
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.groups import joint_classes
from holdfast.checkers.python.holes import fill, find_holes
from holdfast.checkers.python.program import Surroundings
from holdfast.checkers.python.reader import PythonReader
from holdfast.checkers.python.specification import Split
from holdfast.checkers.python.tested import Tested, read_tested
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import SourceError
from holdfast.core.identity import CheckerIdentity
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["OpenGrader", "PythonChecker"]

OpenGrader: TypeAlias = Callable[[random.Random | None], AbstractAsyncContextManager[Grader]]
"""Starts a grader in the event loop of the caller; it ends with the context. The source of chance orders the
tests; None is for audits: an order that cannot be known, and another order of sets than in search."""


class PythonChecker:
    """Judges Python files by their tests, in a sandbox."""

    def __init__(
        self,
        open_grader: OpenGrader,
        tests: Sequence[Source] = (),
        *,
        split: Split | None = None,
        beside: Surroundings | None = None,
        lenient: bool = False,
    ) -> None:
        """Judge by the tests that a file has itself and by those of the files `tests`.

        Args:
            open_grader: each reader and each audit has a grader of its own.
            tests: test files.
            split: which tests are hidden from proposers; None for the defaults.
            beside: what stands beside the file.
            lenient: whether search takes bodies that seem to know the tests by rote.
        """
        self._open_grader = open_grader
        self._tests = tuple(tests)
        self._split = split or Split()
        self.beside = beside or Surroundings()
        """What stands beside the file."""
        self._lenient = lenient

    async def identity(self) -> CheckerIdentity:
        """The interpreter that runs the tests."""
        return CheckerIdentity("python", ".".join(map(str, sys.version_info[:3])))

    def holes(self, source: Source, theorems: Sequence[str] = ()) -> Sequence[Hole]:
        """The functions without a body in file order; with `theorems`, just those functions.

        The methods of a class whose tests need several of them are one hole, named as the class.
        """
        if theorems:
            return find_holes(read_document(source), theorems)
        tested = self.read(source)
        together = joint_classes(tested.document, tested.specifications)
        return find_holes(tested.document, (), together)

    def read(self, source: Source) -> Tested:
        """A file with its tests. Raises SourceError where one of them cannot be read."""
        return read_tested(source, self._tests, self._split, self.beside)

    def grader(self) -> AbstractAsyncContextManager[Grader]:
        """A grader for the caller's event loop, which does the same each time."""
        return self._open_grader(random.Random(self._split.seed))  # noqa: S311 - the same search each time

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[PythonReader]:
        """A reader on `source` with sandboxed processes of its own, which end with the context."""
        return self._opened(source, observe)

    @asynccontextmanager
    async def _opened(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None
    ) -> AsyncIterator[PythonReader]:
        tested = self.read(source)
        async with self.grader() as grader:
            yield PythonReader(tested, grader, observe, lenient=self._lenient)

    def fill(self, source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
        """`source` with the bodies that the proofs write, every other character unchanged."""
        return fill(source, proofs)

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        """Run all tests in a fresh sandbox, the hidden ones too; see `holdfast.checkers.python.audit`."""
        try:
            evidence = read_both(source, original, self._tests)
        except SourceError as error:
            return AuditReport(source.name, (), (str(error),))
        async with self._open_grader(None) as grader:
            return await judge(evidence, grader, self.beside)
