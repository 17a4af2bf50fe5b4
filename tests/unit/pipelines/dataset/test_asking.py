"""Questions are paid once, mended once, and never asked beyond what is allowed."""

import contextlib
from collections.abc import Coroutine, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from holdfast.core.errors import BadAnswerError
from holdfast.models.answer_cache import AnswerCache
from holdfast.models.replay import ReplayModel
from holdfast.models.usage import Price
from holdfast.pipelines.dataset.asking import Asked, Asker, kept, record_in, side_by_side
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.spending import AskSettings, SpentError

pytestmark = pytest.mark.asyncio

PROMPT = Prompt(
    name="sum.v1",
    about="",
    system="Add.",
    template="{question}",
    repair="No: {message}",
    temperature=0.0,
    max_tokens=50,
)
PRICES = {"*": Price(prompt=1e6, completion=1e6)}
"""A token costs 1."""


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    total: int


def read(text: str) -> int:
    return record_in(text, Answer).total


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    with contextlib.closing(AnswerCache(tmp_path / "answers.sqlite")) as opened:
        yield opened


def chat(question: str, *turns: str, says: str) -> dict[str, object]:
    """A recorded answer, behind the turns that follow a first one."""
    asked = PROMPT.ask({"question": question})
    if turns:
        asked = PROMPT.mend(asked, turns[0], turns[1])
    return {"messages": [asdict(each) for each in asked], "pieces": [says]}


def asker(cache: AnswerCache, *records: dict[str, object], **settings: object) -> Asker:
    return Asker(ReplayModel(records), "one model", cache, PRICES, AskSettings.model_validate(settings))


async def test_an_answer_that_cannot_be_used_is_sent_back_once_with_the_reason(cache: AnswerCache) -> None:
    asking = asker(
        cache,
        chat("1+1", says="It is two."),
        chat("1+1", "It is two.", "there is no JSON object in it", says='Well: {"total": 2}'),
        chat("2+2", says='{"total": "many"}'),
        chat("2+2", '{"total": "many"}', _unparsable(), says='{"total": "some"}'),
    )
    mended = await asking.ask("s", PROMPT, {"question": "1+1"}, read)
    assert (mended.value, mended.measures["calls"]) == (2, 2)
    lost = await asking.ask("s", PROMPT, {"question": "2+2"}, read)
    assert (lost.value, lost.measures["calls"]) == (None, 2)
    assert lost.problem.startswith("total: ")


def _unparsable() -> str:
    return "total: Input should be a valid integer, unable to parse string as an integer"


async def test_the_cap_holds_with_many_questions_at_once_and_from_run_to_run(cache: AnswerCache) -> None:
    records = [chat(str(number), says=f'{{"total": {number}}}') for number in range(20)]
    # A question costs 6 in the end, and may cost 57 before it is asked: 4 bytes a token, or 2 and 50 tokens.
    limit = 100.0
    asking = asker(cache, *records, max_cost=limit, concurrency=8)
    answers: list[int | None] = []

    async def ask_all() -> None:
        def ask(number: int) -> Coroutine[object, object, Asked[int]]:
            return asking.ask("s", PROMPT, {"question": str(number)}, read)

        async for each in side_by_side(range(20), ask):
            answers.append(each.value)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(SpentError, match="higher --max-cost"):
        await ask_all()
    spent = sum(each.cost or 0.0 for each in kept(cache))
    assert limit - 57 < spent <= limit
    assert len(answers) == len(list(kept(cache))) > 5
    again = asker(cache, max_cost=limit)
    known = await again.ask("s", PROMPT, {"question": str(answers[0])}, read)
    assert (known.value, known.measures["calls"]) == (answers[0], 1)
    with pytest.raises(SpentError):
        await again.ask("s", PROMPT, {"question": "another"}, read)


async def test_a_model_without_sense_is_given_up(cache: AnswerCache) -> None:
    any_chat: dict[str, object] = {"messages": [{"role": "user", "text": "*"}], "pieces": ["Hello!"]}
    asking = asker(cache, any_chat, useless=3)
    for question in "ab":
        assert (await asking.ask("s", PROMPT, {"question": question}, read)).value is None
    with pytest.raises(BadAnswerError, match="3 answers in a row could not be used"):
        await asking.ask("s", PROMPT, {"question": "c"}, read)
    with pytest.raises(BadAnswerError):
        await asking.ask("s", PROMPT, {"question": "d"}, read)
    assert len(list(kept(cache))) == 6
