"""Every judged step, as data to learn from."""

from dataclasses import dataclass

from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Verdict

__all__ = ["SCHEMA_VERSION", "Declared", "JudgedStep", "Observed"]

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
