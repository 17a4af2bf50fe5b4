"""A job in a container, as a process: our child is an engine's client, with `container_main` at its end."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from holdfast.runtime.process import OwnedProcess
from holdfast.runtime.sandbox.bubblewrap import files_of, variables
from holdfast.runtime.sandbox.guard import Guard
from holdfast.runtime.sandbox.jobs import Ended, Job

__all__ = ["Contained"]

_BEGUN = b"\0begun\n"
_REPORT_BYTES = 96
_CHUNK = 1 << 16
_MOST_PENDING = 1 << 20
_STUBBORN_S = 30.0
_UNHEARD_S = 1.0
"""Seconds after which nobody is thought to read what a killed job has written."""
_RESIZE, _SIZE = 1031, 1 << 18
"""The call that makes a pipe larger, on Linux."""


class Contained(OwnedProcess):
    """One job. What it used is told by its container at the end.

    Ending its standard input is what ends the container, whether we do it or our death does.
    """

    def __init__(
        self,
        argv: Sequence[str],
        job: Job,
        *,
        removal: Sequence[str],
        scratch: Path,
        kept: object,
        is_asked: bool,
    ) -> None:
        """Start `argv`, the client of an engine; `removal` are words that end the container by force.

        The client works in the folder `scratch`. `kept` is not looked at, but lives as long as this object,
        as `scratch` belongs to it.

        Raises UserError where a file of the job has a name that leads out of its folder.
        """
        outgoing = bytearray(_frame(b"j", _content(job)))
        if not is_asked:
            outgoing += (_frame(b"i", job.stdin) if job.stdin else b"") + _frame(b"i", b"")
        super().__init__(argv, stdin=subprocess.PIPE, cwd=scratch)
        self._kept = kept
        self._outgoing, self._removal = outgoing, tuple(removal)
        self._report: Mapping[str, Any] = {}
        self._has_begun = self._doomed = False
        self._begun_at = 0.0
        self._remover: OwnedProcess | None = None
        self._is_closed, self._discarding = False, -1
        self._held_back = b""
        told, self._telling = os.pipe()
        self._told = os.fdopen(told, "rb", 0)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._telling, _RESIZE, _SIZE)
        self._asked, self._asking = os.pipe() if is_asked else (-1, -1)
        self._stdin = os.fdopen(self._asking, "wb", 0) if is_asked else None
        assert self._popen.stdin is not None
        assert self._popen.stderr is not None
        self._to, self._from = self._popen.stdin.fileno(), self._popen.stderr.fileno()
        for descriptor in (self._to, self._from, self._telling, *((self._asked,) if is_asked else ())):
            os.set_blocking(descriptor, False)
        self.guard = Guard(job.allowance, self.kill)
        """What holds it to its time; the rest is held in the container."""
        self._loop.add_reader(self._from, self._hear)
        self._loop.add_writer(self._to, self._send)
        if is_asked:
            self._loop.add_reader(self._asked, self._ask)

    @property
    def stdin(self) -> IO[bytes] | None:
        """The writing end of the job's standard input, None unless it is asked."""
        return self._stdin

    @property
    def stderr(self) -> IO[bytes]:
        """The reading end of the job's standard error."""
        return self._told

    def cpu_s(self) -> float:
        """Seconds since the job began, an upper bound for one thread; the total of all after the end."""
        if not self.alive:
            return self.total_cpu_s
        return time.monotonic() - self._begun_at if self._has_begun else 0.0

    def rss_mb(self) -> float:
        """Nothing: only its container knows."""
        return 0.0

    def interrupt(self) -> None:
        """Send SIGINT to the program, not to what it started."""
        if self.alive and not self._doomed:
            self._outgoing += _frame(b"c", b"")
            self._loop.add_writer(self._to, self._send)

    def kill(self) -> None:
        """Kill everything in the container; `exited` tells when it is gone."""
        if not self._doomed and self.alive:
            self._doomed = True
            self._stop_asking()
            self._end_input()
            self._loop.call_later(_UNHEARD_S, self._discard)
            self._loop.call_later(_STUBBORN_S, self._remove)

    async def wait(self) -> int:
        """The exit code of the client, once nothing of the job is left."""
        code = await super().wait()
        if self._remover is not None:
            await self._remover.wait()
            self._remover.close_pipes()
        return code

    def close_pipes(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self._stdin, self._told):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        # A client that cannot write would not wait for the end of its container.
        self._is_closed = True
        if self.alive:
            self._discard()
        else:
            self.stdout.close()

    def how(self) -> tuple[Ended, int]:
        """How the program ended and its exit code; for use after the end."""
        self.guard.breach = self.guard.breach or self._report.get("breach") or None
        code = int(self._report.get("code", -signal.SIGKILL))
        return self.guard.how(code, self.total_cpu_s), code

    def failure(self, stderr: bytes) -> str:
        """Why the program was never started, empty if it was."""
        words = " ".join(stderr.decode(errors="replace").split())[-300:]
        begun = self._has_begun and not self._report.get("failed")
        return "" if begun or self.guard.breach else words or "it was killed"

    def _ask(self) -> None:
        """Take what the job is asked; what it has not read yet waits in the pipe, not here."""
        data = os.read(self._asked, _CHUNK)
        self._outgoing += _frame(b"i", data)
        if not data:
            self._stop_asking()
        elif len(self._outgoing) > _MOST_PENDING:
            self._loop.remove_reader(self._asked)
        self._loop.add_writer(self._to, self._send)

    def _send(self) -> None:
        try:
            del self._outgoing[: os.write(self._to, self._outgoing)]
        except BlockingIOError:
            return
        except OSError:
            self._outgoing.clear()
        if not self._outgoing:
            self._loop.remove_writer(self._to)
        if self._asked >= 0 and len(self._outgoing) <= _MOST_PENDING:
            self._loop.add_reader(self._asked, self._ask)

    def _hear(self) -> None:
        """Pass on what is written to standard error, but for what the container itself has to tell."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._from, _CHUNK)
            if not data:
                self._loop.remove_reader(self._from)
        self._take(data)

    def _take(self, data: bytes) -> None:
        self._held_back += data
        if not self._has_begun:
            if not self._held_back.startswith(_BEGUN):
                return
            self._has_begun, self._begun_at = True, time.monotonic()
            self._held_back = self._held_back[len(_BEGUN) :]
            self.guard.begin()
        self._pass_on(max(len(self._held_back) - _REPORT_BYTES, 0))

    def _pass_on(self, count: int) -> None:
        if not count:
            return
        try:
            written = os.write(self._telling, self._held_back[:count])
        except BlockingIOError:
            # Nobody reads: the job has to wait.
            self._loop.remove_reader(self._from)
            self._loop.add_writer(self._telling, self._go_on)
            return
        except OSError:
            written = count
        self._held_back = self._held_back[written:]

    def _go_on(self) -> None:
        self._loop.remove_writer(self._telling)
        if self.alive:
            self._loop.add_reader(self._from, self._hear)
        self._take(b"")

    def _on_exit(self, descriptor: int) -> None:
        try:
            self._finish()
        finally:
            super()._on_exit(descriptor)
            if self._discarding >= 0:
                self._loop.remove_reader(self._discarding)
                os.close(self._discarding)
            if self._is_closed:
                self.stdout.close()
        self.total_cpu_s = float(self._report.get("cpu_s", 0.0))

    def _finish(self) -> None:
        """The client has ended: what it wrote last is still to be read, and the report is at its end."""
        for descriptor in (self._from, self._telling):
            self._loop.remove_reader(descriptor)
            self._loop.remove_writer(descriptor)
        data = b""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._from, _CHUNK):
                data += chunk
        self._take(data)
        self._loop.remove_writer(self._telling)
        line = self._held_back[-_REPORT_BYTES:]
        if self._has_begun and line[:1] == b"\0":
            self._report = _report(line)
            self._held_back = self._held_back[:-_REPORT_BYTES]
        self._pass_on(len(self._held_back))
        self._loop.remove_writer(self._telling)
        os.close(self._telling)
        self.guard.stop()
        self._stop_asking()
        self._end_input()
        assert self._popen.stderr is not None
        self._popen.stderr.close()

    def _stop_asking(self) -> None:
        if self._asked >= 0:
            self._loop.remove_reader(self._asked)
            os.close(self._asked)
            self._asked = -1

    def _end_input(self) -> None:
        assert self._popen.stdin is not None
        if not self._popen.stdin.closed:
            self._loop.remove_writer(self._to)
            self._outgoing.clear()
            self._popen.stdin.close()

    def _discard(self) -> None:
        """Read what nobody else reads: a client that is stuck on it does not end."""
        if self.alive and self._discarding < 0:
            self._discarding = os.dup(self.stdout.fileno())
            os.set_blocking(self._discarding, False)
            self._loop.add_reader(self._discarding, self._drop)

    def _drop(self) -> None:
        with contextlib.suppress(BlockingIOError):
            if not os.read(self._discarding, _CHUNK):
                self._loop.remove_reader(self._discarding)

    def _remove(self) -> None:
        """End by force what did not end by itself."""
        if self.alive:
            super().kill()
            self._remover = OwnedProcess(self._removal, stdin=subprocess.DEVNULL)


def _frame(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "big") + content


def _content(job: Job) -> bytes:
    """What a container reads of its job: a length, what is to be done, then the files."""
    files = files_of(job.files)
    allowed = job.allowance
    head = json.dumps(
        {
            "argv": job.argv,
            "environment": variables(job.environment),
            "given": dict(job.environment),
            "readable": [os.fspath(path.absolute()) for path in job.readable],
            "files": [(name, len(data)) for name, data in files.items()],
            "cpu_s": allowed.cpu_s,
            "wall_s": allowed.wall_s,
            "memory_mb": allowed.memory_mb,
            "disk_mb": allowed.disk_mb,
            "processes": allowed.processes,
            "output_bytes": allowed.output_bytes,
            "look_s": allowed.look_s,
        }
    ).encode()
    return b"".join((len(head).to_bytes(4, "big"), head, *files.values()))


def _report(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line[1:])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
