"""Control groups: the one thing in the kernel that bounds the memory of a whole job exactly.

They are used where we may make them, which is as root on most machines; elsewhere the watchdog is alone.
"""

import contextlib
import functools
import itertools
import os
from pathlib import Path

from holdfast.runtime.sandbox.jobs import Allowance

__all__ = ["Group", "new_group"]

_TREE = Path("/sys/fs/cgroup")
_LONG_S = 60.0
"""What a job may run for, if it is to be put in a group."""
_NUMBERS = itertools.count()


class Group:
    """The group of one job, with its memory bounded. Empty until a process is put in."""

    def __init__(self, folder: Path, *, is_old: bool) -> None:
        """Take over a folder that was just made; `is_old` says that it is of version 1."""
        self._folder = folder
        self._events = folder / ("memory.oom_control" if is_old else "memory.events.local")

    def put(self, pid: int) -> None:
        """Move a process in; what it starts from then on is in as well. Raises OSError."""
        (self._folder / "cgroup.procs").write_text(str(pid), encoding="ascii")

    @property
    def has_killed(self) -> bool:
        """Whether a process was killed because the group's memory was full."""
        try:
            lines = self._events.read_text(encoding="ascii").splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and not line.endswith(" 0") for line in lines)

    def remove(self) -> None:
        """Delete the group, whose processes are gone."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def new_group(allowance: Allowance) -> Group | None:
    """A group for a job, None where we may not make any, and for jobs that are short.

    To move a process into a group, the kernel first waits for all processors, which takes as long as a short
    job does.
    """
    base = _base()
    if base is None or allowance.wall_s < _LONG_S:
        return None
    folder, is_old = base
    group = folder / f"holdfast-{os.getpid()}-{next(_NUMBERS)}"
    limits = {"memory.limit_in_bytes": 0} if is_old else {"memory.max": 0, "memory.oom.group": 1}
    try:
        group.mkdir()
        for name, value in limits.items():
            (group / name).write_text(str(value or allowance.memory_mb << 20), encoding="ascii")
    except OSError:
        with contextlib.suppress(OSError):
            group.rmdir()
        return None
    if not is_old:
        # Swap would let a job keep more than it may.
        with contextlib.suppress(OSError):
            (group / "memory.swap.max").write_text("0", encoding="ascii")
    return Group(group, is_old=is_old)


@functools.cache
def _base() -> tuple[Path, bool] | None:
    """Where groups that bound memory can be made, and whether they are of version 1.

    Never outside the groups that we are in ourselves: what bounds us is to bound our jobs.
    """
    for line in _words(Path("/proc/self/cgroup")):
        number, names, path = line.split(":", 2)
        if "memory" in names.split(","):
            own = _TREE / "memory" / path.lstrip("/")
            return _swept(own, is_old=True) if _is_open(own / "memory.limit_in_bytes") else None
        if number == "0" and (_TREE / "cgroup.controllers").exists():
            own = _TREE / path.lstrip("/")
            # A group that has processes cannot have such groups below it, unless it is the topmost one.
            for folder in (own, own.parent):
                if folder.is_relative_to(_TREE) and "memory" in _words(folder / "cgroup.subtree_control"):
                    return _swept(folder, is_old=False) if _is_open(folder / "cgroup.procs") else None
    return None


def _swept(folder: Path, *, is_old: bool) -> tuple[Path, bool]:
    """The folder, without the empty groups of those who were killed before they could delete them."""
    for group in folder.glob("holdfast-*-*"):
        if not Path("/proc", group.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                group.rmdir()
    return folder, is_old


def _is_open(path: Path) -> bool:
    return os.access(path, os.W_OK)


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []
