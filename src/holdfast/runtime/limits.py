"""What a program may use, and the clock that holds a request to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from holdfast.runtime.process import Process

__all__ = ["Limits", "Watch"]

_GRACE = 0.15
"""The share of a limit that passes between the interrupt and the kill."""
_LEAST_GRACE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a program may use; it is killed beyond. None means without limit."""

    wall_s: float
    cpu_s: float | None = None
    """CPU seconds of the program itself."""
    memory_mb: int | None = None
    """Private writable memory in units of 2**20 bytes; beyond it, allocation fails inside the program."""


class Watch:
    """Compares what a request has used with its limits; interrupts, and after a time of grace gives up."""

    def __init__(self, process: Process, expire: Callable[[], None]) -> None:
        """Watch `process`; `expire` is called when the grace has passed as well."""
        self._process = process
        self._expire = expire
        self._loop = asyncio.get_running_loop()
        self._limits = Limits(wall_s=0.0)
        self._cpu_at_start = 0.0
        self._started = 0.0
        self.interrupted = False
        """Whether the present or latest request reached a limit."""
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, limits: Limits) -> None:
        """Start the clocks of one request."""
        self._limits = limits
        self.interrupted = False
        self._cpu_at_start = self._process.cpu_s()
        self._started = self._loop.time()

    def arm(self) -> None:
        """See to it that the limits are kept, now that the answer is waited for."""
        self._timer = self._loop.call_later(max(self._left(), 0.0), self._check)

    def disarm(self) -> None:
        """Stop that."""
        if self._timer is not None:
            self._timer.cancel()

    def end(self) -> float:
        """The CPU seconds used since `begin`."""
        return self._process.cpu_s() - self._cpu_at_start

    def _check(self) -> None:
        left = self._left()
        if left <= 0 and self.interrupted:
            self._expire()
            return
        if left <= 0:
            self.interrupted = True
            self._process.interrupt()
            left = self._left()
        self._timer = self._loop.call_later(max(left, 0.001), self._check)

    def _left(self) -> float:
        """Seconds that certainly pass until the next thing is due, for a program of one thread."""
        wall = self._deadline(self._limits.wall_s) - (self._loop.time() - self._started)
        if self._limits.cpu_s is None:
            return wall
        return min(wall, self._deadline(self._limits.cpu_s) - (self._process.cpu_s() - self._cpu_at_start))

    def _deadline(self, limit_s: float) -> float:
        return limit_s + max(limit_s * _GRACE, _LEAST_GRACE_S) if self.interrupted else limit_s
