"""Models that are loaded when they are first wanted, and unloaded when memory is needed for others.

Nobody waits for a load who does not want to: `get` answers at once, with the model or with what keeps it from
being there. A load belongs to the shelf, so a request that is given up does not end it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from holdfast.core.errors import ModelLoadingError, UnknownModelError, UserError
from holdfast.core.seams import LanguageModel

__all__ = ["Absent", "Failed", "Loadable", "Loading", "ModelShelf", "ModelState", "Ready"]

Load: TypeAlias = Callable[[Callable[[float], None]], Awaitable[LanguageModel]]
"""Makes a model; it may say how far it is, as a share in 0..1, from any thread."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Not loaded; the next request loads it."""


@dataclass(frozen=True, slots=True)
class Loading:
    """On its way."""

    percent: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Can be asked."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Could not be loaded; the next request tries again."""

    reason: str


ModelState: TypeAlias = Absent | Loading | Ready | Failed


@dataclass(frozen=True, slots=True)
class Loadable:
    """A model that a shelf may hold."""

    load: Load
    memory_mb: float
    """What it takes while it is loaded, in MB (2**20 bytes)."""


@dataclass(slots=True, eq=False)
class _Held:
    model: LanguageModel
    memory_mb: float
    users: int = 0


@dataclass(slots=True, eq=False)
class _Load:
    task: "asyncio.Task[None]"
    share: float = 0.0


class ModelShelf:
    """Models by name, as many at once as memory allows; the one that was used longest ago goes first.

    A model that is in use is never unloaded; where all are, the shelf holds more than it should for a while.

    Args:
        models: what there is.
        memory_mb: how much all loaded models together may take.
    """

    def __init__(self, models: Mapping[str, Loadable], *, memory_mb: float) -> None:
        """Load nothing yet."""
        self._models = dict(models)
        self._memory_mb = memory_mb
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._loads: dict[str, _Load] = {}
        self._failures: dict[str, str] = {}

    def add(self, name: str, model: Loadable) -> None:
        """Offer one more model. Raises UserError where there is one of that name."""
        if name in self._models:
            raise UserError(f"two models are called {name}: give one of them another name with ?model=NAME")
        self._models[name] = model

    def names(self) -> tuple[str, ...]:
        """All models, loaded or not."""
        return tuple(self._models)

    def state(self, name: str) -> ModelState:
        """Where a model stands. Raises UnknownModelError."""
        self._check(name)
        if name in self._held:
            return Ready()
        if name in self._loads:
            return Loading(int(100 * self._loads[name].share))
        if name in self._failures:
            return Failed(self._failures[name])
        return Absent()

    def memory_mb(self, name: str) -> float:
        """What a model takes while it is loaded, in MB (2**20 bytes). Raises UnknownModelError."""
        self._check(name)
        return self._models[name].memory_mb

    @asynccontextmanager
    async def get(self, name: str) -> AsyncIterator[LanguageModel]:
        """The model, kept loaded until it is given back.

        Raises ModelLoadingError at once where it is not ready, after seeing to it that it will be; it says
        why the last load failed, where one did. Raises UnknownModelError.
        """
        self._check(name)
        held = self._held.get(name)
        if held is None:
            raise self._begun(name)
        self._held.move_to_end(name)
        held.users += 1
        try:
            yield held.model
        finally:
            held.users -= 1

    async def ready(self, name: str) -> ModelState:
        """Load a model and wait until that has worked or failed; giving up waiting does not end the load."""
        self._check(name)
        if name not in self._held:
            self._begin(name)
            await asyncio.wait([self._loads[name].task])
        return self.state(name)

    async def aclose(self) -> None:
        """End all loads and close all models."""
        for load in list(self._loads.values()):
            load.task.cancel()
        for load in list(self._loads.values()):
            await asyncio.wait([load.task])
        self._loads.clear()  # one that had not begun does not tidy up behind itself
        while self._held:
            await self._held.popitem()[1].model.aclose()

    def _check(self, name: str) -> None:
        if name not in self._models:
            raise UnknownModelError(
                f"there is no model {name!r}: there are {', '.join(self._models) or 'none'}"
            )

    def _begun(self, name: str) -> ModelLoadingError:
        failure = self._failures.get(name)
        self._begin(name)
        if failure is not None:
            return ModelLoadingError(
                f"the model {name} could not be loaded ({failure}); it is tried once more"
            )
        percent = int(100 * self._loads[name].share)
        return ModelLoadingError(f"the model {name} is loading ({percent} %): try again later")

    def _begin(self, name: str) -> None:
        if name not in self._loads:
            self._failures.pop(name, None)
            self._loads[name] = _Load(asyncio.create_task(self._load(name)))

    async def _load(self, name: str) -> None:
        wanted = self._models[name]
        try:
            await self._make_room(wanted.memory_mb)
            model = await wanted.load(lambda share: self._advance(name, share))
            self._held[name] = _Held(model, wanted.memory_mb)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next request is told
            self._failures[name] = " ".join(str(error).split())[:300] or type(error).__name__
        finally:
            self._loads.pop(name, None)

    def _advance(self, name: str, share: float) -> None:
        load = self._loads.get(name)
        if load is not None:
            load.share = max(load.share, min(share, 1.0))

    async def _make_room(self, wanted_mb: float) -> None:
        """Unload what nobody uses until the new model fits, or until nothing can be unloaded."""
        for name in list(self._held):
            if sum(each.memory_mb for each in self._held.values()) + wanted_mb <= self._memory_mb:
                return
            if self._held[name].users == 0:
                await self._held.pop(name).model.aclose()
