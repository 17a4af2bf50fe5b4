"""Why the audit refuses a theorem: a closed list, and the sentences that go with it."""

from enum import StrEnum

__all__ = ["AuditReason"]


class AuditReason(StrEnum):
    """Words of `TheoremAudit.reason`."""

    DOES_NOT_COMPILE = "does_not_compile"
    """Rocq refuses the theorem or its proof."""
    NOT_JUDGED = "not_judged"
    """Something else in the file was refused first; nothing is known about this theorem."""
    ADMITTED = "admitted"
    """The theorem is still a hole."""
    DEPENDS_ON_HOLE = "depends_on_hole"
    """The proof rests on something that the file leaves open."""
    AXIOM = "axiom"
    """The proof rests on an axiom that was not there to begin with, or that nobody allowed."""
    UNSAFE = "unsafe"
    """A check of the kernel was off, for the theorem or for something it rests on."""
    FORBIDDEN = "forbidden"
    """The file holds a command that an audited file may not hold."""
    CHANGED = "changed"
    """The file differs from the original in more than proofs."""
    NOT_A_PROOF = "not_a_proof"
    """What stands in place of the proof is more than tactics."""
    STATEMENT = "statement"
    """The statement, as Rocq understood it, is not the original's."""
    UNREADABLE = "unreadable"
    """The text is not read by Rocq as it is read here."""
