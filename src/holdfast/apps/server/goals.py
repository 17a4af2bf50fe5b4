"""Goals that come as text, as long as they can be looked at in a moment."""

from holdfast.core.errors import ContextTooLongError
from holdfast.core.goals import Goal
from holdfast.models.goal_text import goal_from_text

__all__ = ["read_goal"]

_LONGEST = 1_000_000
_LONGEST_TERM = 20_000


def read_goal(text: str) -> Goal:
    """The goal that a text says; one without a subgoal where it says none.

    Raises ContextTooLongError where the text, or one type or conclusion in it, is too long.
    """
    _check("the text", len(text), _LONGEST)
    goal = goal_from_text(text)
    terms = [each.conclusion for each in goal.subgoals]
    terms += [one.type for each in goal.subgoals for one in each.hypotheses]
    _check("a term of the goal", max(map(len, terms), default=0), _LONGEST_TERM)
    return goal


def _check(what: str, length: int, most: int) -> None:
    if length > most:
        raise ContextTooLongError(f"{what} has {length} characters, and {most} are read at most: send less")
