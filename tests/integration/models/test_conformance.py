"""One contract for all: a model in this process, the same weights behind llama.cpp's server, and ours."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.contract.language_model_suite import GREEDY, PROMPT, LanguageModelSuite, ModelCase
from tests.integration.models.servers import llama, ours
from tests.tiny_model import CONTEXT

from holdfast.core.seams import LanguageModel
from holdfast.models.endpoint import Endpoint, EndpointSettings
from holdfast.models.openai import OpenAIModel
from holdfast.models.transformers import TransformersSettings, load_transformers

PROMPTS = (PROMPT, "intros n. induction n", "forall A B : Prop, A /\\ B", "user: exact ⟨hp, hq⟩")


@asynccontextmanager
async def in_process(
    folder: Path, settings: TransformersSettings | None = None
) -> AsyncIterator[LanguageModel]:
    model = load_transformers(folder, settings)
    try:
        yield model
    finally:
        await model.aclose()


@asynccontextmanager
async def behind_llama(program: Path, weights: Path, *options: str) -> AsyncIterator[LanguageModel]:
    async with llama(program, weights, "-c", str(4 * CONTEXT), "-np", "4", *options) as url:
        model = OpenAIModel(Endpoint(EndpointSettings(url=url)))
        try:
            yield model
        finally:
            await model.aclose()


@asynccontextmanager
async def behind_ours(url: str) -> AsyncIterator[LanguageModel]:
    model = OpenAIModel(Endpoint(EndpointSettings(url=url)))
    try:
        yield model
    finally:
        await model.aclose()


@pytest.fixture(scope="module")
def our_server(causal: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ours(f"hf:{causal}", tmp_path_factory.mktemp("cache")) as url:
        yield url


class TestInProcess(LanguageModelSuite):
    @pytest.fixture
    def case(self, causal: Path) -> ModelCase:
        return ModelCase(open=lambda: in_process(causal), context=CONTEXT)


class TestTranslating(LanguageModelSuite):
    @pytest.fixture
    def case(self, translating: Path) -> ModelCase:
        settings = TransformersSettings(pooling="mean")
        return ModelCase(open=lambda: in_process(translating, settings), chats=False)


class TestLlamaServer(LanguageModelSuite):
    @pytest.fixture
    def case(self, llama_server: Path, weights: Path) -> ModelCase:
        # Its draws depend on what else is in its batch.
        return ModelCase(
            open=lambda: behind_llama(llama_server, weights), embeds=False, context=CONTEXT, same_draw=False
        )


class TestOurServer(LanguageModelSuite):
    @pytest.fixture
    def case(self, our_server: str) -> ModelCase:
        return ModelCase(open=lambda: behind_ours(our_server), context=CONTEXT)


async def same_probabilities(here: LanguageModel, there: LanguageModel) -> None:
    compared = 0
    for prompt in PROMPTS:
        (one,) = await here.complete(prompt, GREEDY)
        (other,) = await there.complete(prompt, GREEDY)
        assert other.text == one.text
        if one.text.isascii():  # llama.cpp puts the bytes of one character together
            assert other.logprobs == pytest.approx(one.logprobs, abs=1e-3)
            compared += len(one.logprobs)
    assert compared > 10


@pytest.mark.asyncio
async def test_llama_gives_the_same_probabilities(causal: Path, llama_server: Path, weights: Path) -> None:
    async with in_process(causal) as here, behind_llama(llama_server, weights) as there:
        await same_probabilities(here, there)


@pytest.mark.asyncio
async def test_our_server_gives_the_same_probabilities_and_vectors(causal: Path, our_server: str) -> None:
    async with in_process(causal) as here, behind_ours(our_server) as there:
        await same_probabilities(here, there)
        for one, other in zip(await here.embed(PROMPTS), await there.embed(PROMPTS), strict=True):
            assert one == pytest.approx(other, abs=1e-3)


@pytest.mark.asyncio
async def test_llama_gives_the_same_vectors(causal: Path, llama_server: Path, weights: Path) -> None:
    options = ("--embedding", "--pooling", "last")
    async with in_process(causal) as here, behind_llama(llama_server, weights, *options) as there:
        ours, theirs = await here.embed(PROMPTS), await there.embed(PROMPTS)
        for one, other in zip(ours, theirs, strict=True):
            assert one == pytest.approx(other, abs=1e-3)
