"""Texts to vectors in batches: what waits is put together, and a batch that fails is halved.

A text whose vector cannot be had is an error of its own; nobody is ever given zeros in its place.
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.apps.server.metrics import Metrics
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import (
    BadAnswerError,
    HoldfastError,
    ModelBusyError,
    ModelKeyError,
    ModelLoadingError,
    ModelUnreachableError,
    UnknownModelError,
    UnsupportedError,
)
from holdfast.core.seams import LanguageModel

__all__ = ["EncodeQueue", "Vector"]

Vector = tuple[float, ...]

_OF_ALL = (
    ModelBusyError, ModelKeyError, ModelLoadingError, ModelUnreachableError, UnknownModelError,
    UnsupportedError,
)  # fmt: skip
"""What is not the fault of a text, nor of how many they are: smaller batches would fail as well."""


@dataclass(slots=True)
class _Waiting:
    text: str
    future: asyncio.Future[Vector]


class EncodeQueue:
    """Encodes for many at once. Used in one event loop; an async context manager."""

    def __init__(
        self,
        model: LanguageModel,
        spec: EncodeSpec,
        metrics: Metrics,
        *,
        most: int = 32,
        linger_s: float = 0.005,
    ) -> None:
        """Ask `model` for at most `most` texts at a time, `linger_s` after the first of them came."""
        self._model = model
        self.spec = spec
        self._metrics = metrics
        self._most = most
        self._linger_s = linger_s
        self._queue: deque[_Waiting] = deque()
        self._filled = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self.dimension: int | None = None
        """The length of the vectors, None before the first."""

    async def __aenter__(self) -> "EncodeQueue":
        self._worker = asyncio.create_task(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait((self._worker,))
        for item in self._queue:
            item.future.cancel()

    async def encode(self, texts: Sequence[str]) -> list[Vector | HoldfastError]:
        """For each text its vector, or why there is none."""
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(text, loop.create_future()) for text in texts]
        self._queue.extend(waiting)
        self._filled.set()
        try:
            if waiting:
                await asyncio.wait([item.future for item in waiting])
        finally:
            for item in waiting:
                item.future.cancel()  # nobody waits any more where this was cancelled
        return [_result(item.future) for item in waiting]

    async def _work(self) -> None:
        while True:
            await self._filled.wait()
            if len(self._queue) < self._most:
                await asyncio.sleep(self._linger_s)
            batch: list[_Waiting] = []
            while self._queue and len(batch) < self._most:
                item = self._queue.popleft()
                if not item.future.done():
                    batch.append(item)
            if not self._queue:
                self._filled.clear()
            if batch:
                await self._encode(batch)

    async def _encode(self, batch: Sequence[_Waiting]) -> None:
        texts = list(dict.fromkeys(item.text for item in batch))
        found = await self._vectors(texts)
        for item in batch:
            got = found[item.text]
            if item.future.done():
                continue
            if isinstance(got, HoldfastError):
                self._metrics.encode_failures.inc()
                item.future.set_exception(got)
            else:
                item.future.set_result(got)

    async def _vectors(self, texts: Sequence[str]) -> dict[str, Vector | HoldfastError]:
        """Vectors by text; a batch that memory or a text of it brought down is done in halves."""
        self._metrics.batches.observe(len(texts))
        try:
            vectors = await self._model.embed(texts)
            return dict(zip(texts, map(self._checked, vectors), strict=True))
        except _OF_ALL as error:
            return dict.fromkeys(texts, error)
        except (HoldfastError, MemoryError, RuntimeError, ValueError) as error:
            if len(texts) > 1:
                half = len(texts) // 2
                return await self._vectors(texts[:half]) | await self._vectors(texts[half:])
            return {texts[0]: _told(error)}

    def _checked(self, vector: Sequence[float]) -> Vector:
        if not vector or not any(vector) or not all(map(math.isfinite, vector)):
            raise BadAnswerError("the model gave a vector that is empty, all zeros or not finite")
        if self.dimension is None:
            self.dimension = len(vector)
        if len(vector) != self.dimension:
            raise BadAnswerError(f"the model gave {len(vector)} numbers, and {self.dimension} before")
        return tuple(vector)


def _told(error: Exception) -> HoldfastError:
    if isinstance(error, HoldfastError):
        return error
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return BadAnswerError("this text does not fit into the model's memory: send a shorter one")
    return BadAnswerError(f"the model failed on this text: {' '.join(str(error).split())[:200]}")


def _result(future: asyncio.Future[Vector]) -> Vector | HoldfastError:
    if future.cancelled():
        return BadAnswerError("the server is stopping")
    error = future.exception()
    if isinstance(error, HoldfastError):
        return error
    return future.result()
