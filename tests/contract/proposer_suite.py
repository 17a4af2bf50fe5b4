"""The contracts of the `Proposer` and `Learner` seams: a filler subclasses a suite with its own case."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from holdfast.core.goals import Goal, Hypothesis, Subgoal
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
    lesson: Sequence[Observed | Declared | JudgedStep]
    goal: Goal
    learnt: str
    """A step that is offered for `goal` after the lesson, and before it later or not at all."""


def _odd_goals() -> Iterator[Goal]:
    """Goals as no checker should print them; some do."""
    yield Goal((Subgoal((), ""),))
    yield Goal((Subgoal((Hypothesis((), ""), Hypothesis(("",), "")), "\n"),))
    yield Goal((Subgoal((Hypothesis(("α", "x'"), "ℕ → ∀ β, β ≡ β"),), "∃ α : ℕ, ¬ (α ≤ «x»)"),))
    yield Goal(
        (Subgoal((Hypothesis(("H", "H"), "((["), Hypothesis(("H",), "match x with")), ")) := forall"),)
    )
    yield Goal((Subgoal((), " + ".join(f"x{number}" for number in range(1_000)) + " = 0"),))
    yield Goal((Subgoal((), "(" * 400 + "P" + ")" * 400),))
    many = tuple(Hypothesis((f"H{number}",), f"n <= {number}") for number in range(400))
    yield Goal((Subgoal(many, "n <= 0"),))


def _well_formed(proposals: Sequence[Proposal]) -> bool:
    logprobs = [proposal.logprob for proposal in proposals]
    texts = [proposal.step.text for proposal in proposals]
    return (
        all(math.isfinite(logprob) and logprob <= 0.0 for logprob in logprobs)
        and logprobs == sorted(logprobs, reverse=True)
        and len(texts) == len(set(texts))
    )


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
            assert _well_formed(proposals)
            texts = [proposal.step.text for proposal in proposals]
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

    @pytest.mark.asyncio
    async def test_where_nothing_is_left_nothing_is_proposed(self, case: ProposerCase) -> None:
        assert list(await case.make().propose(Goal(()), 10)) == []

    @pytest.mark.asyncio
    async def test_odd_goals_are_survived(self, case: ProposerCase) -> None:
        proposer = case.make()
        for goal in _odd_goals():
            proposals = await proposer.propose(goal, 20)
            assert len(proposals) <= 20
            assert _well_formed(proposals)


def _teach(learner: Learner, item: Observed | Declared | JudgedStep) -> None:
    if isinstance(item, JudgedStep):
        learner.judged(item)
    else:
        learner.learn(item)


async def _place(learner: Learner, case: LearnerCase) -> float:
    """Where the learnt step stands among the proposals; infinitely late when it is not there."""
    texts = [proposal.step.text for proposal in await learner.propose(case.goal, 500)]
    return texts.index(case.learnt) if case.learnt in texts else math.inf


class LearnerSuite:
    """Every learner passes these beside `ProposerSuite`; subclass it with a `lesson` fixture."""

    @pytest.fixture
    def lesson(self) -> LearnerCase:
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_what_is_learnt_is_in_force_at_once(self, lesson: LearnerCase) -> None:
        learner = lesson.make()
        before = await _place(learner, lesson)
        for item in lesson.lesson:
            _teach(learner, item)
        assert await _place(learner, lesson) < before

    @pytest.mark.asyncio
    async def test_the_same_lesson_teaches_the_same(self, lesson: LearnerCase) -> None:
        answers = []
        for _ in range(2):
            learner = lesson.make()
            for item in lesson.lesson:
                _teach(learner, item)
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
        assert _well_formed(await learner.propose(lesson.goal, 100))

    @pytest.mark.asyncio
    async def test_odd_lessons_are_survived(self, lesson: LearnerCase) -> None:
        learner = lesson.make()
        for goal in (*_odd_goals(), Goal(())):
            for text in ("", ";", "é ∀ x", "intros (H & [K", "a" * 2_000):
                learner.learn(Observed("t", goal, text))
                learner.judged(JudgedStep(goal, Proposal(Step(text), -1.0, "knn"), Advanced(lesson.goal)))
        for kind in ("theorem", "constructor", "definition", ""):
            for statement in ("", "->", "forall x, (", "P -> " * 500 + "Q", "∀ x, x ≡ x"):
                learner.learn(Declared(f"{kind}.é", kind, statement))
        for goal in (lesson.goal, *_odd_goals()):
            assert _well_formed(await learner.propose(goal, 20))
