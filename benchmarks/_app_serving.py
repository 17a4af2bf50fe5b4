"""The parts of `app.py` that serve and follow: the app and its peer as processes, and what a follower saw."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx2

TOKEN = "a-token-for-benchmarks"  # noqa: S105 - of a server that is gone a minute later
BARE = """
import json, socket, uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, StreamingResponse
app = FastAPI()
@app.get("/")
async def health(): return {}
@app.get("/page")
async def page(): return HTMLResponse("<button>Send</button>")
@app.get("/stream")
async def stream(pieces: int):
    async def events():
        for at in range(pieces):
            yield f"id: {at}\\nevent: text\\ndata: {json.dumps({'text': f'x{at} = {at}'})}\\n\\n"
    return StreamingResponse(events(), media_type="text/event-stream")
listening = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listening])
"""
Event: TypeAlias = tuple[int, str, str]
"""Number, kind, data."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own."""

    url: str
    process: "subprocess.Popen[str]"
    start_s: float
    """Until its first answer."""
    start_cpu_s: float

    def client(self) -> httpx2.AsyncClient:
        """Asks it, over as many connections as are wanted."""
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx2.AsyncClient(
            base_url=self.url, headers=headers, timeout=300, limits=limits, trust_env=False
        )


@contextlib.contextmanager
def server(command: list[str]) -> Iterator[Served]:
    """A program that says on its first line which port it listens on; it is killed at the end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{url}/", trust_env=False).status_code == 200:
                    break
            time.sleep(0.01)
        yield Served(url, process, time.perf_counter() - began, cpu_s(process.pid))
    finally:
        process.kill()
        process.communicate(timeout=60)


def bare() -> contextlib.AbstractContextManager[Served]:
    """The peer."""
    return server([sys.executable, "-c", BARE])


def app(folder: Path, *more: str) -> contextlib.AbstractContextManager[Served]:
    """The app, with its data in a folder and a recording as its model."""
    program = str(Path(sys.executable).with_name("holdfast"))
    command = [program, "app", "--port", "0", "--json", "--quiet", "--token", TOKEN, *more]
    return server([*command, "--data", str(folder), "--model", f"replay:{folder / 'long.jsonl'}"])


@contextlib.asynccontextmanager
async def paced(pieces: int, per_s: float) -> AsyncIterator[str]:
    """A server of a model that says some pieces a second in each chat, ten times a second; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0] or 0))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        said = ["```python\n", *(f"x{at} = {at}\n" for at in range(pieces)), "```\n"]
        step, began = max(1, int(per_s / 10)), time.perf_counter()
        for at in range(0, len(said), step):
            writer.write("".join(map(_chunk, said[at : at + step])).encode())
            await writer.drain()
            await asyncio.sleep(max(0.0, began + (at + step) / per_s - time.perf_counter()))
        writer.write((_chunk("", "stop") + "data: [DONE]\n\n").encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1?model=paced"


def _chunk(text: str, finished: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finished}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, without those that it has started."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def record(folder: Path, pieces: int) -> str:
    """Write a recording that answers everything; what it says."""
    said = ["```python\n", *(f"x{at} = {at}\n" for at in range(pieces)), "```\n"]
    line = {"messages": [{"role": "user", "text": "*"}], "pieces": said, "finished": "stop"}
    (folder / "long.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return "".join(said)


async def ask(http: httpx2.AsyncClient, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """The answer to a POST, which has to be good."""
    answer = await http.post(path, json=body)
    answer.raise_for_status()
    return answer.json()


async def begin(http: httpx2.AsyncClient, model: str) -> tuple[str, str]:
    """A session and its first turn; the turn and its job."""
    session = await ask(http, "/v1/sessions", {"language": "python", "model": model})
    begun = await ask(http, f"/v1/sessions/{session['id']}/turns", {"prompt": "Write a long program."})
    return begun["turn"]["id"], begun["job"]["id"]


async def follow(http: httpx2.AsyncClient, path: str, after: int = 0) -> AsyncIterator[Event]:
    """The events of a stream from a number on."""
    number, kind = 0, ""
    async with http.stream("GET", path, headers={"Last-Event-ID": str(after)}) as answer:
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                yield number, kind, value


def written(events: list[Event]) -> str:
    """The text of an answer."""
    return "".join(json.loads(data)["text"] for _, kind, data in events if kind == "text")


@dataclass(slots=True)
class Followed:
    """What one follower saw."""

    model: str = "long"
    turn: str = ""
    job: str = ""
    events: list[Event] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    async def follow(self, http: httpx2.AsyncClient, seen: Callable[[], None] = lambda: None) -> None:
        """Begin an answer, and follow it to its end or that of the server."""
        self.turn, self.job = await begin(http, self.model)
        with contextlib.suppress(httpx2.HTTPError):
            async for event in follow(http, f"/v1/jobs/{self.job}/events"):
                self.events.append(event)
                if event[1] == "text":
                    self.times.append(time.perf_counter())
                    seen()


async def together(served: Served, work: list[Awaitable[None]]) -> tuple[float, float]:
    """Wall seconds and the server's CPU seconds of all of it at once."""
    began, used = time.perf_counter(), cpu_s(served.process.pid)
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(_awaited(each))
    return time.perf_counter() - began, cpu_s(served.process.pid) - used


async def _awaited(work: Awaitable[None]) -> None:
    await work


async def drain(http: httpx2.AsyncClient, path: str) -> None:
    async for _ in follow(http, path):
        pass
