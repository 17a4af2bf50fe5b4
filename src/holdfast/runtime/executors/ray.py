"""Workers on a Ray cluster: one actor each, which owns what the worker holds.

Ray is imported when an executor is opened, so that nothing else waits for it. What travels is pickled here:
the cluster's machines need the same version of this package, and the files that tasks speak of.
"""

import asyncio
import contextlib
import importlib
import math
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.assignments import Assigned, Outcome
from holdfast.core.errors import HoldfastError, InfrastructureError, MissingToolError, UserError
from holdfast.core.seams import MakeWorker
from holdfast.runtime.executors.inline import Post
from holdfast.runtime.executors.pickles import pack, unpack
from holdfast.runtime.executors.serving import Done, Frame, Raised, WorkerGoneError
from holdfast.runtime.executors.sharing import ExecutorSettings, share_out
from holdfast.runtime.loops import LoopThread

__all__ = ["RayActor", "RayExecutor", "RaySettings", "open_ray"]

_T = TypeVar("_T")
_R = TypeVar("_R")

_GRACE_S = 10.0
"""What a worker has to give back what it holds when it is asked to end."""
_AHEAD = 64
"""Frames that a worker has ready when it is asked for more: a call costs about half a millisecond."""
_STORE_BYTES = 100 << 20
"""Shared memory of a cluster of our own: what travels is small, and goes past it."""


