"""Models whose prompts are written by hand: one class with two methods.

Most models need nothing of this: servers and chat templates know how to put a conversation to a model. A
model that has neither is added with a class of one's own that says how a conversation becomes the text that
it reads, and what of the text that it writes is the answer:

    class Mine(CustomModel):
        stop = ("<end>",)

        def encode_prompt(self, messages):
            return "".join(f"<{each.role}>{each.text}" for each in messages) + "<assistant>"

        def decode_output(self, text):
            return text.strip()

The file of models then names it, beside the model that completes the text: `custom = "my_module:Mine"`. Only
the operator writes that file: what a client sends never becomes the name of a module.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import UserError
from holdfast.core.seams import LanguageModel

__all__ = ["CustomModel", "custom_class"]


class CustomModel(ABC):
    """Fills the `LanguageModel` seam over a model that only completes texts; closed with it.

    Its answers come in one piece, as completions do.
    """

    stop: tuple[str, ...] = ()
    """Texts that end an answer, beside those that are asked for."""

    def __init__(self, model: LanguageModel) -> None:
        """Ask `model` for completions."""
        self._model = model

    @property
    def name(self) -> str:
        """That of the model that completes."""
        return self._model.name

    @abstractmethod
    def encode_prompt(self, messages: Sequence[Message]) -> str:
        """The text that the model reads for a conversation; it ends where the answer begins."""

    @abstractmethod
    def decode_output(self, text: str) -> str:
        """The answer in what the model wrote behind the prompt, without any stop."""

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        """The answer, in one piece. Raises ModelError."""
        wanted = replace(sampling, count=1, stop=(*sampling.stop, *self.stop), want_logprobs=False)
        (done,) = await self._model.complete(self.encode_prompt(messages), wanted)
        text = self.decode_output(done.text)
        if text:
            yield text
        yield Ending(done.finished, completion_tokens=done.tokens)

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """What the model completes, as it is."""
        return await self._model.complete(prompt, sampling)

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """The vectors of the model."""
        return await self._model.embed(texts)

    async def aclose(self) -> None:
        """Close the model."""
        await self._model.aclose()


def custom_class(spec: str) -> type[CustomModel]:
    """The class that `module:Class` names, imported. Raises UserError where it is none of that kind."""
    module, colon, name = spec.partition(":")
    if not colon or not module or not name:
        raise UserError(f"{spec} names no class: write module:Class")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise UserError(f"{spec} cannot be imported ({error}): put its folder on PYTHONPATH") from error
    if not (isinstance(found, type) and issubclass(found, CustomModel)):
        raise UserError(f"{spec} is no class derived from holdfast.coding.custom.CustomModel")
    return found
