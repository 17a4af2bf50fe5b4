"""What all domains share whose programs are Python: running them, and taking functions into the library."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from holdfast.core.errors import UserError
from holdfast.library.admission import admit
from holdfast.library.records import Candidate, Program, Ran, Refusal, Sources, State, Task
from holdfast.library.running import Foundation, Limits, Runner, Shown, open_runner
from holdfast.library.tokens import python_tokens
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["PythonDomain"]


class PythonDomain(ABC):
    """A part of an adapter, which runs programs while it is `opened`; else it reads and compares only."""

    _foundation: ClassVar[Foundation]
    reference: ClassVar[Path | None] = None
    """A file of functions that people wrote, to measure libraries against; None where none ships."""
    _runner: Runner | None = None
    _sources: Sources | None = None

    def foundation(self) -> Sources:
        """The library to begin with, as it was when it was asked for first."""
        if self._sources is None:
            self._sources = self._foundation.sources()
        return self._sources

    @property
    def blank(self) -> State:
        """The state that examples begin with."""
        return self._foundation.blank

    @abstractmethod
    def is_state(self, state: State) -> bool:
        """Whether it can be a state of this domain."""

    def same(self, left: State, right: State) -> bool:
        """Whether two states are equal."""
        return bool(left == right)

    def cost(self, text: str) -> int:
        """The length of a text, in tokens of Python."""
        return python_tokens(text)

    async def run(
        self, programs: Sequence[Program], tasks: Mapping[str, Task], library: Sources
    ) -> list[Ran]:
        """Run each program on its own in the sandbox. Raises UserError where the domain was not opened."""
        starts = {program.task: tasks[program.task].start for program in programs}
        return await self._opened().run(programs, starts, library, self.is_state)

    async def admit(self, candidate: Candidate, library: Sources) -> tuple[Sources, Refusal | None]:
        """The library with a candidate in it, or why it stays as it was."""
        return await admit(candidate, library, self._opened())

    async def show(self, examples: Sequence[str], library: Sources) -> Shown:
        """What examples print, one after another, from the state that examples begin with."""
        return await self._opened().show(examples, library)

    def example(self, statements: Sequence[str]) -> Sequence[str]:
        """Statements as examples, so that what the last of them gives or does is printed."""
        return statements

    def _opened(self) -> Runner:
        if self._runner is None:
            raise UserError("this domain runs nothing until it is opened with a sandbox")
        return self._runner

    @asynccontextmanager
    async def opened(
        self, sandbox: Sandbox, *, limits: Limits | None = None, workers: int | None = None
    ) -> AsyncIterator[None]:
        """Let programs run while this holds."""
        async with open_runner(sandbox, self._foundation, limits=limits, workers=workers) as runner:
            self._runner = runner
            try:
                yield
            finally:
                self._runner = None
