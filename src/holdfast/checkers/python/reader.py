"""Reads a Python file with its tests: what its finished functions do, and sessions on the others."""

import ast
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

from holdfast.checkers.python.brief import goal_of
from holdfast.checkers.python.document import Function, is_declaration
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.holes import function_of
from holdfast.checkers.python.imports import check_import
from holdfast.checkers.python.session import PythonSession
from holdfast.checkers.python.specification import Specification
from holdfast.checkers.python.tested import Tested
from holdfast.core.documents import Hole
from holdfast.core.errors import UserError
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["PythonReader", "obstacle"]


@dataclass(slots=True)
class PythonReader:
    """Fills the `Reader` seam. The file is loaded in the sandbox, never here."""

    tested: Tested
    grader: Grader
    observe: Callable[[Observed | Declared], None] | None = None
    lenient: bool = False
    """Whether bodies that seem to know the tests by rote may pass."""
    _accepted: bool = False
    _told: int = 0
    """How many functions were shown to `observe`."""
    _session: PythonSession | None = field(default=None)

    async def enter(self, hole: Hole) -> PythonSession:
        """Open the function that a hole is the body of.

        Raises SourceError where the file cannot be imported, UserError where nothing can judge the hole.
        """
        await self._accept()
        self._close()
        function = function_of(self.tested.document, hole)
        self._tell(function.node.lineno)
        entry = self.tested.entry(function)
        if said := obstacle(entry.specification, function.name):
            raise UserError(f"{hole.name}: {said}")
        self._session = PythonSession(entry, self.grader, lenient=self.lenient)
        return self._session

    async def polish(self, proof: Proof) -> Proof:
        """`proof` as it is: bodies are kept as they were written."""
        return proof

    async def finish(self) -> None:
        """Import the file, and tell of what was not told yet. Raises SourceError where that fails."""
        await self._accept()
        self._close()
        self._tell(None)

    async def _accept(self) -> None:
        if not self._accepted:
            await check_import(self.grader, self.tested)
            self._accepted = True

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _tell(self, before: int | None) -> None:
        """Show the functions above a line, or all that are left, each once."""
        functions = self.tested.document.functions
        while self._told < len(functions):
            function = functions[self._told]
            if before is not None and function.node.lineno >= before:
                return
            self._told += 1
            self._show(function)

    def _show(self, function: Function) -> None:
        if self.observe is None or is_declaration(function):
            return
        entry = self.tested.entry(function)
        self.observe(Declared(function.name, "function", entry.brief.header))
        if not function.is_stub and entry.specification.cases:
            self.observe(Observed(function.name, goal_of(entry.brief), _body(function)))


def _body(function: Function) -> str:
    """A body as a step: without comments, one style for all."""
    return "\n".join(textwrap.dedent(ast.unparse(each)) for each in function.body)


def obstacle(specification: Specification, name: str) -> str:
    """Why a function cannot be judged, as a clause; empty where it can."""
    if specification.cases:
        return ""
    if specification.joint:
        others = " and ".join(specification.waits_for)
        return f"its tests need {others} as well, which has no body either"
    short = name.rpartition(".")[2]
    return f"no test speaks of {short}: give its docstring examples, or name a test file with --tests"
