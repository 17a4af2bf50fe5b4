"""Suggestions at one goal: what is offered there, each step judged once and nothing searched further."""

import math
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.seams import Proposer, Session
from holdfast.core.steps import Advanced, Proposal, Proved, Refused, Step, Verdict
from holdfast.core.trajectories import JudgedStep

__all__ = ["Completing", "Mark", "Suggestion", "blend", "judge", "offers", "ranked", "unchecked"]

_LEAST = 1e-30
_WIDE = 20
"""How many times as many steps are asked for of who cannot go on from a prefix."""


@runtime_checkable
class Completing(Protocol):
    """A proposer that goes on from what is written."""

    async def complete(self, goal: Goal, count: int, prefix: str) -> Sequence[Proposal]:
        """At most `count` proposals that begin with `prefix`, likeliest first."""
        ...


class Mark(StrEnum):
    """What is known of a suggestion."""

    CLOSES = "closes"
    """Nothing is left of the goal that it acts on."""
    PROGRESS = "progress"
    """It holds and leaves something else to do."""
    UNDECIDED = "undecided"
    """The checker gave no verdict."""
    UNCHECKED = "unchecked"
    """Nobody asked the checker."""
    REFUSED = "refused"


_ORDER = {mark: place for place, mark in enumerate(Mark)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A step and what came of it."""

    text: str
    logprob: float
    """Natural logarithm of the proposer's probability of it; at most 0."""
    source: str = ""
    """Which proposer offered it."""
    mark: Mark = Mark.UNCHECKED
    remaining: Goal | None = None
    """What it leaves, where it holds."""
    reason: str = ""
    """A word of the closed list of reasons, where it was refused."""
    message: str = ""
    """The checker's own words, where it was refused or undecided."""
    cpu_s: float = 0.0


async def offers(proposer: Proposer, goal: Goal, count: int, prefix: str = "") -> Sequence[Proposal]:
    """At most `count` proposals whose text begins with `prefix`, likeliest first.

    Blanks in front of `prefix` do not count.
    """
    wanted = prefix.lstrip()
    if not wanted:
        return await proposer.propose(goal, count)
    if isinstance(proposer, Completing):
        return await proposer.complete(goal, count, wanted)
    found = await proposer.propose(goal, count * _WIDE)
    return [one for one in found if one.step.text.startswith(wanted)][:count]


def blend(lists: Iterable[Sequence[Proposal]], count: int) -> list[Proposal]:
    """The likeliest of several proposers' proposals together, each list counting as much as any other.

    A step that several offer adds up, and is said to come from the one that finds it likeliest.
    """
    chances: dict[str, float] = {}
    best: dict[str, tuple[float, str]] = {}
    known = [one for one in lists if one]
    for proposals in known:
        total = math.fsum(math.exp(each.logprob) for each in proposals)
        for each in proposals:
            text, chance = each.step.text, math.exp(each.logprob) / max(total, _LEAST) / len(known)
            chances[text] = chances.get(text, 0.0) + chance
            best[text] = max(best.get(text, (0.0, each.source)), (chance, each.source))
    likeliest = sorted(chances.items(), key=lambda pair: -pair[1])[:count]
    return [Proposal(Step(text), _log(chance), best[text][1]) for text, chance in likeliest]


def _log(chance: float) -> float:
    return math.log(min(max(chance, _LEAST), 1.0))


async def judge(
    session: Session,
    goal: Goal,
    proposals: Iterable[Proposal],
    *,
    observe: Callable[[JudgedStep], None] | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> AsyncIterator[Suggestion]:
    """Each proposal with its mark, in the order given; once `go_on` says no, the rest comes unchecked.

    Args:
        session: the live proof.
        goal: one of its goals that has an open subgoal.
        proposals: what to try.
        observe: told of every verdict.
        go_on: asked before each step.
    """
    for proposal in proposals:
        if not go_on():
            yield unchecked(proposal)
            continue
        try:
            verdict = await session.apply(goal, proposal.step)
        except CheckerError as error:
            yield _marked(proposal, Mark.UNDECIDED, message=str(error))
            continue
        if observe is not None:
            observe(JudgedStep(goal, proposal, verdict))
        yield _judged(goal, proposal, verdict)


def unchecked(proposal: Proposal) -> Suggestion:
    """A suggestion that no checker has seen."""
    return _marked(proposal, Mark.UNCHECKED)


def ranked(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """What closes the goal, then what holds, then what is unknown, then what is refused; else as given."""
    return sorted(suggestions, key=lambda one: _ORDER[one.mark])


def _judged(goal: Goal, proposal: Proposal, verdict: Verdict) -> Suggestion:
    match verdict:
        case Proved(goal=left, cpu_s=cpu_s):
            return _marked(proposal, Mark.CLOSES, remaining=left, cpu_s=cpu_s)
        case Advanced(goal=left, cpu_s=cpu_s):
            mark = Mark.CLOSES if _is_closed(goal, left) else Mark.PROGRESS
            return _marked(proposal, mark, remaining=left, cpu_s=cpu_s)
        case Refused(reason=reason, message=message, cpu_s=cpu_s):
            return _marked(proposal, Mark.REFUSED, reason=reason.value, message=message, cpu_s=cpu_s)


def _is_closed(before: Goal, after: Goal) -> bool:
    """Whether a step did away with the first subgoal and left nothing for it."""
    fewer = len(after.subgoals) == len(before.subgoals) - 1
    return fewer and len(after.shelved) <= len(before.shelved)


def _marked(
    proposal: Proposal,
    mark: Mark,
    *,
    remaining: Goal | None = None,
    reason: str = "",
    message: str = "",
    cpu_s: float = 0.0,
) -> Suggestion:
    return Suggestion(
        text=proposal.step.text,
        logprob=proposal.logprob,
        source=proposal.source,
        mark=mark,
        remaining=remaining,
        reason=reason,
        message=message,
        cpu_s=cpu_s,
    )
