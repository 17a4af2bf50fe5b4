"""Runs child programs: to completion (`run`), or as long-lived partners in a byte protocol (`Child`)."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError
from holdfast.runtime.collector import Collector
from holdfast.runtime.crowd import Crowd
from holdfast.runtime.limits import Limits, Watch
from holdfast.runtime.process import OwnedProcess, Process, end

__all__ = ["Child", "Completed", "Ended", "Limits", "Reply", "run"]

Ended = Literal["exit", "signal", "timeout", "output"]
"""Exited by itself; died of a signal that we did not send; used up its time; wrote too much."""

_CHUNK = 1 << 16
_STDERR_TAIL = 4096
_LINGER_MS = 5
"""About how long a request is waited for in place."""
_FEW = 8
_GATHER_S = 0.004
"""Pause between two reads while more than a few answers are missing: each comes in many small writes."""
_TURN = 64
"""Requests after which others get their turn, when all are answered in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a program ended."""

    returncode: int
    """Negative for the signal that ended it."""
    stdout: bytes
    stderr: bytes
    cpu_s: float
    """CPU seconds of the program and of the children it waited for."""
    wall_s: float
    ended: Ended


async def run(
    argv: Sequence[str],
    *,
    limits: Limits,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    output_limit: int = 16 << 20,
) -> Completed:
    """Run a program to its end, in its own process group; nothing of the group outlives the call.

    `env` None inherits. Each of the two outputs may hold `output_limit` bytes; a program that writes more
    is killed, and what came first is kept. Raises MissingToolError where the program is not found.
    """
    with tempfile.TemporaryFile() as source:
        source.write(stdin)
        source.seek(0)
        process = OwnedProcess(
            argv, stdin=source, cwd=cwd, env=env, cpu_s=limits.cpu_s, memory_mb=limits.memory_mb
        )
    outputs = [Collector(pipe, output_limit, process) for pipe in (process.stdout, process.stderr)]
    try:
        timed_out = await _within(process, limits)
    finally:
        await end(process)
        texts = [output.finish() for output in outputs]
        process.close_pipes()
    code = process.exited.result()
    overflowed = any(output.overflowed for output in outputs)
    return Completed(
        returncode=code,
        stdout=texts[0],
        stderr=texts[1],
        cpu_s=process.total_cpu_s,
        wall_s=time.monotonic() - process.started,
        ended=_how(code, timed_out=timed_out, overflowed=overflowed),
    )


def _how(code: int, *, timed_out: bool, overflowed: bool) -> Ended:
    if timed_out:
        return "timeout"
    if overflowed:
        return "output"
    return "signal" if code < 0 else "exit"


async def _within(process: OwnedProcess, limits: Limits) -> bool:
    """Wait for the end; True when a limit was reached first and the group was killed."""
    while process.alive:
        left = process.started + limits.wall_s - time.monotonic()
        if limits.cpu_s is not None:
            left = min(left, limits.cpu_s - process.cpu_s())
        if left <= 0:
            process.kill()
            return True
        await asyncio.wait((process.exited,), timeout=left)
    return False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a child answered."""

    data: bytes
    cpu_s: float
    """CPU seconds the child used between request and answer."""
    interrupted: bool
    """Whether a limit was reached; the answer came in the time of grace that follows SIGINT."""