class RaySettings(BaseModel):
    """Which cluster, and what a worker takes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str | None = None
    """As `ray.init` takes it: `auto`, `HOST:PORT`; None starts one on this machine."""
    cpus: float = Field(default=1.0, ge=0)
    """Processors that each worker asks of the cluster; workers that it has no room for wait for room."""


class _Inside:
    """The worker of an actor, on an event loop of its own."""

    def __init__(self) -> None:
        self._post: Post | None = None

    async def set_up(self, order: bytes) -> bytes:
        try:
            make_worker = cast("MakeWorker[Any, Any]", unpack(order))
        except Exception as error:  # noqa: BLE001 - an import that fails, most likely; whoever waits must know
            text = f"a worker cannot load what it is to do: {type(error).__name__}: {error}"
            return pack(InfrastructureError(text))
        self._post = Post(make_worker, "", ahead=_AHEAD, check=pack)
        try:
            await self._post.ready()
        except HoldfastError as error:
            return pack(error)
        return pack(None)

    async def give(self, task: bytes) -> None:
        assert self._post is not None
        self._post.give(unpack(task))

    async def more(self) -> bytes:
        assert self._post is not None
        return pack(await self._post.some())

    async def close(self) -> None:
        if self._post is not None:
            await self._post.aclose()


class RayActor:
    """A worker inside an actor. Its calls return pickles; two may be under way, one of them `close`.

    No method may be a coroutine: one is enough for Ray to run them all on one event loop, where one that
    waits keeps the others waiting.
    """

    def __init__(self, path: list[str]) -> None:
        """Get ready; `path` is `sys.path` of whoever asks."""
        sys.path.extend(each for each in path if each not in sys.path)
        self._loop = LoopThread("worker")
        self._inside = _Inside()

    def set_up(self, order: bytes) -> bytes:
        """Make the worker; the error that came of it, or None."""
        return self._loop.submit(self._inside.set_up(order)).result()

    def give(self, task: bytes) -> None:
        """Set it to work."""
        self._loop.submit(self._inside.give(task)).result()

    def more(self) -> bytes:
        """The frames that came since, one at least."""
        return self._loop.submit(self._inside.more()).result()

    def close(self) -> None:
        """Give back what it holds."""
        self._loop.submit(self._inside.close()).result()


class RayExecutor:
    """Fills `Executor` with actors. Use `open_ray` to get one."""

    def __init__(self, ray: Any, settings: ExecutorSettings, cluster: RaySettings) -> None:  # noqa: ANN401
        """`ray` is the module, connected."""
        self._ray = ray
        self._settings = settings
        options = {"num_cpus": cluster.cpus, "max_restarts": 0, "max_concurrency": 2}
        self._actors = ray.remote(**options)(RayActor)

    async def map(
        self, make_worker: MakeWorker[_T, _R], tasks: Iterable[Assigned[_T]]
    ) -> AsyncGenerator[Outcome[_R], None]:
        """Fills `Executor.map`. Raises InfrastructureError where `make_worker` cannot be pickled."""
        try:
            order = pack(make_worker)
        except ValueError as error:
            raise InfrastructureError(str(error)) from error
        outcomes = share_out(lambda: self._started(order), tasks, self._settings)
        try:
            async for outcome in outcomes:
                yield outcome
        finally:
            await outcomes.aclose()

    @asynccontextmanager
    async def _started(self, order: bytes) -> AsyncIterator["_Worker"]:
        worker = _Worker(self._ray, self._actors.remote(sys.path))
        try:
            await worker.set_up(order)
            yield worker
        finally:
            await worker.aclose()


class _Worker:
    """An actor, as seen from here. Fills `WorkerHandle`."""

    def __init__(self, ray: Any, actor: Any) -> None:  # noqa: ANN401
        self._ray = ray
        self._actor = actor
        self._is_set_up = False
        self.name = "actor"

    async def set_up(self, order: bytes) -> None:
        """Wait until it runs and is what it is to be. Raises what setting it up raised."""
        error = unpack(await self._answer(self._actor.set_up.remote(order)))
        if isinstance(error, HoldfastError):
            raise error
        self._is_set_up = True
        self.name = f"actor {self._actor._actor_id.hex()[:12]}"  # noqa: SLF001 - there is no public way

    async def run(self, task: object) -> AsyncIterator[Frame]:
        """Frames of one task."""
        try:
            data = pack(task)
        except ValueError as error:
            yield Raised("defect", str(error), "")
            return
        await self._answer(self._actor.give.remote(data))
        while True:
            for frame in cast("list[Frame]", unpack(await self._answer(self._actor.more.remote()))):
                yield frame
                if isinstance(frame, Done | Raised):
                    return

    async def aclose(self) -> None:
        """Ask it to give back what it holds, and end it."""
        try:
            if self._is_set_up:
                with contextlib.suppress(WorkerGoneError, TimeoutError):
                    async with asyncio.timeout(_GRACE_S):
                        await self._answer(self._actor.close.remote())
        finally:
            self._ray.kill(self._actor, no_restart=True)

    async def _answer(self, reference: Any) -> Any:  # noqa: ANN401
        try:
            return await reference
        except self._ray.exceptions.RayError as error:
            self._is_set_up = False
            sentence = str(error).strip().partition("\n")[0]
            raise WorkerGoneError(f"{self.name}: {sentence}") from error


@contextlib.contextmanager
def open_ray(settings: ExecutorSettings, cluster: RaySettings) -> Iterator[RayExecutor]:
    """An executor on a cluster that is there already, or on one of our own that ends with the context.

    Raises MissingToolError without Ray, InfrastructureError where the cluster cannot be reached, UserError
    where no worker will ever fit into it.
    """
    try:
        ray: Any = importlib.import_module("ray")
    except ImportError as error:
        raise MissingToolError("Ray is not installed: pip install 'holdfast[ray]'") from error
    with _connected(ray, settings, cluster):
        room = ray.cluster_resources().get("CPU", 0.0)
        if room < cluster.cpus:
            raise UserError(f"a worker asks for {cluster.cpus:g} processors, the cluster has {room:g} in all")
        yield RayExecutor(ray, settings, cluster)


@contextlib.contextmanager
def _connected(ray: Any, settings: ExecutorSettings, cluster: RaySettings) -> Iterator[None]:  # noqa: ANN401
    options: dict[str, object]
    quiet: dict[str, object] = {"logging_level": "error", "log_to_driver": False}
    if cluster.address is None:
        # Enough for all workers, or some would wait for ever. Nobody is told about what users do.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        room = max(1, math.ceil(settings.jobs * cluster.cpus))
        options = {"num_cpus": room, "include_dashboard": False, "object_store_memory": _STORE_BYTES}
    else:
        options = {"address": cluster.address}
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(**options, **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        sentence = str(error).strip().partition("\n")[0]
        where = cluster.address or "on this machine"
        raise InfrastructureError(f"no Ray cluster {where}: {sentence}") from error
    finally:
        with contextlib.suppress(ValueError, TypeError):  # another thread than the main one set nothing
            signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        ray.shutdown()
