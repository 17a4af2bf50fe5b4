"""A language model as a proposer."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from tests.contract.proposer_suite import ProposerCase, ProposerSuite

from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import ContextTooLongError, UserError
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Advanced, Proposal, RefusalReason, Refused, Step
from holdfast.core.trajectories import JudgedStep
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import PromptFormat, load_format
from holdfast.models.replay import ReplayModel

GOAL = Goal((Subgoal((Hypothesis(("n",), "nat"), Hypothesis(("H",), "n = 0")), "n + 0 = n"),))
LATER = Goal((Subgoal((), "0 = 0"),))
FORMAT = load_format("few-shot-rocq")


def answers(*texts: tuple[str, float]) -> ReplayModel:
    return ReplayModel(
        [{"prompt": "*", "answers": [{"text": text, "logprobs": [each, 2 * each]} for text, each in texts]}]
    )


def chat(*texts: str) -> ReplayModel:
    turns = [{"role": "user", "text": "*"}]
    return ReplayModel([{"messages": turns, "pieces": [text]} for text in texts])


class TestContract(ProposerSuite):
    @pytest.fixture
    def case(self) -> ProposerCase:
        model = answers(("auto.", -0.1), ("lia.", -0.2), ("simpl.", -0.3), ("auto.", -0.05))
        return ProposerCase(make=lambda: ModelProposer(model, FORMAT, language="rocq"), goals=(GOAL, LATER))


async def steps(model: ReplayModel, prompts: PromptFormat = FORMAT, **more: str) -> list[tuple[str, float]]:
    proposer = ModelProposer(model, prompts, language="rocq", samples=6)
    return [(each.step.text, round(each.logprob, 6)) for each in await proposer.suggest(GOAL, 10, **more)]


@pytest.mark.asyncio
async def test_duplicates_are_one_with_the_best_score_per_token() -> None:
    model = answers(("auto.", -0.4), ("lia", -0.2), ("  auto .", -0.1), ("ring.", -0.2))
    assert await steps(model) == [("auto", -0.15), ("lia", -0.3), ("ring", -0.3)]


@pytest.mark.asyncio
async def test_banned_steps_are_not_offered() -> None:
    assert await steps(answers(("admit.", -0.1), ("Admitted.", -0.1), ("", -0.1), ("lia.", -0.2))) == [
        ("lia", -0.3)
    ]


@pytest.mark.asyncio
async def test_a_prefix_is_gone_on_with() -> None:
    assert await steps(answers(("Nat.add_0_r.", -0.1)), prefix="rewrite ") == [("rewrite Nat.add_0_r", -0.15)]


@pytest.mark.asyncio
async def test_chats_are_ranked_by_votes_and_must_keep_to_the_prefix() -> None:
    found = await steps(chat("```\nlia.\n```"), load_format("instruct"))
    assert found == [("lia", 0.0)]
    assert await steps(chat("lia."), load_format("instruct"), prefix="rewrite") == []


@pytest.mark.asyncio
async def test_votes_are_for_servers_without_probabilities() -> None:
    model = answers(("auto.", -0.1), ("lia.", -0.1), ("auto.", -0.2))
    proposer = ModelProposer(model, FORMAT, language="rocq", samples=6, votes=True)
    found = await proposer.propose(GOAL, 5)
    assert [(each.step.text, round(each.logprob, 3)) for each in found] == [("auto", -0.405), ("lia", -1.099)]


@pytest.mark.asyncio
async def test_the_rest_of_a_whole_proof_is_offered_where_its_first_step_led() -> None:
    proposer = ModelProposer(
        answers(("subst. reflexivity.", -0.1)), load_format("whole-proof-rocq"), language="rocq"
    )
    (first,) = await proposer.propose(GOAL, 5)
    proposer.judged(JudgedStep(GOAL, first, Advanced(LATER)))
    assert [each.step.text for each in await proposer.propose(LATER, 5)] == ["subst", "reflexivity"] or [
        each.step.text for each in await proposer.propose(LATER, 5)
    ] == ["reflexivity", "subst"]
    proposer.judged(JudgedStep(LATER, first, Refused(RefusalReason.OTHER, "no")))


class Narrow:
    """A model that reads a few characters only, and keeps what it was asked."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self.prompts: list[str] = []

    @property
    def name(self) -> str:
        return "narrow"

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        if len(prompt) > self.characters:
            raise ContextTooLongError("too long")
        self.prompts.append(prompt)
        return [Completion("lia.", (-0.5,), "stop", 1)] * sampling.count

    def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        raise NotImplementedError

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


LONG = Goal(
    (
        Subgoal(tuple(Hypothesis((f"H{at}",), "nat") for at in range(200)), "the conclusion"),
        Subgoal((), "another"),
    )
)


@pytest.mark.asyncio
@pytest.mark.parametrize("limit", ["of the model", "of the format"])
async def test_what_is_too_long_loses_old_hypotheses_and_never_its_end(limit: str) -> None:
    model = Narrow(500 if limit == "of the model" else 10**6)
    prompts = load_format("proofstep")
    if limit == "of the format":
        prompts = prompts.model_copy(update={"max_characters": 500})
    proposer = ModelProposer(model, prompts, language="rocq")
    assert await proposer.suggest(LONG, 3, prefix="rewrite", context="x" * 900)
    (prompt,) = model.prompts
    assert len(prompt) <= 500
    assert prompt.startswith("[GOAL]")
    assert prompt.endswith("the conclusion[PROOFSTEP]rewrite")
    assert "H199 : nat" in prompt
    assert "H0 : nat" not in prompt


@pytest.mark.asyncio
async def test_a_conclusion_that_is_too_long_is_told_before_it_is_sent() -> None:
    model = Narrow(10**9)
    huge = Goal((Subgoal((), "n + " * 3_000_000),))
    with pytest.raises(ContextTooLongError, match="split the goal"):
        await ModelProposer(model, FORMAT, language="rocq").propose(huge, 3)
    assert model.prompts == []
    with pytest.raises(ContextTooLongError):
        await ModelProposer(Narrow(10), FORMAT, language="rocq").propose(GOAL, 3)


def test_a_format_for_another_language_is_refused() -> None:
    with pytest.raises(UserError, match="not for python"):
        ModelProposer(answers(("x", -1.0)), FORMAT, language="python")


@pytest.mark.asyncio
async def test_nothing_to_do() -> None:
    proposer = ModelProposer(answers(("lia.", -1.0)), FORMAT, language="rocq")
    assert await proposer.propose(Goal(()), 5) == []
    assert await proposer.propose(GOAL, 0) == []
    assert await proposer.propose(replace(GOAL, handle=3), 1) == [Proposal(Step("lia"), -1.5, "replay")]