class Child:
    """A long-lived program that answers requests on standard input with bytes on standard output.

    One request at a time. A child that did not answer in time, ended, or was abandoned in the middle of a
    request is dead: it is never read again, and each further request raises CheckerDiedError.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        name: str,
        delimiter: bytes,
        crowd: Crowd | None = None,
        memory_mb: int | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        process: Process | None = None,
        longest: int | None = None,
    ) -> None:
        """Start `argv`; every answer ends with `delimiter`; `name` is for messages. Needs a running loop.

        `process` is one that was started already, with a pipe for standard input; it becomes the child's
        own, and `argv`, `memory_mb`, `cwd` and `env` are not looked at.

        `crowd` is that of all children of this event loop that work at the same time, None for a child
        that works alone. A child with more than `longest` bytes to read is killed, asked or not.
        """
        self._process: Process = process or OwnedProcess(
            argv, stdin=subprocess.PIPE, cwd=cwd, env=env, memory_mb=memory_mb
        )
        self._loop = asyncio.get_running_loop()
        self._delimiter = delimiter
        self._name = name
        self._incoming = bytearray()
        self._longest = longest
        self.has_overflowed = False
        """Whether it was killed for writing too much."""
        self._taken = 0
        self._searched = 0
        self._missing = 0
        self._outgoing = bytearray()
        self._tail = bytearray()
        self._crowd = crowd or Crowd()
        self._error: CheckerError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._watch = Watch(self._process, self._expire)
        self._dead = False
        self._is_busy = False
        self.requests = 0
        """How many requests it was sent."""
        self._open_pipes()

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._dead and self._process.alive

    @property
    def pid(self) -> int:
        """The number of the program itself."""
        return self._process.program

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._process.started

    @property
    def stderr_tail(self) -> str:
        """The last few thousand characters that it wrote to standard error."""
        return self._tail.decode(errors="replace")

    def cpu_s(self) -> float:
        """CPU seconds it has used."""
        return self._process.cpu_s()

    def rss_mb(self) -> float:
        """Resident memory in MB (2**20 bytes), 0.0 where the system does not say."""
        return self._process.rss_mb()

    async def request(self, data: bytes, *, limits: Limits, answers: int = 1) -> Reply:
        """Send `data` and read `answers` answers, delimiters included.

        At a limit the child is sent SIGINT; if the answers do not follow within a grace of 15 % of the
        limit (at least 50 ms), it is killed and CheckerTimeoutError raised. Raises CheckerDiedError when
        it ends or has ended. `limits.memory_mb` is not looked at: memory is capped from the start.
        """
        if self.requests % _TURN == 0:
            await asyncio.sleep(0)
        if not self.alive:
            raise CheckerDiedError(f"{self._name} is not running{self._last_words()}")
        if self._missing:
            raise RuntimeError("a child answers one request at a time")
        self.requests += 1
        self._missing = answers
        self._watch.begin(limits)
        self._crowd.busy += 1
        self._is_busy = True
        self._write(data)
        try:
            await self._answered()
        except BaseException:
            # Whatever it still writes would be taken for the answer to the next request.
            self._die()
            raise
        finally:
            self._rest()
        return Reply(self._take(), self._watch.end(), self._watch.interrupted)

    async def _answered(self) -> None:
        if self._incoming and self._error is None:
            self._count()  # more than one answer may have come for the request before
        if self._crowd.has_idle:
            await asyncio.sleep(0)
        if self._missing <= _FEW:
            self._linger()
        if self._error is not None:
            raise self._error
        if not self._missing:
            return
        self._waiter = self._loop.create_future()
        self._watch.arm()
        try:
            await self._waiter
        finally:
            self._waiter = None
            self._watch.disarm()

    def _linger(self) -> None:
        """Wait in place for a short time, until this child or another one of the crowd has answered."""
        deadline = time.monotonic() + _LINGER_MS / 1000
        while self._missing and not self._dead and time.monotonic() < deadline:
            if self._crowd.wait(_LINGER_MS):
                return

    async def aclose(self) -> None:
        """Kill the whole group and wait until it is gone."""
        self._die()
        await end(self._process)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _open_pipes(self) -> None:
        assert self._process.stdin is not None
        self._stdin = self._process.stdin.fileno()
        self._stdout = self._process.stdout.fileno()
        self._stderr = self._process.stderr.fileno()
        for descriptor in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(descriptor, False)
        self._loop.add_reader(self._stdout, self._read)
        self._crowd.join(self._stdout, self._read)
        self._loop.add_reader(self._stderr, self._read_stderr)

    def _write(self, data: bytes) -> None:
        try:
            sent = os.write(self._stdin, data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the reader sees the end of the other pipe and says so
        if sent < len(data):
            self._outgoing += data[sent:]
            self._loop.add_writer(self._stdin, self._flush)

    def _flush(self) -> None:
        try:
            del self._outgoing[: os.write(self._stdin, self._outgoing)]
        except BlockingIOError:
            return
        except OSError:
            self._outgoing.clear()
        if not self._outgoing:
            self._loop.remove_writer(self._stdin)

    def _read(self) -> bool:
        """Take what is there; True when the present request is over, one way or another."""
        try:
            data = os.read(self._stdout, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            if self._watch.interrupted:
                self._expire()
            else:
                self._fail(CheckerDiedError(f"{self._name} ended unexpectedly{self._last_words()}"))
            return True
        self._incoming += data
        if self._longest is not None and len(self._incoming) > self._longest:
            self.has_overflowed = True
            self._fail(CheckerDiedError(f"{self._name} wrote more than {self._longest} bytes and was killed"))
            return True
        return self._count()

    def _count(self) -> bool:
        while self._missing:
            found = self._incoming.find(self._delimiter, self._searched)
            if found < 0:
                self._searched = max(self._taken, len(self._incoming) - len(self._delimiter) + 1)
                if self._missing > _FEW:
                    self._pause()
                return False
            self._taken = self._searched = found + len(self._delimiter)
            self._missing -= 1
        self._rest()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        return True

    def _rest(self) -> None:
        """No answer is due any more: who waited for it may be about to ask again, and gets a turn first."""
        if self._is_busy:
            self._is_busy = False
            self._crowd.busy -= 1

    def _pause(self) -> None:
        self._loop.remove_reader(self._stdout)
        self._loop.call_later(_GATHER_S, self._resume)

    def _resume(self) -> None:
        if not self._dead:
            self._loop.add_reader(self._stdout, self._read)

    def _take(self) -> bytes:
        taken = bytes(memoryview(self._incoming)[: self._taken])
        del self._incoming[: self._taken]
        self._taken = self._searched = 0
        return taken

    def _read_stderr(self) -> None:
        try:
            data = os.read(self._stderr, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self._loop.remove_reader(self._stderr)
            return
        self._tail += data
        del self._tail[:-_STDERR_TAIL]

    def _last_words(self) -> str:
        if not self._dead:
            self._read_stderr()
        words = " ".join(self.stderr_tail.split())
        return f": {words[-300:]}" if words else ""

    def _expire(self) -> None:
        self._fail(CheckerTimeoutError(f"{self._name} did not answer in time and was killed"))

    def _fail(self, error: CheckerError) -> None:
        self._die()
        if self._waiter is None:
            self._error = error
        elif not self._waiter.done():
            self._waiter.set_exception(error)

    def _die(self) -> None:
        if self._dead:
            return
        self._dead = True
        self._crowd.leave(self._stdout)
        self._process.kill()
        for descriptor in (self._stdout, self._stderr):
            self._loop.remove_reader(descriptor)
        self._loop.remove_writer(self._stdin)
        self._process.close_pipes()
