"""Models come and go: what is loaded when, and what a request is told meanwhile."""

import asyncio
from collections.abc import Callable

import pytest

from holdfast.core.errors import ModelLoadingError, UnknownModelError
from holdfast.core.seams import LanguageModel
from holdfast.models.replay import ReplayModel
from holdfast.models.states import Absent, Failed, Loadable, Loading, ModelShelf, Ready


class Closing(ReplayModel):
    """A model that tells that it was closed."""

    def __init__(self, name: str) -> None:
        super().__init__([], name=name)
        self.closed = False

    async def aclose(self) -> None:
        self.closed = True


class Loader:
    """Loads when it is let; keeps what it loaded."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name = name
        self.error = error
        self.go = asyncio.Event()
        self.go.set()
        self.made: list[Closing] = []

    async def __call__(self, advance: Callable[[float], None]) -> LanguageModel:
        advance(0.25)
        await self.go.wait()
        if self.error is not None:
            raise self.error
        self.made.append(Closing(self.name))
        return self.made[-1]


def shelf(*loaders: Loader, memory_mb: float = 1000.0) -> ModelShelf:
    return ModelShelf({each.name: Loadable(each, 400.0) for each in loaders}, memory_mb=memory_mb)


async def wanted(models: ModelShelf, name: str) -> str:
    try:
        async with models.get(name) as model:
            return model.name
    except ModelLoadingError as error:
        return str(error)


@pytest.mark.asyncio
async def test_a_request_is_told_at_once_that_the_model_is_loading() -> None:
    loader = Loader("a")
    loader.go.clear()
    models = shelf(loader)
    assert models.state("a") == Absent()
    assert "is loading (0 %)" in await wanted(models, "a")
    await asyncio.sleep(0)
    assert models.state("a") == Loading(25)
    assert "is loading (25 %)" in await wanted(models, "a")
    loader.go.set()
    assert await models.ready("a") == Ready()
    assert await wanted(models, "a") == "a"
    assert len(loader.made) == 1
    await models.aclose()
    assert loader.made[0].closed


@pytest.mark.asyncio
async def test_giving_up_waiting_does_not_end_the_load() -> None:
    loader = Loader("a")
    loader.go.clear()
    models = shelf(loader)
    waiting = asyncio.create_task(models.ready("a"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    loader.go.set()
    assert await models.ready("a") == Ready()
    assert len(loader.made) == 1
    await models.aclose()


@pytest.mark.asyncio
async def test_a_load_that_failed_is_told_and_tried_again() -> None:
    loader = Loader("a", OSError("the disk is gone"))
    models = shelf(loader)
    assert await models.ready("a") == Failed("the disk is gone")
    loader.error = None
    assert "the disk is gone" in await wanted(models, "a")
    assert await models.ready("a") == Ready()
    await models.aclose()


@pytest.mark.asyncio
async def test_what_was_used_longest_ago_is_unloaded_first() -> None:
    a, b, c = (Loader(name) for name in "abc")
    models = shelf(a, b, c)
    await models.ready("a")
    await models.ready("b")
    assert await wanted(models, "a") == "a"
    await models.ready("c")
    assert [models.state(name) for name in "abc"] == [Ready(), Absent(), Ready()]
    assert b.made[0].closed
    assert not a.made[0].closed
    await models.aclose()


@pytest.mark.asyncio
async def test_what_is_in_use_stays() -> None:
    a, b, c = (Loader(name) for name in "abc")
    models = shelf(a, b, c)
    await models.ready("a")
    await models.ready("b")
    async with models.get("a"), models.get("b"):
        await models.ready("c")
        assert [models.state(name) for name in "abc"] == [Ready(), Ready(), Ready()]
    assert not a.made[0].closed
    await models.aclose()
    assert models.state("a") == Absent()


@pytest.mark.asyncio
async def test_closing_ends_loads() -> None:
    loader = Loader("a")
    loader.go.clear()
    models = shelf(loader)
    await wanted(models, "a")
    await models.aclose()
    assert models.state("a") == Absent()
    assert loader.made == []


def test_unknown_models() -> None:
    with pytest.raises(UnknownModelError, match="there are none"):
        ModelShelf({}, memory_mb=1).state("x")
