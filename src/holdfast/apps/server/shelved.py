"""A language model that is loaded beside the serving: until it is there, requests are told so at once."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import cast

from holdfast.apps.models import ModelSource
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.seams import LanguageModel
from holdfast.models.states import Loadable, ModelShelf, ModelState

__all__ = ["ShelvedModel", "load_from"]


class ShelvedModel:
    """Fills the `LanguageModel` seam from a source; raises ModelLoadingError until the model is there."""

    def __init__(self, source: ModelSource, shelf: ModelShelf | None = None) -> None:
        """Load nothing yet; without a `shelf`, it stands on one of its own."""
        self._source = source
        self.key = source.spec.options.model or source.spec.place
        """What it is called before it is loaded."""
        self._name = self.key
        self._shelf = shelf or ModelShelf({}, memory_mb=float("inf"))
        self._shelf.add(self.key, Loadable(self._load, source.memory_mb()))

    @property
    def name(self) -> str:
        """As the model calls itself, once it is there."""
        return self._name

    @property
    def state(self) -> ModelState:
        """Absent, loading, ready or failed."""
        return self._shelf.state(self.key)

    async def start(self) -> ModelState:
        """Load, and say how that went; giving up waiting does not end the load."""
        return await self._shelf.ready(self.key)

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """What the model answers."""
        async with self._shelf.get(self.key) as model:
            return await model.complete(prompt, sampling)

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str, None]:
        """What the model answers."""
        async with self._shelf.get(self.key) as model:
            pieces = cast("AsyncGenerator[str, None]", model.chat(messages, sampling))
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """What the model answers."""
        async with self._shelf.get(self.key) as model:
            return await model.embed(texts)

    async def aclose(self) -> None:
        """End the load, or close the model, and all that stand on the same shelf."""
        await self._shelf.aclose()

    async def _load(self, report: Callable[[float], None]) -> LanguageModel:
        del report  # neither files nor servers say how far they are
        model = await load_from(self._source)
        self._name = model.name
        return model


async def load_from(source: ModelSource) -> LanguageModel:
    """The model of a source; when it is closed, its weights go with it. Raises as `ModelSource.make` does."""
    made = await asyncio.to_thread(source.make) if source.spec.kind == "hf" else source.make()
    return _Unloaded(made, source)


class _Unloaded:
    """A model whose weights go with it."""

    def __init__(self, model: LanguageModel, source: ModelSource) -> None:
        self._model = model
        self._source = source
        self.name = model.name
        self.complete, self.chat, self.embed = model.complete, model.chat, model.embed

    async def aclose(self) -> None:
        await self._model.aclose()
        await self._source.aclose()
