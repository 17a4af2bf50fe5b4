"""The page asks the app in its own process: answers stream, and whoever leaves ends the call."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from holdfast.apps.studio.guard import CSRF
from holdfast.apps.studio.records import Job
from holdfast.apps.web.client import AppError, Client
from holdfast.apps.web.inside import InsideTransport

Body = Callable[[Scope, Receive, Send], Awaitable[None]]


async def _answer(send: Send, *parts: bytes, status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-of", b"the app")]})
    for at, part in enumerate(parts, 1):
        await send({"type": "http.response.body", "body": part, "more_body": at < len(parts)})


def _client(app: Body) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=InsideTransport(app, ("10.0.0.9", 1)), base_url="http://app.internal")


@pytest.mark.asyncio
async def test_what_is_asked_arrives_as_it_was_sent() -> None:
    seen: list[tuple[Scope, Message]] = []
    after = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, await receive()))
        await _answer(send, b"one ", b"two", status=202)
        assert (await receive())["type"] == "http.disconnect"
        after.set()

    async with _client(app) as http:
        answer = await http.post("/v1/things%20here?q=a%26b", json={"x": 1})
    assert (answer.status_code, answer.content, answer.headers["x-of"]) == (202, b"one two", "the app")
    scope, message = seen[0]
    assert (scope["method"], scope["path"], scope["query_string"]) == ("POST", "/v1/things here", b"q=a%26b")
    assert (scope["client"], json.loads(message["body"])) == (("10.0.0.9", 1), {"x": 1})
    assert after.is_set()  # what the app does behind its answer was done


@pytest.mark.asyncio
async def test_pieces_come_when_they_are_sent_and_the_app_hears_who_leaves() -> None:
    ended = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})

        async def talks() -> None:
            while True:
                await send({"type": "http.response.body", "body": b"more", "more_body": True})
                await asyncio.sleep(0)

        talking = asyncio.create_task(talks())
        while (await receive())["type"] != "http.disconnect":
            pass
        talking.cancel()
        ended.set()

    async with _client(app) as http:
        async with http.stream("GET", "/") as answer:
            async for piece in answer.aiter_bytes():
                assert piece == b"first"
                break
        await asyncio.wait_for(ended.wait(), 60)


@pytest.mark.asyncio
async def test_an_app_that_says_nothing_or_fails_is_told() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("on purpose")

    async with _client(silent) as http:
        with pytest.raises(httpx2.RemoteProtocolError, match="did not answer"):
            await http.get("/")
    async with _client(fails) as http:
        with pytest.raises(LookupError, match="on purpose"):
            await http.get("/")


@pytest.mark.asyncio
async def test_a_client_carries_cookie_and_word_and_tells_refusals() -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked.append((scope["path"], {name.decode(): value.decode() for name, value in scope["headers"]}))
        if scope["path"] == "/v1/me":
            await _answer(send, b'{"csrf": "the word"}')
        else:
            body = {"code": "gone", "message": "it is not there", "hint": "look elsewhere", "job": None}
            await _answer(send, json.dumps(body).encode(), status=404)

    async with Client(app, "secret") as client:
        await client.log_in()
        with pytest.raises(AppError, match="it is not there: look elsewhere") as refused:
            await client.ask("DELETE", "/v1/sessions/x")
    assert (refused.value.status, refused.value.code) == (404, "gone")
    assert asked[1][1]["cookie"] == "holdfast=secret"
    assert CSRF not in asked[0][1]
    assert asked[1][1][CSRF] == "the word"


@pytest.mark.asyncio
async def test_events_are_gone_on_with_where_they_broke_off() -> None:
    streams = [
        b': hello\n\nid: 1\nevent: text\ndata: {"text": "a"}\n\nid: 2\nevent: te',
        b'id: 2\nevent: text\ndata: {"text": "b"}\n\nid: 3\nevent: end\ndata: {"state": "done"}\n\n',
    ]
    asked: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["query_string"])
        await _answer(send, streams[len(asked) - 1])

    async with Client(app, "secret") as client:
        found = [(event.number, event.kind) async for event in client.events("j")]
    assert found == [(1, "text"), (2, "text"), (3, "end")]
    assert asked == [b"after=0", b"after=1"]


@pytest.mark.asyncio
async def test_records_are_checked() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(send, b'{"id": 3}')

    async with Client(app, "secret") as client:
        with pytest.raises(ValueError, match="Job"):
            await client.get(Job, "/v1/jobs/x")
