"""One sandbox as a process: it starts held back, is let go once it is watched, and is killed as a whole."""

import contextlib
import json
import os
import resource
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from holdfast.runtime.process import OwnedProcess
from holdfast.runtime.sandbox.bubblewrap import Inherited
from holdfast.runtime.sandbox.census import children
from holdfast.runtime.sandbox.jobs import Allowance, Ended
from holdfast.runtime.sandbox.watchdog import Breach, Watchdog

__all__ = ["Box"]

_MB = 1 << 20


class Box(OwnedProcess):
    """A bubblewrap that runs one program.

    Its first process waits until it is watched before anything of the job runs. Killing is killing that first
    process: the kernel then kills all others, and bubblewrap reaps it and ends.
    """

    def __init__(
        self,
        prefix: Sequence[str],
        argv: Sequence[str],
        *,
        stdin: int | IO[bytes],
        allowance: Allowance,
        inherited: Inherited,
    ) -> None:
        """Start `argv`, which are bubblewrap, its options and the program; `prefix` goes before."""
        self._allowance = allowance
        self._told, telling = os.pipe()
        waiting, self._release = os.pipe()
        with Inherited() as ends:
            gate = ["--info-fd", ends.take(telling), "--block-fd", ends.take(waiting)]
            super().__init__(
                [*prefix, argv[0], *gate, *argv[1:]],
                stdin=stdin,
                env={},
                cpu_s=allowance.cpu_s,
                pass_fds=(*inherited.all, *ends.all),
                dies_with_us=True,
            )
        self.breach: Breach | None = None
        """The limit it was killed for, if it was."""
        self.let_go = False
        """Whether the program was started at all."""
        self._first: int | None = None
        self._handle: int | None = None
        self._main: int | None = None
        self._doomed = False
        self._news = b""
        self._watchdog: Watchdog | None = None
        self._cpu_s = 0.0
        os.set_blocking(self._told, False)
        self._loop.add_reader(self._told, self._arrived)
        self._deadline = self._loop.call_later(allowance.wall_s, self.breached, "timeout")
        self.exited.add_done_callback(self._over)

    def kill(self) -> None:
        """Kill everything in the box; `exited` tells when it is gone."""
        self._doomed = True
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def breached(self, breach: Breach) -> None:
        """Kill it for passing a limit; the first one is remembered."""
        self.breach = self.breach or breach
        self.kill()

    def cpu_s(self) -> float:
        """CPU seconds used so far by the program itself; the total of all its processes after the end."""
        if not self.alive:
            return self.total_cpu_s
        main = self._program()
        if main is not None:
            with contextlib.suppress(OSError):
                self._cpu_s = time.clock_gettime((~main << 3) | 2)
        return self._cpu_s

    def rss_mb(self) -> float:
        """Resident memory of the program itself in MB (2**20 bytes), 0.0 while there is none."""
        main = self._program()
        return 0.0 if main is None else _resident_mb(main)

    def interrupt(self) -> None:
        """Send SIGINT to the program, not to what it started."""
        main = self._program()
        if main is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(main, signal.SIGINT)

    def how(self) -> tuple[Ended, int]:
        """How the program ended and its exit code; for use after the end."""
        return _how(self.exited.result(), self.breach, self.total_cpu_s, self._allowance)

    def _arrived(self) -> None:
        """Take what bubblewrap tells of its first process; then have it watched and let the program start."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._told, 4096)
            self._news += data
            if not data:
                self._stop_listening()
        try:
            first = int(json.loads(self._news)["child-pid"])
        except ValueError:
            return
        self._stop_listening()
        with contextlib.suppress(ProcessLookupError):
            self._handle = os.pidfd_open(first)
            self._first = first
            self._start(first)

    def _start(self, first: int) -> None:
        if self._doomed:
            self.kill()
            return
        self._watchdog = Watchdog(first, self._allowance, self.breached)
        self.let_go = True
        os.write(self._release, b"1")

    def _program(self) -> int | None:
        if self._main is None and self._first is not None:
            self._main = next(iter(children(self._first)), None)
        return self._main

    def _stop_listening(self) -> None:
        if self._told >= 0:
            self._loop.remove_reader(self._told)
            os.close(self._told)
            self._told = -1

    def _over(self, _: object) -> None:
        self._stop_listening()
        os.close(self._release)
        self._deadline.cancel()
        if self._watchdog is not None:
            self._watchdog.stop()
            self.total_cpu_s = max(self.total_cpu_s, self._watchdog.last.cpu_s)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _how(code: int, breach: Breach | None, cpu_s: float, allowance: Allowance) -> tuple[Ended, int]:
    """How a program ended and its exit code, from what bubblewrap ended with.

    Bubblewrap, as shells do, tells a death by signal as 128 and the number of the signal.
    """
    number = code - 128
    killed = number in signal.Signals.__members__.values()
    code = -number if killed else code
    if breach is not None:
        return breach, code
    if not killed:
        return "exit", code
    if number == signal.SIGXCPU or (number == signal.SIGKILL and cpu_s >= allowance.cpu_s):
        return "cpu", code
    return ("killed" if number == signal.SIGKILL else "signal"), code


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / _MB
