"""The app's own HTTP interface, as one user's page asks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self, TypeAlias, TypeVar

import httpx2
from pydantic import BaseModel, TypeAdapter
from starlette.types import ASGIApp

from holdfast.apps.studio.guard import CSRF
from holdfast.apps.studio.records import JobEvent
from holdfast.apps.web.inside import InsideTransport
from holdfast.core.errors import HoldfastError

__all__ = ["AppError", "Client"]

T = TypeVar("T")
Json: TypeAlias = Any
"""What JSON has."""
_BASE = "http://app.internal"
_AGAIN_S = 0.5
"""Until a job is followed again whose events broke off, as when the database is away."""


class AppError(HoldfastError):
    """The app refused a request; the message and the hint are for people."""

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        super().__init__(f"{message}: {hint}" if hint else message)
        self.status = status
        self.code = code
        self.hint = hint


class Client:
    """Requests of one user. Its methods raise AppError where the app refuses."""

    def __init__(
        self, app: ASGIApp, secret: str, address: str = "127.0.0.1", *, cookie: str = "holdfast"
    ) -> None:
        """Ask `app` for the user with this `secret` in the app's `cookie`, whose browser is at `address`."""
        self._http = httpx2.AsyncClient(
            transport=InsideTransport(app, (address, 0)),
            base_url=_BASE,
            cookies={cookie: secret},
            timeout=None,  # nothing here goes through a network; jobs have limits of their own
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ask nothing more."""
        await self._http.aclose()

    async def log_in(self) -> None:
        """Learn the word that requests which change something have to carry."""
        me = await self.ask("GET", "/v1/me")
        self._http.headers[CSRF] = me["csrf"]

    async def ask(self, method: str, path: str, body: object = None, **query: object) -> Json:
        """The answer as JSON has it; None for an empty one."""
        response = await self._response(method, path, body, query)
        return response.json() if response.content else None

    async def get(self, kind: type[T], path: str, **query: object) -> T:
        """What lies at `path`, as `kind`."""
        return TypeAdapter(kind).validate_python(await self.ask("GET", path, **query))

    async def post(self, kind: type[T], path: str, body: object = None) -> T:
        """What came of a POST, as `kind`."""
        return TypeAdapter(kind).validate_python(await self.ask("POST", path, {} if body is None else body))

    async def patch(self, kind: type[T], path: str, body: object) -> T:
        """What came of a PATCH, as `kind`."""
        return TypeAdapter(kind).validate_python(await self.ask("PATCH", path, body))

    async def file(self, path: str, **query: object) -> tuple[bytes, str]:
        """A file to download, and its name."""
        response = await self._response("GET", path, None, query)
        _, _, name = response.headers.get("content-disposition", "").partition("filename=")
        return response.content, name.strip('"') or "download"

    async def upload(self, path: str, content: bytes, media_type: str) -> Json:
        """Send a file."""
        response = await self._http.post(path, content=content, headers={"content-type": media_type})
        _check(response)
        return response.json()

    async def events(self, job: str, after: int = 0) -> AsyncIterator[JobEvent]:
        """What a job says, from behind number `after`, until it has ended."""
        while True:
            async with self._http.stream("GET", f"/v1/jobs/{job}/events", params={"after": after}) as stream:
                if stream.is_error:
                    await stream.aread()
                    _check(stream)
                async for event in _parsed(stream.aiter_lines()):
                    after = event.number
                    yield event
                    if event.kind == "end":
                        return
            await asyncio.sleep(_AGAIN_S)

    async def _response(
        self, method: str, path: str, body: object, query: dict[str, object]
    ) -> httpx2.Response:
        sent = body.model_dump(mode="json", exclude_defaults=True) if isinstance(body, BaseModel) else body
        params = {name: str(value) for name, value in query.items() if value is not None}
        response = await self._http.request(method, path, json=sent, params=params)
        _check(response)
        return response


def _check(response: httpx2.Response) -> None:
    if not response.is_error:
        return
    try:
        told = response.json()
    except ValueError:
        told = {}
    message = told.get("message", f"the app answered {response.status_code}")
    raise AppError(response.status_code, told.get("code", ""), message, told.get("hint", ""))


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[JobEvent]:
    """Events of a stream of server-sent events; comments and half an event at the end are left out."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line:
            if "id" in fields:
                number, data = int(fields["id"]), json.loads(fields["data"])
                yield JobEvent(number=number, kind=fields["event"], data=data, at=0.0)
            fields = {}
