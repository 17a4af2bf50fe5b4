"""Runs jobs at the strongest level that holds on this machine."""

import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.core.errors import SandboxUnavailableError
from holdfast.runtime.crowd import Crowd
from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.box import Box
from holdfast.runtime.sandbox.bubblewrap import Inherited, words
from holdfast.runtime.sandbox.conversation import Conversation
from holdfast.runtime.sandbox.filter import open_filter
from holdfast.runtime.sandbox.finish import finish
from holdfast.runtime.sandbox.identity import Identity, find_identity
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Level, Ran
from holdfast.runtime.sandbox.zygote import Zygote

__all__ = ["Sandbox", "find_sandbox"]


class Sandbox:
    """A level that has passed its self-test. Belongs to no event loop and holds no process."""

    def __init__(self, identity: Identity) -> None:
        """Jobs run as `identity` says."""
        self.level = Level.NAMESPACES
        self.missing: tuple[str, ...] = ()
        """What this level does not hold on this machine, in words."""
        self._identity = identity

    async def run(self, job: Job) -> Ran:
        """Run a job to its end; nothing of it is left when this returns.

        Raises UserError where the job asks for what cannot be, MissingToolError where its program is not
        there, and InfrastructureError where the sandbox could not be built.
        """
        with Inherited() as inherited, Inherited() as ours:
            box = self._box(job, int(ours.data(job.stdin)), inherited)
        limit = job.allowance.output_bytes
        return await finish(box, output_bytes=limit, level=self.level, missing=self.missing)

    def open(
        self, job: Job, *, delimiter: bytes = b"\n", name: str = "the job", crowd: Crowd | None = None
    ) -> Conversation:
        """Start a job and leave it running, to be asked; its `stdin` is not looked at. Needs a running loop.

        Every answer ends with `delimiter`; `name` is for messages. Raises as `run` does.
        """
        with Inherited() as inherited:
            box = self._box(job, subprocess.PIPE, inherited)
        return Conversation(box, name=name, delimiter=delimiter, crowd=crowd)

    @asynccontextmanager
    async def zygote(
        self, *, preload: Sequence[str] = (), readable: Sequence[Path] = ()
    ) -> AsyncIterator[Zygote]:
        """An interpreter that has imported `preload`; jobs start from it much faster than by themselves.

        `readable` are folders where it finds modules, for all its jobs. Raises InfrastructureError where it
        does not start, as when a module of `preload` is not there.
        """
        async with Zygote(self._identity, preload=preload, readable=readable) as zygote:
            yield zygote

    def _box(self, job: Job, stdin: int, inherited: Inherited) -> Box:
        argv = words(job, inherited)
        argv += ["--seccomp", inherited.take(open_filter()), "--", *tree.command(job)]
        reached = [Path(argv[0]).resolve(), *tree.readable(job.readable).values()]
        prefix = self._identity.prefix(reached)
        return Box(prefix, argv, stdin=stdin, allowance=job.allowance, inherited=inherited)


async def find_sandbox(
    cache: Path | None,  # noqa: ARG001
    *,
    accept_unsafe: bool = False,  # noqa: ARG001
    wanted: Level | None = None,
) -> Sandbox:
    """The strongest level that holds here, or `wanted`.

    What was found out is kept under `cache`. Raises SandboxUnavailableError where nothing holds, or `wanted`
    does not; there is no fall to a weaker level than was asked for. Level `none` is given only with
    `accept_unsafe`.
    """
    if wanted not in {None, Level.NAMESPACES}:
        raise SandboxUnavailableError(f"level {wanted} does not hold here")
    sandbox = Sandbox(find_identity())
    ran = await sandbox.run(Job(argv=(PYTHON, "-c", "print(1)")))
    if ran.stdout != b"1\n":
        raise SandboxUnavailableError(f"the sandbox does not run programs: {_line(ran.stderr)}")
    return sandbox


def _line(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split())[:300]
