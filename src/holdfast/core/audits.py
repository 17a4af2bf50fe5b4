"""What the independent re-check says; it alone may call a theorem proved."""

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["AuditReport", "TheoremAudit"]


@dataclass(frozen=True, slots=True)
class TheoremAudit:
    """The judgement on one theorem."""

    name: str
    verdict: Literal["proved", "refused"]
    reason: str = ""
    """A word of the checker's closed list, empty when proved."""
    message: str = ""
    """One sentence for people: what is wrong and where."""
    axioms: tuple[str, ...] = ()
    """Every assumption the proof rests on, fully qualified."""
    line: int = 0
    """1-based line of the statement, 0 when unknown."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The judgement on one file; `problems` concern the file as a whole and refuse all of it."""

    file: str
    theorems: tuple[TheoremAudit, ...]
    problems: tuple[str, ...] = ()
    cpu_s: float = 0.0
    checks: tuple[str, ...] = field(default=())
    """Which layers of the audit ran, in order."""
    level: str = ""
    """How what ran was kept apart from the machine, as a level of the sandbox; empty where nothing runs."""
