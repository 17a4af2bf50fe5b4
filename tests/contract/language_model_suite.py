"""The contract of the `LanguageModel` seam: a filler subclasses the suite with its own case."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from holdfast.core.completions import Ending, Message, Sampling
from holdfast.core.errors import ContextTooLongError
from holdfast.core.seams import LanguageModel

GREEDY = Sampling(max_tokens=8, want_logprobs=True)
DRAWN = Sampling(count=3, max_tokens=8, temperature=0.9, top_p=0.95, seed=5, want_logprobs=True)
PROMPT = "[GOAL]n m : nat\n⊢ n + m = m + n[PROOFSTEP]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCase:
    """A model to be tried, and what it can do."""

    open: Callable[[], AbstractAsyncContextManager[LanguageModel]]
    chats: bool = True
    embeds: bool = True
    context: int | None = None
    """How many tokens it reads; None where it has no limit."""
    same_draw: bool = True
    """Whether the same seed draws the same."""


class LanguageModelSuite:
    """Every language model passes these; subclass it with a `case` fixture."""

    @pytest.fixture
    def case(self) -> ModelCase:
        raise NotImplementedError

    @pytest_asyncio.fixture
    async def model(self, case: ModelCase) -> AsyncIterator[LanguageModel]:
        async with case.open() as model:
            yield model

    def test_it_has_a_name(self, case: ModelCase) -> None:
        async def name() -> str:
            async with case.open() as model:
                return model.name

        assert asyncio.run(name()).strip()

    @pytest.mark.asyncio
    @pytest.mark.parametrize("count", [1, 2, 5])
    async def test_as_many_answers_as_were_asked_for(self, model: LanguageModel, count: int) -> None:
        assert len(await model.complete(PROMPT, replace(DRAWN, count=count))) == count
        greedy = await model.complete(PROMPT, replace(GREEDY, count=count))
        assert len(greedy) == count
        assert len(set(greedy)) == 1

    @pytest.mark.asyncio
    async def test_logprobs_are_logarithms_of_probabilities(self, model: LanguageModel) -> None:
        for sampling in (GREEDY, DRAWN):
            for answer in await model.complete(PROMPT, sampling):
                assert answer.logprobs or not answer.text
                assert all(math.isfinite(each) and each <= 0 for each in answer.logprobs)
                assert answer.finished in {"stop", "length"}
                assert answer.tokens == len(answer.logprobs)
                assert answer.tokens <= sampling.max_tokens

    @pytest.mark.asyncio
    async def test_no_logprobs_where_none_are_wanted(self, model: LanguageModel) -> None:
        (answer,) = await model.complete(PROMPT, replace(GREEDY, want_logprobs=False))
        assert answer.logprobs == ()
        (wanted,) = await model.complete(PROMPT, GREEDY)
        assert answer.text == wanted.text

    @pytest.mark.asyncio
    async def test_the_same_question_has_the_same_answer(self, case: ModelCase, model: LanguageModel) -> None:
        assert [each.text for each in await model.complete(PROMPT, GREEDY)] == [
            each.text for each in await model.complete(PROMPT, GREEDY)
        ]
        if case.same_draw:
            assert [each.text for each in await model.complete(PROMPT, DRAWN)] == [
                each.text for each in await model.complete(PROMPT, DRAWN)
            ]

    @pytest.mark.asyncio
    async def test_the_prompt_is_no_part_of_the_answer(self, model: LanguageModel) -> None:
        (answer,) = await model.complete(PROMPT, GREEDY)
        assert not answer.text.startswith(PROMPT)

    @pytest.mark.asyncio
    async def test_a_stop_ends_the_answer_and_is_no_part_of_it(self, model: LanguageModel) -> None:
        (whole,) = await model.complete(PROMPT, GREEDY)
        if len(whole.text) < 2:
            pytest.skip("the model says too little")
        stop = whole.text[1]
        (answer,) = await model.complete(PROMPT, replace(GREEDY, stop=(stop,)))
        assert stop not in answer.text
        assert whole.text.startswith(answer.text)
        assert answer.finished == "stop"
        assert len(answer.logprobs) <= len(whole.logprobs)

    @pytest.mark.asyncio
    async def test_many_at_once_do_not_disturb_each_other(self, model: LanguageModel) -> None:
        (alone,) = await model.complete(PROMPT, GREEDY)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(model.complete(PROMPT, GREEDY)) for _ in range(6)]
        for task in tasks:
            (answer,) = task.result()
            assert answer.text == alone.text
            assert answer.logprobs == pytest.approx(alone.logprobs, abs=1e-3)

    @pytest.mark.asyncio
    async def test_a_call_that_is_cancelled_leaves_the_model_well(self, model: LanguageModel) -> None:
        task = asyncio.create_task(model.complete(PROMPT, replace(DRAWN, max_tokens=32)))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):  # a recording has answered already
            await task
        assert len(await model.complete(PROMPT, GREEDY)) == 1

    @pytest.mark.asyncio
    async def test_a_prompt_that_is_too_long_is_refused(self, case: ModelCase, model: LanguageModel) -> None:
        if case.context is None:
            pytest.skip("it reads any length")
        with pytest.raises(ContextTooLongError):
            await model.complete("nat " * (2 * case.context), GREEDY)

    @pytest.mark.asyncio
    async def test_a_chat_comes_in_pieces(self, case: ModelCase, model: LanguageModel) -> None:
        if not case.chats:
            pytest.skip("it does not chat")
        messages = (Message("system", "You write proofs."), Message("user", "Prove n = n."))
        sampling = Sampling(max_tokens=8)
        pieces = [piece async for piece in model.chat(messages, sampling)]
        assert all(piece or isinstance(piece, Ending) for piece in pieces)
        assert not any(isinstance(piece, Ending) for piece in pieces[:-1])
        assert "".join(pieces) == "".join([piece async for piece in model.chat(messages, sampling)])

    @pytest.mark.asyncio
    async def test_a_chat_can_be_left(self, case: ModelCase, model: LanguageModel) -> None:
        if not case.chats:
            pytest.skip("it does not chat")
        async with aclosing(
            model.chat((Message("user", "Go on and on."),), Sampling(max_tokens=32))
        ) as pieces:  # type: ignore[type-var]
            async for _ in pieces:
                break
        assert len(await model.complete(PROMPT, GREEDY)) == 1

    @pytest.mark.asyncio
    async def test_vectors(self, case: ModelCase, model: LanguageModel) -> None:
        if not case.embeds:
            pytest.skip("it has no vectors")
        texts = ["n = n", "⊢ a + b = b + a", "n = n"]
        vectors = await model.embed(texts)
        assert len(vectors) == 3
        assert len({len(vector) for vector in vectors}) == 1
        assert all(any(vector) and all(map(math.isfinite, vector)) for vector in vectors)
        assert vectors[0] == pytest.approx(vectors[2], abs=1e-4)
        assert vectors[0] != pytest.approx(vectors[1], abs=1e-3)
        assert list(await model.embed([])) == []
