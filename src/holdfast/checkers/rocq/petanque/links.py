"""Two ways to reach petanque: a `pet` of our own over pipes, or a `pet-server` that somebody started."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.petanque.wire import DELIMITER, frame, read_frame
from holdfast.checkers.rocq.sandboxed import shown
from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError, MissingToolError
from holdfast.runtime.child import Child, Limits
from holdfast.runtime.sandbox.conversation import Conversation
from holdfast.runtime.sandbox.jobs import Allowance, Job

__all__ = ["Link", "PipeLink", "SocketLink", "start_pet"]

_LIVE_S = 30 * 86_400.0


class Link(Protocol):
    """Carries messages, each a line; dead after any error."""

    @property
    def alive(self) -> bool:
        """Whether it can be used."""
        ...

    def cpu_s(self) -> float:
        """Seconds that Rocq has worked for it."""
        ...

    def rss_mb(self) -> float:
        """Memory of the process in MB, 0.0 where that is not known."""
        ...

    async def send(self, line: bytes, limits: Limits) -> bytes:
        """Send a message, or nothing, and read the next one that comes. Raises CheckerError."""
        ...

    async def aclose(self) -> None:
        """End it."""
        ...


class PipeLink:
    """Fills `Link` over the pipes of a process."""

    def __init__(self, process: Child | Conversation) -> None:
        self._process = process

    @property
    def alive(self) -> bool:
        """Whether the process can be asked."""
        return self._process.alive

    def cpu_s(self) -> float:
        """CPU seconds of the process."""
        return self._process.cpu_s()

    def rss_mb(self) -> float:
        """Memory of the process."""
        return self._process.rss_mb() if isinstance(self._process, Child) else 0.0

    async def send(self, line: bytes, limits: Limits) -> bytes:
        """Send a message and read the next one; see `Link.send`."""
        try:
            reply = await self._process.request(frame(line) if line else b"", limits=limits)
            return read_frame(reply.data)
        except BaseException:
            await self._process.aclose()
            raise

    async def aclose(self) -> None:
        """End the process."""
        await self._process.aclose()


class SocketLink:
    """Fills `Link` over a connection to a server, whose process is not ours.

    What the server works is not seen: the time that is spent waiting stands for it.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, longest_bytes: int
    ) -> None:
        """Use `open`."""
        self._reader, self._writer, self._longest = reader, writer, longest_bytes
        self._waited_s = 0.0
        self._dead = False

    @classmethod
    async def open(cls, host: str, port: int, *, wall_s: float, longest_bytes: int) -> "SocketLink":
        """Connect. Raises MissingToolError where nobody listens."""
        try:
            async with asyncio.timeout(wall_s):
                reader, writer = await asyncio.open_connection(host, port, limit=longest_bytes)
        except (OSError, TimeoutError) as error:
            raise MissingToolError(
                f"no pet-server answers at {host}:{port}: start it with pet-server -p {port}"
            ) from error
        return cls(reader, writer, longest_bytes)

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return not self._dead and not self._reader.at_eof()

    def cpu_s(self) -> float:
        """Seconds spent waiting."""
        return self._waited_s

    def rss_mb(self) -> float:
        """Not known."""
        return 0.0

    async def send(self, line: bytes, limits: Limits) -> bytes:
        """Send a message and read the next one; see `Link.send`. Only the wall time limits it."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(limits.wall_s):
                self._writer.write(line)
                await self._writer.drain()
                found = await self._reader.readuntil(DELIMITER)
        except BaseException as error:
            await self.aclose()
            raise _told(error, self._longest) from error
        finally:
            self._waited_s += time.monotonic() - begun
        return found

    async def aclose(self) -> None:
        """End the connection."""
        self._dead = True
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def _told(error: BaseException, longest: int) -> BaseException:
    match error:
        case TimeoutError():
            return CheckerTimeoutError("pet-server did not answer in time")
        case asyncio.LimitOverrunError():
            return CheckerError(f"pet-server wrote more than {longest} bytes")
        case asyncio.IncompleteReadError() | OSError():
            return CheckerDiedError("pet-server ended the connection")
        case _:
            return error


def start_pet(
    argv: Sequence[str],
    installation: Installation | None,
    arguments: Sequence[str],
    folder: Path,
    *,
    memory_mb: int,
    longest_bytes: int,
) -> PipeLink:
    """Start a `pet` in `folder`, in the sandbox of `installation` where it has one. Needs a running loop.

    `arguments` are the options of Rocq whose folders it may read. Raises MissingToolError.
    """
    words = tuple(argv)
    if installation is None or installation.sandbox is None:
        child = Child(
            words,
            name="petanque",
            delimiter=DELIMITER,
            memory_mb=memory_mb,
            cwd=folder,
            longest=longest_bytes,
        )
        return PipeLink(child)
    allowance = Allowance(
        wall_s=_LIVE_S, cpu_s=_LIVE_S, memory_mb=memory_mb, disk_mb=256, output_bytes=longest_bytes
    )
    program = Path(words[0])
    job = Job(
        argv=words,
        allowance=allowance,
        readable=(*shown(installation, arguments), program, program.resolve(), folder),
        environment=installation.variables,
    )
    return PipeLink(installation.sandbox.open(job, delimiter=DELIMITER, name="petanque"))
