"""Makes the pages."""

import contextlib
from collections.abc import AsyncIterator
from functools import partial

import nicegui
from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import RedirectResponse, Response
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.types import ASGIApp

from holdfast.apps.studio.guard import address_of
from holdfast.apps.web.client import AppError, Client
from holdfast.apps.web.files import KeptFiles
from holdfast.apps.web.looks import style
from holdfast.apps.web.shelf import Shelf
from holdfast.apps.web.tab import Tab
from holdfast.coding.records import LanguageInfo, ModelInfo

__all__ = ["started"]

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="#4f46e5"/>'
    '<path d="M9 8v16M23 8v16M9 16h14" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/></svg>'
)
_RECONNECT_S = 120.0
"""How long the server keeps a page whose browser is out of reach."""
_BUILD_S = 60.0
"""How long a page may take to be put together, on a machine that has much else to do."""
_LOOK = "holdfast-look"
_FILES = f"/_nicegui/{nicegui.__version__}/"
_COMPRESSION = 5
"""Of 9: the next ones take much longer, and save little."""


@contextlib.asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[ASGIApp]:
    """What answers with the pages, until the end of the block; everything on them is asked of `app`."""
    nicegui_app.state.studio = app
    ui.page("/app", title="Holdfast", response_timeout=_BUILD_S)(_studio)
    ui.page("/app/snippets", title="Snippets · Holdfast", response_timeout=_BUILD_S)(_snippets)
    # What NiceGUI starts and ends belongs to the life of an app that it is put on.
    host = FastAPI(openapi_url=None)
    ui.run_with(
        host,
        title="Holdfast",
        favicon=_ICON,
        reconnect_timeout=_RECONNECT_S,
        tailwind=False,
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=_COMPRESSION),
        show_welcome_message=False,
    )
    async with host.router.lifespan_context(host):
        yield KeptFiles(nicegui_app, _FILES, f"{_FILES}dynamic_resources/")


async def _studio(request: Request, session: str = "") -> Response | None:
    client = await _client(request)
    if client is None:
        return RedirectResponse("/login", 303)
    style()
    models = await client.get(list[ModelInfo], "/v1/models")
    languages = await client.get(list[LanguageInfo], "/v1/languages")
    tab = Tab(client, models, languages, await client.ask("GET", "/v1/sandbox"))
    tab.dark.value = _is_dark(request)
    ui.context.client.on_delete(tab.closed)
    await tab.build(session)
    return None


async def _snippets(request: Request) -> Response | None:
    client = await _client(request)
    if client is None:
        return RedirectResponse("/login", 303)
    style()
    ui.dark_mode(_is_dark(request))
    shelf = Shelf(client, await client.get(list[LanguageInfo], "/v1/languages"))
    ui.context.client.on_delete(client.aclose)
    await shelf.build()
    return None


def _is_dark(request: Request) -> bool:
    return request.cookies.get(_LOOK) == "dark"


async def _client(request: Request) -> Client | None:
    """A client for who asks; None for somebody who is not let in."""
    studio = request.app.state.studio
    cookie = studio.state.room.people.cookie
    secret = request.cookies.get(cookie)
    if secret is None:
        return None
    client = Client(studio, secret, address_of(request.scope), cookie=cookie)
    try:
        await client.log_in()
    except AppError as error:
        await client.aclose()
        if error.status == 401:
            return None
        raise
    return client
