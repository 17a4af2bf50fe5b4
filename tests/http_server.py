"""A real HTTP server on a loopback port that says exactly what a test tells it to, byte for byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    status: int = 200
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    length: int | None = None
    """A length to announce that is not the body's."""
    wait_s: float = 0.0
    """How long to hold the connection open after the body."""


def said(data: object, **more: Any) -> Said:
    return Said(body=json.dumps(data), **more)


def events(*data: object, done: bool = True) -> Said:
    lines = [f"data: {each if isinstance(each, str) else json.dumps(each)}\n\n" for each in data]
    return Said(body="".join(lines) + ("data: [DONE]\n\n" if done else ""), kind="text/event-stream")


@dataclass(slots=True)
class Server:
    url: str
    asked: list[Asked]
    left: asyncio.Event
    """Set when a client leaves while its answer is held."""


@asynccontextmanager
async def serving(answer: Callable[[Asked], Said]) -> AsyncIterator[Server]:
    """Serve until the block ends; `answer` makes one answer for each request."""
    server = Server("", [], asyncio.Event())

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await _read(reader)
            server.asked.append(asked)
            await _write(writer, answer(asked), reader, server.left)
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, json.loads(body) if body else None)


async def _write(
    writer: asyncio.StreamWriter, answer: Said, reader: asyncio.StreamReader, left: asyncio.Event
) -> None:
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    length = len(body) if answer.length is None else answer.length
    headers = {"Content-Type": answer.kind, "Content-Length": str(length), "Connection": "close"}
    lines = [
        f"HTTP/1.1 {answer.status} Something",
        *(f"{k}: {v}" for k, v in (headers | answer.headers).items()),
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    await writer.drain()
    if answer.wait_s:
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), answer.wait_s)
            left.set()
