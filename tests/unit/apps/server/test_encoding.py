"""Batches of texts: put together, halved when they fail, and never answered with zeros."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from holdfast.apps.server.encoding import EncodeQueue
from holdfast.apps.server.metrics import Metrics
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import BadAnswerError, HoldfastError, ModelUnreachableError

pytestmark = pytest.mark.asyncio

SPEC = EncodeSpec(model="m", layer="last", pooling="mean", normalised=True)


class Lengths:
    """A model whose vectors tell how long a text is, with a rule for what it cannot do."""

    name = "lengths"

    def __init__(self, fails: Callable[[Sequence[str]], Exception | None]) -> None:
        self.fails = fails
        self.batches: list[list[str]] = []

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        return []

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        yield ""

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        self.batches.append(list(texts))
        await asyncio.sleep(0)
        error = self.fails(texts)
        if error is not None:
            raise error
        return [(float(len(text)), 1.0) if text != "zero" else (0.0, 0.0) for text in texts]

    async def aclose(self) -> None:
        pass


@asynccontextmanager
async def _queue(model: Lengths, most: int = 8) -> AsyncIterator[EncodeQueue]:
    async with EncodeQueue(model, SPEC, Metrics(), most=most, linger_s=0.0) as queue:
        yield queue


async def test_texts_of_many_requests_go_in_few_batches_each_once() -> None:
    model = Lengths(lambda _: None)
    async with _queue(model) as queue, asyncio.TaskGroup() as group:
        tasks = [group.create_task(queue.encode(["a" * (at % 4 + 1), "bb"])) for at in range(10)]
    for at, task in enumerate(tasks):
        assert task.result() == [(at % 4 + 1, 1.0), (2.0, 1.0)]
    assert len(model.batches) <= 4
    assert all(len(batch) == len(set(batch)) <= 8 for batch in model.batches)


async def test_a_batch_that_memory_brings_down_is_halved_until_it_fits() -> None:
    model = Lengths(lambda texts: MemoryError() if sum(map(len, texts)) > 10 else None)
    async with _queue(model) as queue:
        found = await queue.encode(["aaaa", "bbbbb", "cccccc", "d" * 11, "e"])
    assert [one for one in found if not isinstance(one, HoldfastError)] == [
        (4.0, 1.0), (5.0, 1.0), (6.0, 1.0), (1.0, 1.0)
    ]  # fmt: skip
    assert isinstance(found[3], BadAnswerError)
    assert "shorter" in str(found[3])


async def test_one_bad_text_does_not_fail_the_others_and_zeros_are_an_error() -> None:
    model = Lengths(lambda texts: RuntimeError("odd") if "bad" in texts else None)
    async with _queue(model) as queue:
        found = await queue.encode(["good", "bad", "zero", "fine"])
    assert [isinstance(one, HoldfastError) for one in found] == [False, True, True, False]


async def test_a_server_that_is_gone_is_asked_once() -> None:
    model = Lengths(lambda _: ModelUnreachableError("nobody answers"))
    async with _queue(model) as queue:
        found = await queue.encode(["a", "b", "c"])
    assert [str(one) for one in found] == ["nobody answers"] * 3
    assert len(model.batches) == 1


async def test_who_gives_up_does_not_hold_up_the_others() -> None:
    model = Lengths(lambda _: None)
    async with _queue(model) as queue:
        leaving = asyncio.create_task(queue.encode(["gone"]))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await queue.encode(["here"]) == [(4.0, 1.0)]


async def test_the_digest_is_that_of_the_whole_spec() -> None:
    same = EncodeSpec(model="m", layer="last", pooling="mean", normalised=True)
    assert same.digest() == SPEC.digest()
    assert EncodeSpec(model="m", layer="last", pooling="last", normalised=True).digest() != SPEC.digest()
