"""What the routes share: the desk, the model behind them, and how to take both out of a request."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from holdfast.apps.server.desk import Desk
from holdfast.apps.server.encoding import EncodeQueue
from holdfast.apps.server.errors import ErrorBody, Fault, FaultError
from holdfast.apps.server.metrics import Metrics
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.core.seams import LanguageModel

__all__ = ["ERRORS", "InRoom", "Room", "Served"]

ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorBody}, "5XX": {"model": ErrorBody}}
"""For the description of every route."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that answers on the routes of language models, and who encodes with it."""

    model: LanguageModel
    encoder: EncodeQueue

    def is_called(self, name: str) -> bool:
        """Whether a request that says `name` means it."""
        return name == self.model.name or (isinstance(self.model, ShelvedModel) and name == self.model.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything that requests are answered with."""

    desk: Desk
    served: tuple[Served, ...]
    """At least one; the first answers where a request names none."""
    metrics: Metrics

    @property
    def model(self) -> LanguageModel:
        """The model that answers where a request names none."""
        return self.served[0].model

    @property
    def encoder(self) -> EncodeQueue:
        """Encodes with that model."""
        return self.served[0].encoder

    def named(self, name: str) -> Served:
        """The model of a name, the first for no name. Raises FaultError."""
        found = next((one for one in self.served if not name or one.is_called(name)), None)
        if found is None:
            known = ", ".join(one.model.name for one in self.served)
            text = f"there is no model {name[:100]} here; there is {known}"
            raise FaultError(Fault(404, "model_not_found", text, "model"))
        return found


def _room(request: Request) -> Room:
    room = request.app.state.room
    assert isinstance(room, Room)
    return room


InRoom = Annotated[Room, Depends(_room)]
