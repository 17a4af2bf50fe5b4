"""What every request passes before it is looked at: who asks, how much, and how much is going on already.

Without a token the server trusts whoever reaches it, so it listens on the loopback only. Web pages can reach
that too: a request that such a page makes, or one for a name that is not this machine's, is refused.
"""

import asyncio
import hmac
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.apps.listening import is_loopback
from holdfast.apps.server.bodies import media_type, read_body
from holdfast.apps.server.errors import Fault, FaultError, response_of
from holdfast.apps.server.metrics import Metrics

__all__ = ["Guard", "GuardSettings"]

_OPEN = frozenset({"/health", "/ready"})
"""What anybody may ask, for those who watch over the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """Limits."""

    token: str | None = None
    """What requests carry behind `Authorization: Bearer`; None where nobody has to say who they are."""
    body_bytes: int = 4_000_000
    body_s: float = 30.0
    """Longest wait for a body."""
    in_flight: int = 512
    """Requests answered at the same time; more are asked to come again."""


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, settings: GuardSettings, metrics: Metrics) -> None:
        """Stand in front of `app`."""
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through; count either way."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._in_flight += 1
        self._metrics.in_flight.set(self._in_flight)
        try:
            await self._pass(scope, receive, counted)
        finally:
            self._in_flight -= 1
            self._metrics.in_flight.set(self._in_flight)
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.monotonic() - began)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = Headers(scope=scope)
            self._admit(scope, headers)
            body = await self._body(headers, receive) if scope["method"] in {"POST", "PUT"} else None
        except FaultError as error:
            await response_of(error)(scope, receive, send)
            return
        if body is None:
            await self._app(scope, receive, send)
        else:
            await self._until_gone(body, scope, receive, send)

    async def _until_gone(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; when the client has gone meanwhile, end the work for it."""
        first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        gone = asyncio.Event()

        async def again() -> Message:
            if first:
                return first.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()
            answering.cancel()

        answering = asyncio.ensure_future(self._app(scope, again, send))
        watching = asyncio.create_task(watch())
        try:
            await answering
        except asyncio.CancelledError:
            if not gone.is_set():
                raise
        finally:
            answering.cancel()
            watching.cancel()

    def _admit(self, scope: Scope, headers: Headers) -> None:
        if scope["path"] in _OPEN:
            return
        token = self._settings.token
        if token is None:
            _refuse_pages(headers)
        else:
            given = headers.get("authorization", "").removeprefix("Bearer ").strip()
            if not hmac.compare_digest(given.encode(), token.encode()):
                text = "a token is required: send it as `Authorization: Bearer TOKEN`"
                raise FaultError(Fault(401, "wrong_token", text))
        if self._in_flight > self._settings.in_flight:
            text = "too many requests are being answered: try again in a second"
            raise FaultError(Fault(503, "overloaded", text, retry_after_s=1))

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        if media_type(headers) != "application/json":
            raise FaultError(
                Fault(415, "not_json", "the body has to be JSON: send Content-Type: application/json")
            )
        return await read_body(
            headers, receive, limit=self._settings.body_bytes, within_s=self._settings.body_s
        )


def _refuse_pages(headers: Headers) -> None:
    host = urlsplit(f"//{headers.get('host', 'localhost')}").hostname or ""
    if not is_loopback(host):
        text = f"this server answers on this machine only, not as {host}: start it with a token to open it"
        raise FaultError(Fault(403, "wrong_host", text))
    origin = headers.get("origin")
    if origin is not None and not is_loopback(urlsplit(origin).hostname or ""):
        raise FaultError(Fault(403, "wrong_origin", "web pages of elsewhere are not answered"))
