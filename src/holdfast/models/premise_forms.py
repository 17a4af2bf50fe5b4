"""What a declared statement can be used for: what it concludes, and what it rewrites to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from holdfast.core.trajectories import Declared
from holdfast.models.features import FeatureSet, hash_words
from holdfast.models.rocq_terms import read_term, root, split_top, statement_parts

__all__ = ["PREMISE_KINDS", "Form", "premise_features", "read_form", "symbols", "word_features"]

PREMISE_KINDS = frozenset({"theorem", "constructor"})
_EQUALITIES = frozenset({"=", "==", "<->", "≡", "↔"})
_IGNORED = frozenset("()[]{},;")
_SPECIFIC = 200


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


@lru_cache(maxsize=1 << 15)
def read_form(statement: str) -> Form:
    """Take a statement apart; the answers are kept."""
    words = read_term(statement).abstract
    premises, conclusion = statement_parts(words)
    head = root(conclusion)
    sides = split_top(conclusion, frozenset({head})) if head in _EQUALITIES else []
    left, right = (symbols(sides[0]), symbols(sides[-1])) if len(sides) > 1 else (None, None)
    first = symbols(premises[0]) if premises else frozenset[str]()
    return Form(head, symbols(conclusion), first, len(premises), left, right)


def symbols(words: Sequence[str]) -> frozenset[str]:
    """The words that name something fixed: no brackets, no bound names."""
    return frozenset(word for word in words if word not in _IGNORED and word[0] not in "β@_?")


def premise_features(item: Declared) -> FeatureSet:
    """Features of what a statement concludes; none for a name that is no premise."""
    if item.kind not in PREMISE_KINDS or not item.statement:
        return np.empty(0, dtype=np.uint32)
    _premises, conclusion = statement_parts(read_term(item.statement).abstract)
    return word_features(conclusion)


def word_features(words: Sequence[str]) -> FeatureSet:
    """Features of a conclusion: its symbols, and which stand side by side."""
    fixed = [_fixed(word) for word in words[:_SPECIFIC] if word not in _IGNORED]
    pairs = [f"{left} {right}" for left, right in pairwise(fixed) if (left, right) != ("_", "_")]
    singles = [word for word in fixed if word != "_"]
    return np.unique(hash_words([*singles, *pairs, f"root {root(words)}"]))


def _fixed(word: str) -> str:
    return "_" if word[0] in "β@_?" else word
