"""The sandbox for machines that have Docker or Podman, and no namespaces of their own to give."""

import functools
import os
import secrets
import shutil
import sys
import tempfile
import weakref
from pathlib import Path

from holdfast.core.errors import MissingToolError, UserError
from holdfast.runtime.sandbox.contained import Contained
from holdfast.runtime.sandbox.engine import Engine, find_engine, profile
from holdfast.runtime.sandbox.jobs import PYTHON, Job
from holdfast.runtime.sandbox.means import Means

__all__ = ["LACKS", "ContainerStarter"]

LACKS = ("memory, disk and processor time of a job are looked at by a process in its own container",)
"""What the level does not hold, in words."""
_OFFICIAL = f"docker.io/library/python:{sys.version_info.major}.{sys.version_info.minor}-slim"
_MAIN = Path(__file__).with_name("container_main.py")
_FILTER = "filter.json"


class ContainerStarter:
    """Starts jobs of this level. Looks for an engine and its image when the first one is started."""

    def __init__(self, means: Means) -> None:
        """`means` names the image."""
        self._image = means.image or _OFFICIAL
        self._scratch: Path | None = None

    @functools.cached_property
    def _engine(self) -> Engine:
        return find_engine(self._image)

    def prepare(self) -> str:
        """Which engine and image it is. Raises as `find_engine` does."""
        return self._engine.version

    def __call__(self, job: Job, is_asked: bool) -> "Contained":  # noqa: FBT001
        """Start a job. Raises as `Jobs.run` does."""
        if job.folder is not None:
            raise UserError("a job of level container works in a folder of its own, not in one on disk")
        program = job.argv[0]
        if program != PYTHON and program.startswith("/"):
            raise MissingToolError(f"{program} is a program of this machine, which no container has")
        engine = self._engine
        name = f"holdfast-{os.getpid()}-{secrets.token_hex(6)}"
        readable = [path.absolute() for path in job.readable]
        scratch = self._folder()
        words = engine.words(name, job.allowance, readable, scratch / _FILTER)
        argv = [*words, "-I", "-S", "-c", _MAIN.read_text(encoding="utf-8")]
        removal = [engine.program, "rm", "--force", name]
        return Contained(argv, job, removal=removal, scratch=scratch, kept=self, is_asked=is_asked)

    def _folder(self) -> Path:
        """Where engines start, and leave notes, with the filter of system calls; gone with this object."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="holdfast-container-"))
            weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
            (self._scratch / _FILTER).write_text(profile(), encoding="utf-8")
        return self._scratch
