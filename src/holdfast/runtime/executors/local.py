"""Workers in processes of this machine."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import IO, TypeVar, cast

from holdfast.core.assignments import Assigned, Outcome
from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import MakeWorker
from holdfast.runtime.executors.pickles import framed, pack, read_pickle
from holdfast.runtime.executors.serving import Broken, Done, Frame, Raised, WorkerGoneError
from holdfast.runtime.executors.sharing import ExecutorSettings, share_out
from holdfast.runtime.process import OwnedProcess, end

__all__ = ["LocalExecutor"]

_T = TypeVar("_T")
_R = TypeVar("_R")

_MAIN = "holdfast.runtime.executors.local_main"
_GRACE_S = 10.0
"""What a worker has to give back what it holds when it is asked to end."""
_TAIL = 2000


class LocalExecutor:
    """Fills `Executor` with processes; they end with the process that started them, however that ends."""

    def __init__(self, settings: ExecutorSettings | None = None) -> None:
        """Start up to `settings.jobs` processes for each call of `map`."""
        self._settings = settings or ExecutorSettings()

    async def map(
        self, make_worker: MakeWorker[_T, _R], tasks: Iterable[Assigned[_T]]
    ) -> AsyncGenerator[Outcome[_R], None]:
        """Fills `Executor.map`. Raises InfrastructureError where `make_worker` cannot be pickled."""
        try:
            order = framed(pack(sys.path)) + framed(pack(make_worker))
        except ValueError as error:
            raise InfrastructureError(str(error)) from error
        silence_s = self._settings.silence_s
        outcomes = share_out(lambda: _started(order, silence_s), tasks, self._settings)
        try:
            async for outcome in outcomes:
                yield outcome
        finally:
            await outcomes.aclose()


@asynccontextmanager
async def _started(order: bytes, silence_s: float) -> AsyncIterator["_Worker"]:
    process = OwnedProcess([sys.executable, "-m", _MAIN], stdin=subprocess.PIPE)
    worker = _Worker(process)
    try:
        await worker.open()
        try:
            async with asyncio.timeout(silence_s):
                await worker.set_up(order)
        except TimeoutError:
            raise WorkerGoneError(f"{worker.name} was not set up within {silence_s:g} s") from None
        yield worker
    finally:
        await worker.aclose()


class _Worker:
    """A worker process. Fills `WorkerHandle`."""

    def __init__(self, process: OwnedProcess) -> None:
        self._process = process
        self.name = f"process {process.pid}"
        self._output = asyncio.StreamReader()
        self._errors = asyncio.StreamReader()
        self._tail = b""
        self._transports: list[asyncio.BaseTransport] = []
        self._input: asyncio.StreamWriter | None = None
        self._draining: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take up the ends of its pipes."""
        loop = asyncio.get_running_loop()
        assert self._process.stdin is not None
        await self._read_from(self._process.stdout, self._output)
        await self._read_from(self._process.stderr, self._errors)
        self._draining = asyncio.create_task(self._drain())
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), self._process.stdin
        )
        self._transports.append(transport)
        self._input = asyncio.StreamWriter(transport, protocol, None, loop)

    async def set_up(self, order: bytes) -> None:
        """Send what it is to be; returns when it is that. Raises what setting it up raised."""
        await self._write(order)
        frame = await self._next()
        if isinstance(frame, Broken):
            raise frame.error

    async def run(self, task: object) -> AsyncIterator[Frame]:
        """Frames of one task."""
        try:
            data = framed(pack(task))
        except ValueError as error:
            yield Raised("defect", str(error), "")
            return
        await self._write(data)
        while True:
            frame = await self._next()
            yield frame
            if isinstance(frame, Done | Raised):
                return

    async def aclose(self) -> None:
        """Ask it to end, and end it when it does not; nothing of it is left."""
        try:
            if self._input is not None:
                self._input.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_GRACE_S):
                        await self._see_out()
        finally:
            await end(self._process)
            if self._draining is not None:
                self._draining.cancel()
            for transport in self._transports:
                transport.close()
            self._process.close_pipes()

    async def _see_out(self) -> None:
        while await self._output.read(1 << 16):
            pass
        await self._process.wait()

    async def _read_from(self, pipe: IO[bytes], stream: asyncio.StreamReader) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
        self._transports.append(transport)

    async def _drain(self) -> None:
        while data := await self._errors.read(1 << 12):
            self._tail = (self._tail + data)[-_TAIL:]

    async def _write(self, data: bytes) -> None:
        assert self._input is not None
        try:
            self._input.write(data)
            await self._input.drain()
        except ConnectionError:
            raise await self._gone() from None

    async def _next(self) -> Frame:
        try:
            return cast("Frame", await read_pickle(self._output))
        except asyncio.IncompleteReadError:
            raise await self._gone() from None

    async def _gone(self) -> WorkerGoneError:
        self._process.kill()
        code = await self._process.wait()
        how = f"died of signal {-code}" if code < 0 else f"ended with exit code {code}"
        words = self._tail.decode(errors="replace").strip()
        return WorkerGoneError(
            f"{self.name} {how}" + (f"; its last words: {words.splitlines()[-1]}" if words else "")
        )
