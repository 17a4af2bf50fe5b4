"""Vectors of goals that were encoded before, in a Parquet file that says how they were made."""

import importlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.core.assignments import Assigned, Failed, Finished, Item
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import InfrastructureError, MissingToolError, StorageError, UserError
from holdfast.core.seams import Encoder, Executor, MakeWorker
from holdfast.core.vectors import Vector
from holdfast.runtime.runs import publish

__all__ = ["EmbeddingCache", "encode_all", "encode_shared"]

_SPEC_KEY = b"holdfast.encode_spec"
_BATCH = 256
_SAVE_EVERY = 10_000


class EmbeddingCache:
    """Vectors by text, all of one spec. Only what has a vector is kept; zeros are never one."""

    def __init__(self, spec: EncodeSpec, path: Path | None = None) -> None:
        """Begin with what the file at `path` holds, if there is one.

        Raises:
            UserError: the file's vectors were made in another way.
            StorageError: the file is damaged.
            MissingToolError: pyarrow is not installed.
        """
        self.spec = spec
        self._path = path
        self._vectors: dict[str, Vector] = {}
        self._unsaved = 0
        if path is not None:
            _arrow()
            if path.exists():
                self._read(path)

    def __len__(self) -> int:
        return len(self._vectors)

    def get(self, text: str) -> Vector | None:
        """The vector of a text, None where it was not encoded."""
        return self._vectors.get(text)

    def put(self, text: str, vector: Vector) -> None:
        """Keep a vector; it is written with the next `save`."""
        self._vectors[text] = vector
        self._unsaved += 1

    @property
    def unsaved(self) -> int:
        """How many vectors no file has yet."""
        return self._unsaved

    def save(self) -> None:
        """Write all, whole or not at all; nothing where there is no file. Raises StorageError."""
        if self._path is None or not self._unsaved:
            return
        arrow = _arrow()
        parquet = importlib.import_module("pyarrow.parquet")
        spec = json.dumps(asdict(self.spec)).encode()
        schema = arrow.schema(
            [("state_pp", "string"), ("embedding", arrow.list_(arrow.float32()))], metadata={_SPEC_KEY: spec}
        )
        columns = {"state_pp": list(self._vectors), "embedding": list(self._vectors.values())}
        sink = arrow.BufferOutputStream()
        parquet.write_table(arrow.table(columns, schema=schema), sink, compression="zstd")
        publish(self._path, sink.getvalue().to_pybytes())
        self._unsaved = 0

    def _read(self, path: Path) -> None:
        parquet = importlib.import_module("pyarrow.parquet")
        try:
            table = parquet.read_table(path)
            stamp = (table.schema.metadata or {}).get(_SPEC_KEY)
            spec = None if stamp is None else EncodeSpec(**json.loads(stamp))
            texts, rows = table["state_pp"].to_pylist(), table["embedding"].to_pylist()
        except (OSError, ValueError, KeyError, TypeError) as error:
            words = " ".join(str(error).split())[:200]
            raise StorageError(f"{path} holds no vectors, or is damaged ({words}): delete it") from error
        if spec is None:
            raise UserError(f"{path} does not say how its vectors were made: encode the goals again")
        if spec != self.spec:
            raise UserError(
                f"{path} holds vectors that were made in another way ({spec.differences(self.spec)}):"
                " name another file"
            )
        for text, row in zip(texts, rows, strict=True):
            vector = np.array(row, dtype=np.float32)
            if vector.any() and np.isfinite(vector).all():
                self._vectors[text] = vector


async def encode_all(
    encoder: Encoder,
    texts: Sequence[str],
    cache: EmbeddingCache,
    *,
    report: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Vector]:
    """The vectors of all texts that have one; what is new is kept in `cache` as it comes.

    `report` is told how many of the missing ones are done. Raises ModelError where nothing can be encoded
    any more; what was encoded by then is saved.
    """
    missing = [text for text in dict.fromkeys(texts) if cache.get(text) is None]
    try:
        for at in range(0, len(missing), _BATCH):
            batch = missing[at : at + _BATCH]
            _keep(batch, await encoder.encode(batch), cache)
            report(min(at + _BATCH, len(missing)), len(missing))
            if cache.unsaved >= _SAVE_EVERY:
                cache.save()
    finally:
        cache.save()
    return {text: vector for text in texts if (vector := cache.get(text)) is not None}


async def encode_shared(
    make_worker: MakeWorker[Sequence[str], Sequence[Vector | None]],
    texts: Sequence[str],
    cache: EmbeddingCache,
    executor: Executor,
    *,
    report: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Vector]:
    """As `encode_all`, by workers that each hold an encoder and are given batches.

    What a worker failed at is without a vector. Raises InfrastructureError where all of them failed.
    """
    missing = [text for text in dict.fromkeys(texts) if cache.get(text) is None]
    batches = {str(at): missing[at : at + _BATCH] for at in range(0, len(missing), _BATCH)}
    tasks = [Assigned(key, batch) for key, batch in batches.items()]
    done, failed = 0, []
    try:
        async with aclosing(executor.map(make_worker, tasks)) as outcomes:
            async for outcome in outcomes:
                match outcome:
                    case Item(key, vectors):  # told again by another worker, it is the same
                        _keep(batches[key], vectors, cache)
                    case Finished(key) | Failed(key):
                        failed += [outcome.message] if isinstance(outcome, Failed) else []
                        done += len(batches[key])
                        report(done, len(missing))
                        if cache.unsaved >= _SAVE_EVERY:
                            cache.save()
    finally:
        cache.save()
    if failed and len(failed) == len(batches):
        raise InfrastructureError(f"nothing could be encoded: {failed[0]}")
    return {text: vector for text in texts if (vector := cache.get(text)) is not None}


def _keep(texts: Sequence[str], vectors: Sequence[Vector | None], cache: EmbeddingCache) -> None:
    """Vectors that mean something; a failed one is none, never zeros."""
    for text, vector in zip(texts, vectors, strict=True):
        if vector is not None and vector.any() and np.isfinite(vector).all():
            cache.put(text, vector)


def _arrow() -> Any:  # noqa: ANN401 - Arrow comes without types
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingToolError("a cache of vectors needs pyarrow: pip install 'holdfast[data]'")
    return importlib.import_module("pyarrow")
