"""A workshop with models that answer what a test says, in a sandbox of this machine."""

import asyncio
import functools
import sysconfig
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from holdfast.coding.workshop import Offer, Workshop
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import LanguageModel
from holdfast.models.states import Loadable, ModelShelf
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox

PACKAGES = (Path(sysconfig.get_path("purelib")),)
Says = Callable[[Sequence[Message]], str]
Opened = Callable[..., AbstractAsyncContextManager[Workshop]]


class Scripted:
    """Fills the `LanguageModel` seam: answers as a function of what it is asked, and remembers that."""

    def __init__(self, says: Says) -> None:
        self.name = "scripted"
        self.asked: list[Sequence[Message]] = []
        self._says = says

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str, None]:
        self.asked.append(messages)
        text = self._says(messages)
        for at in range(0, len(text), 40):
            yield text[at : at + 40]

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        raise NotImplementedError

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


@asynccontextmanager
async def opened(
    sandbox: Sandbox, models: dict[str, LanguageModel], reviewer: str | None = None
) -> AsyncIterator[Workshop]:
    """A workshop that offers `models`."""

    def load(model: LanguageModel) -> Loadable:
        async def made(report: Callable[[float], None]) -> LanguageModel:
            return model

        return Loadable(made, 0.0)

    shelf = ModelShelf({name: load(model) for name, model in models.items()}, memory_mb=1)
    offers = {name: Offer(name) for name in models}
    workshop = Workshop(shelf, offers, sandbox=sandbox, packages=PACKAGES, reviewer=reviewer)
    try:
        yield workshop
    finally:
        await workshop.aclose()


@functools.cache
def reason_against() -> str:
    try:
        asyncio.run(level_sandbox(Level.NAMESPACES).run(Job(argv=(PYTHON, "-c", "pass"))))
    except InfrastructureError as error:
        return str(error)
    return ""


@pytest.fixture
def sandbox() -> Sandbox:
    """The strongest level."""
    if reason := reason_against():
        pytest.skip(reason)
    return level_sandbox(Level.NAMESPACES)
