"""One HTTP endpoint: JSON out, JSON in, and every way in which that can go wrong as a typed error.

Keys are sent in the `Authorization` header and nowhere else; no message names them, also where a server
repeats them. Redirects are not followed: the key would go along.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx2

from holdfast.core.errors import BadAnswerError, ModelKeyError, ModelUnreachableError
from holdfast.models.patience import Patience
from holdfast.models.refusals import code_in, message_in, refusal

__all__ = ["Endpoint", "EndpointSettings", "parse_json"]

_LONGEST_ANSWER = 64 << 20
_EXCERPT = 200
_KEY_LIKE = re.compile(r"\b(?:sk|pk|hf|key|token)[-_][\w*.-]{6,}|(?i:bearer)\s+\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """Where a server is and how long to wait for it."""

    url: str
    """Without a trailing slash; what is asked is put behind it."""
    key: str | None = field(default=None, repr=False)
    key_variable: str = "HOLDFAST_API_KEY"
    """Where a user is told to put the key when the server wants one."""
    connect_s: float = 10.0
    read_s: float = 120.0
    """Longest silence while an answer is due, and longest wait for its beginning."""
    total_s: float = 600.0
    """Longest time for one answer, all of it."""
    trust_env: bool = False
    """Whether proxies and certificates are taken from the environment."""


class Endpoint:
    """A client of one server; safe for many calls at once. Close it when it is no longer needed."""

    def __init__(
        self,
        settings: EndpointSettings,
        patience: Patience | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Open no connection yet; `transport` takes the network's place."""
        self._settings = settings
        self._patience = patience or Patience()
        headers = {"Accept": "application/json"}
        if settings.key is not None:
            if not re.fullmatch(r"[\x21-\x7e]+", settings.key):
                raise ModelKeyError("the key holds blanks or characters that no key has: set it again")
            headers["Authorization"] = f"Bearer {settings.key}"
        self._client = httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(settings.read_s, connect=settings.connect_s),
            limits=httpx2.Limits(max_connections=256, max_keepalive_connections=64),
            transport=transport,
            trust_env=settings.trust_env,
            follow_redirects=False,
        )

    @property
    def place(self) -> str:
        """The address, for people: without user, password and query."""
        return _place(self._settings.url)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the server says
        """The JSON at `path`. Raises ModelError."""
        return await self._asked("GET", path, None)

    async def post(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - as above
        """The JSON that the server answers with. Raises ModelError."""
        return await self._asked("POST", path, body)

    async def _asked(self, method: str, path: str, body: Mapping[str, object] | None) -> Any:  # noqa: ANN401
        async with self._patience.slot():
            return await self._patience.call(lambda: self._once(method, path, body))

    async def _once(self, method: str, path: str, body: Mapping[str, object] | None) -> Any:  # noqa: ANN401
        with self._mapped():
            async with asyncio.timeout(self._settings.total_s), AsyncExitStack() as stack:
                response = await self._opened(stack, method, path, body)
                data = await self._read(response)
        kind = response.headers.get("content-type", "")
        return parse_json(data.decode(errors="replace"), self.place, kind)

    async def stream(self, path: str, body: Mapping[str, object]) -> AsyncGenerator[str]:
        """The `data` of each server-sent event, as it comes; closing the generator closes the connection.

        Raises ModelError, also where the connection breaks on the way; what begins is not asked for again.
        """
        async with self._patience.slot(), AsyncExitStack() as stack:
            response = await self._patience.call(lambda: self._begun(stack, path, body))
            with self._mapped():
                async for data in _events(response):
                    yield data

    async def _begun(self, stack: AsyncExitStack, path: str, body: Mapping[str, object]) -> httpx2.Response:
        with self._mapped():
            response = await self._opened(stack, "POST", path, body)
            if "event-stream" in response.headers.get("content-type", ""):
                return response
            data = await self._read(response)
        parse_json(data.decode(errors="replace"), self.place, response.headers.get("content-type", ""))
        raise BadAnswerError(f"{self.place} answered {path} in one piece although a stream was asked for")

    async def _opened(
        self, stack: AsyncExitStack, method: str, path: str, body: Mapping[str, object] | None
    ) -> httpx2.Response:
        """A response that is not a refusal; `stack` closes it. Raises ModelError on a refusal."""
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        url = self._settings.url + path
        async with AsyncExitStack() as own:
            call = self._client.stream(method, url, content=content, headers=headers)
            response = await own.enter_async_context(call)
            if response.is_error or response.is_redirect:
                text = (await self._read(response)).decode(errors="replace")
                raise refusal(
                    response.status_code,
                    self.redact(message_in(text)),
                    self.place,
                    response.headers,
                    key_variable=self._settings.key_variable,
                    code=code_in(text),
                )
            stack.push_async_exit(own.pop_all())
        return response

    async def _read(self, response: httpx2.Response) -> bytes:
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > _LONGEST_ANSWER:
                raise BadAnswerError(
                    f"{self.place} sent more than {_LONGEST_ANSWER >> 20} MB: nothing needs that"
                )
        return bytes(data)

    def redact(self, text: str) -> str:
        """`text` without the key and whatever looks like one, on one line, and not too long."""
        if self._settings.key:
            text = text.replace(self._settings.key, "***")
        return " ".join(_KEY_LIKE.sub("***", text).split())[:_EXCERPT]

    def _mapped(self) -> "_Mapped":
        return _Mapped(self.place, self._settings)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """Turns the network's errors into ours."""

    place: str
    settings: EndpointSettings

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        del kind, trace
        match error:
            case httpx2.ConnectTimeout():
                raise ModelUnreachableError(
                    f"{self.place} did not take the connection within {self.settings.connect_s:g} s"
                ) from error
            case httpx2.TimeoutException() | TimeoutError():
                raise ModelUnreachableError(
                    f"{self.place} did not answer in time: give it longer, or ask for fewer tokens"
                ) from error
            case httpx2.ConnectError():
                raise ModelUnreachableError(
                    f"nobody answers at {self.place} ({_reason(error)}): is the server running?"
                ) from error
            case (
                httpx2.RemoteProtocolError() | httpx2.ReadError() | httpx2.WriteError() | httpx2.CloseError()
            ):
                raise ModelUnreachableError(f"{self.place} broke off in the middle of an answer") from error
            case httpx2.HTTPError() | httpx2.InvalidURL():
                raise ModelUnreachableError(f"{self.place} cannot be asked ({_reason(error)})") from error
            case _:
                return


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:_EXCERPT] or type(error).__name__


def _place(url: str) -> str:
    parts = httpx2.URL(url)
    return str(parts.copy_with(userinfo=b"", query=None, fragment=None))


async def _events(response: httpx2.Response) -> AsyncIterator[str]:
    """Server-sent events; comments and other fields are skipped."""
    lines: list[str] = []
    async for line in response.aiter_lines():
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def parse_json(text: str, place: str, kind: str = "application/json") -> Any:  # noqa: ANN401 - any JSON
    """What `place` said, NaN and infinities refused. Raises BadAnswerError on anything but JSON."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except _NotANumberError as error:
        raise BadAnswerError(
            f"{place} answered with {error} where a number belongs: its model computes nonsense"
        ) from None
    except (ValueError, RecursionError):
        if "html" in kind or text.lstrip()[:1] == "<":
            raise BadAnswerError(
                f"{place} answers with a web page, not with JSON: is the address right? Many end in /v1"
            ) from None
        raise BadAnswerError(f"{place} answered with something that is not JSON") from None


class _NotANumberError(Exception):
    pass


def _no_number(name: str) -> NoReturn:
    raise _NotANumberError(name)
