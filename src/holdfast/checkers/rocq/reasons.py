"""Sorts what Rocq says when it refuses a step into the closed list of reasons."""

import re

from holdfast.core.steps import RefusalReason

__all__ = ["classify"]

_TABLE: tuple[tuple[RefusalReason, tuple[str, ...]], ...] = (
    (RefusalReason.TIMEOUT, (r"\A\W*user interrupt", r"\A\W*timeout!")),
    (RefusalReason.MEMORY, (r"\A\W*stack overflow", r"\A\W*out of memory", r"\bOut_of_memory\b")),
    (
        RefusalReason.SYNTAX,
        (r"\A\W*syntax error", r"\A\W*lexer", r"\A\W*illegal begin of", r"\A\W*unterminated"),
    ),
    (
        RefusalReason.UNKNOWN_NAME,
        (
            r"not found in the current environment",
            r"not a defined object",
            r"\bno such (hypothesis|section variable|assumption|bound variable|binding)\b",
            r"\bno such goal: ",
            r"\bno quantified hypothesis named\b",
            r"\bunknown (reference|existential|interpretation|evar)\b",
            r"\bunbound (variable|value|context|constructor)\b",
            r"\bcannot find\b.*\b(library|hint database|reference)\b",
            r"\bno (bound variable|such hint database|database) named\b",
            r"\bno such hint database\b",
            r"\bdoes not exist\b",
            r"\b(hypothesis|variable) \S+ (was )?not found\b",
        ),
    ),
    (
        RefusalReason.NO_PROGRESS,
        (
            r"\bfailed to progress\b",
            r"\bno progress\b",
            r"\bnothing to (rewrite|do|inject)\b",
            r"\bgenerated a subgoal identical to the original goal\b",
            r"\bdid not make any progress\b",
        ),
    ),
    (
        RefusalReason.TYPE_MISMATCH,
        (
            r"\bhas type\b.*\bexpected to have type\b",
            r"\bhas type\b.*\bshould be\b",
            r"\bhas type\b.*\bwhich (should|is not)\b",
            r"\billegal application\b",
            r"\bunable to unify\b.*\b(in environment|expected)\b",
            r"\bis not convertible\b",
            r"\bnot convertible\b",
            r"\bill-typed\b",
            r"\bcannot infer\b",
            r"\buniverse inconsistency\b",
            r"\babstracting over the terms?\b",
        ),
    ),
    (RefusalReason.OTHER, (r"\banomaly\b",)),
)
_PATTERNS = tuple(
    (reason, re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL)) for reason, patterns in _TABLE
)


def classify(message: str) -> RefusalReason:
    """The reason that a message stands for; NOT_APPLICABLE for every other failure of a tactic."""
    for reason, pattern in _PATTERNS:
        if pattern.search(message):
            return reason
    return RefusalReason.NOT_APPLICABLE
