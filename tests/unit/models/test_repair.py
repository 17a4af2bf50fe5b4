"""Bodies that go back to the model."""

from collections.abc import AsyncIterator, Sequence

import pytest

from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import RefusalReason, Refused, Step
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import load_format
from holdfast.models.repair import Effort, RepairLoop

pytestmark = pytest.mark.asyncio
GOAL = Goal((Subgoal((), "def f(x)"),))


class Counting:
    """A model whose answers are numbered, so that no two are the same."""

    name = "counting"

    def __init__(self) -> None:
        self.chats: list[Sequence[Message]] = []

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        raise NotImplementedError

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        self.chats.append(messages)
        yield f"```python\nreturn {len(self.chats)}\n```"

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


def loop_of(model: Counting, rounds: int = 2) -> tuple[RepairLoop, Effort]:
    prompts, effort = load_format("instruct-python"), Effort()
    first, mender = (ModelProposer(model, prompts, language="python", samples=count) for count in (3, 1))
    loop = RepairLoop(first, mender, GOAL, context="import re", rounds=rounds, samples=(3, 1), effort=effort)
    return loop, effort


async def drain(loop: RepairLoop) -> list[str]:
    found = []
    while (offer := await loop.next()) is not None:
        found.append(offer.step.text)
    return found


async def test_the_most_hopeful_go_back_first_with_all_that_led_to_them() -> None:
    model = Counting()
    loop, effort = loop_of(model)
    assert await drain(loop) == ["return 1", "return 2", "return 3"]
    assert await drain(loop) == [], "nothing was judged yet"
    loop.judged(Step("return 1"), Refused(RefusalReason.SYNTAX, "one"))
    loop.judged(Step("return 2"), Refused(RefusalReason.NOT_APPLICABLE, "two"))
    loop.judged(Step("return 3"), Refused(RefusalReason.FORBIDDEN, "three"))
    loop.judged(Step("pass it on"), Refused(RefusalReason.NOT_APPLICABLE, "of somebody else"))
    assert await drain(loop) == ["return 4", "return 5"]
    assert [chat[2].text for chat in model.chats[3:]] == ["```\nreturn 2\n```", "```\nreturn 1\n```"]
    assert "two" in model.chats[3][3].text
    loop.judged(Step("return 4"), Refused(RefusalReason.NOT_APPLICABLE, "four"))
    assert await drain(loop) == ["return 6"]
    said = [message.text for message in model.chats[5] if message.role == "assistant"]
    assert said == ["```\nreturn 2\n```", "```\nreturn 4\n```"]
    loop.judged(Step("return 6"), Refused(RefusalReason.NOT_APPLICABLE, "six"))
    assert await drain(loop) == [], "two rounds were allowed"
    assert (effort.samples, effort.rounds) == (6, 2)


async def test_without_rounds_nothing_goes_back() -> None:
    model = Counting()
    loop, effort = loop_of(model, rounds=0)
    await drain(loop)
    loop.judged(Step("return 1"), Refused(RefusalReason.NOT_APPLICABLE, "one"))
    assert await drain(loop) == []
    assert (effort.samples, effort.rounds, len(model.chats)) == (3, 0, 3)
