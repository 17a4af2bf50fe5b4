"""What a job finds: the system's programs and libraries, its interpreter, its variables, its limits."""

import functools
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from holdfast.core.errors import MissingToolError
from holdfast.runtime.sandbox.jobs import PYTHON, Job

__all__ = ["ENVIRONMENT", "command", "interpreter", "reached", "readable", "system", "tool"]

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    # Jobs that are repeated shall give the same answer.
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Small jobs side by side: a thread for every processor in each of them would only be in the way.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""The variables of every job, beside HOME and TMPDIR."""
_OPEN_FILES = 256
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime")


@functools.cache
def interpreter() -> Path:
    """The program behind our own interpreter, free of the environment that it was started in."""
    return Path(os.path.realpath(sys.executable))


def command(job: Job, *, others: int = 0, on_disk: bool = False) -> list[str]:
    """The words to start a job with. Raises MissingToolError where its program is not on this machine.

    `others` is how many processes are counted with those of the job. `on_disk` says that the folder of the
    job has no size of its own; a folder of the machine never has.
    """
    program = job.argv[0]
    if program == PYTHON:
        return [*_first(job, others, on_disk), os.fspath(interpreter()), "-s", "-P", *job.argv[1:]]
    # Relative names stand for files of the job itself.
    is_own = "/" in program and not program.startswith("/")
    if not is_own and shutil.which(program, path=ENVIRONMENT["PATH"]) is None:
        raise MissingToolError(f"{program} is not installed where the sandbox looks for programs")
    return [*_first(job, others, on_disk), *job.argv]


def _first(job: Job, others: int, on_disk: bool) -> list[str]:  # noqa: FBT001
    """The words of a job's first process: it sets limits, runs what follows, and ends with its exit code.

    The limits are set from within, because only there processes are counted by job. What the shell itself
    would say of a death by signal is not the job's.
    """
    allowance = job.allowance
    cpu_s = int(allowance.cpu_s) + 1
    kilobytes = allowance.memory_mb << 10
    processes = allowance.processes + 1 + others
    # A private folder has a size; one on disk has only what its files may be.
    files = "" if job.folder is None and not on_disk else f"ulimit -f {allowance.disk_mb << 11} && "
    script = (
        f"{files}ulimit -c 0 && ulimit -St {cpu_s} && ulimit -Ht {cpu_s + 1} && ulimit -d {kilobytes} && "
        f"ulimit -n {_OPEN_FILES} && {{ ulimit -p {processes} || ulimit -u {processes}; }} 2>/dev/null && "
        f'exec 3>&2 2>/dev/null && {{ (exec "$@" 2>&3 3>&-); exit $?; }}'
    )
    return ["/bin/sh", "-c", script, "sh"]


@functools.cache
def tool(name: str) -> str:
    """Where a program of util-linux is. Raises MissingToolError."""
    found = shutil.which(name)
    if found is None:
        raise MissingToolError(f"{name} is not installed: apt-get install util-linux")
    return found


@functools.cache
def system() -> tuple[tuple[str, str], ...]:
    """Pairs of places and what they are: a link to somewhere, or the machine's own folder (empty)."""
    return tuple(
        (place, os.fspath(Path(place).readlink()) if Path(place).is_symlink() else "")
        for place in (*_SYSTEM, *_SETTINGS)
        if Path(place).exists()
    )


def reached(job: Job) -> list[Path]:
    """Every place of this machine, beside the system's, that a job has to be able to reach."""
    return [*readable(job.readable).values(), *([] if job.folder is None else [job.folder.resolve()])]


def readable(further: Iterable[Path]) -> dict[Path, Path]:
    """Where each further folder is seen, and where it really lies; the interpreter's own is among them."""
    places = {Path(sys.base_prefix): Path(sys.base_prefix).resolve()}
    places |= {path.absolute(): path.resolve() for path in further}
    known = Path("/usr")
    return {seen: real for seen, real in places.items() if seen != known and known not in seen.parents}
