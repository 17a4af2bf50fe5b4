"""Goals as vectors without a model: hashed features of their terms, and how large and how far they are.

The features are those that the neighbours are found by, folded into a fixed width with signs, so that what
collides cancels out on average. What the last numbers say is counted, not hashed; few proofs suffice to learn
from these alone, and a width of 0 leaves the others out.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.core.encodings import EncodeSpec
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.vectors import Vector
from holdfast.models.features import features
from holdfast.models.goal_text import goal_from_text
from holdfast.models.rocq_terms import Term, is_identifier, read_term, statement_parts

__all__ = ["HASHED_WIDTH", "HashedEncoder"]

HASHED_WIDTH = 1024
"""Numbers that features are folded into where they are wanted and nobody says how many."""

_VERSION = 1
"""Raised when the same goal gets another vector."""
_SPREAD = np.uint32(0x9E3779B1)
_TOP = np.uint32(31)
_MEASURES = 12
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class HashedEncoder:
    """Fills `Encoder`; the same goal always has the same vector, on any machine."""

    MEASURES = 2 * _MEASURES + 1
    """How many numbers of a vector are counted, not hashed."""

    def __init__(self, width: int = 0) -> None:
        """Fold features into `width` numbers, at least 0; a vector has `MEASURES` more."""
        self._width = width
        self.spec = EncodeSpec(
            version=_VERSION,
            model="holdfast/hashed",
            layer="features and measures",
            pooling=f"signed sum into {width}, sum and maximum",
            normalised=True,
            text="goal as Rocq prints it",
        )

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self._width + self.MEASURES

    async def encode(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        """One vector a text; none is ever unknown."""
        return [self.vector(goal_from_text(text)) for text in texts]

    async def encode_goals(self, goals: Sequence[Goal]) -> Sequence[Vector | None]:
        """One vector a goal; none is ever unknown."""
        return [self.vector(goal) for goal in goals]

    def vector(self, goal: Goal) -> Vector:
        """The vector of a goal; all its subgoals in focus count, whatever their order."""
        found = np.zeros(self.dimension, dtype=np.float32)
        if not goal.subgoals:
            return found
        if self._width:
            found[: self._width] = self._folded([features(subgoal) for subgoal in goal.subgoals])
        measures = np.array([_measures(subgoal) for subgoal in goal.subgoals], dtype=np.float32)
        found[self._width : self._width + _MEASURES] = measures.sum(axis=0)
        found[self._width + _MEASURES : -1] = measures.max(axis=0)
        found[-1] = len(goal.subgoals) / 4.0
        return found

    def _folded(self, sets: Sequence[NDArray[np.uint32]]) -> NDArray[np.float64]:
        """The features of all subgoals as one vector of length 1."""
        mixed = np.concatenate(sets) * _SPREAD
        signs = 1.0 - 2.0 * (mixed >> _TOP)
        places = (mixed >> np.uint32(3)) % np.uint32(self._width)
        sums = np.bincount(places, signs, self._width).astype(np.float64)
        length = float(np.linalg.norm(sums))
        return sums / length if length else sums


def _measures(subgoal: Subgoal) -> tuple[float, ...]:
    """How large a sequent is, and how far its conclusion is from what its context speaks of; about 0..1."""
    goal = read_term(subgoal.conclusion)
    context = [read_term(hypothesis.type) for hypothesis in subgoal.hypotheses]
    premises, _ = statement_parts(goal.words)
    symbols = _symbols(goal)
    known: frozenset[str] = frozenset().union(*map(_symbols, context)) if context else frozenset()
    sizes = [len(term.words) for term in context]
    types = {hypothesis.type for hypothesis in subgoal.hypotheses}
    return (
        _logarithm(len(goal.words)),
        _logarithm(sum(sizes)),
        _logarithm(sum(len(hypothesis.names) for hypothesis in subgoal.hypotheses)),
        _logarithm(max(sizes, default=0)),
        len(goal.binders) / 4.0,
        len(premises) / 4.0,
        _nesting(goal.words) / 8.0,
        len(symbols - known) / max(len(symbols), 1),
        float(subgoal.conclusion in types),
        float("False" in types),
        float("?" in subgoal.conclusion),
        _logarithm(len(symbols)),
    )


def _logarithm(count: int) -> float:
    return math.log1p(count) / 5.0


def _symbols(term: Term) -> frozenset[str]:
    return frozenset(word for word in term.abstract if is_identifier(word) or not word[0].isalnum())


def _nesting(words: Sequence[str]) -> int:
    deepest = depth = 0
    for word in words:
        if word in _OPEN:
            depth += 1
            deepest = max(deepest, depth)
        elif word in _CLOSE:
            depth -= 1
    return deepest
