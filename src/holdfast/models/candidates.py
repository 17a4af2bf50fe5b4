"""Candidate steps for a goal, with the numbers that a ranker judges them by."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.models.adapt import Adapted
from holdfast.models.habits import Habits, Situation, tactic

__all__ = ["COLUMNS", "Candidate", "Pool", "Voter", "rows"]

COLUMNS = (
    "none", "none_nearest",
    "similarity", "relative", "rank", "votes", "kind_nearest", "age", "exact", "similar_after_same",
    "same_previous", "both_first", "same_tactic_before", "slots",
    "text_recent", "text_after", "text_shape",
    "after", "after_two", "after_at_shape", "recent_at_shape",
    "length", "words", "repeated", "generated", "popular",
)  # fmt: skip
"""What each number of a row says; `none` and `none_nearest` belong to the row for "none of these"."""

_EXACT = 0.97


class Candidate:
    """A step and what speaks for it."""

    __slots__ = ("after", "first", "kind", "newest", "similarity", "slots", "source", "tactic", "votes")

    def __init__(self, kind: str, source: int) -> None:
        """Begin without votes. `source` is 0 for learned steps, 1 for generated and 2 for popular ones."""
        self.kind = kind
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
    """A learned step that speaks for candidates."""

    number: int
    similarity: float
    """Of its goal to the one at hand, in 0..1."""
    kind: str
    slots: int
    """How many names of its goal's own it has."""
    previous: str
    """The step before it."""


class Pool:
    """The candidates for one goal."""

    def __init__(self) -> None:
        """Begin empty."""
        self.candidates: dict[str, Candidate] = {}
        self.nearest = 0.0
        self.by_kind: dict[str, float] = {}

    def vote(self, voter: Voter, adapted: Sequence[Adapted], situation: Situation) -> None:
        """Let a learned step speak for what it becomes at the goal at hand."""
        self.near(voter.kind, voter.similarity)
        same = voter.previous == situation.previous
        tactic_too = tactic(voter.previous) == situation.heads[0]
        for step in adapted:
            known = self.candidates.get(step.text)
            if known is None:
                known = self.candidates[step.text] = Candidate(voter.kind, 0)
            worth = voter.similarity * step.fit
            if worth > known.similarity:
                known.similarity, known.kind, known.slots = worth, voter.kind, voter.slots
            known.votes += 1
            known.newest = max(known.newest, voter.number)
            if same and voter.previous:
                known.after = 1.0
            elif same:
                known.first = 1.0
            if tactic_too:
                known.tactic = 1.0

    def near(self, kind: str, similarity: float) -> None:
        """Note that a step of this kind was taken at a goal this similar."""
        self.nearest = max(self.nearest, similarity)
        if similarity > self.by_kind.get(kind, 0.0):
            self.by_kind[kind] = similarity

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
    usual: dict[str, tuple[float, ...]] = {}
    for _text, candidate in ordered:
        if candidate.kind not in usual:
            usual[candidate.kind] = habits.usual(candidate.kind, situation)
    logs = habits.text_logs(texts, situation)
    table = [
        _likeness(candidate, pool, rank, size)
        + logs[rank]
        + usual[candidate.kind]
        + _form(text, candidate, before)
        for rank, (text, candidate) in enumerate(ordered)
    ]
    table.append((1.0, pool.nearest, *([0.0] * (len(COLUMNS) - 2))))
    return texts, np.array(table, dtype=np.float64)


def _likeness(candidate: Candidate, pool: Pool, rank: int, size: int) -> tuple[float, ...]:
    similarity = candidate.similarity
    return (
        0.0,
        0.0,
        similarity,
        similarity / (pool.nearest + 1e-9),
        math.log1p(rank),
        math.log1p(candidate.votes),
        pool.by_kind.get(candidate.kind, 0.0),
        math.log1p(size - candidate.newest),
        1.0 if similarity > _EXACT else 0.0,
        similarity * candidate.after,
        candidate.after,
        candidate.first,
        candidate.tactic,
        float(candidate.slots),
    )


def _form(text: str, candidate: Candidate, before: Sequence[str]) -> tuple[float, ...]:
    return (
        len(text) / 50,
        text.count(" ") / 5,
        1.0 if text in before else 0.0,
        1.0 if candidate.source == 1 else 0.0,
        1.0 if candidate.source == 2 else 0.0,
    )
