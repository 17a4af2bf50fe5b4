"""Asks one program many calls, in fresh processes where one is used up."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from holdfast.checkers.python.answers import Answer, NoAnswer, Threw
from holdfast.checkers.python.program import CallLimits, Candidate, Partner, Program
from holdfast.checkers.python.suite import Call
from holdfast.checkers.python.verdicts import Reason

__all__ = ["Asking"]

_STARTS = 4
"""How often the rest of a group gets a new process after the program died or ran out of time."""

K = TypeVar("K")


class Asking:
    """One program, and what asking it has cost."""

    def __init__(
        self, start: Callable[[], Partner], candidate: Candidate, text: str, limits: CallLimits
    ) -> None:
        """`start` gives an empty process; `text` is what of the candidate is loaded."""
        self._start = start
        self.candidate = candidate
        self.text = text
        """What is loaded."""
        self._limits = limits
        self.cpu_s = 0.0
        self.unloadable: NoAnswer | None = None
        """Why the program cannot be imported, once that is known."""

    async def load(self) -> Program | NoAnswer:
        """The program, alive in a process of its own; to be closed by `close`."""
        if self.unloadable is not None:
            return self.unloadable
        program = Program(self._start(), self._limits)
        try:
            fault = await program.load(self.candidate.name, self.text, self.candidate.beside.package)
        except BaseException:
            await self.close(program)
            raise
        if fault is None:
            return program
        await self.close(program)
        self.unloadable = _unloadable(fault)
        return self.unloadable

    async def close(self, program: Program) -> None:
        """End a process."""
        self.cpu_s += await program.aclose()

    async def run(self, calls: Iterable[tuple[K, Call]], take: Callable[[K, Answer], bool]) -> None:
        """Ask the calls in order; each answer goes to `take`, which says whether to go on."""
        program: Program | None = None
        starts = 0
        try:
            for key, call in calls:
                if program is None or not program.alive:
                    if program is not None:
                        await self.close(program)
                        program = None
                    starts += 1
                    loaded = await self.load() if starts <= _STARTS else _TOO_OFTEN
                    if isinstance(loaded, NoAnswer):
                        if not take(key, loaded):
                            return
                        continue
                    program = loaded
                if not take(key, await program.ask(call)):
                    return
        finally:
            if program is not None:
                await self.close(program)


_TOO_OFTEN = NoAnswer(Reason.NO_ANSWER, "not run: the program had to be started again too often")


def _unloadable(fault: Threw | NoAnswer) -> NoAnswer:
    if isinstance(fault, Threw):
        return NoAnswer(Reason.IMPORT, f"importing it raised {fault}")
    return NoAnswer(fault.reason, f"while it was imported, {fault.message}")
