"""A job in the machine's own file tree and among its processes, as a process with a folder on disk."""

import contextlib
import os
import signal
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from holdfast.runtime.sandbox.bubblewrap import Inherited, files_of, variables
from holdfast.runtime.sandbox.census import children
from holdfast.runtime.sandbox.folders import Filled, delete, in_folder
from holdfast.runtime.sandbox.guard import Guard
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import Ended, Job
from holdfast.runtime.sandbox.outer import Outer

__all__ = ["Folder", "Hosted"]

_STUBBORN_S = 60.0
"""Seconds in which a process that was told to end all of its job does so, be the machine ever so busy. Where
it is killed itself, what the job has started may live on."""


class Folder:
    """The folder of one job on disk: its own files, temporary files and home; gone after `remove`."""

    def __init__(self, job: Job, identity: Identity) -> None:
        """Lay out the files of a job. Raises UserError where one has a name that leads out of the folder."""
        files = files_of(job.files)
        self.path = Path(tempfile.mkdtemp(prefix="holdfast-job-")).resolve()
        weakref.finalize(self, delete, self.path)
        self.own = self.path / "job"
        """Where the job's files lie."""
        self.work = self.own if job.folder is None else job.folder.absolute()
        """The working directory."""
        self._temporary = self.path / "tmp"
        self._temporary.mkdir()
        self.own.mkdir()
        for name, content in files.items():
            path = self.own / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if identity.uid is not None:
            for path in (self.path, *self.path.rglob("*")):
                os.chown(path, identity.uid, identity.uid)

    def variables(self, job: Job) -> dict[str, str]:
        """The environment of the job."""
        own = {"HOME": os.fspath(self.own), "TMPDIR": os.fspath(self._temporary)}
        return variables(own | dict(job.environment))

    def filled(self, root: int) -> Filled:
        """What it holds at the moment, with what lies in the folder that the job works in.

        Process `root` and those below it may keep files there that have no name any more.
        """
        return in_folder(self.path, *(() if self.work == self.own else (self.work,)), root=root)

    def remove(self) -> None:
        """Delete it with all that it holds, as far as the machine allows."""
        delete(self.path)


class Hosted(Outer):
    """A process that runs one job, and that ends when told to by SIGTERM, with all that the job started."""

    depth: ClassVar[int] = 2
    """How far below this process the program is."""

    def __init__(
        self,
        argv: Sequence[str],
        job: Job,
        folder: Folder,
        *,
        stdin: int,
        environment: Mapping[str, str],
        inherited: Inherited,
        answers: int | None = None,
    ) -> None:
        """Start `argv` for `job` in `folder`, which becomes this object's own.

        `environment` is that of the process itself: where it stays outside the walls, not that of the job.
        `answers` is the reading end of a pipe on which something is written once the job begins, and which
        becomes this object's own too; None for a job that begins at once.
        """
        super().__init__(
            argv,
            stdin=stdin,
            cwd=folder.work,
            env=environment,
            cpu_s=job.allowance.cpu_s,
            pass_fds=inherited.all,
        )
        self._folder = folder
        self._answers = answers
        self._has_begun = answers is None
        self.guard = Guard(job.allowance, self.kill)
        """What holds it to its allowance."""
        self.guard.watch(self.pid, partial(folder.filled, self.pid))
        self.exited.add_done_callback(self._over)

    def _find(self) -> int | None:
        found: int | None = self.pid
        for _ in range(self.depth):
            found = None if found is None else next(iter(children(found)), None)
        return found

    def kill(self) -> None:
        """Kill the job and all that it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            self._loop.call_later(_STUBBORN_S, super().kill)

    def how(self) -> tuple[Ended, int]:
        """How the program ended and its exit code; for use after the end."""
        code = self.exited.result()
        if code - 128 in signal.Signals.__members__.values():
            code = 128 - code
        return self.guard.how(code, self.total_cpu_s), code

    def failure(self, stderr: bytes) -> str:
        """Why the program was never started, empty if it was."""
        words = " ".join(stderr.decode(errors="replace").split())[:300]
        return "" if self._has_begun or self.guard.breach else words or "it was killed"

    def _over(self, _: object) -> None:
        self.guard.stop()
        self.total_cpu_s = max(self.total_cpu_s, self.guard.seen_cpu_s)
        if self._answers is not None:
            self._has_begun = os.read(self._answers, 1) == b"1"
            os.close(self._answers)
        self._folder.remove()
