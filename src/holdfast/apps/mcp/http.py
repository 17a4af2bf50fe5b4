"""Serves many clients over HTTP, those that show the token where there is one."""

import hmac
import socket
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.apps.listening import serve_app

__all__ = ["PATH", "serve_http"]

PATH = "/mcp"
_BODY_BYTES = 8_000_000
_GRACE_S = 5
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_REFUSED = "a token is required: send it as `Authorization: Bearer TOKEN`"


class _Guarded:
    """ASGI middleware: lets requests through that show the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = Headers(scope=scope).get("authorization", "").removeprefix("Bearer ").strip()
            if not hmac.compare_digest(given.encode(), self._token):
                refusal = JSONResponse({"error": _REFUSED}, 401, {"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def serve_http(
    server: Server[dict[str, Any]], sockets: list[socket.socket], *, token: str | None
) -> None:
    """Serve until cancelled. Without a token, requests that web pages of elsewhere make are refused."""
    app: ASGIApp = server.streamable_http_app(
        streamable_http_path=PATH, max_request_body_size=_BODY_BYTES, transport_security=_walls(token)
    )
    if token is not None:
        app = _Guarded(app, token)
    await serve_app(app, sockets, lifespan="on", grace_s=_GRACE_S)


def _walls(token: str | None) -> TransportSecuritySettings:
    """Pages cannot know a token; without one, those of elsewhere are refused, and so are other names."""
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=token is None,
        allowed_hosts=[form for host in _LOOPBACK for form in (host, f"{host}:*")],
        allowed_origins=[f"http://{host}:*" for host in _LOOPBACK],
    )
