"""What a declared statement can be used for: what it concludes, and what it rewrites to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from holdfast.models.rocq_terms import read_term, root, split_top, statement_parts

__all__ = ["PREMISE_KINDS", "Form", "read_form", "symbols"]

PREMISE_KINDS = frozenset({"theorem", "constructor"})
_EQUALITIES = frozenset({"=", "==", "<->", "≡", "↔"})
_EQUIVALENCES = frozenset({"<->", "↔"})
_IGNORED = frozenset("()[]{},;")


@dataclass(frozen=True, slots=True)
class Form:
    """A statement, taken apart. Symbols are all names and operators but the quantified ones."""

    root: str
    """The root of what it concludes."""
    conclusion: frozenset[str]
    """Symbols of what it concludes."""
    premise: frozenset[str]
    """Symbols of its first premise, empty where there is none."""
    premises: int
    left: frozenset[str] | None
    """Symbols of the left side when it concludes an equation, else None."""
    right: frozenset[str] | None
    sides: tuple[str, str] = ("", "")
    """The roots of both sides of an equivalence, empty for everything else."""


@lru_cache(maxsize=1 << 15)
def read_form(statement: str) -> Form:
    """Take a statement apart; the answers are kept."""
    words = read_term(statement).abstract
    premises, conclusion = statement_parts(words)
    head = root(conclusion)
    sides = split_top(conclusion, frozenset({head})) if head in _EQUALITIES else []
    left, right = (symbols(sides[0]), symbols(sides[-1])) if len(sides) > 1 else (None, None)
    first = symbols(premises[0]) if premises else frozenset[str]()
    roots = (root(sides[0]), root(sides[-1])) if len(sides) > 1 and head in _EQUIVALENCES else ("", "")
    return Form(head, symbols(conclusion), first, len(premises), left, right, roots)


def symbols(words: Sequence[str]) -> frozenset[str]:
    """The words that name something fixed, without the modules they are in: no brackets, no bound names."""
    return frozenset(
        word.rpartition(".")[2] or word for word in words if word not in _IGNORED and word[0] not in "β@_?"
    )
