"""Owns one operating-system process: its group, limits, clocks, death and reaping.

The parent-death signal reaches the program that was started, not what that program starts in turn; those
are killed with the group whenever this process still runs to do it. On systems other than Linux there is no
parent-death signal, and CPU time falls back to elapsed time, which is an upper bound for one thread.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from holdfast.core.errors import MissingToolError

__all__ = ["OwnedProcess", "Process", "end"]

_MB = 1 << 20


class Process(Protocol):
    """A running program as its partners see it; `OwnedProcess` says what each of these is."""

    pid: int
    started: float
    exited: asyncio.Future[int]
    total_cpu_s: float

    @property
    def stdin(self) -> IO[bytes] | None:
        """The writing end of its standard input."""
        ...

    @property
    def stdout(self) -> IO[bytes]:
        """The reading end of its standard output."""
        ...

    @property
    def stderr(self) -> IO[bytes]:
        """The reading end of its standard error."""
        ...

    @property
    def program(self) -> int:
        """The number of the program itself, where `pid` is that of what it was started by."""
        ...

    @property
    def alive(self) -> bool:
        """Whether the process has not been reaped yet."""
        ...

    def cpu_s(self) -> float:
        """CPU seconds used so far by the process itself."""
        ...

    def rss_mb(self) -> float:
        """Resident memory in MB (2**20 bytes)."""
        ...

    def interrupt(self) -> None:
        """Send SIGINT."""
        ...

    def kill(self) -> None:
        """Kill it and all that it started."""
        ...

    async def wait(self) -> int:
        """The exit code, once the process is reaped."""
        ...

    def close_pipes(self) -> None:
        """Close our ends of the pipes."""
        ...


async def end(process: Process) -> None:
    """Kill a process and all that it started, and wait until it is reaped, also when this is cancelled."""
    process.kill()
    try:
        await process.wait()
    except asyncio.CancelledError:
        await process.wait()
        raise


class OwnedProcess:
    """A started program that leads its own process group, and that is reaped when it ends.

    Needs a running event loop. The group is killed when its leader ends, so nothing survives it.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        stdin: int | IO[bytes],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        cpu_s: float | None = None,
        memory_mb: int | None = None,
        pass_fds: Sequence[int] = (),
        dies_with_us: bool = False,
    ) -> None:
        """Start `argv`; `env` None inherits. Raises MissingToolError where the program is not found.

        The program inherits the descriptors `pass_fds`. `dies_with_us` is told of a program that sees to
        it by itself that it dies when we do.
        """
        self._loop = asyncio.get_running_loop()
        self.started = time.monotonic()
        self._popen = subprocess.Popen(
            list(argv) if dies_with_us else _with_death_signal(argv, env),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=None if env is None else dict(env),
            bufsize=0,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
        )
        self.pid = self._popen.pid
        self.exited: asyncio.Future[int] = self._loop.create_future()
        """Resolves to the exit code, negative for a signal, once the process is reaped."""
        self.total_cpu_s = 0.0
        """CPU seconds of the process and of its reaped children; known after the end only."""
        self._clock = (~self.pid << 3) | 2
        self._limit(cpu_s, memory_mb)
        self._watch_exit()

    @property
    def stdin(self) -> IO[bytes] | None:
        """The writing end of its standard input, None unless it was started with a pipe."""
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """The reading end of its standard output."""
        assert self._popen.stdout is not None
        return self._popen.stdout

    @property
    def stderr(self) -> IO[bytes]:
        """The reading end of its standard error."""
        assert self._popen.stderr is not None
        return self._popen.stderr

    @property
    def program(self) -> int:
        """The process number."""
        return self.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not been reaped yet."""
        return not self.exited.done()

    def cpu_s(self) -> float:
        """CPU seconds used so far by the process itself; the total after its end."""
        if not self.alive:
            return self.total_cpu_s
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return time.monotonic() - self.started

    def rss_mb(self) -> float:
        """Resident memory in MB (2**20 bytes), 0.0 where the system does not say."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_bytes().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * resource.getpagesize() / _MB

    def interrupt(self) -> None:
        """Send SIGINT to the program, not to what it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """Send SIGKILL to the whole group; `exited` tells when it is gone."""
        if self.alive:
            self._kill_group()

    async def wait(self) -> int:
        """The exit code, once the process is reaped."""
        return await asyncio.shield(self.exited)

    def close_pipes(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _kill_group(self) -> None:
        # The leader is not reaped yet, so its number cannot have been given to another group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _limit(self, cpu_s: float | None, memory_mb: int | None) -> None:
        limits = [(resource.RLIMIT_CORE, 0)]
        if cpu_s is not None:
            limits.append((resource.RLIMIT_CPU, int(cpu_s) + 2))
        if memory_mb is not None:
            # Private writable memory; the address space would also count what is merely reserved.
            limits.append((resource.RLIMIT_DATA, memory_mb * _MB))
        if not hasattr(resource, "prlimit"):
            return
        for kind, value in limits:
            with contextlib.suppress(ProcessLookupError, ValueError, PermissionError):
                resource.prlimit(self.pid, kind, (value, value))

    def _watch_exit(self) -> None:
        if hasattr(os, "pidfd_open"):
            descriptor = os.pidfd_open(self.pid)
            self._loop.add_reader(descriptor, self._on_exit, descriptor)
        else:
            threading.Thread(target=self._wait_in_thread, daemon=True).start()

    def _wait_in_thread(self) -> None:
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        self._loop.call_soon_threadsafe(self._on_exit, -1)

    def _on_exit(self, descriptor: int) -> None:
        if descriptor >= 0:
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
        self._kill_group()
        _, status, usage = os.wait4(self.pid, 0)
        self.total_cpu_s = usage.ru_utime + usage.ru_stime
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        if not self.exited.done():
            self.exited.set_result(self._popen.returncode)


def _with_death_signal(argv: Sequence[str], env: Mapping[str, str] | None) -> list[str]:
    program = shutil.which(argv[0], path=None if env is None else env.get("PATH"))
    if program is None:
        raise MissingToolError(f"{argv[0]} is not installed, or not on the PATH")
    setpriv = shutil.which("setpriv")
    prefix = [] if setpriv is None else [setpriv, "--pdeathsig", "KILL", "--"]
    return [*prefix, *_hearing_interrupts(), program, *argv[1:]]


def _hearing_interrupts() -> list[str]:
    """Let a child hear SIGINT even where we do not, as when a shell started us in the background.

    An ignored signal stays ignored across exec, and limits are told by SIGINT.
    """
    env = shutil.which("env")
    if env is None or signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        return []
    return [env, "--default-signal=INT"]
