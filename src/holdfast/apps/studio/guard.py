"""What every request passes before it is looked at: who asks, how much, how often, and from which page.

A browser shows its cookie whichever page makes the request. So whatever changes something has to carry,
beside the cookie, the word that only the app's own page was told, and has to come from the app's own address.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.apps.server.bodies import media_type, read_body
from holdfast.apps.server.errors import FaultError as ServerFaultError
from holdfast.apps.studio.errors import Fault, FaultError, response_of
from holdfast.apps.studio.people import Identity, People
from holdfast.apps.studio.rates import Rate, Rates
from holdfast.core.errors import HoldfastError

__all__ = ["CSRF", "Guard", "GuardSettings", "address_of", "cookie_of"]

CSRF = "x-csrf-token"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BASE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The page's own scripts are made of text at run time by the libraries that it is built with.
_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSettings:
    """Limits, and what anybody may ask."""

    body_bytes: int = 4_000_000
    import_bytes: int = 32_000_000
    """Of the body of an import."""
    body_s: float = 30.0
    """Longest wait for a body."""
    in_flight: int = 512
    """Requests answered at the same time; more are asked to come again."""
    rate: Rate = field(default_factory=lambda: Rate(burst=400, per_s=100))
    """Requests of one user."""
    open_paths: frozenset[str] = frozenset({"/", "/ready", "/openapi.json", "/enter", "/login", "/v1/login"})
    open_prefixes: tuple[str, ...] = ("/s/", "/_nicegui/")
    """Pages that are shared, and files that belong to every page."""
    page_prefixes: tuple[str, ...] = ("/app", "/login", "/_nicegui")
    """Where the page lives: its addresses may run scripts, and whoever is not let in is sent to `/login`."""


class Guard:
    """ASGI middleware; leaves who asks in `request.state.identity`."""

    def __init__(self, app: ASGIApp, people: People, settings: GuardSettings) -> None:
        """Stand in front of `app`."""
        self._app = app
        self._people = people
        self._settings = settings
        self._rates = Rates(settings.rate)
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        guarded = self._guarded(scope, send)
        self._in_flight += 1
        try:
            try:
                received = await self._admit(scope, receive)
            except (FaultError, ServerFaultError, HoldfastError) as error:
                await self._refuse(error, scope, receive, guarded)
                return
            await self._answer(scope, received, guarded)
        finally:
            self._in_flight -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer; what it did not foresee is told in the one shape too, without its words."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            await response_of(error)(scope, receive, send)

    async def _refuse(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        fault = error.fault if isinstance(error, FaultError) else None
        is_page = scope["path"].startswith(self._settings.page_prefixes)
        if fault is not None and fault.status == 401 and is_page and scope["method"] == "GET":
            await send({"type": "http.response.start", "status": 303, "headers": [(b"location", b"/login")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await response_of(error)(scope, receive, send)

    def _guarded(self, scope: Scope, send: Send) -> Send:
        """`send` with headers that keep browsers from doing more than is wanted."""
        is_page = scope["path"].startswith(self._settings.page_prefixes)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _BASE.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", _PAGE if is_page else _NOTHING)
                if not is_page:
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        if self._in_flight > self._settings.in_flight:
            text = "too many requests are being answered"
            raise FaultError(Fault(503, "overloaded", text, "try again in a second", retry_after_s=1))
        changing = scope["type"] == "websocket" or scope["method"] in _CHANGING
        if changing:
            _refuse_strangers(headers)
        identity = await self._identity(headers)
        scope.setdefault("state", {})["identity"] = identity
        if identity is None and not self._is_open(scope["path"]):
            text = "this needs a token or a login"
            raise FaultError(Fault(401, "not_let_in", text, "send Authorization: Bearer TOKEN, or log in"))
        if identity is not None and identity.by == "cookie" and changing and scope["type"] == "http":
            _refuse_forged(headers, identity, scope["path"])
        wait_s = self._rates.wait_s(address_of(scope) if identity is None else identity.user.id)
        if wait_s:
            text = "these are too many requests"
            raise FaultError(Fault(429, "too_many", text, "ask less often", retry_after_s=wait_s))
        return await self._received(scope, headers, receive) if changing else receive

    def _is_open(self, path: str) -> bool:
        return path in self._settings.open_paths or path.startswith(self._settings.open_prefixes)

    async def _identity(self, headers: Headers) -> Identity | None:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            given = given.strip()
            if self._people.is_token(given):
                return Identity(await self._people.administrator(), "token")
            found = await self._people.of_secret(given, "api")
            if found is None:
                raise FaultError(Fault(401, "wrong_token", "the token is not known", "make a new one"))
            return found
        secret = cookie_of(headers, self._people.cookie)
        return None if secret is None else await self._people.of_secret(secret, "page")

    async def _received(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """`receive` with a body that was read and is small enough."""
        if scope["type"] == "websocket" or scope["path"].startswith("/_nicegui"):
            return receive
        settings = self._settings
        is_import = scope["path"] == "/v1/snippets/import"
        limit = settings.import_bytes if is_import else settings.body_bytes
        body = await read_body(headers, receive, limit=limit, within_s=settings.body_s)
        if body and not is_import and media_type(headers) != "application/json":
            text = "the body has to be JSON"
            raise FaultError(Fault(415, "not_json", text, "send Content-Type: application/json"))
        first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return first.pop() if first else await receive()

        return again


def address_of(scope: Scope | Mapping[str, object]) -> str:
    """The address that a request comes from."""
    client = scope.get("client")
    return str(client[0]) if isinstance(client, (tuple, list)) and client else "unknown"


def cookie_of(headers: Headers, name: str) -> str | None:
    """The secret in the app's cookie, which is called `name`."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def _refuse_strangers(headers: Headers) -> None:
    """Refuse what a page of another address asks for."""
    origin = headers.get("origin")
    if origin is None:
        same = headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    else:
        same = urlsplit(origin).netloc == headers.get("host", "")
    if not same:
        text = "pages of other addresses are not answered"
        raise FaultError(Fault(403, "wrong_origin", text, "open the app at its own address"))


def _refuse_forged(headers: Headers, identity: Identity, path: str) -> None:
    if path.startswith("/_nicegui"):
        return
    if not hmac.compare_digest(headers.get(CSRF, "").encode(), identity.csrf.encode()):
        text = f"a request with a cookie has to carry {CSRF}"
        raise FaultError(Fault(403, "forged", text, "GET /v1/me says which"))
