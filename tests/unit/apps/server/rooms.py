"""Rooms without Rocq, and clients that ask the application without a socket."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from holdfast.apps.lessons import Lessons
from holdfast.apps.listening import bind
from holdfast.apps.server.app import create_app
from holdfast.apps.server.desk import Desk, DeskSettings
from holdfast.apps.server.embedded import EmbeddedModel
from holdfast.apps.server.encoding import EncodeQueue
from holdfast.apps.server.guard import GuardSettings
from holdfast.apps.server.metrics import Metrics
from holdfast.apps.server.room import Room, Served
from holdfast.apps.server.serving import Parts, opened_room, serve
from holdfast.core.encodings import EncodeSpec
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal
from holdfast.runtime.loops import LoopThread
from holdfast.runtime.sinks import NullSink

GOAL = "n : nat\n============================\nn + 0 = n"


@dataclass(slots=True)
class Asked:
    """A client and the room behind it."""

    http: httpx2.AsyncClient
    room: Room
    settings: GuardSettings = field(default_factory=GuardSettings)


@asynccontextmanager
async def asked(folder: Path, settings: GuardSettings | None = None) -> AsyncIterator[Asked]:
    """A server with the embedded proposers and no libraries."""
    limits = settings or GuardSettings()
    with Lessons(folder / "lessons.jsonl") as lessons:
        parts = Parts(bench=None, lessons=lessons, sink=NullSink())
        async with opened_room(parts) as room:
            transport = httpx2.ASGITransport(create_app(room, limits), raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
                while (await http.get("/ready")).status_code != 200:
                    assert room.desk.state != "failed", room.desk.failure
                yield Asked(http, room, limits)


@contextmanager
def served(folder: Path, settings: GuardSettings | None = None, parts: Parts | None = None) -> Iterator[str]:
    """The address of a server that listens, in a thread of its own, until the end of the block."""
    limits = settings or GuardSettings()
    with (
        Lessons(folder / "lessons.jsonl") as lessons,
        bind("127.0.0.1", [0]) as sockets,
        LoopThread("server") as thread,
    ):
        chosen = parts or Parts(bench=None, lessons=lessons, sink=NullSink())
        stop = asyncio.Event()

        async def serving() -> None:
            async with opened_room(chosen) as room:
                task = asyncio.create_task(serve(room, limits, sockets))
                await stop.wait()
                task.cancel()
                await asyncio.wait((task,))

        running = thread.submit(serving())
        url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        try:
            with httpx2.Client(base_url=url, timeout=60) as http:
                while http.get("/ready").status_code != 200:
                    assert not running.done()
            yield url
        finally:
            thread.submit(_set(stop)).result()
            running.result()


async def _set(event: asyncio.Event) -> None:
    event.set()


def described() -> dict[str, object]:
    """What the server says that it serves; to say so takes no room."""
    metrics = Metrics()
    model = EmbeddedModel(_nothing)
    spec = EncodeSpec(model="none", layer="", pooling="", normalised=False)
    with tempfile.TemporaryDirectory() as folder, Lessons(Path(folder) / "lessons.jsonl") as lessons:
        desk = Desk(None, lessons, metrics, DeskSettings(), sink=NullSink())
        encoder = EncodeQueue(model, spec, metrics)
        room = Room(desk=desk, served=(Served(model, encoder),), metrics=metrics)
        return create_app(room, GuardSettings()).openapi()


async def _nothing(goal: Goal, count: int, prefix: str) -> Sequence[Proposal]:
    del goal, count, prefix
    return []
