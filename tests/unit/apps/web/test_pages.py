"""Who asks for a page before the pages are loaded waits for them; nobody else does."""

import asyncio

import httpx2
import pytest
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from holdfast.apps.web.pages import add_pages


@pytest.mark.asyncio
async def test_only_what_belongs_to_pages_waits_for_them() -> None:
    app = FastAPI()
    add_pages(app)
    (route,) = [each for each in app.router.routes if hasattr(each, "open")]
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://app") as http:
        asked = ("/app", "/app/snippets", "/favicon.ico", "/_nicegui/1/static/nicegui.js")
        waiting = [asyncio.create_task(http.get(path)) for path in asked]
        await route.asked.wait()
        assert "Log in" in (await http.get("/login")).text
        for path in ("/apples", "/nothing"):
            assert (await http.get(path)).json() == {"detail": "Not Found"}
        assert (await http.post("/login")).status_code == 405
        assert not any(each.done() for each in waiting)
        route.open(PlainTextResponse("a page"))
        assert [(await each).text for each in waiting] == ["a page"] * len(asked)
        assert (await http.get("/app")).text == "a page"


@pytest.mark.asyncio
async def test_a_socket_whose_browser_left_is_not_opened() -> None:
    app = FastAPI()
    add_pages(app)
    (route,) = [each for each in app.router.routes if hasattr(each, "open")]
    heard: list[object] = []

    async def pages(_scope: Scope, receive: Receive, _send: Send) -> None:
        heard.extend([await receive(), await receive()])

    async def send(message: Message) -> None:
        raise AssertionError(message)

    route.open(pages)
    for said in (["connect", "receive"], ["disconnect"]):
        messages = [{"type": f"websocket.{each}"} for each in said]

        async def receive(messages: list[dict[str, str]] = messages) -> Message:
            return messages.pop(0)

        await route.handle({"type": "websocket", "path": "/_nicegui_ws/socket.io/"}, receive, send)
    assert heard == [{"type": "websocket.connect"}, {"type": "websocket.receive"}]


class _Through(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


@pytest.mark.asyncio
@pytest.mark.parametrize("leaves", [True, False])
async def test_a_browser_that_left_before_the_answer_is_no_fault(leaves: bool) -> None:
    app = FastAPI()
    add_pages(app)
    (route,) = [each for each in app.router.routes if hasattr(each, "open")]
    messages = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

    async def pages(_scope: Scope, receive: Receive, _send: Send) -> None:
        while leaves and (await receive())["type"] != "http.disconnect":
            pass

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    route.open(_Through(pages))
    scope = {"type": "http", "path": "/app", "method": "GET", "headers": [], "query_string": b""}
    if leaves:
        await route.handle(scope, receive, send)
    else:
        with pytest.raises(RuntimeError):
            await route.handle(scope, receive, send)
