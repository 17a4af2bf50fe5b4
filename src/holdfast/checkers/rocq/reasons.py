"""Sorts what Rocq says when it refuses a step into the closed list of reasons."""

from holdfast.core.steps import RefusalReason

__all__ = ["classify"]

_LONGEST = 4000
"""Characters that are looked at; contexts can make messages very long, and the point comes first or last."""

_STARTS: tuple[tuple[str, RefusalReason], ...] = (
    ("user interrupt", RefusalReason.TIMEOUT),
    ("timeout!", RefusalReason.TIMEOUT),
    ("stack overflow", RefusalReason.MEMORY),
    ("out of memory", RefusalReason.MEMORY),
    ("syntax error", RefusalReason.SYNTAX),
    ("lexer error", RefusalReason.SYNTAX),
    ("illegal begin of", RefusalReason.SYNTAX),
)
_PARTS: tuple[tuple[str, RefusalReason], ...] = (
    ("out_of_memory", RefusalReason.MEMORY),
    ("not found in the current environment", RefusalReason.UNKNOWN_NAME),
    ("not a defined object", RefusalReason.UNKNOWN_NAME),
    ("no such hypothesis", RefusalReason.UNKNOWN_NAME),
    ("no such section variable", RefusalReason.UNKNOWN_NAME),
    ("no such bound variable", RefusalReason.UNKNOWN_NAME),
    ("no such binding", RefusalReason.UNKNOWN_NAME),
    ("no such goal: ", RefusalReason.UNKNOWN_NAME),
    ("no such hint database", RefusalReason.UNKNOWN_NAME),
    ("no quantified hypothesis named", RefusalReason.UNKNOWN_NAME),
    ("no bound variable named", RefusalReason.UNKNOWN_NAME),
    ("unknown reference", RefusalReason.UNKNOWN_NAME),
    ("unknown existential", RefusalReason.UNKNOWN_NAME),
    ("unknown interpretation", RefusalReason.UNKNOWN_NAME),
    ("unbound ", RefusalReason.UNKNOWN_NAME),
    ("does not exist", RefusalReason.UNKNOWN_NAME),
    ("failed to progress", RefusalReason.NO_PROGRESS),
    ("nothing to rewrite", RefusalReason.NO_PROGRESS),
    ("nothing to inject", RefusalReason.NO_PROGRESS),
    ("a subgoal identical to the original goal", RefusalReason.NO_PROGRESS),
    ("expected to have type", RefusalReason.TYPE_MISMATCH),
    ("illegal application", RefusalReason.TYPE_MISMATCH),
    ("not convertible", RefusalReason.TYPE_MISMATCH),
    ("ill-typed", RefusalReason.TYPE_MISMATCH),
    ("cannot infer", RefusalReason.TYPE_MISMATCH),
    ("universe inconsistency", RefusalReason.TYPE_MISMATCH),
    ("abstracting over the term", RefusalReason.TYPE_MISMATCH),
    ("anomaly", RefusalReason.OTHER),
)


def classify(message: str) -> RefusalReason:
    """The reason that a message stands for; NOT_APPLICABLE for every other failure of a tactic."""
    if len(message) > 2 * _LONGEST:
        message = message[:_LONGEST] + message[-_LONGEST:]
    text = message.strip().lower()
    for start, reason in _STARTS:
        if text.startswith(start):
            return reason
    for part, reason in _PARTS:
        if part in text:
            return reason
    return RefusalReason.NOT_APPLICABLE
