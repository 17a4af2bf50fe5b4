"""Asks the app from inside its own process, as a client from outside would, with answers as they come."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx2
from starlette.types import ASGIApp, Message, Scope

__all__ = ["InsideTransport"]

_AHEAD = 64
"""Messages that the app may be ahead of who reads."""
_LOG = logging.getLogger(__name__)
_UNDER_WAY: set[asyncio.Task[None]] = set()
"""Held here, or a call that nobody waits for could vanish."""


class InsideTransport(httpx2.AsyncBaseTransport):
    """Calls an ASGI application. Unlike the transport of httpx, it streams: events come when they happen."""

    def __init__(self, app: ASGIApp, client: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        """Ask `app`; `client` is the address that it is told."""
        self._app = app
        self._client = client

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, as soon as its headers are there; closing its body tells the app that it is over."""
        call = _Call(self._app, self._scope(request), await request.aread())
        try:
            status, headers = await call.begun()
        except BaseException:
            await call.aclose()
            raise
        return httpx2.Response(status, headers=headers, stream=call)

    def _scope(self, request: httpx2.Request) -> Scope:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": self._client,
            "root_path": "",
        }


class _Call(httpx2.AsyncByteStream):
    """One call, in a task of its own; who leaves early is told to the app, which ends it as it sees fit.

    The task is not cancelled: that would take a connection to the database with it.
    """

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes) -> None:
        self._body: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._gone = asyncio.Event()
        self._sent: asyncio.Queue[Message] = asyncio.Queue(_AHEAD)
        self._task = asyncio.create_task(self._run(app, scope))
        _UNDER_WAY.add(self._task)
        self._task.add_done_callback(_UNDER_WAY.discard)

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception:
            if not self._gone.is_set():
                raise
            _LOG.debug("a call failed that nobody waited for", exc_info=True)

    async def _send(self, message: Message) -> None:
        if not self._gone.is_set():
            await self._sent.put(message)

    async def _receive(self) -> Message:
        if self._body is not None:
            message, self._body = self._body, None
            return message
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def begun(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        message = await self._next()
        if message is None or message["type"] != "http.response.start":
            raise httpx2.RemoteProtocolError("the app did not answer")
        return int(message["status"]), list(message.get("headers", []))

    async def _next(self) -> Message | None:
        """The next message of the app; None where it ended without one. Raises what it raised."""
        if not self._sent.empty():
            return self._sent.get_nowait()
        getting = asyncio.create_task(self._sent.get())
        try:
            await asyncio.wait({getting, self._task}, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
            if not self._sent.empty():
                return self._sent.get_nowait()
            self._task.result()
            return None
        finally:
            getting.cancel()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._next()) is not None:
            if message["type"] == "http.response.body":
                if body := message.get("body", b""):
                    yield body
                if not message.get("more_body", False):
                    self._gone.set()
                    await asyncio.wait({self._task})  # what the app does behind its answer is done, too
                    return

    async def aclose(self) -> None:
        self._gone.set()
        while not self._sent.empty():  # the app may wait for room
            self._sent.get_nowait()
