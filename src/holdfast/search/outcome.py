"""What a search is given and what it gives back: budget, settings, counts, result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from holdfast.core.proofs import Proof
from holdfast.core.steps import RefusalReason
from holdfast.core.trajectories import Fates

__all__ = ["Budget", "Counts", "Ended", "SearchResult", "SearchSettings"]

Ended: TypeAlias = Literal["proved", "budget", "exhausted", "undecided"]
"""Why a search ended: a proof; the budget, depth included; nothing left to try; too few verdicts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much a search may use. It is looked at before each step, so the last step may exceed it."""

    cpu_s: float = 10.0
    """CPU seconds that verdicts declare. Replaying a found proof counts, tidying does not."""
    nodes: int | None = None
    """Steps applied, None for no limit."""
    both: bool = False
    """Whether a search goes on until CPU and steps are both used up; else the first of them ends it."""
    depth: int = 64
    """Steps on the way from the root to a goal; goals that deep are not expanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How a search explores; the defaults suit checkers whose steps take milliseconds."""

    exponent: float = 0.5
    """A step's priority is its path's log-probability over (length ** exponent): 0 the sum, 1 the mean."""
    sibling_cost: float = 0.5
    """What each other open subgoal of the same step takes off a path's log-probability."""
    chunk: int = 16
    """Most steps applied at a goal before the next best goal has its turn: checkers pay for each change."""
    patience: float = 1.0
    """How far the priority of a goal may fall below the best of the others before its turn ends."""
    batch: int = 16
    """Proposals asked for first."""
    further: int | None = None
    """How many more each later request of the same goal asks for; None for twice as many as before."""
    undecided_in_a_row: int = 3
    """Steps without verdict, one after another, that end the search."""
    undecided_in_all: int = 12
    """Steps without verdict that end the search, wherever they stand."""
    tidy_cpu_s: float = 1.0
    """CPU seconds of the checker for tidying a found proof."""
    tidy_nodes: int = 100
    """Steps for tidying a found proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What happened to the steps and goals of a search.

    `applied` is the sum of `proved`, `advanced`, `refused` and `undecided`.
    """

    applied: int = 0
    proved: int = 0
    """Steps that closed their goal."""
    advanced: int = 0
    refused: Mapping[RefusalReason, int] = field(default_factory=dict)
    undecided: int = 0
    """Steps that the checker gave no verdict on."""
    goals: int = 0
    """Different goals met, the root included."""
    merged: int = 0
    """Subgoals that were met before, by way of a step that was kept."""
    loops: int = 0
    """Advancing steps dropped because they lead back to a goal on their own path."""
    no_progress: int = 0
    """Advancing steps dropped because they lead back to their own goal."""
    stuck: int = 0
    """Advancing steps dropped because they leave what no step can close: forgotten or admitted subgoals."""
    hopeless: int = 0
    """Advancing steps dropped because a subgoal that they leave is known to be out of reach."""
    dead: int = 0
    """Goals given up because everything offered there had failed."""
    discarded: int = 0
    """Proofs that did not hold when they were replayed."""
    asked: int = 0
    """Requests to the proposer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found and what it took. Only an audit makes a proof of it."""

    ended: Ended
    proof: Proof | None = None
    """A claim, replayed and tidied."""
    cpu_s: float = 0.0
    """CPU seconds of the checker, without tidying."""
    nodes: int = 0
    """Steps applied, without replaying and tidying."""
    found_cpu_s: float | None = None
    """CPU seconds when the proof held on replay: that budget finds it. None when there is no proof."""
    found_nodes: int | None = None
    """Steps applied by then: the least budget that finds it. None when there is no proof."""
    tidy_cpu_s: float = 0.0
    """CPU seconds of the checker that tidying took."""
    found_steps: int = 0
    """Steps of the proof before it was tidied."""
    counts: Counts = field(default_factory=Counts)
    fates: Fates = field(default_factory=Fates)
    """What became of the steps tried; empty where nobody kept track of them."""
