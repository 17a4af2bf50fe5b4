"""What the grader says of a program: one verdict a test, and all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CaseVerdict", "Graded", "Reason"]


class Reason(StrEnum):
    """Why a test did not pass: a closed list."""

    WRONG_VALUE = "wrong_value"
    WRONG_TYPE = "wrong_type"
    RAISED = "raised"
    """It raised an exception, or another one than the test expects."""
    NOT_RAISED = "not_raised"
    """It returned where the test expects an exception."""
    FAILED = "failed"
    """The test, run apart from the program, failed; the message is its own."""
    MISSING = "missing"
    """The program has nothing of the name that the test calls."""
    IMPORT = "import"
    """The program cannot be imported."""
    SYNTAX = "syntax"
    """The program is not Python."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT = "output"
    """It wrote or returned more than is read."""
    DIED = "died"
    """Its process ended before it answered."""
    FORBIDDEN = "forbidden"
    """What came back is not an answer to what was asked."""
    NO_ANSWER = "no_answer"
    """The test was not reached, or did not report."""


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """The judgement on one test."""

    name: str
    passed: bool
    reason: Reason | None = None
    """None exactly where it passed."""
    message: str = ""
    """One sentence for people, and feedback for proposers; it quotes the expected value."""
    shown: str = ""
    """What came back, as Python writes it, where something did."""
    weak: bool = False
    """Whether the verdict rests on the program's own word, as on a comparison that it defines itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """The judgement on one program, with one verdict a test in the order of the suite."""

    verdicts: tuple[CaseVerdict, ...]
    unloadable: str = ""
    """Why the program could not be imported, empty where it was."""
    broken: str = ""
    """Why tests that run apart could not run at all, empty where they could."""
    cpu_s: float = 0.0
    """CPU seconds of the sandboxed processes."""
    wall_s: float = 0.0
    level: str = ""
    """The sandbox level that ran the program; empty where nothing had to run."""

    @property
    def passed(self) -> bool:
        """Whether there are tests and all of them passed."""
        return bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts)

    @property
    def weak(self) -> bool:
        """Whether a test that passed rests on the program's own word; such results are not learned from."""
        return any(verdict.weak for verdict in self.verdicts if verdict.passed)

    @property
    def failures(self) -> Sequence[CaseVerdict]:
        """The verdicts of the tests that did not pass."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)
