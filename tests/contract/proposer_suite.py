"""The contracts of the `Proposer` and `Learner` seams: a filler subclasses a suite with its own case."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from holdfast.core.goals import Goal
from holdfast.core.seams import Learner, Proposer
from holdfast.core.steps import Advanced, Proposal, Proved, RefusalReason, Refused, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposerCase:
    """A way to make a proposer, and goals that it has something to offer for."""

    make: Callable[[], Proposer]
    """The same proposer each time, anew."""
    goals: Sequence[Goal]
    """For the first, it has three proposals or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerCase:
    """What a learner makes of what it is told."""

    make: Callable[[], Learner]
    lesson: Sequence[Observed | Declared]
    goal: Goal
    learnt: str
    """A step that is offered for `goal` after the lesson, and not before."""


class ProposerSuite:
    """Every proposer passes these; subclass it with a `case` fixture."""

    @pytest.fixture
    def case(self) -> ProposerCase:
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_never_more_than_was_asked_for(self, case: ProposerCase) -> None:
        proposer = case.make()
        for goal in case.goals:
            for count in (0, 1, 2, 3, 50):
                assert len(await proposer.propose(goal, count)) <= count
        assert len(await proposer.propose(case.goals[0], 3)) == 3

    @pytest.mark.asyncio
    async def test_proposals_are_well_formed_likeliest_first_each_once(self, case: ProposerCase) -> None:
        proposer = case.make()
        for goal in case.goals:
            proposals = await proposer.propose(goal, 200)
            assert proposals
            logprobs = [proposal.logprob for proposal in proposals]
            assert all(math.isfinite(logprob) and logprob <= 0.0 for logprob in logprobs)
            assert logprobs == sorted(logprobs, reverse=True)
            texts = [proposal.step.text for proposal in proposals]
            assert len(texts) == len(set(texts))
            assert all(text and text == text.strip() for text in texts)
            assert all(proposal.source for proposal in proposals)

    @pytest.mark.asyncio
    async def test_asking_for_more_only_adds(self, case: ProposerCase) -> None:
        proposer = case.make()
        for goal in case.goals:
            many = [proposal.step.text for proposal in await proposer.propose(goal, 64)]
            few = [proposal.step.text for proposal in await proposer.propose(goal, 4)]
            assert set(few) <= set(many)
            assert many[:1] == few[:1]

    @pytest.mark.asyncio
    async def test_the_same_question_has_the_same_answer(self, case: ProposerCase) -> None:
        one, other = case.make(), case.make()
        for goal in case.goals:
            first = list(await one.propose(goal, 40))
            assert first == list(await one.propose(goal, 40))
            assert first == list(await other.propose(goal, 40))

    @pytest.mark.asyncio
    async def test_a_goals_handle_does_not_matter(self, case: ProposerCase) -> None:
        proposer = case.make()
        for goal in case.goals:
            elsewhere = replace(goal, handle=goal.handle + 1000)
            assert list(await proposer.propose(goal, 40)) == list(await proposer.propose(elsewhere, 40))


class LearnerSuite:
    """Every learner passes these beside `ProposerSuite`; subclass it with a `lesson` fixture."""

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_what_is_learnt_is_in_force_at_once(self, lesson: LearnerCase) -> None:
        learner = lesson.make()
        before = [proposal.step.text for proposal in await learner.propose(lesson.goal, 500)]
        assert lesson.learnt not in before
        for item in lesson.lesson:
            learner.learn(item)
        after = [proposal.step.text for proposal in await learner.propose(lesson.goal, 500)]
        assert lesson.learnt in after

    @pytest.mark.asyncio
    async def test_the_same_lesson_teaches_the_same(self, lesson: LearnerCase) -> None:
        answers = []
        for _ in range(2):
            learner = lesson.make()
            for item in lesson.lesson:
                learner.learn(item)
            answers.append(list(await learner.propose(lesson.goal, 500)))
        assert answers[0] == answers[1]

    @pytest.mark.asyncio
    async def test_every_verdict_is_taken_in(self, lesson: LearnerCase) -> None:
        learner = lesson.make()
        done = Goal(())
        verdicts = (
            Proved(done, 0.1),
            Advanced(lesson.goal, 0.1),
            *(Refused(reason, "no", 0.1) for reason in RefusalReason),
        )
        foreign = Proposal(Step("never offered by it"), -1.0, "elsewhere")
        for proposal in [*await learner.propose(lesson.goal, 3), foreign]:
            for verdict in verdicts:
                learner.judged(JudgedStep(lesson.goal, proposal, verdict))
        proposals = await learner.propose(lesson.goal, 100)
        assert all(math.isfinite(p.logprob) and p.logprob <= 0.0 for p in proposals)
