"""A process that runs a program somewhere below it, and is asked about that program."""

import contextlib
import time
from abc import ABC, abstractmethod

from holdfast.runtime.process import OwnedProcess
from holdfast.runtime.sandbox.census import resident_mb

__all__ = ["Outer"]


class Outer(OwnedProcess, ABC):
    """What a sandbox starts first. Its figures are those of the program that it runs."""

    _main: int | None = None
    """The number of the program, once it was found."""
    _cpu_s = 0.0

    @property
    def program(self) -> int:
        """The number of the program, that of this process while there is none."""
        return self._program() or self.pid

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
        return 0.0 if main is None else resident_mb(main)

    def _program(self) -> int | None:
        """The number of the program, None while there is none."""
        if self._main is None:
            self._main = self._find()
        return self._main

    @abstractmethod
    def _find(self) -> int | None:
        """Look for the program below this process."""
