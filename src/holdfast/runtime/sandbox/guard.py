"""Holds one running job to its allowance."""

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from typing import Protocol

from holdfast.runtime.process import Process
from holdfast.runtime.sandbox.cgroups import Group
from holdfast.runtime.sandbox.folders import Filled
from holdfast.runtime.sandbox.jobs import Allowance, Ended
from holdfast.runtime.sandbox.watchdog import Breach, Watchdog, in_box

__all__ = ["Guard", "Held"]

_PATIENCE_S = 60.0
"""Seconds that a job may take to begin."""


class Guard:
    """The deadline and the watchdog of one job."""

    def __init__(self, allowance: Allowance, kill: Callable[[], None]) -> None:
        """`kill` is called when a limit is passed. Needs a running event loop."""
        self._allowance = allowance
        self._kill = kill
        self._starved = False
        self._loop = asyncio.get_running_loop()
        # How long the machine takes to start a job is not the job's fault.
        self._deadline = self._loop.call_later(_PATIENCE_S, kill)
        self._watchdog: Watchdog | None = None
        self.group: Group | None = None
        """The control group that the job is in, if it is in one of its own."""
        self.breach: Breach | None = None
        """The limit that the job was killed for, if it was; the first one counts."""

    def begin(self) -> None:
        """The job begins: count its time from now on. What else it uses is for others to watch."""
        self._deadline.cancel()
        self._deadline = self._loop.call_later(self._allowance.wall_s, self.breached, "timeout")

    def watch(self, first: int, filled: Callable[[], Filled] | None = None) -> None:
        """The job begins: watch the processes below `first` from now on, and count its time.

        `filled` tells what its files hold, where that is not a box of its own.
        """
        self.begin()
        filled = filled or partial(in_box, first)
        self._watchdog = Watchdog(first, self._allowance, self.breached, filled, self.group)

    def breached(self, breach: Breach) -> None:
        """Kill the job for passing a limit."""
        self.breach = self.breach or breach
        self._kill()

    def stop(self) -> None:
        """The job is gone."""
        if self.group is not None:
            self._starved = self.group.has_killed
            self.group.remove()
            self.group = None
        self._deadline.cancel()
        if self._watchdog is not None:
            self._watchdog.stop()

    @property
    def seen_cpu_s(self) -> float:
        """The CPU seconds that the watchdog has seen, which a killed job may not tell."""
        return 0.0 if self._watchdog is None else self._watchdog.last.cpu_s

    @property
    def peak_mb(self) -> float | None:
        """The most memory that the watchdog has seen in use at once, None where it saw nothing."""
        return None if self._watchdog is None else self._watchdog.peak_mb

    def how(self, code: int, cpu_s: float) -> Ended:
        """How a job ended that left exit code `code`, negative for a signal, after `cpu_s` CPU seconds."""
        if self.breach is not None:
            return self.breach
        if self._starved:
            return "memory"
        if code >= 0:
            return "exit"
        if -code == signal.SIGXCPU or (-code == signal.SIGKILL and cpu_s >= self._allowance.cpu_s):
            return "cpu"
        if -code == signal.SIGXFSZ:
            return "disk"
        return "killed" if -code == signal.SIGKILL else "signal"


class Held(Process, Protocol):
    """A job as a process: every kind of sandbox has its own."""

    guard: Guard

    def how(self) -> tuple[Ended, int]:
        """How it ended, and its exit code, negative for a signal; for use after the end."""
        ...

    def failure(self, stderr: bytes) -> str:
        """Why the job was never started, empty if it was; `stderr` is what was written there."""
        ...
