"""Opens what the server answers with, and serves it until it is told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import uvicorn

from holdfast.apps.advice import Suggests
from holdfast.apps.server.app import create_app
from holdfast.apps.server.desk import Desk, DeskSettings
from holdfast.apps.server.embedded import EMBEDDED_NAME, EmbeddedModel
from holdfast.apps.server.encoding import EncodeQueue, EncodeSpec
from holdfast.apps.server.guard import GuardSettings, is_loopback
from holdfast.apps.server.lessons import Lessons
from holdfast.apps.server.metrics import Metrics
from holdfast.apps.server.room import Room
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.apps.server.warm import MakeDocument
from holdfast.apps.workbench import Workbench
from holdfast.core.errors import UserError
from holdfast.core.seams import EventSink
from holdfast.models.prompts import Language

__all__ = ["Parts", "bind", "check_exposure", "opened_room", "serve"]

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
    model: ShelvedModel | None = None
    """Asked on the routes of language models, and for vectors; None for the embedded proposers."""
    proposers: Mapping[Language, Suggests] = field(default_factory=dict)
    """Asked for suggestions beside the embedded proposers, by the language that they answer in."""
    others: Mapping[Language, MakeDocument] = field(default_factory=dict)
    """What opens documents of other languages than Rocq."""
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
        sink=parts.sink,
    )
    model = parts.model or EmbeddedModel(desk.propose)
    spec = parts.spec or _spec(parts.model)
    async with EncodeQueue(model, spec, metrics) as encoder:
        await desk.start()
        try:
            yield Room(desk=desk, model=model, encoder=encoder, metrics=metrics, shelved=parts.model)
        finally:
            await desk.aclose()


def _spec(model: ShelvedModel | None) -> EncodeSpec:
    if model is None:
        return EncodeSpec(
            model=EMBEDDED_NAME, layer="features", pooling="sum", normalised=True, text="goal, parsed"
        )
    return EncodeSpec(model=model.name, layer="as its server", pooling="as its server", normalised=False)


def check_exposure(hosts: Sequence[str], token: str | None) -> None:
    """Raise UserError where others could reach the server without a token."""
    exposed = [host for host in hosts if not is_loopback(host)]
    if exposed and token is None:
        raise UserError(
            f"{exposed[0]} can be reached from other machines: set a token in HOLDFAST_TOKEN or with --token"
        )


@contextlib.contextmanager
def bind(host: str, ports: Sequence[int]) -> Iterator[list[socket.socket]]:
    """Listening sockets; port 0 takes any free one. Raises UserError where an address cannot be had."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for port in ports:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
                family, kind, number, _, address = found[0]
                listening = stack.enter_context(socket.socket(family, kind, number))
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(address)
                listening.listen(2048)
            except OSError as error:
                said = error.strerror or str(error)
                raise UserError(f"cannot listen on {host}:{port}: {said}") from error
            sockets.append(listening)
        yield sockets


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(room: Room, settings: GuardSettings, sockets: list[socket.socket]) -> None:
    """Serve until cancelled; requests under way then have a grace to end in."""
    config = uvicorn.Config(
        create_app(room, settings),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=30,
        server_header=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=sockets))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
