"""What a goal that Rocq shows after a step says of the step, whichever program asked Rocq. Pure functions.

No goal left is a claim and no proof: the audit decides.
"""

from dataclasses import dataclass

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import RefusalReason

__all__ = ["Focus", "focus_of", "is_closed", "is_done", "objection"]


@dataclass(frozen=True, slots=True)
class Focus:
    """What a goal and those reached from it by steps must close to be proved."""

    depth: int
    """How many focus levels lie outside."""
    shelved: frozenset[str]
    """Handles of the sequents that were on the shelf already."""
    given_up: int


def focus_of(goal: Goal) -> Focus:
    """The focus that begins at a goal."""
    shelved = frozenset(item.handle for item in goal.shelved)
    return Focus(len(goal.background), shelved, len(goal.given_up))


def is_closed(goal: Goal, focus: Focus) -> bool:
    """Whether no sequent is open in a focus."""
    inner: tuple[tuple[Subgoal, ...], ...] = goal.background[: len(goal.background) - focus.depth]
    return not goal.subgoals and not any(inner)


def is_done(goal: Goal, focus: Focus) -> bool:
    """Whether a focus is closed and nothing was put on the shelf meanwhile."""
    return is_closed(goal, focus) and all(item.handle in focus.shelved for item in goal.shelved)


def objection(after: Goal | None, before: Goal, focus: Focus) -> tuple[RefusalReason, str] | None:
    """What speaks against a step that Rocq took, None where nothing does.

    `after` is None where no proof is open any more.
    """
    if after is None or len(after.background) < focus.depth:
        return RefusalReason.FORBIDDEN, "the step leaves the focus of its goal"
    if len(after.given_up) > focus.given_up:
        return RefusalReason.FORBIDDEN, "the step gives up a subgoal"
    if _is_same(after, before):
        return RefusalReason.NO_PROGRESS, "the step changes nothing"
    return None


def _is_same(after: Goal, before: Goal) -> bool:
    if after != before:
        return False
    if not any("..." in item.conclusion or "..." in repr(item.hypotheses) for item in after.subgoals):
        return True
    # Rocq leaves out what is nested deeply, so equal texts may stand for different sequents.
    return [item.handle for item in after.subgoals] == [item.handle for item in before.subgoals]
