"""The contract of the `Session` seam: a filler subclasses `SessionSuite` and says how to open its cases."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest

from holdfast.core.goals import Goal
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCase:
    """A goal and steps at it, in the language of one checker."""

    open: Callable[[], AbstractAsyncContextManager[Session]]
    """A session on the same goal, each time anew."""
    proof: Sequence[Step]
    """At least three steps; the last one proves, the others advance, in one line."""
    fork: Sequence[Step] = ()
    """Steps from the root to a goal with two or more independent subgoals; the first is not `proof[0]`."""
    closers: Sequence[Step] = ()
    """One step a subgoal of the fork that closes just this one."""
    inapplicable: Step
    """Well formed, refused at the root."""
    unknown_name: Step
    """Refused at the root because it names what does not exist."""
    nonsense: Step
    """Not a step at all, by its form."""
    forbidden: Step
    """A way around the checker."""
    idle: Step
    """Accepted at the root, but changes nothing."""


async def _advance(session: Session, goal: Goal, step: Step) -> Goal:
    verdict = await session.apply(goal, step)
    assert isinstance(verdict, Advanced), (step, verdict)
    return verdict.goal


async def _follow(session: Session, steps: Sequence[Step]) -> list[Goal]:
    goals = [session.root]
    for step in steps:
        goals.append(await _advance(session, goals[-1], step))
    return goals


def _shape(verdict: Verdict) -> object:
    match verdict:
        case Refused(reason=reason):
            return reason
        case Advanced(goal=goal) | Proved(goal=goal):
            return type(verdict), goal


class LineSuite:
    """Every filler passes these, also one whose goals never fork; subclass it with a `case` fixture."""

    @pytest.fixture
    def case(self) -> SessionCase:
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_root_is_open_and_stays_the_same(self, case: SessionCase) -> None:
        async with case.open() as session:
            root = session.root
            assert len(root.subgoals) == 1
            assert not root.given_up
            await _advance(session, root, case.proof[0])
            assert session.root == root

    @pytest.mark.asyncio
    async def test_a_proof_is_claimed_at_its_last_step_only(self, case: SessionCase) -> None:
        async with case.open() as session:
            goals = await _follow(session, case.proof[:-1])
            verdict = await session.apply(goals[-1], case.proof[-1])
            assert isinstance(verdict, Proved), verdict
            assert not verdict.goal.subgoals
            assert not verdict.goal.given_up
            assert verdict.cpu_s >= 0

    @pytest.mark.asyncio
    async def test_any_earlier_goal_can_be_continued(self, case: SessionCase) -> None:
        async with case.open() as session:
            goals = await _follow(session, case.proof[:-1])
            forked = await _follow(session, case.fork)
            for index in range(len(goals) - 1, -1, -1):
                verdict = await session.apply(goals[index], case.proof[index])
                assert isinstance(verdict, Proved if index == len(goals) - 1 else Advanced)
            for parent, step, child in zip(forked, case.fork, forked[1:], strict=False):
                assert await _advance(session, parent, step) == child

    @pytest.mark.asyncio
    async def test_equal_states_are_equal_goals(self, case: SessionCase) -> None:
        async with case.open() as session:
            first = await _advance(session, session.root, case.proof[0])
            again = await _advance(session, session.root, case.proof[0])
            assert first == again
            assert hash(first) == hash(again)
            assert first != session.root

    @pytest.mark.asyncio
    async def test_refusals_have_a_reason_and_a_message_and_leave_nothing_behind(
        self, case: SessionCase
    ) -> None:
        async with case.open() as session:
            for step, reasons in (
                (case.inapplicable, {RefusalReason.NOT_APPLICABLE, RefusalReason.TYPE_MISMATCH}),
                (case.unknown_name, {RefusalReason.UNKNOWN_NAME}),
                (case.nonsense, {RefusalReason.SYNTAX}),
                (case.forbidden, {RefusalReason.FORBIDDEN}),
                (case.idle, {RefusalReason.NO_PROGRESS}),
            ):
                verdict = await session.apply(session.root, step)
                assert isinstance(verdict, Refused), (step, verdict)
                assert verdict.reason in reasons, (step, verdict)
                assert verdict.message
                await _advance(session, session.root, case.proof[0])

    @pytest.mark.asyncio
    async def test_nothing_can_be_done_where_nothing_is_left(self, case: SessionCase) -> None:
        async with case.open() as session:
            goals = await _follow(session, case.proof[:-1])
            verdict = await session.apply(goals[-1], case.proof[-1])
            assert isinstance(verdict, Proved)
            assert isinstance(await session.apply(verdict.goal, case.proof[0]), Refused)

    @pytest.mark.asyncio
    async def test_verdicts_do_not_depend_on_the_order_of_questions(self, case: SessionCase) -> None:
        steps = [*case.proof, *case.fork, *case.closers, case.inapplicable, case.unknown_name, case.idle]
        rng = random.Random(20)
        async with case.open() as session:
            goals = [session.root]
            seen: dict[tuple[int, Step], object] = {}
            for _ in range(120):
                goal, step = rng.choice(goals), rng.choice(steps)
                verdict = await session.apply(goal, step)
                known = seen.setdefault((goals.index(goal), step), _shape(verdict))
                assert known == _shape(verdict)
                if isinstance(verdict, Advanced) and verdict.goal not in goals:
                    goals.append(verdict.goal)


class SessionSuite(LineSuite):
    """Fillers whose goals fall into independent subgoals pass these as well."""

    @pytest.mark.asyncio
    async def test_a_subgoal_in_focus_is_proved_alone(self, case: SessionCase) -> None:
        async with case.open() as session:
            fork = (await _follow(session, case.fork))[-1]
            assert len(fork.subgoals) == len(case.closers) >= 2
            for index, closer in reversed(list(enumerate(case.closers))):
                focused = await session.focus(fork, index)
                assert focused.subgoals == (fork.subgoals[index],)
                verdict = await session.apply(focused, closer)
                assert isinstance(verdict, Proved), verdict
                assert not verdict.goal.subgoals

    @pytest.mark.asyncio
    async def test_a_closed_subgoal_does_not_prove_the_others(self, case: SessionCase) -> None:
        async with case.open() as session:
            fork = (await _follow(session, case.fork))[-1]
            left = await _advance(session, fork, case.closers[0])
            assert left.subgoals == fork.subgoals[1:]
