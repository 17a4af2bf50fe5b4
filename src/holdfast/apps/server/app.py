"""Puts the routes, the guard in front of them and what they answer with together."""

from fastapi import FastAPI

from holdfast import __version__
from holdfast.apps.server import openai_routes, sglang_routes, status_routes, suggest_routes
from holdfast.apps.server.errors import add_handlers
from holdfast.apps.server.guard import Guard, GuardSettings
from holdfast.apps.server.room import Room

__all__ = ["create_app"]

_ABOUT = "Suggestions for proofs, checked. Every error has the same shape, that of OpenAI's servers."


def create_app(room: Room, settings: GuardSettings) -> FastAPI:
    """The application; whoever runs it starts and ends what `room` holds."""
    app = FastAPI(title="holdfast", version=__version__, description=_ABOUT, redoc_url=None)
    app.state.room = room
    add_handlers(app)
    for routes in (suggest_routes, sglang_routes, openai_routes, status_routes):
        app.include_router(routes.router)
    app.add_middleware(Guard, settings=settings, metrics=room.metrics)
    return app
