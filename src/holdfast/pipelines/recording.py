"""Turns what a search tells of its steps into rows, and times who took how long for them."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from holdfast.core.goals import Goal
from holdfast.core.seams import Proposer, Session, Value
from holdfast.core.steps import Advanced, Proposal, Proved, Refused, Step, Verdict
from holdfast.core.trajectories import WHOLE, Explored, TrajectoryRow
from holdfast.models.goal_text import GoalStyle, goal_text
from holdfast.models.prompts import Language

__all__ = ["Recording", "state_text"]

_LONGEST_MESSAGE = 500
"""Characters of a checker's words that are kept."""


def state_text(goal: Goal, language: Language) -> str:
    """A state as records and models read it: its subgoals in focus, empty where there are none."""
    style: GoalStyle = "bar" if language == "rocq" else "turnstile"
    return goal_text(goal, style)


@dataclass(slots=True)
class _Clock:
    """Time by the clock since the last step that was told, in seconds."""

    checker: float = 0.0
    proposer: float = 0.0
    value: float = 0.0


@dataclass(slots=True)
class Recording:
    """The record of one search: `root`, then `step` for each step, in the order of the search.

    The search has to use the session, proposer and value that it hands out: they keep the time.
    """

    search: str
    language: Language
    tell: Callable[[TrajectoryRow], None]
    _clock: _Clock = field(default_factory=_Clock)
    _before: tuple[int, int, str] = (-1, WHOLE, "")
    """The goal that the last step was taken at, and its text: steps at one goal come together."""

    def session(self, session: Session) -> Session:
        """`session`, timed."""
        return _TimedSession(session, self._clock)

    def proposer(self, proposer: Proposer) -> Proposer:
        """`proposer`, timed."""
        return _TimedProposer(proposer, self._clock)

    def value(self, value: Value) -> Value:
        """`value`, timed."""
        return _TimedValue(value, self._clock)

    def root(self, goal: Goal) -> None:
        """Tell where the search begins."""
        self.tell(
            TrajectoryRow(
                search=self.search,
                state_id=0,
                parent_state_id=None,
                focus=WHOLE,
                depth_from_root=0,
                state_before=None,
                tactic="",
                state_after=state_text(goal, self.language),
                verdict="root",
                timestamp_ms=_now_ms(),
            )
        )

    def step(self, step: Explored) -> None:
        """Tell one step."""
        clock = self._clock
        outcome = _outcome(step)
        self.tell(
            TrajectoryRow(
                search=self.search,
                state_id=step.number,
                parent_state_id=step.parent,
                focus=step.focus,
                depth_from_root=step.depth,
                state_before=self._text_before(step),
                tactic=step.proposal.step.text,
                state_after=None if outcome.left is None else state_text(outcome.left, self.language),
                verdict=outcome.verdict,
                reason=outcome.reason,
                message=outcome.message[:_LONGEST_MESSAGE],
                source=step.proposal.source,
                proposed=step.proposed,
                llm_log_prob=_finite(step.proposal.logprob) if step.proposed else None,
                ebm_score=_finite(step.value),
                cpu_s=outcome.cpu_s if step.proposed else None,
                checker_ms=_ms(clock.checker) if step.proposed else None,
                proposer_ms=_ms(clock.proposer) if step.proposed else None,
                value_ms=_ms(clock.value) if step.proposed else None,
                timestamp_ms=_now_ms(),
            )
        )
        clock.checker = clock.proposer = clock.value = 0.0

    def _text_before(self, step: Explored) -> str:
        parent, focus, text = self._before
        if (parent, focus) != (step.parent, step.focus):
            text = state_text(step.goal, self.language)
            self._before = step.parent, step.focus, text
        return text


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Literal["advanced", "proved", "refused", "undecided"]
    left: Goal | None = None
    reason: str = ""
    message: str = ""
    cpu_s: float | None = None


def _outcome(step: Explored) -> _Outcome:
    match step.verdict:
        case Advanced(left, cpu_s):
            return _Outcome("advanced", left, reason=step.dropped, cpu_s=cpu_s)
        case Proved(left, cpu_s):
            return _Outcome("proved", left, cpu_s=cpu_s)
        case Refused(reason, message, cpu_s):
            return _Outcome("refused", reason=reason.value, message=message, cpu_s=cpu_s)
        case None:
            return _Outcome("undecided", message=step.message)


def _finite(number: float | None) -> float | None:
    """A number that says something, None for others."""
    return number if number is not None and math.isfinite(number) else None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class _TimedSession:
    session: Session
    clock: _Clock

    @property
    def root(self) -> Goal:
        return self.session.root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        began = time.perf_counter()
        try:
            return await self.session.apply(goal, step)
        finally:
            self.clock.checker += time.perf_counter() - began

    async def focus(self, goal: Goal, index: int) -> Goal:
        began = time.perf_counter()
        try:
            return await self.session.focus(goal, index)
        finally:
            self.clock.checker += time.perf_counter() - began


@dataclass(slots=True)
class _TimedProposer:
    proposer: Proposer
    clock: _Clock

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        began = time.perf_counter()
        try:
            return await self.proposer.propose(goal, count)
        finally:
            self.clock.proposer += time.perf_counter() - began


@dataclass(slots=True)
class _TimedValue:
    asked: Value
    clock: _Clock

    @property
    def weight(self) -> float:
        return self.asked.weight

    async def estimate(self, goals: Sequence[Goal], root: Goal) -> Sequence[float | None]:
        began = time.perf_counter()
        try:
            return await self.asked.estimate(goals, root)
        finally:
            self.clock.value += time.perf_counter() - began
