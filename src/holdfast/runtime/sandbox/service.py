"""The exec service: runs the jobs of another process in the sandbox of this machine.

It listens on a socket in the file system, so that it needs no network. Whoever connects and sends `?` is told
which sandbox it is. With `j` come three descriptors: of standard input, on which frames come as
`container_main` reads them, and of both outputs, which it writes as that does. A job ends with its standard
input or with its connection, whichever is first.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.errors import HoldfastError
from holdfast.runtime.sandbox.guard import Held
from holdfast.runtime.sandbox.jobs import Allowance, Job
from holdfast.runtime.sandbox.running import Jobs

__all__ = ["serve"]

_HEAD = 5
"""Bytes of a frame before what it says."""
_LONGEST = 64 << 20
"""Bytes of a frame."""
_CHUNK = 1 << 16
_TAIL = 4096
_MOST = 64
"""Jobs at a time; more wait."""
_BREACHES = frozenset({"timeout", "cpu", "memory", "disk", "output"})


class _Asked(BaseModel):
    """What is to be run."""

    model_config = ConfigDict(frozen=True)

    argv: tuple[str, ...] = Field(min_length=1)
    given: dict[str, str]
    readable: tuple[Path, ...]
    files: tuple[tuple[str, int], ...]
    cpu_s: float = Field(gt=0, le=1e6)
    wall_s: float = Field(gt=0, le=1e6)
    memory_mb: int = Field(gt=0, le=1 << 20)
    disk_mb: int = Field(gt=0, le=1 << 20)
    processes: int = Field(gt=0, le=1 << 12)
    output_bytes: int = Field(gt=0, le=1 << 30)
    look_s: float = Field(gt=0, le=10)


async def serve(jobs: Jobs, path: Path, about: str, ready: Callable[[], None]) -> None:
    """Answer on a new socket at `path`, for its owner alone, until cancelled.

    `about` says which sandbox it is; `ready` is called once there is an answer. Raises OSError where the
    socket cannot be had.
    """
    loop, places = asyncio.get_running_loop(), asyncio.Semaphore(_MOST)
    with _listening(path) as listener:
        ready()
        async with asyncio.TaskGroup() as group:
            while True:
                connection, _ = await loop.sock_accept(listener)
                group.create_task(_answer(jobs, connection, about, places))


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.umask(0o177)
        try:
            listener.bind(os.fspath(path))
        finally:
            os.umask(before)
        listener.listen(_MOST)
        listener.settimeout(0)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


async def _answer(jobs: Jobs, connection: socket.socket, about: str, places: asyncio.Semaphore) -> None:
    """Answer one who has connected; what goes wrong is theirs alone."""
    with connection:
        connection.settimeout(0)
        with contextlib.suppress(OSError):
            descriptors = await _received(connection)
            if len(descriptors) == 3:
                async with places:
                    await _serve_one(jobs, connection, *descriptors)
                return
            for each in descriptors:
                os.close(each)
            await asyncio.get_running_loop().sock_sendall(connection, about.encode())


async def _received(connection: socket.socket) -> list[int]:
    """The descriptors that come with the first byte."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection, came.set)
    try:
        await came.wait()
    finally:
        loop.remove_reader(connection)
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 3)
    return list(descriptors)


@dataclass(slots=True)
class _Told:
    """The outputs of one job, and the end of what it wrote to the second."""

    out: asyncio.StreamWriter
    err: asyncio.StreamWriter
    tail: bytes = b""

    async def begun(self) -> None:
        self.err.write(b"\0begun\n")
        await self.err.drain()

    async def close(self) -> None:
        for writer in (self.out, self.err):
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _serve_one(jobs: Jobs, connection: socket.socket, asked: int, out: int, err: int) -> None:
    reader = await _reader(asked)
    told = _Told(await _writer(out), await _writer(err))
    try:
        held = jobs.start(_job((await _frame(reader))[1]))
    except (HoldfastError, OSError, ValueError, EOFError) as error:
        # Nothing has begun: what is said instead is the reason.
        told.err.write(str(error).encode()[:_TAIL])
        await told.close()
        return
    try:
        await told.begun()
        await _accompany(held, reader, connection, told)
        told.err.write(_report(held, told.tail))
        await told.err.drain()
    finally:
        held.kill()
        await held.wait()
        held.close_pipes()
        await told.close()


