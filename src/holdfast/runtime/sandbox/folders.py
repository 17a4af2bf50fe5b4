"""Folders on disk that a program fills as it likes: what they hold, and how they are deleted.

A program may nest folders deeper than paths are long, close them to those who look, and unlink what it
still writes to. What cannot be looked into counts as full, and links are never followed.
"""

import contextlib
import errno
import math
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.runtime.sandbox.census import below, has_memory, speaker

__all__ = ["Filled", "delete", "in_folder"]

_MB = 1 << 20
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESRCH)
_MAPPED_MB = 8.0
"""What a file without a name is taken to hold that is open nowhere, but in some process's memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the files of a job take, in units of 2**20 bytes."""

    memory_mb: float = 0.0
    disk_mb: float = 0.0
    count: int = 0
    """How many files there are."""


_DEEPEST = 200
"""Looking into folders takes the longer the deeper they are, and no honest program nests them so."""
_FULL = Filled(disk_mb=math.inf)


def in_folder(*folders: Path, root: int | None = None, can_hide: bool = True) -> Filled:
    """What folders hold, with the files without a name that process `root` and those below it keep there.

    `can_hide` says whether a job might close its processes to us; then one that is closed counts as full.
    """
    size, count = 0, 0
    waiting = [(os.fspath(folder), 0) for folder in folders]
    try:
        while waiting:
            folder, depth = waiting.pop()
            for place, found in _listed(folder):
                size += found.st_blocks * 512
                count += 1
                if stat.S_ISDIR(found.st_mode):
                    waiting.append((place, depth + 1))
            if depth > _DEEPEST:
                return _FULL
        devices = {each.stat().st_dev for each in folders}
        nameless_mb = 0.0 if root is None else _nameless_mb(root, devices, can_hide=can_hide)
    except OSError as error:
        return Filled() if error.errno in _GONE else _FULL
    return Filled(disk_mb=size / _MB + nameless_mb, count=count)


def _listed(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The entries of a folder; none of one that is gone. Raises OSError where it cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    yield entry.path, entry.stat(follow_symlinks=False)
    except OSError as error:
        if error.errno not in _GONE:
            raise


def _nameless_mb(root: int, devices: set[int], *, can_hide: bool) -> float:
    """What files without a name hold, in units of 2**20 bytes. Raises OSError where a process hides them."""
    open_mb: dict[tuple[int, int], float] = {}
    mapped: set[tuple[int, int]] = set()
    for pid in map(speaker, below(root)):
        try:
            for found in _opened(pid):
                if stat.S_ISREG(found.st_mode) and not found.st_nlink and found.st_dev in devices:
                    open_mb[found.st_dev, found.st_ino] = found.st_blocks * 512 / _MB
            mapped |= _mapped(pid, devices)
        except OSError as error:
            if error.errno not in _GONE and can_hide and has_memory(pid):
                raise
    return sum(open_mb.values()) + _MAPPED_MB * len(mapped - open_mb.keys())


def _opened(pid: int) -> Iterator[os.stat_result]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            yield descriptor.stat()


def _mapped(pid: int, devices: set[int]) -> set[tuple[int, int]]:
    found = set()
    for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
        if line.endswith(b" (deleted)"):
            device, number = line.split(maxsplit=5)[3:5]
            major, minor = (int(part, 16) for part in device.split(b":"))
            if os.makedev(major, minor) in devices:
                found.add((os.makedev(major, minor), int(number)))
    return found


def delete(folder: Path) -> None:
    """Delete a folder with all that it holds, as far as the machine allows; nothing may write to it any more.

    Whatever lies deeper is brought up first, so that neither paths nor the stack grow with the depth.
    """
    with contextlib.suppress(OSError):
        _enter(folder)
        stuck: set[str] = set()
        while left := [place for place in folder.iterdir() if place.name not in stuck]:
            token = secrets.token_hex(8)
            for number, place in enumerate(left):
                try:
                    _empty(place, folder, f"{token}-{number}")
                except OSError:
                    stuck.add(place.name)
        folder.rmdir()


def _empty(place: Path, top: Path, name: str) -> None:
    """Delete one thing, with the folders in it moved to `top`, to names that begin with `name`."""
    if not stat.S_ISDIR(place.lstat().st_mode):
        place.unlink()
        return
    _enter(place)
    for number, inner in enumerate(place.iterdir()):
        if stat.S_ISDIR(inner.lstat().st_mode):
            _enter(inner)
            inner.rename(top / f"{name}-{number}")
        else:
            inner.unlink()
    place.rmdir()


def _enter(folder: Path) -> None:
    """Let ourselves into a folder, which is none of its links."""
    folder.chmod(stat.S_IRWXU)
