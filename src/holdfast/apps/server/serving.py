"""Opens what the server answers with, and serves it until it is told to stop."""

import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from holdfast.apps.advice import Suggests
from holdfast.apps.lessons import Lessons
from holdfast.apps.listening import serve_app
from holdfast.apps.pupil import MakeLearner
from holdfast.apps.rocq.workbench import Workbench
from holdfast.apps.server.app import create_app
from holdfast.apps.server.desk import Desk, DeskSettings
from holdfast.apps.server.documents import MakeDocument
from holdfast.apps.server.embedded import EMBEDDED_NAME, EmbeddedModel
from holdfast.apps.server.encoding import EncodeQueue
from holdfast.apps.server.guard import GuardSettings
from holdfast.apps.server.metrics import Metrics
from holdfast.apps.server.room import Room, Served
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.core.encodings import EncodeSpec
from holdfast.core.seams import EventSink, LanguageModel
from holdfast.models.prompts import Language

__all__ = ["Parts", "opened_room", "serve"]

_GRACE_S = 10
"""Seconds that requests have to end when the server is told to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a room is made of."""

    bench: Workbench | None
    """None where Rocq is not installed."""
    lessons: Lessons
    sink: EventSink
    desk: DeskSettings = field(default_factory=DeskSettings)
    models: tuple[ShelvedModel, ...] = ()
    """Asked on the routes of language models, and for vectors, beside the embedded proposers."""
    proposers: Mapping[Language, Suggests] = field(default_factory=dict)
    """Asked for suggestions beside the embedded proposers, by the language that they answer in."""
    others: Mapping[Language, MakeDocument] = field(default_factory=dict)
    """What opens documents of other languages than Rocq."""
    learners: Mapping[Language, MakeLearner] = field(default_factory=dict)
    """What makes the embedded proposers for goals of those languages that come as text."""
    spec: EncodeSpec | None = None
    """How the model's vectors are made, where that is known."""


@contextlib.asynccontextmanager
async def opened_room(parts: Parts) -> AsyncIterator[Room]:
    """A room, made ready beside the serving; all that it holds ends with the context."""
    metrics = Metrics()
    desk = Desk(
        parts.bench,
        parts.lessons,
        metrics,
        parts.desk,
        models=parts.proposers,
        others=parts.others,
        learners=parts.learners,
        sink=parts.sink,
    )
    models: list[LanguageModel] = [*parts.models]
    if parts.desk.embedded or not models:
        models.append(EmbeddedModel(desk.propose))
    async with contextlib.AsyncExitStack() as stack:
        served = []
        for model in models:
            spec = (parts.spec if model is models[0] else None) or _spec(model)
            served.append(Served(model, await stack.enter_async_context(EncodeQueue(model, spec, metrics))))
        await desk.start()
        try:
            yield Room(desk=desk, served=tuple(served), metrics=metrics)
        finally:
            await desk.aclose()


def _spec(model: LanguageModel) -> EncodeSpec:
    if isinstance(model, EmbeddedModel):
        return EncodeSpec(
            model=EMBEDDED_NAME, layer="features", pooling="sum", normalised=True, text="goal, parsed"
        )
    return EncodeSpec(model=model.name, layer="as its server", pooling="as its server", normalised=False)


async def serve(room: Room, settings: GuardSettings, sockets: list[socket.socket]) -> None:
    """Serve until cancelled; requests under way then have a grace to end in."""
    await serve_app(create_app(room, settings), sockets, lifespan="off", grace_s=_GRACE_S)
