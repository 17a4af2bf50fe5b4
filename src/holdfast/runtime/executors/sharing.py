"""Shares tasks out among workers of any kind; one that dies is replaced, and its task tried again."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol, TypeAlias, assert_never

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.assignments import Assigned, Failed, Finished, Item, Outcome
from holdfast.core.errors import InfrastructureError
from holdfast.runtime.executors.serving import Broken, Done, Frame, Raised, Ready, Result, WorkerGoneError

__all__ = ["ExecutorSettings", "StartWorker", "WorkerHandle", "share_out"]


class ExecutorSettings(BaseModel):
    """How many workers there are, and how much is borne of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jobs: int = Field(default=1, gt=0)
    """Most workers at a time."""
    attempts: int = Field(default=3, gt=0)
    """Workers that may die of a task before it is given up."""
    silence_s: float = Field(default=3600.0, gt=0)
    """Seconds after which a worker that says nothing while it has a task is ended and counts as dead.

    A local one has as long to be set up; on a cluster, one that there is no room for waits for room.
    """


class WorkerHandle(Protocol):
    """A worker that is set up, as seen from where the tasks are."""

    @property
    def name(self) -> str:
        """Where it is, for people."""
        ...

    def run(self, task: object) -> AsyncIterator[Frame]:
        """Frames up to and including a `Done` or `Raised`. Raises WorkerGoneError when it has died."""
        ...


StartWorker: TypeAlias = Callable[[], AbstractAsyncContextManager[WorkerHandle]]
"""Starts a worker and waits until it is set up; it is ended with the context.

Raises WorkerGoneError where it died of that, HoldfastError where it cannot be.
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    assigned: Assigned[Any]
    attempt: int = 1


class _Ledger:
    """Which tasks wait, and how many are in some worker's hands."""

    def __init__(self, tasks: Iterable[Assigned[Any]], settings: ExecutorSettings) -> None:
        self._source = iter(tasks)
        self._attempts = settings.attempts
        self._waiting: deque[_Taken] = deque(map(_Taken, islice(self._source, settings.jobs)))
        self._out = 0
        self._change = asyncio.Event()
        self.over = asyncio.Event()
        """Set when every task has ended."""
        self.width = len(self._waiting)
        """How many workers can have something to do."""
        self._check()

    async def take(self) -> _Taken | None:
        """The next task; waits while others may yet give one back. None when every task has ended."""
        while not self.over.is_set():
            if not self._waiting:
                self._waiting.extend(map(_Taken, islice(self._source, 1)))
            if self._waiting:
                self._out += 1
                return self._waiting.popleft()
            self._change.clear()
            await self._change.wait()
        return None

    def end(self) -> None:
        """A task that was taken has ended."""
        self._out -= 1
        if not self._waiting:
            self._waiting.extend(map(_Taken, islice(self._source, 1)))
        self._check()

    def give_back(self, taken: _Taken, why: str) -> Failed | None:
        """A worker died of a task: it waits for another, or it has failed, which is not its end yet."""
        if taken.attempt >= self._attempts:
            message = f"every worker that tried it died, {taken.attempt} in all: {why}"
            return Failed(taken.assigned.key, taken.attempt, "died", message)
        self._waiting.append(replace(taken, attempt=taken.attempt + 1))
        self._out -= 1
        self._check()
        return None

    def _check(self) -> None:
        if not (self._waiting or self._out):
            self.over.set()
        self._change.set()


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


class _Crew:
    """The workers of one call."""

    def __init__(self, start: StartWorker, ledger: _Ledger, settings: ExecutorSettings) -> None:
        self._start = start
        self._ledger = ledger
        self._settings = settings
        self._starting: set[asyncio.Task[None]] = set()
        self.told: asyncio.Queue[Outcome[Any] | _End] = asyncio.Queue(4 * settings.jobs)

    async def work(self) -> None:
        """Until every task has ended; why it cannot go on is told as the end."""
        error: Exception | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._ledger.width):
                    group.create_task(self._keep_one())
                await self._ledger.over.wait()
                for starting in self._starting:
                    starting.cancel()
        except* Exception as errors:  # noqa: BLE001 - raised where the outcomes are read
            error = _first(errors)
        await self.told.put(_End(error))

    async def _keep_one(self) -> None:
        """One worker after another, until every task has ended."""
        task = asyncio.current_task()
        assert task is not None
        failures = 0
        while not self._ledger.over.is_set():
            self._starting.add(task)
            try:
                async with self._start() as worker:
                    self._starting.discard(task)
                    failures = 0
                    await self._employ(worker)
            except WorkerGoneError as error:
                failures += 1
                if failures >= self._settings.attempts:
                    raise InfrastructureError(f"workers die while they are set up: {error}") from error
            finally:
                self._starting.discard(task)

    async def _employ(self, worker: WorkerHandle) -> None:
        """Give a worker tasks until it dies or none is left."""
        while (taken := await self._ledger.take()) is not None:
            try:
                end = await self._follow(worker, taken)
            except WorkerGoneError as error:
                if (failed := self._ledger.give_back(taken, str(error))) is not None:
                    await self._tell_end(failed)
                return
            await self._tell_end(end)

    async def _tell_end(self, end: Finished | Failed) -> None:
        await self.told.put(end)
        self._ledger.end()

    async def _follow(self, worker: WorkerHandle, taken: _Taken) -> Finished | Failed:
        key, attempt = taken.assigned.key, taken.attempt
        frames = worker.run(taken.assigned.task)
        while True:
            match await self._next(frames):
                case Result(value):
                    await self.told.put(Item(key, value, attempt))
                case Done():
                    return Finished(key, attempt, worker.name)
                case Raised(kind, message, detail):
                    return Failed(key, attempt, kind, message, detail)
                case Ready() | Broken() as frame:
                    raise WorkerGoneError(f"it said {type(frame).__name__} in the middle of a task")
                case never:
                    assert_never(never)

    async def _next(self, frames: AsyncIterator[Frame]) -> Frame:
        silence_s = self._settings.silence_s
        try:
            async with asyncio.timeout(silence_s):
                return await anext(frames)
        except TimeoutError:
            raise WorkerGoneError(f"it said nothing for {silence_s:g} s") from None


async def share_out(
    start: StartWorker, tasks: Iterable[Assigned[Any]], settings: ExecutorSettings
) -> AsyncGenerator[Outcome[Any], None]:
    """Fills `Executor.map` for any kind of worker."""
    crew = _Crew(start, _Ledger(tasks, settings), settings)
    # Not in a group of this generator: while it waits in a `yield`, the task around it is the reader's.
    work = asyncio.create_task(crew.work())
    try:
        while not isinstance(told := await crew.told.get(), _End):
            yield told
        if told.error is not None:
            raise told.error
        await work
    finally:
        work.cancel()
        await asyncio.wait((work,))


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