async def _accompany(
    held: Held, reader: asyncio.StreamReader, connection: socket.socket, told: _Told
) -> None:
    """Pass on what is asked and said until the job is over."""
    asking = asyncio.create_task(_feed(held, reader))
    watching = asyncio.create_task(_watch(held, connection))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pass_on(held, held.stdout.fileno(), told.out, None))
            group.create_task(_pass_on(held, held.stderr.fileno(), told.err, told))
            await held.wait()
    finally:
        for task in (asking, watching):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _feed(held: Held, reader: asyncio.StreamReader) -> None:
    """Obey what comes in; with its end, the job ends."""
    assert held.stdin is not None
    sink = await _writer(os.dup(held.stdin.fileno()))
    held.stdin.close()
    try:
        while True:
            kind, content = await _frame(reader)
            if kind == b"c":
                held.interrupt()
            elif not content:
                sink.close()
            elif not sink.is_closing():
                sink.write(content)
                with contextlib.suppress(OSError):  # it need not read all that it is given
                    await sink.drain()
    except (EOFError, OSError, ValueError):
        held.kill()
    finally:
        sink.close()


async def _watch(held: Held, connection: socket.socket) -> None:
    """Kill the job when whoever asked for it is gone."""
    with contextlib.suppress(OSError):
        while await asyncio.get_running_loop().sock_recv(connection, 1):
            pass
    held.kill()


async def _pass_on(held: Held, source: int, sink: asyncio.StreamWriter, told: _Told | None) -> None:
    """Write to `sink` all that comes from `source`, no faster than it is read; `told` keeps the end of it."""
    reader = await _reader(os.dup(source))
    while data := await reader.read(_CHUNK):
        if told is not None:
            told.tail = (told.tail + data)[-_TAIL:]
        sink.write(data)
        try:
            await sink.drain()
        except OSError:
            held.kill()
            return


def _report(held: Held, tail: bytes) -> bytes:
    """The last line, of a length that is always the same."""
    ended, code = held.how()
    breach = ended if ended in _BREACHES else ""
    found: dict[str, Any] = {"code": code, "breach": breach, "cpu_s": round(held.total_cpu_s, 6)}
    if held.failure(tail):
        found["failed"] = 1
    return f"\0{json.dumps(found):<94}\n".encode()


def _job(content: bytes) -> Job:
    """Read a job. Raises ValueError where it is none."""
    size = int.from_bytes(content[:4], "big")
    asked = _Asked.model_validate_json(content[4 : 4 + size])
    files, at = {}, 4 + size
    for name, length in asked.files:
        files[name] = content[at : at + length]
        at += length
    allowed = {name: getattr(asked, name) for name in Allowance.__dataclass_fields__}
    return Job(
        argv=asked.argv,
        files=files,
        allowance=Allowance(**allowed),
        readable=asked.readable,
        environment=asked.given,
    )


async def _frame(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame. Raises EOFError at the end, ValueError where it is too long."""
    head = await reader.readexactly(_HEAD)
    size = int.from_bytes(head[1:], "big")
    if size > _LONGEST:
        raise ValueError(f"a frame of {size} bytes is longer than {_LONGEST}")
    return head[:1], await reader.readexactly(size)


async def _reader(descriptor: int) -> asyncio.StreamReader:
    """What reads a pipe, which becomes its own."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", 0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


async def _writer(descriptor: int) -> asyncio.StreamWriter:
    """What writes to a pipe, which becomes its own."""
    loop = asyncio.get_running_loop()
    protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
    transport, _ = await loop.connect_write_pipe(lambda: protocol, os.fdopen(descriptor, "wb", 0))
    return asyncio.StreamWriter(transport, protocol, None, loop)
