"""Looks at a running job again and again, and tells when it has used more than it may."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from holdfast.runtime.sandbox.bubblewrap import BOX
from holdfast.runtime.sandbox.census import Meter, Usage, shared_out_mb
from holdfast.runtime.sandbox.cgroups import Group
from holdfast.runtime.sandbox.folders import Filled, in_folder
from holdfast.runtime.sandbox.jobs import Allowance

__all__ = ["Breach", "Watchdog", "in_box"]

Breach = Literal["timeout", "cpu", "memory", "disk", "output"]
"""The limit that a job was killed for."""

_MB = 1 << 20
_FASTEST_MB_S = 4000.0
"""How fast memory can fill, about; the next look comes before what is left could be full."""
_SOONEST_S = 0.005
_FREE_FILES = 512
"""Open files of all processes together whose buffers are not counted: few programs have as many."""
_BUFFER_MB = 0.2
_FILES_PER_MB = 1000
"""Files take memory of the kernel even when they are empty."""


class Watchdog:
    """Watches the processes below one, which is the first of a process namespace."""

    def __init__(
        self,
        root: int,
        allowance: Allowance,
        breached: Callable[[Breach], None],
        filled: Callable[[], Filled],
        group: Group | None,
    ) -> None:
        """Watch from now on; `breached` is called once. Needs a running event loop.

        `filled` tells what the files of the job hold; `group` is the control group that it is in.
        """
        self._group = group
        self._root = root
        self._filled = filled
        self._allowance = allowance
        self._breached = breached
        self._loop = asyncio.get_running_loop()
        self._cores = os.cpu_count() or 1
        self._timer = self._loop.call_later(_SOONEST_S, self._look)
        self._meter = Meter()
        self.last = Usage()
        """What was found at the latest look."""
        self.peak_mb: float | None = None
        """The most memory that was found at a look, but for the first, when a job is being started."""
        self._has_looked = False

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.cancel()

    def _look(self) -> None:
        self.last = self._meter.read(self._root)
        files = self._filled()
        if self.last.memory_mb > 0 and self._has_looked:  # it is not over, and no longer only being started
            self.peak_mb = max(self.peak_mb or 0.0, self.last.memory_mb + files.memory_mb)
        self._has_looked = True
        breach = self._breach(files)
        if breach is not None:
            self._breached(breach)
            return
        left_mb = self._allowance.memory_mb - self.last.memory_mb - files.memory_mb
        left_s = (self._allowance.cpu_s - self.last.cpu_s) / self._cores
        pause_s = min(left_mb / _FASTEST_MB_S, left_s, self._allowance.look_s)
        self._timer = self._loop.call_later(max(pause_s, _SOONEST_S), self._look)

    def _breach(self, files: Filled) -> Breach | None:
        allowed = self._allowance
        if self.last.cpu_s > allowed.cpu_s:
            return "cpu"
        if self._group is not None and self._group.has_killed:
            return "memory"
        # Processes that share what they have not written to look bigger than they are at first.
        other_mb = files.memory_mb + self._buffers_mb()
        looks_full = self.last.memory_mb + other_mb > allowed.memory_mb
        if looks_full and shared_out_mb(self._root) + other_mb > allowed.memory_mb:
            return "memory"
        is_full = files.disk_mb > allowed.disk_mb or files.count > allowed.disk_mb * _FILES_PER_MB
        return "disk" if is_full else None

    def _buffers_mb(self) -> float:
        """What the buffers of open pipes and socket pairs may hold, which the kernel counts for nobody."""
        return max(self.last.open_files - _FREE_FILES, 0) * _BUFFER_MB


def in_box(first: int, folder: Path | None = None) -> Filled:
    """What the private file system of a job holds, as its first process sees it, with its folder on disk."""
    on_disk = Filled() if folder is None else in_folder(folder, root=first, can_hide=False)
    try:
        found = os.statvfs(f"/proc/{first}/root{BOX}")
    except OSError:
        return on_disk
    size_mb = (found.f_blocks - found.f_bfree) * found.f_frsize / _MB
    count = found.f_files - found.f_ffree
    return Filled(memory_mb=size_mb, disk_mb=size_mb + on_disk.disk_mb, count=count + on_disk.count)
