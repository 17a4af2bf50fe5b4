"""What a sandbox is asked to run, and what it tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

__all__ = ["FOLDER", "PYTHON", "Allowance", "Ended", "Job", "Level", "Ran", "Warmth"]

PYTHON = "python"
"""As the first word of a job: the interpreter of the sandbox."""
FOLDER = "/box/job"
"""The private folder of a job, which is also its working directory, at level `namespaces`."""

Ended = Literal["exit", "signal", "timeout", "cpu", "memory", "disk", "output", "killed"]
"""`exit`: by itself. `signal`: of a signal that it brought on itself, as by a crash. `timeout`, `cpu`,
`memory`, `disk`, `output`: killed for passing that limit. `killed`: by someone else, such as the kernel when
the whole machine runs out of memory."""


class Level(StrEnum):
    """How programs are kept apart from the machine, strongest first."""

    NAMESPACES = "namespaces"
    """Their own file tree, processes, network and users (bubblewrap), and a filter on system calls."""
    LANDLOCK = "landlock"
    """The machine's own file tree and processes, forbidden by Landlock, and the same filter."""
    CONTAINER = "container"
    """A container of Docker or Podman without network and privileges, with the same filter."""
    WASM = "wasm"
    """CPython as WebAssembly: no system calls at all, and no library that is not pure Python."""
    NONE = "none"
    """Nothing at all, for those who asked for it in so many words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a job may use, all of its processes together; it is killed beyond."""

    wall_s: float = 10.0
    """Seconds until it is killed, whatever it does."""
    cpu_s: float = 10.0
    """CPU seconds of all of its processes."""
    memory_mb: int = 512
    """Memory of all of its processes and files, in units of 2**20 bytes. A single process that asks for more
    is refused by its allocator first, which Python raises as MemoryError."""
    disk_mb: int = 64
    """What its folder, its temporary files and its shared memory may hold, in units of 2**20 bytes."""
    processes: int = 32
    """Processes and threads at a time; more cannot be started."""
    output_bytes: int = 1 << 20
    """What it may write to standard output, and as much again to standard error."""
    look_s: float = 0.1
    """Seconds from one look at what it uses to the next, at most; more looks find shorter peaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program to run."""

    argv: tuple[str, ...]
    """The program and its arguments; `python` is the interpreter of the sandbox, started without user or
    script folders on its path."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Relative names and contents of what lies in its folder."""
    stdin: bytes = b""
    allowance: Allowance = Allowance()
    readable: tuple[Path, ...] = ()
    """Further folders or files of this machine that it may read, at their own paths."""
    folder: Path | None = None
    """A folder of this machine, lent by `Sandbox.lend`, that is its working directory and that it may fill;
    None for a private one that is gone with the job."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables beside the few that every job gets; nothing is inherited."""


@dataclass(frozen=True, slots=True)
class Warmth:
    """What jobs of a zygote share."""

    preload: tuple[str, ...] = ()
    """Modules that it has imported."""
    readable: tuple[Path, ...] = ()
    """Folders where it finds modules."""
    hash_seed: int = 0
    """Decides the order in which sets of texts are walked, as PYTHONHASHSEED does."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that the interpreter is started with, beside those of every job."""
        return {"PYTHONHASHSEED": str(self.hash_seed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a job ended. That the sandbox itself failed is never told here: it raises InfrastructureError."""

    ended: Ended
    returncode: int
    """Negative for the signal that ended it."""
    stdout: bytes
    stderr: bytes
    cpu_s: float
    """CPU seconds of all of its processes, as far as they could be counted when it was killed."""
    wall_s: float
    level: Level
    memory_mb: float | None = None
    """The most that all of its processes were seen to use at once, in units of 2**20 bytes; None where nobody
    looked, or the job was over at the second look."""
    missing: tuple[str, ...] = ()
    """What this level does not hold on this machine, in words."""
