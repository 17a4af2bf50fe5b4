"""Reads what a client sends; whatever that is, the next message is read."""

import asyncio
import json
import logging
import re
from typing import Any

from pygls.exceptions import JsonRpcException

from holdfast.apps.lsp.protocol import Protocol

__all__ = ["LINE_BYTES", "read_messages"]

LINE_BYTES = 65_536
"""The longest line of a header."""
_BODY_BYTES = 200_000_000
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*", re.IGNORECASE)
_NOT_JSON, _NOT_A_MESSAGE, _WRONG_PARAMETERS, _FAILED = -32700, -32600, -32602, -32603
_logger = logging.getLogger(__name__)


async def read_messages(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, protocol: Protocol
) -> None:
    """Handle messages until the client leaves or its pipe ends."""
    protocol.set_writer(writer)
    leaving = asyncio.create_task(protocol.left.wait())
    reading: asyncio.Task[bytes | None] | None = None
    try:
        while not protocol.left.is_set():
            reading = asyncio.create_task(_body(reader))
            await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                break
            body = reading.result()
            if body is None:
                break
            _handle(protocol, writer, body)
            # What a message begins is begun before the next is read.
            await asyncio.sleep(0)
    finally:
        leaving.cancel()
        if reading is not None:
            reading.cancel()


async def _body(reader: asyncio.StreamReader) -> bytes | None:
    """The next message, None at the end; what is no header in front of it is passed over."""
    length = 0
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # a line that is longer than any header
            continue
        if not line:
            return None
        found = _LENGTH.fullmatch(line.rstrip(b"\r\n"))
        if found is not None:
            length = int(found[1])
        elif length and not line.strip():
            if length <= _BODY_BYTES:
                try:
                    return await reader.readexactly(length)
                except asyncio.IncompleteReadError:
                    return None
            _logger.error("a message of %d bytes is passed over", length)
            length = 0


def _handle(protocol: Protocol, writer: asyncio.StreamWriter, body: bytes) -> None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        _refuse(writer, None, _NOT_JSON, "the message is not JSON")
        return
    if not isinstance(data, dict) or data.get("jsonrpc") != "2.0":
        _refuse(writer, None, _NOT_A_MESSAGE, "the message is no JSON-RPC 2.0 object")
        return
    number = data.get("id") if "method" in data else None
    try:
        message = protocol.structure_message(data)
    except JsonRpcException:
        if number is not None:
            _refuse(writer, number, _WRONG_PARAMETERS, f"{data.get('method')} does not take such parameters")
        return
    try:
        protocol.handle_message(message)
    except Exception:
        _logger.exception("a message could not be handled")
        if number is not None:
            _refuse(writer, number, _FAILED, "this is a bug in holdfast; its log says more")


def _refuse(writer: asyncio.StreamWriter, number: Any, code: int, sentence: str) -> None:  # noqa: ANN401
    answer = {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": sentence}}
    data = json.dumps(answer).encode()
    writer.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
