"""Moves and the checker's answers to them.

A verdict is `Advanced`, `Proved` or `Refused`; it is matched, never tested for truth. A checker that timed
out by its own fault, crashed or spoke nonsense gives no verdict: it raises `CheckerError`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from holdfast.core.goals import Goal

__all__ = ["Advanced", "Proposal", "Proved", "RefusalReason", "Refused", "Step", "Verdict"]


@dataclass(frozen=True, slots=True)
class Step:
    """One move, in the checker's own language."""

    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step that a proposer offers."""

    step: Step
    logprob: float
    """Natural logarithm of the proposer's probability that this step belongs to a proof; at most 0."""
    source: str = ""
    """Which proposer offered it, for example `knn` or `automation`."""


class RefusalReason(StrEnum):
    """Why a step was refused: a closed list, the same for every checker."""

    SYNTAX = "syntax"
    UNKNOWN_NAME = "unknown_name"
    TYPE_MISMATCH = "type_mismatch"
    NO_PROGRESS = "no_progress"
    NOT_APPLICABLE = "not_applicable"
    """The step is well formed, but fails on this goal."""
    TIMEOUT = "timeout"
    """The step used up its own limit; the session is alive and knows so."""
    MEMORY = "memory"
    FORBIDDEN = "forbidden"
    """The step is not a step: a command, two sentences, an unfinished comment, a way around the checker."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Advanced:
    """The step holds and leaves this goal."""

    goal: Goal
    cpu_s: float = 0.0
    """CPU seconds that the checker used for the step."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The step holds and leaves nothing open in the focus of the goal it was applied to."""

    goal: Goal
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """The step does not hold at this goal."""

    reason: RefusalReason
    message: str
    """The checker's own words."""
    cpu_s: float = 0.0


Verdict: TypeAlias = Advanced | Proved | Refused
