"""Goals are encoded by several workers as they are by one, and what a worker fails at has no vector."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from holdfast.apps.encodings import make_encoding
from holdfast.apps.executors import open_executor
from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import MakeWorker, Work
from holdfast.core.vectors import Vector
from holdfast.training.embedding_cache import EmbeddingCache, encode_all, encode_shared
from holdfast.value.hashed import HashedEncoder

_TEXTS = [f"n : nat\n============================\nn + {number} = {number} + n" for number in range(600)]


def _shared(
    make: MakeWorker[Sequence[str], Sequence[Vector | None]], cache: EmbeddingCache, jobs: int = 1
) -> dict[str, Vector]:
    with open_executor(jobs=jobs) as executor:
        return asyncio.run(encode_shared(make, _TEXTS, cache, executor))


def test_several_workers_give_what_one_gives(tmp_path: Path) -> None:
    encoder = HashedEncoder()
    path = tmp_path / "cache.parquet"
    shared = _shared(make_encoding("measures"), EmbeddingCache(encoder.spec, path), jobs=2)
    alone = asyncio.run(encode_all(encoder, _TEXTS, EmbeddingCache(encoder.spec)))
    assert list(shared) == list(alone) == _TEXTS
    assert all(np.array_equal(shared[text], alone[text]) for text in _TEXTS)
    assert len(EmbeddingCache(encoder.spec, path)) == len(_TEXTS), "they were not kept"


@asynccontextmanager
async def _failing() -> AsyncIterator[Work[Sequence[str], Sequence[Vector | None]]]:
    async def work(texts: Sequence[str]) -> AsyncIterator[Sequence[Vector | None]]:
        if _TEXTS[0] in texts:
            raise InfrastructureError("the first batch cannot be encoded")
        yield [
            np.ones(4, dtype=np.float32) if at else np.zeros(4, dtype=np.float32) for at in range(len(texts))
        ]

    yield work


@asynccontextmanager
async def _dead() -> AsyncIterator[Work[Sequence[str], Sequence[Vector | None]]]:
    async def work(texts: Sequence[str]) -> AsyncIterator[Sequence[Vector | None]]:
        for _ in texts:
            raise InfrastructureError("the server is gone")
        yield ()

    yield work


def test_what_failed_has_no_vector() -> None:
    found = _shared(_failing, EmbeddingCache(HashedEncoder().spec))
    assert _TEXTS[0] not in found
    # Of 256 in a batch, those of the first are missing, and one of each other, which was zeros.
    assert len(found) == len(_TEXTS) - 256 - 2


def test_where_all_fails_it_is_told() -> None:
    with pytest.raises(InfrastructureError, match="nothing could be encoded: the server is gone"):
        _shared(_dead, EmbeddingCache(HashedEncoder().spec))
