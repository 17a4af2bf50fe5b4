"""The client of OpenAI-compatible servers, against a real HTTP server that says odd things."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import pytest
from tests.http_server import Asked, Said, Server, events, said, serving

from holdfast.core.completions import Ending, Message, Sampling
from holdfast.core.errors import (
    BadAnswerError,
    ContextTooLongError,
    ModelBusyError,
    ModelError,
    ModelKeyError,
    ModelLoadingError,
    ModelUnreachableError,
    UnknownModelError,
    UnsupportedError,
)
from holdfast.models.endpoint import Endpoint, EndpointSettings
from holdfast.models.openai import OpenAIModel
from holdfast.models.patience import Patience, PatienceSettings
from holdfast.models.usage import Ledger, Price

KEY = "sk-planted0123456789"
ONE = Sampling(max_tokens=5, want_logprobs=True)
THREE = Sampling(count=3, max_tokens=5, temperature=0.8, seed=40, want_logprobs=True)
HELLO = (Message("user", "hello"),)


def choice(text: str = "lia.", **more: object) -> dict[str, object]:
    logprobs = {"tokens": [text], "token_logprobs": [-0.5]}
    return {"text": text, "finish_reason": "stop", "logprobs": logprobs} | more


def answer(*choices: dict[str, object]) -> Said:
    usage = {"prompt_tokens": 7, "completion_tokens": len(choices)}
    return said({"choices": list(choices), "usage": usage})


@asynccontextmanager
async def asking(
    reply: Callable[[Asked], Said],
    *,
    model: str | None = "m",
    ledger: Ledger | None = None,
    attempts: int = 1,
) -> AsyncIterator[tuple[OpenAIModel, Server]]:
    quick = PatienceSettings(attempts=attempts, first_wait_s=0.001, longest_wait_s=0.002)
    async with serving(reply) as server:
        settings = EndpointSettings(url=f"{server.url}/v1", key=KEY, read_s=2.0)
        client = OpenAIModel(Endpoint(settings, Patience(quick)), model, ledger=ledger)
        yield client, server
        await client.aclose()


@pytest.mark.asyncio
async def test_what_is_sent() -> None:
    async with asking(lambda _: answer(choice())) as (model, server):
        (completion,) = await model.complete("prompt", ONE)
        assert (completion.text, completion.logprobs, completion.finished) == ("lia.", (-0.5,), "stop")
        (asked,) = server.asked
        assert asked.path == "/v1/completions"
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.body == {
            "model": "m",
            "prompt": "prompt",
            "temperature": 0.0,
            "top_p": 1.0,
            "max_tokens": 5,
            "n": 1,
            "stream": False,
            "logprobs": 1,
        }


@pytest.mark.asyncio
async def test_a_server_that_gives_one_where_three_were_asked_for_is_asked_one_by_one() -> None:
    async with asking(lambda _: answer(choice())) as (model, server):
        assert len(await model.complete("p", THREE)) == 3
        assert [(each.body["n"], each.body["seed"]) for each in server.asked[:1]] == [(3, 40)]
        assert sorted((each.body["n"], each.body["seed"]) for each in server.asked[1:]) == [(1, 41), (1, 42)]
        await model.complete("p", THREE)
        assert {each.body["n"] for each in server.asked[3:]} == {1}


@pytest.mark.asyncio
async def test_a_server_that_refuses_several_is_asked_one_by_one() -> None:
    def reply(asked: Asked) -> Said:
        if asked.body["n"] > 1:
            return said({"error": {"message": "Field 'n': must be between 1 and 1"}}, status=400)
        return answer(choice())

    async with asking(reply) as (model, _):
        assert len(await model.complete("p", THREE)) == 3


@pytest.mark.asyncio
async def test_greedy_answers_are_paid_for_once() -> None:
    async with asking(lambda _: answer(choice())) as (model, server):
        assert len(await model.complete("p", Sampling(count=4))) == 4
        assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_the_shape_of_llama_cpp() -> None:
    content = [{"token": "li", "logprob": -0.25, "bytes": [1]}, {"token": "a", "logprob": -0.5}]
    async with asking(lambda _: answer(choice("lia", logprobs={"content": content}))) as (model, _):
        (completion,) = await model.complete("p", ONE)
        assert completion.logprobs == (-0.25, -0.5)


@pytest.mark.asyncio
async def test_stops_that_a_server_does_not_know_are_cut_off() -> None:
    logprobs = {"tokens": ["lia", ".", "\n", "Qed"], "token_logprobs": [-0.1, -0.2, -0.3, -0.4]}
    given = answer(choice("lia.\nQed", logprobs=logprobs, finish_reason="length"))
    async with asking(lambda _: given) as (model, _):
        (completion,) = await model.complete("p", Sampling(stop=("\n",), want_logprobs=True))
        assert (completion.text, completion.logprobs, completion.finished) == ("lia.", (-0.1, -0.2), "stop")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(choice(logprobs=None)), "left out the log-probabilities"),
        (answer(choice(logprobs={"tokens": ["a"], "token_logprobs": [None]})), "logarithm"),
        (answer(choice(logprobs={"tokens": ["a"], "token_logprobs": [0.7]})), "logarithm"),
        (Said(body='{"choices": [{"text": "a", "finish_reason": "stop", "logprobs": NaN}]}'), "NaN"),
        (
            Said(body='{"choices": [{"text": "a", "finish_reason": "stop", "logprobs": -Infinity}]}'),
            "-Infinity",
        ),
        (answer(choice(finish_reason=None)), "broke off"),
        (answer(choice(finish_reason="content_filter")), "content_filter"),
        (said({"choices": []}), "no answer"),
        (said({"choices": [{"txt": "a"}]}), "form that is not OpenAI's"),
        (said([1, 2]), "form that is not OpenAI's"),
        (said({"error": {"message": "oops"}}), "answered with an error"),
        (Said(body="<!DOCTYPE html><html>Welcome</html>", kind="text/html"), "web page.*/v1"),
        (Said(body="lia."), "not JSON"),
        (Said(body=b"\xff\xfe\x00"), "not JSON"),
        (Said(body="[" * 100_000), "not JSON"),
    ],
)
async def test_bad_answers(reply: Said, told: str) -> None:
    async with asking(lambda _: reply) as (model, _):
        with pytest.raises(BadAnswerError, match=told):
            await model.complete("p", ONE)


REFUSALS: list[tuple[Said, type[ModelError], str]] = [
    (
        said({"error": {"message": f"Incorrect API key provided: {KEY}"}}, status=401),
        ModelKeyError,
        "HOLDFAST_API_KEY",
    ),
    (Said(403, "no"), ModelKeyError, "key"),
    (
        said({"error": {"message": "The model `x` does not exist"}}, status=404),
        UnknownModelError,
        "no such model",
    ),
    (said({"detail": "Not Found"}, status=404), UnsupportedError, "/v1"),
    (Said(404, "<html>", kind="text/html"), UnsupportedError, "/v1"),
    (said({"error": "slow down"}, status=429), ModelBusyError, "slow down"),
    (said({"message": "maximum context length is 10 tokens"}, status=400), ContextTooLongError, "too long"),
    (
        said({"error": {"message": "request exceeds the available context size"}}, status=400),
        ContextTooLongError,
        "too long",
    ),
    (
        said({"error": {"message": "too many", "code": "context_length_exceeded"}}, status=400),
        ContextTooLongError,
        "too long",
    ),
    (
        said({"error": {"message": "no", "type": "model_not_found"}}, status=404),
        UnknownModelError,
        "such model",
    ),
    (Said(413, ""), ContextTooLongError, "too long"),
    (said({"error": {"message": "Loading model"}}, status=503), ModelLoadingError, "loading"),
    (Said(503, ""), ModelBusyError, "too much to do"),
    (said({"error": {"message": "does not support embeddings"}}, status=501), UnsupportedError, "embeddings"),
    (Said(500, "boom"), ModelUnreachableError, "boom"),
    (Said(302, "", {"Location": "http://elsewhere/"}), UnsupportedError, "elsewhere"),
    (Said(422, "bad field"), UnsupportedError, "bad field"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reply", "error", "told"), REFUSALS, ids=lambda value: getattr(value, "__name__", None)
)
async def test_refusals(reply: Said, error: type[ModelError], told: str) -> None:
    async with asking(lambda _: reply) as (model, server):
        with pytest.raises(error, match=told) as caught:
            await model.complete("p", ONE)
        assert type(caught.value) is error
        assert KEY not in str(caught.value)
        assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_no_error_repeats_a_key_whatever_the_server_echoes() -> None:
    def reply(asked: Asked) -> Said:
        return Said(400, f"your header was {asked.headers['authorization']} and hf_abcdefghij too")

    async with asking(reply) as (model, _):
        with pytest.raises(UnsupportedError) as caught:
            await model.complete("p", ONE)
        assert "planted" not in str(caught.value)
        assert "hf_" not in str(caught.value)
        assert KEY not in repr(model.__dict__) + repr(EndpointSettings(url="http://x", key=KEY))


@pytest.mark.asyncio
async def test_trouble_is_tried_again_and_a_wish_to_wait_is_kept() -> None:
    replies = iter(
        [
            Said(500, ""),
            Said(429, "", {"Retry-After": "0.001"}),
            Said(503, '{"error": "Loading model"}'),
            answer(choice()),
        ]
    )
    async with asking(lambda _: next(replies), attempts=4) as (model, server):
        assert len(await model.complete("p", ONE)) == 1
        assert len(server.asked) == 4


@pytest.mark.asyncio
async def test_a_wait_that_is_too_long_is_told_instead() -> None:
    async with asking(lambda _: Said(429, "", {"Retry-After": "900"}), attempts=4) as (model, server):
        with pytest.raises(ModelBusyError) as caught:
            await model.complete("p", ONE)
        assert caught.value.retry_after_s == 900
        assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_answers_that_break_off() -> None:
    cut = Said(body='{"choices": [', length=500)
    async with asking(lambda _: cut) as (model, _):
        with pytest.raises(ModelUnreachableError, match="broke off"):
            await model.complete("p", ONE)


@pytest.mark.asyncio
async def test_nobody_there() -> None:
    async with asking(lambda _: answer(choice())) as (_, server):
        url = server.url
    model = OpenAIModel(Endpoint(EndpointSettings(url=url), Patience(PatienceSettings(attempts=1))), "m")
    with pytest.raises(ModelUnreachableError, match="is the server running"):
        await model.complete("p", ONE)
    await model.aclose()


@pytest.mark.asyncio
async def test_the_only_model_need_not_be_named() -> None:
    def reply(asked: Asked) -> Said:
        return said({"data": [{"id": "tiny"}]}) if asked.path.endswith("/models") else answer(choice())

    async with asking(reply, model=None) as (model, server):
        await model.complete("p", ONE)
        assert model.name == "tiny"
        assert server.asked[1].body["model"] == "tiny"
    two = said({"data": [{"id": "tiny"}, {"id": "large"}]})
    async with asking(lambda _: two, model=None) as (model, _):
        with pytest.raises(UnknownModelError, match="tiny, large"):
            await model.complete("p", ONE)


def piece(text: str | None, reason: str | None = None) -> dict[str, object]:
    return {"choices": [{"delta": {"content": text}, "finish_reason": reason}]}


@pytest.mark.asyncio
async def test_a_chat_comes_in_pieces() -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    ledger = Ledger()
    stream = events(piece(""), piece("Let "), piece("us"), piece(None, "stop"), usage)
    async with asking(lambda _: stream, ledger=ledger) as (model, server):
        pieces = [each async for each in model.chat(HELLO, ONE)]
        assert pieces == ["Let ", "us", ""]
        match pieces[-1]:
            case Ending(finished="stop", prompt_tokens=3, completion_tokens=2):
                pass
            case _:
                pytest.fail("it does not tell how it ended")
        assert server.asked[0].body["messages"] == [{"role": "user", "content": "hello"}]
        assert ledger.totals()["m"].completion_tokens == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("stream", "error"),
    [
        (events(piece("Let "), done=False), BadAnswerError),
        (events(piece("Let ")), BadAnswerError),
        (events(piece("Let "), "{", done=False), BadAnswerError),
        (events({"error": {"message": "out of memory"}}), BadAnswerError),
        (Said(body="data: {}", kind="text/event-stream", length=900), ModelUnreachableError),
        (answer(choice()), BadAnswerError),
        (Said(body="<html>", kind="text/html"), BadAnswerError),
        (Said(500, ""), ModelUnreachableError),
    ],
)
async def test_chats_that_break_off(stream: Said, error: type[ModelError]) -> None:
    async with asking(lambda _: stream) as (model, _):
        with pytest.raises(error):
            async for _piece in model.chat(HELLO, ONE):
                pass


@pytest.mark.asyncio
async def test_leaving_a_chat_closes_the_connection() -> None:
    stream = events(piece("Let "), done=False)
    held = Said(body=stream.body, kind=stream.kind, length=10_000, wait_s=20)
    async with asking(lambda _: held) as (model, server):
        async with aclosing(model.chat(HELLO, ONE)) as pieces:
            assert await anext(pieces) == "Let "
            assert not server.left.is_set()
        async with asyncio.timeout(10):
            await server.left.wait()


def vectors(*found: list[float]) -> Said:
    data = [{"index": at, "embedding": each} for at, each in enumerate(found)]
    return said({"data": data[::-1]})


@pytest.mark.asyncio
async def test_vectors_come_in_the_order_of_the_texts() -> None:
    async with asking(lambda _: vectors([1.0, 0.0], [0.0, 1.0])) as (model, _):
        assert await model.embed(["a", "b"]) == [(1.0, 0.0), (0.0, 1.0)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "reply",
    [
        vectors([1.0]),
        vectors([1.0], [0.0]),
        vectors([1.0], [1.0, 2.0]),
        vectors([1.0], []),
        Said(body=json.dumps({"data": [{"embedding": [1.0]}, {"embedding": [float("nan")]}]})),
    ],
    ids=["too few", "zeros", "other lengths", "empty", "NaN"],
)
async def test_bad_vectors(reply: Said) -> None:
    async with asking(lambda _: reply) as (model, _):
        with pytest.raises(BadAnswerError):
            await model.embed(["a", "b"])


@pytest.mark.asyncio
async def test_tokens_are_counted_and_priced() -> None:
    ledger = Ledger({"m": Price(prompt=1.0, completion=10.0)})
    async with asking(lambda _: answer(choice(), choice(), choice()), ledger=ledger) as (model, _):
        await model.complete("p", THREE)
    total = ledger.totals()["m"]
    assert (total.requests, total.prompt_tokens, total.completion_tokens) == (1, 7, 3)
    assert total.cost == pytest.approx(37e-6)


@pytest.mark.asyncio
async def test_no_more_requests_at_once_than_allowed() -> None:
    under_way, most = 0, 0

    async def slow() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1

    patience = Patience(PatienceSettings(concurrency=3))

    async def call() -> None:
        async with patience.slot():
            await patience.call(slow)

    async with asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(call())
    assert most == 3
