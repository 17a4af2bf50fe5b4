"""Candidate steps for a goal, with the numbers that a ranker judges them by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.models.adapt import Adapted, Template
from holdfast.models.habits import Habits, Situation

__all__ = ["COLUMNS", "GENERATED", "LEARNED", "POPULAR", "Candidate", "Pool", "Voter", "rows"]

COLUMNS = (
    "rank", "votes", "age", "text_recent", "text_after", "text_shape",
    "after", "after_two", "after_at_shape", "recent_at_shape",
    "none", "none_nearest",
    "similarity", "relative", "pattern_nearest", "exact", "similar_after_same",
    "same_previous", "both_first", "same_tactic_before", "slots",
    "length", "words", "repeated", "generated", "popular",
)  # fmt: skip
"""What each number of a row says; `none` and `none_nearest` belong to the row for "none of these"."""

LEARNED, GENERATED, POPULAR = range(3)
"""Where a candidate comes from: from a neighbour, from the goal's form, from what is often done."""

_LOGARITHMS = 10
"""So many columns, the first ones, are natural logarithms."""
_EXACT = 0.97
"""From here on two goals count as the same but for names."""


class Candidate:
    """A step and what speaks for it."""

    __slots__ = ("after", "first", "newest", "pattern", "similarity", "slots", "source", "tactic", "votes")

    def __init__(self, pattern: str, source: int) -> None:
        """Begin without votes. `source` is one of LEARNED, GENERATED and POPULAR."""
        self.pattern = pattern
        self.source = source
        self.similarity = 0.0
        self.votes = 0
        self.newest = 0
        self.slots = 0
        self.after = 0.0
        self.first = 0.0
        self.tactic = 0.0


@dataclass(frozen=True, slots=True)
class Voter:
    """A learned step, as it speaks for candidates."""

    number: int
    """Which one it was, counted from 0."""
    template: Template
    pattern: str
    previous: str
    """The step before it; empty at the beginning of a proof."""
    tactic: str
    """The tactic of the step before it."""


class Pool:
    """The candidates for one goal."""

    def __init__(self) -> None:
        """Begin empty."""
        self.candidates: dict[str, Candidate] = {}
        self.nearest = 0.0
        self.by_pattern: dict[str, float] = {}

    def vote(self, voter: Voter, similarity: float, adapted: Iterable[Adapted], situation: Situation) -> None:
        """Let a learned step speak for what it becomes at the goal at hand.

        `similarity`, in 0..1, is that of its goal to this one.
        """
        self._near(voter.pattern, similarity)
        same = voter.previous == situation.previous
        tactic_too = voter.tactic == situation.heads[0]
        for step in adapted:
            known = self.candidates.get(step.text)
            if known is None:
                known = self.candidates[step.text] = Candidate(voter.pattern, LEARNED)
            worth = similarity * step.fit
            if worth > known.similarity:
                known.similarity, known.pattern = worth, voter.pattern
                known.slots = len(voter.template.slots)
            known.votes += 1
            known.newest = max(known.newest, voter.number)
            if same and voter.previous:
                known.after = 1.0
            elif same:
                known.first = 1.0
            if tactic_too:
                known.tactic = 1.0

    def _near(self, pattern: str, similarity: float) -> None:
        self.nearest = max(self.nearest, similarity)
        if similarity > self.by_pattern.get(pattern, 0.0):
            self.by_pattern[pattern] = similarity

    def offer(self, steps: Iterable[tuple[str, str]], source: int) -> None:
        """Add steps, each with its pattern, that no neighbour speaks for."""
        for text, pattern in steps:
            if text not in self.candidates:
                self.candidates[text] = Candidate(pattern, source)


def rows(
    pool: Pool, habits: Habits, situation: Situation, before: Sequence[str], size: int
) -> tuple[list[str], NDArray[np.float64]]:
    """The texts of a pool and a row for each, then a last row for "none of these".

    Args:
        pool: the candidates.
        habits: what is usual.
        situation: where the step would be taken.
        before: the steps that led to the goal.
        size: how many steps were learned in all.
    """
    ordered = sorted(pool.candidates.items(), key=lambda pair: -pair[1].similarity)
    texts = [text for text, _candidate in ordered]
    candidates = [candidate for _text, candidate in ordered]
    # Column by column, each with its last number for "none": twice as fast as row by row, and this runs at
    # every query.
    none = [1.0] * _LOGARITHMS + [1.0, pool.nearest] + [0.0] * (len(COLUMNS) - _LOGARITHMS - 2)
    nothing = [0.0] * len(texts)
    columns = (
        *_counts(candidates, size),
        *habits.chances(texts, [candidate.pattern for candidate in candidates], situation),
        *(nothing, nothing),
        *_likeness(candidates, pool),
        *_form(texts, candidates, before),
    )
    numbers: list[float] = []
    for column, last in zip(columns, none, strict=True):
        numbers += column
        numbers.append(last)
    table = np.array(numbers, dtype=np.float64).reshape(len(COLUMNS), len(texts) + 1)
    np.log(table[:_LOGARITHMS], out=table[:_LOGARITHMS])
    return texts, table.T


def _counts(candidates: Sequence[Candidate], size: int) -> Iterator[Sequence[float]]:
    yield range(1, len(candidates) + 1)
    yield [candidate.votes + 1 for candidate in candidates]
    yield [size - candidate.newest + 1 for candidate in candidates]


def _likeness(candidates: Sequence[Candidate], pool: Pool) -> Iterator[Sequence[float]]:
    similarities = [candidate.similarity for candidate in candidates]
    nearest, by_pattern = pool.nearest + 1e-9, pool.by_pattern
    yield similarities
    yield [similarity / nearest for similarity in similarities]
    yield [by_pattern.get(candidate.pattern, 0.0) for candidate in candidates]
    yield [similarity > _EXACT for similarity in similarities]
    yield [candidate.similarity * candidate.after for candidate in candidates]
    yield [candidate.after for candidate in candidates]
    yield [candidate.first for candidate in candidates]
    yield [candidate.tactic for candidate in candidates]
    yield [candidate.slots for candidate in candidates]


def _form(
    texts: Sequence[str], candidates: Sequence[Candidate], before: Sequence[str]
) -> Iterator[Sequence[float]]:
    yield [len(text) / 50 for text in texts]
    yield [text.count(" ") / 5 for text in texts]
    taken = frozenset(before)
    yield [text in taken for text in texts]
    yield [candidate.source == GENERATED for candidate in candidates]
    yield [candidate.source == POPULAR for candidate in candidates]
