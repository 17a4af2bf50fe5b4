"""The two verbs that every sandbox has: run a job to its end, or open it as a conversation."""

from collections.abc import Callable
from typing import TypeAlias

from holdfast.runtime.crowd import Crowd
from holdfast.runtime.sandbox.conversation import Conversation
from holdfast.runtime.sandbox.finish import finish
from holdfast.runtime.sandbox.guard import Held
from holdfast.runtime.sandbox.jobs import Job, Level, Ran

__all__ = ["Jobs", "Start"]

Start: TypeAlias = Callable[[Job, bool], Held]
"""Starts a job; the second argument says whether it is asked, over a pipe as standard input."""


class Jobs:
    """Runs jobs. Whatever event loop runs when a job is started is the one that it belongs to."""

    def __init__(self, start: Start, level: Level, missing: tuple[str, ...] = ()) -> None:
        """Jobs are started by `start`, which is of `level`."""
        self._start = start
        self.level = level
        """How jobs are kept apart from the machine."""
        self.missing = missing
        """What this level does not hold on this machine, in words."""

    async def run(self, job: Job) -> Ran:
        """Run a job to its end; nothing of it is left when this returns.

        Raises UserError where the job asks for what cannot be, MissingToolError where its program is not
        there, and InfrastructureError where the sandbox could not be built.
        """
        limit = job.allowance.output_bytes
        held = self._start(job, False)  # noqa: FBT003
        return await finish(held, output_bytes=limit, level=self.level, missing=self.missing)

    def start(self, job: Job) -> Held:
        """Start a job and hand it over, to be asked over a pipe; its `stdin` is not looked at.

        Needs a running loop. Raises as `run` does.
        """
        return self._start(job, True)  # noqa: FBT003

    def open(
        self, job: Job, *, delimiter: bytes = b"\n", name: str = "the job", crowd: Crowd | None = None
    ) -> Conversation:
        """Start a job and leave it running, to be asked; its `stdin` is not looked at. Needs a running loop.

        Every answer ends with `delimiter`; `name` is for messages. Raises as `run` does.
        """
        held = self.start(job)
        longest = job.allowance.output_bytes
        return Conversation(held, name=name, delimiter=delimiter, longest=longest, crowd=crowd)
