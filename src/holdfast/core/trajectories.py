"""Every judged step, as data to learn from."""

from dataclasses import dataclass

from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Verdict

__all__ = ["SCHEMA_VERSION", "Declared", "JudgedStep", "Observed", "is_learnable"]

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class JudgedStep:
    """A goal, the step proposed there and the verdict on it."""

    goal: Goal
    proposal: Proposal
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that a source puts in force, for retrieval: a theorem, a definition, an inductive type."""

    name: str
    """Fully qualified in a library (`Coq.Arith.PeanoNat.Nat.add_comm`), else its path in the file."""
    kind: str
    """`theorem`, `definition`, `inductive` or `constructor`."""
    statement: str
    """The statement as the checker prints it; empty where the checker was not asked."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A step that an existing proof takes at a goal, as read from a source."""

    theorem: str
    goal: Goal
    step: str
    """The sentence as written, white space folded, without its final period."""


def is_learnable(*, level: str, weak: bool = False) -> bool:
    """Whether what was judged may be learned from: the one rule for all that records or trains.

    Args:
        level: how what ran was kept apart, as a level of the sandbox; without walls, a program could have
            written its own verdict.
        weak: whether a verdict rests on the program's own word.
    """
    return level != "none" and not weak
