"""SGLang's own protocol, `/generate` and `/encode`, which servers for llmstep-like tools speak too."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import BadAnswerError, UnsupportedError
from holdfast.models.endpoint import Endpoint
from holdfast.models.openai_shapes import check_vector, completion_in
from holdfast.models.together import together
from holdfast.models.usage import Ledger, Usage

__all__ = ["SGLangModel"]

M = TypeVar("M", bound=BaseModel)

_BATCH = 16
"""Prompts in one request; the server's prefix cache takes up that they are the same."""


class _Finish(BaseModel):
    type: str


class _Meta(BaseModel):
    finish_reason: _Finish | str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    output_token_logprobs: list[tuple[float | None, Any] | tuple[float | None, Any, str | None]] | None = None


class _Item(BaseModel):
    text: str
    meta_info: _Meta


class _Encoded(BaseModel):
    embedding: list[float] | None = None
    embeddings: list[list[float]] | None = None


class SGLangModel:
    """Fills the `LanguageModel` seam through SGLang's native routes; it has no chat there.

    The same prompt is sent as often as answers are wanted, because its own way of giving several is not
    reliable. At temperature 0 one answer stands for all.

    Args:
        endpoint: the server; it is closed with the model.
        model: what to call it, None for the server's address: a server has one model.
        ledger: told what each request used.
        encode: another server that has `/encode`, where this one only generates; it is closed with the model.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str | None = None,
        *,
        ledger: Ledger | None = None,
        encode: Endpoint | None = None,
    ) -> None:
        """Ask nothing yet."""
        self._endpoint = endpoint
        self._encode = encode or endpoint
        self._name = model or endpoint.place
        self._ledger = ledger or Ledger()

    @property
    def name(self) -> str:
        """The name it was given, or the server's address."""
        return self._name

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Exactly `sampling.count` answers, checked to be what was asked for. Raises ModelError."""
        wanted = 1 if sampling.temperature == 0 else sampling.count
        sizes = [min(_BATCH, wanted - at) for at in range(0, wanted, _BATCH)]
        parts = [self._asked(prompt, sampling, size, _BATCH * at) for at, size in enumerate(sizes)]
        answers = [answer for part in await together(parts) for answer in part]
        return answers * sampling.count if wanted < sampling.count else answers

    async def _asked(self, prompt: str, sampling: Sampling, count: int, first: int) -> list[Completion]:
        parameters: dict[str, object] = {
            "max_new_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "stop": list(sampling.stop),
        }
        wanted: object = parameters
        if sampling.seed is not None:
            wanted = [parameters | {"sampling_seed": sampling.seed + first + at} for at in range(count)]
        body = {
            "text": [prompt + sampling.prefix] * count,
            "sampling_params": wanted,
            "return_logprob": sampling.want_logprobs,
        }
        data = await self._endpoint.post("/generate", body)
        items = data if isinstance(data, list) else [data]
        if len(items) != count:
            raise BadAnswerError(f"{self._endpoint.place} gave {len(items)} answers for {count} prompts")
        return [self._completion(self._read(_Item, item), sampling) for item in items]

    def _completion(self, item: _Item, sampling: Sampling) -> Completion:
        meta = item.meta_info
        self._ledger.record(
            Usage(
                model=self._name, prompt_tokens=meta.prompt_tokens, completion_tokens=meta.completion_tokens
            )
        )
        given = meta.output_token_logprobs
        texts = [each[2] for each in given or () if len(each) == 3 and each[2] is not None]
        reason = meta.finish_reason
        return completion_in(
            item.text,
            tokens=texts if given and len(texts) == len(given) else None,
            logprobs=None if given is None else [each[0] for each in given],
            reason=reason.type if isinstance(reason, _Finish) else reason,
            counted=meta.completion_tokens,
            sampling=sampling,
            place=self._endpoint.place,
        )

    def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        """Always raises UnsupportedError: chats go through the same server's OpenAI routes."""
        del messages, sampling
        raise UnsupportedError(
            f"{self._endpoint.place} has no chat in its native protocol: name its address with /v1 at the end"
        )

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """One vector a text, whichever of the known shapes the server answers in. Raises BadAnswerError."""
        if not texts:
            return []
        data = await self._encode.post("/encode", {"text": list(texts)})
        found = [
            vector for each in (data if isinstance(data, list) else [data]) for vector in self._vectors(each)
        ]
        place = self._encode.place
        if len(found) != len(texts):
            raise BadAnswerError(f"{place} gave {len(found)} vectors for {len(texts)} texts")
        vectors = [check_vector(vector, place) for vector in found]
        if len({len(vector) for vector in vectors}) > 1:
            raise BadAnswerError(f"{place} gave vectors of different lengths")
        return vectors

    def _vectors(self, data: object) -> list[list[float]]:
        encoded = self._read(_Encoded, data)
        if encoded.embeddings is not None:
            return encoded.embeddings
        if encoded.embedding is not None:
            return [encoded.embedding]
        raise BadAnswerError(f"{self._encode.place} answered without an embedding")

    async def aclose(self) -> None:
        """Close the connections to the servers."""
        await self._endpoint.aclose()
        if self._encode is not self._endpoint:
            await self._encode.aclose()

    def _read(self, model: type[M], data: object) -> M:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            said = first["msg"].lower()
            raise BadAnswerError(
                f"{self._endpoint.place} answered in a form that is not SGLang's ({where}: {said})"
            ) from error
