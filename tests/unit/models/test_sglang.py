"""SGLang's native protocol, in the shapes that its documentation and its users' servers show."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.http_server import Asked, Said, Server, said, serving

from holdfast.core.completions import Message, Sampling
from holdfast.core.errors import BadAnswerError, UnsupportedError
from holdfast.models.endpoint import Endpoint, EndpointSettings
from holdfast.models.patience import Patience, PatienceSettings
from holdfast.models.sglang import SGLangModel
from holdfast.models.usage import Ledger

DRAWN = Sampling(count=3, temperature=0.7, top_p=0.9, max_tokens=9, stop=("\n",), seed=4, want_logprobs=True)


def item(text: str = "lia.", **meta: object) -> dict[str, object]:
    given: dict[str, object] = {
        "finish_reason": {"type": "stop", "matched": 2},
        "prompt_tokens": 5,
        "completion_tokens": 2,
        "output_token_logprobs": [[-0.5, 11, None], [-0.25, 12, None]],
    }
    return {"text": text, "meta_info": given | meta}


@asynccontextmanager
async def asking(
    reply: Callable[[Asked], Said], ledger: Ledger | None = None
) -> AsyncIterator[tuple[SGLangModel, Server]]:
    async with serving(reply) as server:
        endpoint = Endpoint(EndpointSettings(url=server.url), Patience(PatienceSettings(attempts=1)))
        model = SGLangModel(endpoint, ledger=ledger)
        yield model, server
        await model.aclose()


@pytest.mark.asyncio
async def test_the_prompt_is_sent_as_often_as_answers_are_wanted() -> None:
    ledger = Ledger()
    async with asking(lambda asked: said([item() for _ in asked.body["text"]]), ledger) as (model, server):
        answers = await model.complete("p", DRAWN)
        assert [(each.text, each.logprobs, each.finished) for each in answers] == [
            ("lia.", (-0.5, -0.25), "stop")
        ] * 3
        body = server.asked[0].body
        assert server.asked[0].path == "/generate"
        assert body["text"] == ["p", "p", "p"]
        assert body["return_logprob"] is True
        assert [each["sampling_seed"] for each in body["sampling_params"]] == [4, 5, 6]
        assert body["sampling_params"][0]["max_new_tokens"] == 9
        assert body["sampling_params"][0]["stop"] == ["\n"]
        assert ledger.totals()[model.name].completion_tokens == 6


@pytest.mark.asyncio
async def test_many_answers_come_in_parts() -> None:
    async with asking(lambda asked: said([item() for _ in asked.body["text"]])) as (model, server):
        answers = await model.complete("p", Sampling(count=40, temperature=1.0, seed=0))
        assert len(answers) == 40
        seeds = [each["sampling_seed"] for asked in server.asked for each in asked.body["sampling_params"]]
        assert sorted(seeds) == list(range(40))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "data",
    [
        [item()] * 2,
        [item(finish_reason={"type": "abort"})] * 3,
        [item(output_token_logprobs=None)] * 3,
        [item(output_token_logprobs=[[None, 3]])] * 3,
        [{"text": "a"}] * 3,
        {"error": "no"},
    ],
    ids=["too few", "aborted", "no logprobs", "a logprob that is none", "no meta", "another form"],
)
async def test_bad_answers(data: object) -> None:
    async with asking(lambda _: said(data)) as (model, _):
        with pytest.raises(BadAnswerError):
            await model.complete("p", DRAWN)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "data",
    [
        {"embeddings": [[1.0, 0.0], [0.0, 1.0]]},
        [{"embedding": [1.0, 0.0], "meta_info": {}}, {"embedding": [0.0, 1.0], "meta_info": {}}],
    ],
)
async def test_both_shapes_of_vectors(data: object) -> None:
    async with asking(lambda _: said(data)) as (model, server):
        assert await model.embed(["a", "b"]) == [(1.0, 0.0), (0.0, 1.0)]
        assert server.asked[0].path == "/encode"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "data", [{"embedding": [1.0]}, {}, {"embeddings": [[1.0], [0.0]]}, {"embeddings": [[1.0], [1.0, 2.0]]}]
)
async def test_bad_vectors(data: object) -> None:
    async with asking(lambda _: said(data)) as (model, _):
        with pytest.raises(BadAnswerError):
            await model.embed(["a", "b"])


@pytest.mark.asyncio
async def test_no_chat() -> None:
    async with asking(lambda _: said({})) as (model, _):
        with pytest.raises(UnsupportedError, match="/v1"):
            model.chat((Message("user", "x"),), DRAWN)
