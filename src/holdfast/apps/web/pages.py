"""Where the pages are in the app: whoever asks for one before they are loaded waits for them.

What pages are made with takes as long to import as all the rest, and nothing else that is answered needs it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.apps.importing import imported
from holdfast.apps.web.login import login_page

__all__ = ["add_pages"]

_MADE_BY = "holdfast.apps.web.mounting"
_LARGE = ("socketio", "nicegui")
"""What it imports in its turn: requests are answered in between."""
_PATHS = frozenset({"/app", "/favicon.ico"})
_SOCKETS = "/_nicegui_ws/"
_BELOW = ("/app/", "/_nicegui/", _SOCKETS)
_QUIET_S = 0.2
"""Longest wait before pages are loaded that nobody asks for: two that compute slow each other down."""


def add_pages(app: FastAPI) -> Callable[[], Coroutine[None, None, None]]:
    """Have `app` answer at `/login` and, as soon as they are there, with the pages.

    What comes back loads the pages and shows them until it is cancelled; run it when requests are answered.
    """
    app.add_api_route("/login", login_page, include_in_schema=False)
    route = _Pages()
    app.router.routes.append(route)

    async def show() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(route.asked.wait(), _QUIET_S)
        # Not in a thread, which could take no less time from requests: what libraries do to the warnings of
        # the whole process while they are imported has to be over before anything else happens.
        for name in _LARGE:
            imported(name)
            await asyncio.sleep(0)
        (module,) = imported(_MADE_BY)
        async with module.started(app) as pages:
            route.open(pages)
            await asyncio.Event().wait()

    return show


class _Pages(BaseRoute):
    """All addresses of pages, and of the files and sockets that belong to them."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._there = asyncio.Event()
        self._pages: ASGIApp | None = None

    def open(self, pages: ASGIApp) -> None:
        self._pages = pages
        self._there.set()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope.get("path", "")
        return (Match.FULL if path in _PATHS or path.startswith(_BELOW) else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.set()
        await self._there.wait()
        assert self._pages is not None  # it is set before anybody is let through
        if scope["path"].startswith(_SOCKETS):
            first = await receive()
            if first["type"].endswith(".disconnect"):
                return  # socket.io takes it for a request without a method, and fails
            receive = _again(first, receive)
        await _unless_gone(self._pages, scope, receive, send)


async def _unless_gone(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Have `app` answer; that a browser left before there was an answer is no fault of it."""
    is_gone = False

    async def receiving() -> Message:
        nonlocal is_gone
        message = await receive()
        is_gone = is_gone or message["type"] == "http.disconnect"
        return message

    try:
        await app(scope, receiving, send)
    except RuntimeError:  # Starlette's middleware says so where nothing was answered
        if not is_gone:
            raise


def _again(first: Message, receive: Receive) -> Receive:
    """`receive` with a message in front that was taken from it."""
    waiting = [first]

    async def receiving() -> Message:
        return waiting.pop() if waiting else await receive()

    return receiving
