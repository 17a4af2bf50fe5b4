"""A job that is forked from a zygote, as a process."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from holdfast.runtime.sandbox.bubblewrap import Inherited, files_of, variables
from holdfast.runtime.sandbox.census import resident_mb
from holdfast.runtime.sandbox.guard import Guard
from holdfast.runtime.sandbox.jobs import Ended, Job

__all__ = ["Born"]


class Born:
    """One job. It is told of its birth and its end by the nursery that it was sent to."""

    def __init__(self, job: Job, *, is_asked: bool) -> None:
        """Prepare a job; `is_asked` gives it a pipe for standard input. Needs a running event loop."""
        content = _content(job)
        self.started = time.monotonic()
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.total_cpu_s = 0.0
        self.pid = 0
        """Its number on this machine, 0 before it is born."""
        self.guard = Guard(job.allowance, self.kill)
        self._handle: int | None = None
        self._doomed = False
        self._failure = ""
        self._cpu_s = 0.0
        self._inherited = Inherited()
        self._stdin: IO[bytes] | None = None
        if is_asked:
            source, sink = os.pipe()
            self._inherited.take(source)
            self._stdin = os.fdopen(sink, "wb", 0)
        else:
            self._inherited.data(job.stdin)
        self._stdout, self._stderr = self._pipe(), self._pipe()
        self._inherited.data(content)

    @property
    def stdin(self) -> IO[bytes] | None:
        """The writing end of its standard input, None unless it is asked."""
        return self._stdin

    @property
    def stdout(self) -> IO[bytes]:
        """The reading end of its standard output."""
        return self._stdout

    @property
    def stderr(self) -> IO[bytes]:
        """The reading end of its standard error."""
        return self._stderr

    @property
    def program(self) -> int:
        """Its number on this machine, 0 before it is born."""
        return self.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return not self.exited.done()

    def send(self, send: Callable[[list[int]], object]) -> None:
        """Hand its ends of the pipes, and what it is made of, to `send`, once."""
        with self._inherited as inherited:
            send(inherited.all)

    def born(self, handle: int) -> None:
        """It runs now; `handle` is a process descriptor, which becomes this object's own."""
        self._handle = handle
        self.pid = _number(handle)
        if self._doomed:
            self.kill()
        elif self.pid:
            self.guard.watch(self.pid)

    def gone(self, code: int, cpu_s: float) -> None:
        """It has ended."""
        self.guard.stop()
        self.total_cpu_s = max(cpu_s, self.guard.seen_cpu_s)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if not self.exited.done():
            self.exited.set_result(code)

    def failed(self, why: str) -> None:
        """It was never started."""
        self._failure = why
        self.gone(-signal.SIGKILL, 0.0)

    def cpu_s(self) -> float:
        """CPU seconds used so far by the job's first process; the total of all after the end."""
        if not self.alive:
            return self.total_cpu_s
        if self.pid:
            with contextlib.suppress(OSError):
                self._cpu_s = time.clock_gettime((~self.pid << 3) | 2)
        return self._cpu_s

    def rss_mb(self) -> float:
        """Resident memory of the job's first process in MB (2**20 bytes), 0.0 while there is none."""
        return resident_mb(self.pid) if self.pid and self.alive else 0.0

    def interrupt(self) -> None:
        """Send SIGINT to the job's first process."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill all of the job: its first process is the first of its process namespace."""
        self._doomed = True
        self._signal(signal.SIGKILL)

    async def wait(self) -> int:
        """The exit code, negative for a signal, once nothing of it is left."""
        return await asyncio.shield(self.exited)

    def close_pipes(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self._stdin, self._stdout, self._stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def how(self) -> tuple[Ended, int]:
        """How the job ended and its exit code; for use after the end."""
        code = self.exited.result()
        return self.guard.how(code, self.total_cpu_s), code

    def failure(self, _: bytes) -> str:
        """Why it was never started, empty if it was."""
        return self._failure

    def _signal(self, number: signal.Signals) -> None:
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def _pipe(self) -> IO[bytes]:
        source, sink = os.pipe()
        self._inherited.take(sink)
        return os.fdopen(source, "rb", 0)


def _content(job: Job) -> bytes:
    """What the job reads behind its walls: a length, its words, variables and file names, then the files."""
    files = files_of(job.files)
    head = json.dumps(
        {
            "argv": job.argv,
            "environment": variables(job.environment),
            "files": [(name, len(data)) for name, data in files.items()],
        }
    ).encode()
    return b"".join((len(head).to_bytes(8, "big"), head, *files.values()))


def _number(handle: int) -> int:
    """The number on this machine of the process behind a process descriptor, 0 when it has ended."""
    for line in Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "Pid":
            return max(int(value), 0)
    return 0
