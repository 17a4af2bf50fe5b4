"""What the routes share: the desk, the model behind them, and how to take both out of a request."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from holdfast.apps.server.desk import Desk
from holdfast.apps.server.encoding import EncodeQueue
from holdfast.apps.server.errors import ErrorBody
from holdfast.apps.server.metrics import Metrics
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.core.seams import LanguageModel

__all__ = ["ERRORS", "InRoom", "Room"]

ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorBody}, "5XX": {"model": ErrorBody}}
"""For the description of every route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything that requests are answered with."""

    desk: Desk
    model: LanguageModel
    """Answers on the routes of language models."""
    shelved: ShelvedModel | None = None
    """The same model where it is one that has to be loaded."""
    encoder: EncodeQueue
    metrics: Metrics


def _room(request: Request) -> Room:
    room = request.app.state.room
    assert isinstance(room, Room)
    return room


InRoom = Annotated[Room, Depends(_room)]
