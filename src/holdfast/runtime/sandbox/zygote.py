"""Starts jobs in Python from an interpreter that is warm: each in its own namespaces, and much faster."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from holdfast.core.errors import UserError
from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.born import Born
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Level, Warmth
from holdfast.runtime.sandbox.nursery import Nursery
from holdfast.runtime.sandbox.running import Jobs

__all__ = ["Zygote", "warm"]


class Zygote(Jobs):
    """Runs jobs in Python, as a sandbox does; all its jobs belong to the event loop that it was made in.

    A job runs in a copy of the warm interpreter, with what it has imported; options of the interpreter other
    than `-u` and `-c`, and other programs, are started anew. What a job may read is the same for all.
    """


@asynccontextmanager
async def warm(identity: Identity, warmth: Warmth) -> AsyncIterator[Zygote]:
    """A zygote of level `namespaces`. Raises InfrastructureError where its interpreter does not start."""
    nurseries = _Nurseries(identity, warmth)
    try:
        await nurseries.newest().ready()
        yield Zygote(nurseries.start, Level.NAMESPACES)
    finally:
        await nurseries.aclose()


class _Nurseries:
    """One interpreter that takes jobs, and worn ones whose last jobs still run."""

    def __init__(self, identity: Identity, warmth: Warmth) -> None:
        self._identity = identity
        self._warmth = warmth
        self._all: list[Nursery] = []

    def start(self, job: Job, is_asked: bool) -> Born:  # noqa: FBT001
        further = [path for path in job.readable if path not in self._warmth.readable]
        if further:
            raise UserError(f"{further[0]} has to be readable for the whole zygote, not for one of its jobs")
        if job.folder is not None:
            raise UserError("a job of a zygote works in a folder of its own, not in one on disk")
        if job.argv[0] != PYTHON:
            tree.command(job)  # looks for the program
        born = Born(job, is_asked=is_asked)
        self.newest().send(job, born)
        return born

    def newest(self) -> Nursery:
        self._all = [nursery for nursery in self._all if nursery.is_used]
        if not self._all or self._all[-1].is_worn:
            self._all.append(Nursery(self._identity, self._warmth))
        return self._all[-1]

    async def aclose(self) -> None:
        async with AsyncExitStack() as stack:  # closes all of them, also where this is cancelled
            for nursery in self._all:
                stack.push_async_callback(nursery.aclose)
        self._all.clear()
