"""No sandbox at all: for those who asked for it in so many words."""

import contextlib
import os
import signal
import subprocess

from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.bubblewrap import Inherited
from holdfast.runtime.sandbox.census import count_of_user
from holdfast.runtime.sandbox.hosted import Folder, Hosted
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import Job

__all__ = ["start_bare"]


class _Killed(Hosted):
    depth = 1

    def interrupt(self) -> None:
        """Send SIGINT to the program."""
        main = self._program()
        if main is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(main, signal.SIGINT)

    def kill(self) -> None:
        """Kill its process group; what left the group lives on."""
        if self.alive:
            self._kill_group()


def start_bare(identity: Identity, job: Job, is_asked: bool) -> Hosted:  # noqa: FBT001
    """Start a job that can do all that its user can; root's jobs are another user's all the same."""
    command = tree.command(job, others=count_of_user(identity.uid), on_disk=True)
    prefix = identity.prefix(tree.reached(job))
    folder = Folder(job, identity)
    with Inherited() as ours:
        stdin = subprocess.PIPE if is_asked else int(ours.data(job.stdin))
        return _Killed(
            [*prefix, "/usr/bin/env", f"--chdir={folder.work}", *command],
            job,
            folder,
            stdin=stdin,
            environment=folder.variables(job),
            inherited=Inherited(),
        )
