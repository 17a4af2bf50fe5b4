"""Any server that speaks OpenAI's protocol: vLLM, SGLang, llama.cpp, Ollama, hosted ones, and our own."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import BadAnswerError, UnknownModelError, UnsupportedError
from holdfast.models.endpoint import Endpoint, parse_json
from holdfast.models.openai_shapes import chat_piece, completions_in, model_names_in, usage_in, vectors_in
from holdfast.models.together import together
from holdfast.models.usage import Ledger, Usage

__all__ = ["OpenAIModel"]

_LOG = logging.getLogger(__name__)
_BATCH = 64
"""Texts in one request for embeddings."""


class OpenAIModel:
    """Fills the `LanguageModel` seam through `/completions`, `/chat/completions` and `/embeddings`.

    A server that gives fewer answers than it is asked for, or refuses to give several, is asked for one at a
    time from then on, with seeds that count up. At temperature 0 one answer stands for all.

    Args:
        endpoint: the server; it is closed with the model.
        model: its name there; None for the only one that the server has.
        ledger: told what each request used.
        extra: fields that are sent along, such as `{"top_k": 0, "min_p": 0}` for llama.cpp.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str | None = None,
        *,
        ledger: Ledger | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        """Ask nothing yet."""
        self._endpoint = endpoint
        self._model = model
        self._ledger = ledger or Ledger()
        self._extra = dict(extra or {})
        self._one_by_one = False

    @property
    def name(self) -> str:
        """The model's name at the server, or the server's address while the name is not known."""
        return self._model or self._endpoint.place

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Exactly `sampling.count` answers, checked to be what was asked for. Raises ModelError."""
        if sampling.count > 1 and sampling.temperature == 0:
            return (await self._asked(prompt, replace(sampling, count=1))) * sampling.count
        answers = await self._several(prompt, sampling)
        if len(answers) < sampling.count:
            self._one_by_one = True
            rest = range(len(answers), sampling.count)
            singles = [self._asked(prompt, _nth(sampling, at)) for at in rest]
            answers += [answer for found in await together(singles) for answer in found]
        return answers

    async def _several(self, prompt: str, sampling: Sampling) -> list[Completion]:
        """Perhaps fewer than were asked for, where the server gives no more at once."""
        if self._one_by_one:
            return []
        try:
            answers = await self._asked(prompt, sampling)
        except UnsupportedError:
            if sampling.count == 1:
                raise
            answers = []
        if len(answers) < sampling.count:
            told = f"{len(answers)} of {sampling.count}"
            _LOG.warning("%s gives %s answers at once: it is asked one by one", self._endpoint.place, told)
        return answers

    async def _asked(self, prompt: str, sampling: Sampling) -> list[Completion]:
        body = await self._body(sampling)
        body |= {"prompt": prompt + sampling.prefix, "n": sampling.count, "stream": False}
        if sampling.want_logprobs:
            body["logprobs"] = 1
        data = await self._endpoint.post("/completions", body)
        self._count(data)
        return completions_in(data, sampling, self._endpoint.place)

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        """The answer in pieces. Raises BadAnswerError where it breaks off before its end."""
        body = await self._body(sampling)
        turns = [{"role": message.role, "content": _content(message)} for message in messages]
        body |= {"messages": turns, "stream": True, "stream_options": {"include_usage": True}}
        finished, used = None, None
        async with aclosing(self._endpoint.stream("/chat/completions", body)) as events:
            async for event in events:
                if event == "[DONE]":
                    break
                data = parse_json(event, self._endpoint.place)
                used = self._count(data) or used
                piece, reason = chat_piece(data, self._endpoint.place)
                finished = reason or finished
                if piece:
                    yield piece
        if finished is None:
            raise BadAnswerError(f"{self._endpoint.place} broke off in the middle of a chat's answer")
        yield Ending(
            "length" if finished == "length" else "stop",
            prompt_tokens=None if used is None else used.prompt_tokens,
            completion_tokens=None if used is None else used.completion_tokens,
        )

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """One vector a text, in order. Raises BadAnswerError on too few, zeros, or other lengths."""
        batches = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
        vectors = [vector for found in await together(map(self._embedded, batches)) for vector in found]
        if len({len(vector) for vector in vectors}) > 1:
            raise BadAnswerError(f"{self._endpoint.place} gave vectors of different lengths")
        return vectors

    async def _embedded(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        body = {"model": await self._named(), "input": list(texts), "encoding_format": "float"}
        data = await self._endpoint.post("/embeddings", body)
        self._count(data)
        return vectors_in(data, len(texts), self._endpoint.place)

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._endpoint.aclose()

    async def _body(self, sampling: Sampling) -> dict[str, object]:
        """All that decides the draw, always: servers differ in what they take where nothing is said."""
        body: dict[str, object] = {
            "model": await self._named(),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if sampling.seed is not None:
            body["seed"] = sampling.seed
        return body | self._extra

    async def _named(self) -> str:
        if self._model is None:
            place = self._endpoint.place
            names = model_names_in(await self._endpoint.get("/models"), place)
            if len(names) != 1:
                choice = ", ".join(names[:10]) or "none"
                raise UnknownModelError(
                    f"{place} has these models: {choice}; name one, as in {place}?model=NAME"
                )
            self._model = names[0]
        return self._model

    def _count(self, data: object) -> Usage | None:
        usage = usage_in(data, self.name, self._endpoint.place)
        if usage is not None:
            self._ledger.record(usage)
        return usage


def _content(message: Message) -> object:
    """Text alone stays text: not every server reads parts."""
    if not message.images:
        return message.text
    pictures = [{"type": "image_url", "image_url": {"url": each}} for each in message.images]
    return [{"type": "text", "text": message.text}, *pictures]


def _nth(sampling: Sampling, at: int) -> Sampling:
    seed = None if sampling.seed is None else sampling.seed + at
    return replace(sampling, count=1, seed=seed)
