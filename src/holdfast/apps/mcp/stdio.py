"""Serves one client over standard input and output."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import anyio
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from holdfast.apps.pipes import standard_pipes

__all__ = ["serve_stdio"]

_LONGEST_LINE = 64_000_000


class _Lines:
    """What the SDK needs of a file, on a stream whose waiting can be cancelled."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            try:
                line = await self._reader.readline()
            except ValueError:  # longer than a line may be; what is left of it will not be understood
                line = b"\n"
            if not line:
                return
            yield line.decode(errors="replace")

    async def write(self, text: str) -> None:
        self._writer.write(text.encode())

    async def flush(self) -> None:
        await self._writer.drain()


async def serve_stdio(server: Server[dict[str, Any]]) -> None:
    """Serve until the client leaves, or this is cancelled. Raises UserError where there are no pipes."""
    async with standard_pipes(_LONGEST_LINE) as (reader, writer):
        lines = cast("anyio.AsyncFile[str]", _Lines(reader, writer))
        async with stdio_server(lines, lines) as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
