"""What is left to do: the open goals of a proof state, as structured text."""

from dataclasses import dataclass, field

__all__ = ["Goal", "Hypothesis", "Subgoal"]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One entry of a context; names that share a type stand together, as the checker prints them."""

    names: tuple[str, ...]
    type: str
    body: str | None = None
    """The value of a local definition, or None for an assumption."""


@dataclass(frozen=True, slots=True)
class Subgoal:
    """One sequent: hypotheses, oldest first, and the conclusion to reach."""

    hypotheses: tuple[Hypothesis, ...]
    conclusion: str
    handle: str = field(default="", compare=False, repr=False)
    """The checker's own name for it; equal sequents with other handles are equal."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An immutable handle on one state of a session; any goal a session gave out can be continued.

    A goal whose `subgoals`, `shelved` and `given_up` are all empty has nothing left *in its focus*.
    """

    subgoals: tuple[Subgoal, ...]
    """Open sequents in focus, in the checker's order; a step acts on the first."""
    background: tuple[tuple[Subgoal, ...], ...] = ()
    """Open sequents outside the focus, one tuple a focus level, innermost level first."""
    shelved: tuple[Subgoal, ...] = ()
    given_up: tuple[Subgoal, ...] = ()
    """Sequents that were admitted; a goal that has any can never become a proof."""
    handle: int = field(default=-1, compare=False, repr=False)
    """The session's name for this state; equal states reached twice are equal goals."""
