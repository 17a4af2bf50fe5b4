"""Bodies of requests, read before anybody looks at them: whole, in time, and no larger than is allowed."""

import asyncio
import contextlib
import json
import re

from starlette.datastructures import Headers
from starlette.types import Receive

from holdfast.apps.server.errors import Fault, FaultError

__all__ = ["media_type", "read_body"]

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


def media_type(headers: Headers) -> str:
    """What the body says it is, without parameters, in lower case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(headers: Headers, receive: Receive, *, limit: int, within_s: float) -> bytes:
    """The body. Raises FaultError where it is larger than `limit` bytes, too slow, or JSON but no text."""
    told = headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > limit:
                    raise _too_large(limit)
                more = message.get("more_body", False)
    except TimeoutError:
        raise FaultError(Fault(408, "too_slow", "the body did not arrive in time")) from None
    if media_type(headers) == "application/json":
        _refuse_halves(bytes(body))
    return bytes(body)


def _refuse_halves(body: bytes) -> None:
    """JSON can spell half a character, which no text can hold and no answer could repeat."""
    if _SURROGATE.search(body):
        with contextlib.suppress(ValueError, RecursionError):  # those are told where the body is read
            text = json.dumps(json.loads(body), ensure_ascii=False)
            if _HALF.search(text):
                raise FaultError(Fault(400, "not_text", "the body holds half a character: a lone surrogate"))


def _too_large(limit: int) -> FaultError:
    return FaultError(Fault(413, "too_large", f"the body is larger than {limit} bytes"))
