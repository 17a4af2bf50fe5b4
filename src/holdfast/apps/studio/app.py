"""Puts the routes, the guard in front of them and what they answer with together."""

from fastapi import FastAPI

from holdfast import __version__
from holdfast.apps.studio import (
    account_routes,
    job_routes,
    reference_routes,
    session_routes,
    snippet_routes,
    status_routes,
)
from holdfast.apps.studio.errors import add_handlers
from holdfast.apps.studio.guard import Guard, GuardSettings
from holdfast.apps.studio.room import Room

__all__ = ["create_app", "include_routes"]

_ABOUT = (
    "Generate code, adjust it, test it, keep it. Every error has one shape: code, message, hint, job. "
    "Send `Authorization: Bearer TOKEN`."
)
_ROUTES = (
    status_routes,
    reference_routes,
    session_routes,
    job_routes,
    snippet_routes,
    account_routes,
)


def include_routes(app: FastAPI) -> None:
    """Have `app` answer on all routes."""
    for routes in _ROUTES:
        app.include_router(routes.router)


def create_app(room: Room, settings: GuardSettings) -> FastAPI:
    """The application; whoever runs it starts and ends what `room` holds."""
    app = FastAPI(
        title="holdfast app", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None
    )
    app.state.room = room
    add_handlers(app)
    include_routes(app)
    app.add_middleware(Guard, people=room.people, settings=settings)
    return app
