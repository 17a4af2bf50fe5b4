"""What an audit is about, and the notes it takes while it runs."""

from dataclasses import dataclass, field

from holdfast.checkers.rocq.audit_build import Compiler, Library
from holdfast.checkers.rocq.audit_reasons import AuditReason
from holdfast.checkers.rocq.audit_text import Change, Difference
from holdfast.checkers.rocq.document import Document, Theorem
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.runtime.child import Limits

__all__ = ["AuditSettings", "Notes", "Refusal", "Task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """How an audit is done."""

    coqchk: bool = False
    """Whether the second checker is run too."""
    allowed_axioms: frozenset[str] = frozenset()
    """Axioms that proofs may rest on wherever they come from: fully qualified, or any end of that."""
    limits: Limits = field(default_factory=lambda: Limits(wall_s=1200.0, memory_mb=8192))
    """For each process of the audit; where one is reached, the audit has no verdict."""


@dataclass(frozen=True, slots=True)
class Task:
    """The texts to compare, and the means."""

    document: Document
    original: Document | None
    difference: Difference
    compiler: Compiler
    library: Library
    settings: AuditSettings

    def changed(self, theorem: Theorem) -> Change | None:
        """How the proof of a theorem of the candidate differs from the original's, if it does."""
        return next((change for change in self.difference.changes if change.last == theorem.end), None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a theorem is refused."""

    reason: AuditReason
    message: str


@dataclass(slots=True)
class Notes:
    """The report in the making."""

    file: str
    level: str
    """How the programs of the audit are kept apart from the machine."""
    theorems: list[TheoremAudit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    cpu_s: float = 0.0

    def report(self) -> AuditReport:
        """What was found."""
        return AuditReport(
            self.file,
            tuple(self.theorems),
            tuple(self.problems),
            self.cpu_s,
            tuple(self.checks),
            self.level,
        )
