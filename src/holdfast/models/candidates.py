"""Candidate steps for a goal, with the numbers that a ranker judges them by."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.models.habits import Habits, Situation, Usual

__all__ = ["COLUMNS", "Candidate", "Pool", "Vote", "rows"]

COLUMNS = (
    "none", "none_nearest",
    "similarity", "relative", "rank", "votes", "weight", "kind_nearest", "fit", "variant", "age",
    "recent_text", "text_after", "text_shape",
    "by_shape", "after", "after_two", "after_at_shape", "recent", "recent_at_shape",
    "length", "words", "compound", "same_previous", "both_first", "same_tactic_before", "repeated",
    "slots", "generated", "popular",
)  # fmt: skip
"""What each number of a row says; `none` and `none_nearest` belong to the row for "none of these"."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One learned step that speaks for a candidate."""

    number: int
    similarity: float
    pattern: str
    slots: int
    variant: bool
    """Whether names were put in that fit second best."""
    fit: float
    same_previous: bool
    both_first: bool
    same_tactic_before: bool


class Candidate:
    """A step and what speaks for it."""

    __slots__ = ("best", "newest", "pattern", "same", "similarity", "source", "votes", "weight")

    def __init__(self, pattern: str, source: int) -> None:
        """Begin without votes. `source` is 0 for learned steps, 1 for generated and 2 for popular ones."""
        self.pattern = pattern
        self.source = source
        self.similarity = 0.0
        self.weight = 0.0
        self.votes = 0
        self.newest = 0
        self.best: Vote | None = None
        self.same = [False, False, False]

    def count(self, vote: Vote) -> None:
        """Take in one vote."""
        worth = vote.similarity * vote.fit
        if self.best is None or worth > self.similarity:
            self.similarity, self.best, self.pattern = worth, vote, vote.pattern
        self.weight += worth**4
        self.votes += 1
        self.newest = max(self.newest, vote.number)
        same = self.same
        same[0] |= vote.same_previous
        same[1] |= vote.both_first
        same[2] |= vote.same_tactic_before


class Pool:
    """The candidates for one goal."""

    def __init__(self) -> None:
        """Begin empty."""
        self.candidates: dict[str, Candidate] = {}
        self.nearest = 0.0
        self.by_kind: dict[str, float] = {}

    def vote(self, text: str, vote: Vote) -> None:
        """Let a learned step speak for `text`."""
        known = self.candidates.get(text)
        if known is None:
            known = self.candidates[text] = Candidate(vote.pattern, 0)
        known.count(vote)

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
    usual: dict[str, Usual] = {}
    for _text, candidate in ordered:
        if candidate.pattern not in usual:
            usual[candidate.pattern] = habits.usual(candidate.pattern, situation)
    logs = habits.text_logs(texts, situation)
    table = [
        (
            *_likeness(candidate, pool, rank, size),
            math.log1p(habits.recent_texts.get(text, 0)),
            *logs[rank],
            *_usual(usual[candidate.pattern]),
            *_form(text, candidate, before),
        )
        for rank, (text, candidate) in enumerate(ordered)
    ]
    table.append((1.0, pool.nearest, *([0.0] * (len(COLUMNS) - 2))))
    return texts, np.array(table, dtype=np.float64)


def _likeness(candidate: Candidate, pool: Pool, rank: int, size: int) -> tuple[float, ...]:
    best = candidate.best
    return (
        0.0,
        0.0,
        candidate.similarity,
        candidate.similarity / (pool.nearest + 1e-9),
        math.log1p(rank),
        math.log1p(candidate.votes),
        math.sqrt(math.sqrt(candidate.weight)),
        pool.by_kind.get(candidate.pattern, 0.0),
        best.fit if best is not None else 1.0,
        float(best.variant) if best is not None else 0.0,
        math.log1p(size - candidate.newest),
    )


def _usual(usual: Usual) -> tuple[float, ...]:
    return (
        usual.by_shape,
        usual.after,
        usual.after_two,
        usual.after_at_shape,
        usual.recent,
        usual.recent_at_shape,
    )


def _form(text: str, candidate: Candidate, before: Sequence[str]) -> tuple[float, ...]:
    first, both, tactic = candidate.same
    return (
        len(text) / 50,
        text.count(" ") / 5,
        float(";" in text),
        float(first),
        float(both),
        float(tactic),
        float(text in before),
        float(candidate.best.slots) if candidate.best is not None else 0.0,
        float(candidate.source == 1),
        float(candidate.source == 2),
    )
