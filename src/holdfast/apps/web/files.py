"""Answers with the files that pages are made of out of memory: they never change, and are compressed once."""

from dataclasses import dataclass
from typing import TypeAlias

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["KeptFiles"]

_MOST_BYTES = 32_000_000
"""Kept altogether; files beyond that are read each time."""
_CONDITIONS = ("range", "if-range", "if-none-match", "if-modified-since")
"""A request with one of these may be answered with less than the file."""

_Key: TypeAlias = tuple[str, bool]
"""The path, and whether the answer may be compressed."""


@dataclass(frozen=True, slots=True)
class _Kept:
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class KeptFiles:
    """ASGI middleware; whoever asks it has been let in."""

    def __init__(self, app: ASGIApp, prefix: str, changing: str, *, most_bytes: int = _MOST_BYTES) -> None:
        """Keep what `app` answers to GET below `prefix`, except for what lies below `changing`."""
        self._app = app
        self._prefix = prefix
        self._changing = changing
        self._room = most_bytes
        self._kept: dict[_Key, _Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or have the app answer."""
        key = self._key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        kept = self._kept.get(key)
        if kept is None:
            await self._keep(key, scope, receive, send)
            return
        # A list of its own: what stands in front of this adds headers to it.
        await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
        await send({"type": "http.response.body", "body": kept.body})

    def _key(self, scope: Scope) -> _Key | None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return None
        path = scope["path"]
        if not path.startswith(self._prefix) or path.startswith(self._changing):
            return None
        headers = Headers(scope=scope)
        if any(name in headers for name in _CONDITIONS):
            return None
        return path, "gzip" in headers.get("accept-encoding", "")

    async def _keep(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer, and keep a file that was sent to its end."""
        start: Message = {}
        parts: list[bytes] = []
        whole = False

        async def sending(message: Message) -> None:
            nonlocal start, whole
            if message["type"] == "http.response.start":
                start = {**message, "headers": tuple(message["headers"])}
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                whole = not message.get("more_body", False)
            await send(message)

        await self._app(scope, receive, sending)
        body = b"".join(parts)
        if whole and start.get("status") == 200 and key not in self._kept and len(body) <= self._room:
            self._room -= len(body)
            self._kept[key] = _Kept(start["headers"], body)
