"""The words that make Docker or Podman build the container of one job."""

import functools
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.core.errors import MissingToolError, SandboxUnavailableError, UserError
from holdfast.runtime.sandbox.filter import filter_profile
from holdfast.runtime.sandbox.jobs import Allowance

__all__ = ["Engine", "find_engine", "profile"]

_PATIENCE_S = 30.0
_SLACK_MB = 64
"""By how much the kernel's own limit is higher than the job's: the first process needs some of it."""
_NOBODY = "65534:65534"


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that runs containers, and an image that it has."""

    program: str
    image: str
    version: str = ""
    """Which image that is, and which program."""

    def words(self, name: str, allowance: Allowance, readable: Sequence[Path], profile: Path) -> list[str]:
        """All but the program: the container is called `name` and is gone when its first process ends.

        `readable` are shown at their own paths, `profile` is a file with the filter of system calls.
        """
        memory, disk = f"{allowance.memory_mb + _SLACK_MB}m", f"size={allowance.disk_mb}m,mode=1777"
        return [
            *(self.program, "run", "--rm", "--interactive", "--pull=never", f"--name={name}"),
            *("--log-driver=none", "--network=none", "--hostname=box", "--ipc=private", "--init=false"),
            *("--read-only", *(("--read-only-tmpfs=false",) if self.is_podman else ())),
            *("--cap-drop=ALL", "--security-opt=no-new-privileges", f"--security-opt=seccomp={profile}"),
            *(f"--user={_NOBODY}", "--workdir=/"),
            # The first process and what it starts the program with.
            f"--pids-limit={allowance.processes + 2}",
            *(f"--memory={memory}", f"--memory-swap={memory}", f"--shm-size={allowance.disk_mb}m"),
            *("--ulimit=nofile=1024:1024", "--ulimit=core=0:0", "--ulimit=nproc=4096:4096"),
            *(f"--tmpfs=/box:rw,nosuid,nodev,{disk}", f"--tmpfs=/tmp:rw,nosuid,nodev,{disk}"),
            *(f"--mount=type=bind,source={path},target={path},readonly" for path in map(_plain, readable)),
            *("--entrypoint=python3", self.image),
        ]

    @property
    def is_podman(self) -> bool:
        """Whether it is Podman, which has options of its own."""
        return Path(self.program).name.startswith("podman")


def find_engine(image: str) -> Engine:
    """The first engine of this machine that runs, Podman before Docker; nothing is ever fetched.

    Podman needs no service that runs as root, so that whoever gets out of it is nobody special. Raises
    MissingToolError where there is none, or where it does not have the image, and SandboxUnavailableError
    where none runs.
    """
    found = [path for name in ("podman", "docker") if (path := shutil.which(name)) is not None]
    if not found:
        raise MissingToolError("neither Podman nor Docker is installed: apt-get install podman")
    for program in found:
        name = Path(program).name
        number = _asked(program, "image", "inspect", "--format={{.Id}}", image)
        if number:
            about = Path(program).stat()
            return Engine(program, image, f"{number} {program} {about.st_mtime_ns} {about.st_size}")
        if _asked(program, "info"):
            raise MissingToolError(f"{name} does not have the image {image}: {name} pull {image}")
    names = [Path(program).name for program in found]
    raise SandboxUnavailableError(f"{' and '.join(names)} cannot run containers here: see `{names[0]} info`")


@functools.cache
def profile() -> str:
    """The filter of system calls as engines read it."""
    return json.dumps(filter_profile())


def _plain(path: Path) -> Path:
    if "," in str(path):
        raise UserError(f"{path} cannot be shown to programs in a container: its name has a comma")
    return path


def _asked(*words: str) -> str:
    """What the engine answers, empty where it refuses."""
    try:
        done = subprocess.run(words, capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""
