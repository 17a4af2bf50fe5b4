"""The words that make bubblewrap build the sandbox of one job."""

import fcntl
import functools
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from holdfast.core.errors import MissingToolError, UserError
from holdfast.runtime.sandbox.jobs import FOLDER, Job
from holdfast.runtime.sandbox.tree import ENVIRONMENT, readable, system

__all__ = ["BOX", "Inherited", "files_of", "find_bubblewrap", "variables", "words"]

BOX = "/box"
"""The one file system that a job can write to; its folder, temporary files and shared memory lie in it."""
_TEMPORARY = f"{BOX}/tmp"  # noqa: S108 - in the sandbox
_SHARED = f"{BOX}/shm"
_DEVICES = ("null", "full", "random", "urandom")
"""Not `zero`: who maps it gets memory that is shared and has no name, which nobody can count."""
_SEALS = 0x1 | 0x2 | 0x4 | 0x8
"""No further seals, no shrinking, no growing, no writing."""
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}


@functools.cache
def find_bubblewrap() -> str:
    """Where bubblewrap is. Raises MissingToolError."""
    found = shutil.which("bwrap")
    if found is None:
        raise MissingToolError("bubblewrap is not installed: apt-get install bubblewrap")
    return found


class Inherited:
    """Descriptors that a program inherits: opened here, closed when this block ends."""

    def __init__(self) -> None:
        self.all: list[int] = []

    def __enter__(self) -> "Inherited":
        return self

    def __exit__(self, *_: object) -> None:
        while self.all:
            os.close(self.all.pop())

    def take(self, descriptor: int) -> str:
        """Keep an open descriptor until the end of the block; its number, as a word."""
        self.all.append(descriptor)
        return str(descriptor)

    def data(self, content: bytes) -> str:
        """A new descriptor from which `content` can be read; who inherits it cannot write to it."""
        descriptor = _nameless()
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        if hasattr(os, "memfd_create"):
            # Else it is a file of any size whose memory belongs to no process.
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        return self.take(descriptor)


def _nameless() -> int:
    """A file in memory, or on disk where the system has none there."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("data", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def words(job: Job, inherited: Inherited, *, nested: bool = False) -> list[str]:
    """All but the program itself, the filter and the descriptors that only one way of running has.

    `nested` leaves further namespaces open to the program. Raises UserError where a file of the job
    has a name that leads out of its folder.
    """
    return [
        find_bubblewrap(),
        *("--unshare-all", "--unshare-user", "--as-pid-1", "--new-session", "--die-with-parent"),
        *("--hostname", "box"),
        *(() if nested else ("--disable-userns",)),
        *_variables(job.environment),
        *_system(),
        *_readable(job.readable),
        *_own(job.folder),
        *_devices(),
        *("--size", str(job.allowance.disk_mb << 20), "--tmpfs", BOX),
        *("--dir", FOLDER, "--dir", _TEMPORARY, "--dir", _SHARED),
        *_temporary(job),
        *_files(job.files, inherited),
        *("--proc", "/proc", "--remount-ro", "/"),
        *("--chdir", FOLDER if job.folder is None else os.fspath(job.folder.absolute())),
    ]


def variables(further: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job that asks for `further` variables."""
    return ENVIRONMENT | {"HOME": FOLDER, "TMPDIR": _TEMPORARY} | dict(further)


def files_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a job, their names looked at. Raises UserError where one leads out of its folder."""
    found = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
            raise UserError(f"a job cannot have a file named {name!r}: names stay in the job's folder")
        found[str(path)] = content
    return found


def _variables(further: Mapping[str, str]) -> Iterable[str]:
    yield "--clearenv"
    for name, value in variables(further).items():
        yield from ("--setenv", name, value)


def _system() -> Iterable[str]:
    for place, link in system():
        yield from ("--symlink", link, place) if link else ("--ro-bind", place, place)


def _readable(further: Iterable[Path]) -> Iterable[str]:
    for seen, real in sorted(readable(further).items()):
        yield from ("--ro-bind", os.fspath(real), os.fspath(seen))


def _own(folder: Path | None) -> Iterable[str]:
    if folder is not None:
        yield from ("--bind", os.fspath(folder.resolve()), os.fspath(folder.absolute()))


def _temporary(job: Job) -> Iterable[str]:
    """Other names of the folder for temporary files, where nothing of the machine is to be seen there."""
    shown = [*readable(job.readable), *(() if job.folder is None else (job.folder.absolute(),))]
    for name in ("/tmp", "/var/tmp"):  # noqa: S108 - in the sandbox
        if not any(seen.is_relative_to(name) for seen in shown):
            yield from ("--symlink", _TEMPORARY, name)


def _devices() -> Iterable[str]:
    for name in _DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    for name, target in _LINKS.items():
        yield from ("--symlink", target, f"/dev/{name}")
    yield from ("--symlink", _SHARED, "/dev/shm")  # noqa: S108 - in the sandbox


def _files(files: Mapping[str, bytes], inherited: Inherited) -> Iterable[str]:
    for name, content in files_of(files).items():
        yield from ("--file", inherited.data(content), f"{FOLDER}/{name}")
