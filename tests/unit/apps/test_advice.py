"""Who is asked for suggestions, and what is made of several answers."""

from collections.abc import Sequence

import pytest

from holdfast.apps.advice import advise
from holdfast.core.errors import ModelUnreachableError
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.models.toy import TableProposer

pytestmark = pytest.mark.asyncio

GOAL = Goal((Subgoal((), "A"),))
TABLE = TableProposer({"*": [("auto", -0.1), ("admit", -0.2), ("easy", -0.3), ("exact I", -0.4)]})


class Model:
    """Offers what it is made with, or fails."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.asked: list[tuple[int, str, str]] = []

    async def suggest(
        self,
        goal: Goal,
        count: int,
        *,
        prefix: str = "",
        context: str = "",
        premises: Sequence[str] = (),
    ) -> Sequence[Proposal]:
        self.asked.append((count, prefix, context))
        if not self.texts:
            raise ModelUnreachableError("nobody answers")
        return [Proposal(Step(text), -0.5, "model") for text in self.texts]


async def test_steps_that_skip_the_goal_are_left_out_and_made_up_for() -> None:
    found = await advise(TABLE, None, GOAL, 3)
    assert [one.step.text for one in found.proposals] == ["auto", "easy", "exact I"]


async def test_a_model_is_asked_with_prefix_and_context_and_counts_as_much() -> None:
    model = Model("eauto", "sorry", "easy")
    found = await advise(TABLE, model, GOAL, 3, prefix="e", context="text before")
    assert model.asked == [(3, "e", "text before")]
    assert [one.step.text for one in found.proposals] == ["easy", "eauto", "exact I"]
    assert {one.source for one in found.proposals} == {"table", "model"}


async def test_without_the_model_the_others_answer_with_a_note() -> None:
    found = await advise(TABLE, Model(), GOAL, 2)
    assert [one.step.text for one in found.proposals] == ["auto", "easy"]
    assert found.notes == ("nobody answers",)


async def test_a_model_alone_has_to_answer() -> None:
    with pytest.raises(ModelUnreachableError):
        await advise(None, Model(), GOAL, 2)
    assert [one.step.text for one in (await advise(None, Model("lia"), GOAL, 2)).proposals] == ["lia"]
