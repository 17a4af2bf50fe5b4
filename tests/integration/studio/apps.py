"""Apps that listen, and clients that ask them."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from argon2 import PasswordHasher

from holdfast.apps.listening import bind, serve_app
from holdfast.apps.studio.app import create_app
from holdfast.apps.studio.guard import GuardSettings
from holdfast.apps.studio.opening import Parts, opened_room
from holdfast.apps.studio.rates import Rate
from holdfast.apps.studio.room import Room, Settings
from holdfast.apps.studio.runner import RunnerSettings
from holdfast.coding.workshop import Offer, Workshop
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import SandboxUnavailableError, UnsupportedError
from holdfast.core.seams import LanguageModel
from holdfast.models.states import Loadable, ModelShelf
from holdfast.runtime.loops import LoopThread
from holdfast.runtime.sandbox.sandbox import Sandbox

TOKEN = "a-token-for-tests"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
FAST = Settings(jobs=Rate(10_000, 10_000), logins=Rate(10_000, 10_000), accounts=True, hasher=CHEAP, load_s=1)
OPEN = GuardSettings(rate=Rate(100_000, 100_000))


class EchoModel:
    """Fills `LanguageModel` with a program that prints numbers.

    What says HOLD it begins and never ends, what says REFUSE it does not answer, unless FINE comes behind.
    """

    name = "echo"

    def __init__(self) -> None:
        self.begun = threading.Event()
        """Set when an answer that is held has begun."""
        self.left = threading.Event()
        """Set when such an answer was given up."""

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        raise UnsupportedError("it only chats")

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        asked = messages[-1].text
        yield "```python\n"
        if asked.rfind("HOLD") > asked.rfind("FINE"):
            yield "held = 1\n"
            self.begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.left.set()
        if asked.rfind("REFUSE") > asked.rfind("FINE"):
            return
        for number in range(5):
            yield f"print({number})\n"
        yield f"# {sum(map(ord, asked)) % 9973}\n```\n"

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        raise UnsupportedError("it only chats")

    async def aclose(self) -> None:
        pass


@dataclass(slots=True)
class App:
    """An app that listens."""

    url: str
    room: Room
    model: EchoModel
    thread: LoopThread
    clients: ExitStack = field(default_factory=ExitStack)

    def client(self, token: str | None = TOKEN) -> "Client":
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        http = httpx2.Client(base_url=self.url, timeout=60, headers=headers)
        return Client(self.clients.enter_context(http))


@dataclass(slots=True)
class Client:
    """Asks, and expects a status."""

    http: httpx2.Client

    def ask(self, method: str, path: str, body: Any = None, *, status: int | None = None, **more: Any) -> Any:
        answer = (
            self.http.request(method, path, json=body, **more)
            if body is not None
            else (self.http.request(method, path, **more))
        )
        expected = answer.is_success if status is None else answer.status_code == status
        assert expected, (answer.status_code, answer.text)
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.text

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.ask("POST", path, {} if body is None else body, **more)

    def events(self, job: str, after: int = 0, **headers: str) -> Iterator[dict[str, Any]]:
        """The events of a job, as they come, until it ends."""
        with self.http.stream("GET", f"/v1/jobs/{job}/events?after={after}", headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            found: dict[str, Any] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name in {"id", "event"}:
                    found[name] = value
                elif name == "data":
                    yield {"id": int(found["id"]), "kind": found["event"], "data": json.loads(value)}

    def ended(self, job: str) -> Any:
        """The job, when it has ended."""
        assert list(self.events(job))[-1]["kind"] == "end"
        return self.get(f"/v1/jobs/{job}")

    def turn(self, session: str, prompt: str, **more: Any) -> tuple[Any, Any]:
        """A turn and its job, when that has ended."""
        begun = self.post(f"/v1/sessions/{session}/turns", {"prompt": prompt, **more}, status=202)
        job = self.ended(begun["job"]["id"])
        return self.get(f"/v1/turns/{begun['turn']['id']}"), job


@contextmanager
def served(
    address: str,
    *,
    settings: Settings = FAST,
    guard: GuardSettings = OPEN,
    sandbox: Sandbox | None = None,
    sweep_s: float = 3600.0,
    limits: RunnerSettings | None = None,
) -> Iterator[App]:
    """An app at work on the database at `address`, in a thread of its own, until the end of the block."""
    model = EchoModel()
    ready = threading.Event()
    stop = asyncio.Event()
    rooms: list[Room] = []

    async def load(report: object) -> LanguageModel:
        return model

    async def never(report: object) -> LanguageModel:
        await asyncio.Event().wait()
        raise AssertionError

    async def serving(sockets: list[Any]) -> None:
        shelf = ModelShelf({"echo": Loadable(load, 0.0), "cold": Loadable(never, 0.0)}, memory_mb=1.0)
        nowhere = SandboxUnavailableError("this test runs no programs")
        workshop = Workshop(shelf, {"echo": Offer("Echoes.")}, sandbox=sandbox or nowhere)
        parts = Parts(
            workshop=workshop,
            database=address,
            token=TOKEN,
            settings=settings,
            sweep_s=sweep_s,
            running=limits or RunnerSettings(),
        )
        async with opened_room(parts) as room:
            rooms.append(room)
            task = asyncio.create_task(serve_app(create_app(room, guard), sockets, lifespan="off", grace_s=5))
            ready.set()
            await stop.wait()
            await room.runner.aclose()
            task.cancel()
            await asyncio.wait((task,))
        await workshop.aclose()

    with bind("127.0.0.1", [0]) as sockets, LoopThread("app") as thread:
        running = thread.submit(serving(sockets))
        running.add_done_callback(lambda _: ready.set())
        ready.wait(120)
        if running.done():
            running.result()
        url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        app = App(url, rooms[0], model, thread)
        try:
            with app.clients:
                yield app
        finally:

            async def end() -> None:
                stop.set()

            thread.submit(end()).result()
            running.result()
