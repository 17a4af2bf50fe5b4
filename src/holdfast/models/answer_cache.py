"""Answers kept in a file, so that no question is paid for twice.

What an answer belongs to is the model, the prompt, everything that decides the draw, the seed and its place
among the answers to one question. Questions that ask for a draw without a seed want something new each time,
and are not kept. Keys and addresses are no part of it.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import StorageError
from holdfast.core.seams import LanguageModel
from holdfast.models.usage import Ledger

__all__ = ["AnswerCache", "CachedModel"]

A = TypeVar("A")

_VERSION = 1
_TABLE = """
    CREATE TABLE IF NOT EXISTS answers_v1 (
        key TEXT PRIMARY KEY, model TEXT NOT NULL, answer TEXT NOT NULL, created_s REAL NOT NULL
    ) WITHOUT ROWID
"""
_ANSWER: TypeAdapter[Completion] = TypeAdapter(Completion)
_VECTOR: TypeAdapter[tuple[float, ...]] = TypeAdapter(tuple[float, ...])
_PIECES: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])


class AnswerCache:
    """A table of answers in SQLite; several processes may use one file, one thread at a time an object."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open or create the file. Raises StorageError where that cannot be done."""
        self._path = path
        self._clock = clock
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                path, isolation_level=None, timeout=30.0, check_same_thread=False
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise self._failed(error) from error

    def get(self, key: str) -> str | None:
        """The answer under a key, as JSON. Raises StorageError."""
        try:
            row = self._database.execute("SELECT answer FROM answers_v1 WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return None if row is None else str(row[0])

    def put(self, key: str, model: str, answer: str) -> None:
        """Keep an answer; the one that was there first stays. Raises StorageError."""
        try:
            self._database.execute(
                "INSERT OR IGNORE INTO answers_v1 VALUES (?, ?, ?, ?)", (key, model, answer, self._clock())
            )
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def answers(self) -> Iterator[str]:
        """All answers that are kept, as JSON, in no order. Raises StorageError."""
        try:
            for row in self._database.execute("SELECT answer FROM answers_v1"):
                yield str(row[0])
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _failed(self, error: Exception) -> StorageError:
        return StorageError(
            f"the answers in {self._path} cannot be used ({error}): remove the file, or name another"
        )


class CachedModel:
    """A model whose answers are looked up first; fills the `LanguageModel` seam.

    Args:
        model: who is asked for what is not known.
        cache: where answers are kept; it is not closed with the model.
        identity: what tells this model from all others: its name, and a digest of its weights where known.
        ledger: told of answers that were known.
    """

    def __init__(
        self, model: LanguageModel, cache: AnswerCache, *, identity: str = "", ledger: Ledger | None = None
    ) -> None:
        """Look nothing up yet."""
        self._model = model
        self._cache = cache
        self._identity = identity
        self._ledger = ledger or Ledger()

    @property
    def name(self) -> str:
        """That of the model that is asked."""
        return self._model.name

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Known answers, and new ones for the rest."""
        if not _repeatable(sampling):
            return await self._model.complete(prompt, sampling)
        keys = [self._key("complete", prompt, _draw(sampling), at) for at in range(sampling.count)]
        known = [self._known(key, _ANSWER) for key in keys]
        if None not in known:
            self._ledger.cached(self.name, len(known))
            return [answer for answer in known if answer is not None]
        # A server's third answer is not what it answers when it is asked for one: all are drawn together.
        drawn = await self._model.complete(prompt, sampling)
        for key, answer in zip(keys, drawn, strict=True):
            self._cache.put(key, self.name, json.dumps(asdict(answer)))
        return [old or new for old, new in zip(known, drawn, strict=True)]

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        """A known answer in its old pieces, or a new one, which is kept once it is complete."""
        key = self._key("chat", [message.record() for message in messages], _draw(sampling), 0)
        known = self._known(key, _PIECES) if _repeatable(sampling) else None
        if known is not None:
            self._ledger.cached(self.name, 1)
            for piece in known:
                yield piece
            return
        pieces, cut = [], False
        async for piece in self._model.chat(messages, sampling):
            if isinstance(piece, Ending):
                cut = piece.finished == "length"
            else:
                pieces.append(piece)
            yield piece
        # What was cut off would come back without saying so.
        if _repeatable(sampling) and not cut:
            self._cache.put(key, self.name, json.dumps(pieces))

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """Known vectors, and new ones for the texts that have none; each new text is sent once."""
        keys = {text: self._key("embed", text, None, 0) for text in texts}
        known = {
            text: vector for text, key in keys.items() if (vector := self._known(key, _VECTOR)) is not None
        }
        self._ledger.cached(self.name, len(known))
        missing = [text for text in keys if text not in known]
        for text, vector in zip(missing, await self._embedded(missing), strict=True):
            self._cache.put(keys[text], self.name, json.dumps(vector))
            known[text] = vector
        return [known[text] for text in texts]

    async def _embedded(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        return await self._model.embed(texts) if texts else []

    async def aclose(self) -> None:
        """Close the model."""
        await self._model.aclose()

    def _key(self, kind: str, content: object, draw: object, at: int) -> str:
        whole = [_VERSION, kind, self._identity or self.name, content, draw, at]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def _known(self, key: str, adapter: TypeAdapter[A]) -> A | None:
        found = self._cache.get(key)
        if found is None:
            return None
        try:
            return adapter.validate_json(found)
        except ValidationError:
            return None  # written by another version, or damaged: as good as unknown


def _repeatable(sampling: Sampling) -> bool:
    return sampling.temperature == 0 or sampling.seed is not None


def _draw(sampling: Sampling) -> dict[str, object]:
    """What decides the draw; asking for more answers leaves the keys of the first ones as they are."""
    return asdict(replace(sampling, count=1))
