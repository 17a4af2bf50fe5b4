"""BM25 over mathematical text, where signs and parts of names are words too."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TypeAlias

import bm25s  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

__all__ = ["LexicalIndex", "Scores", "words"]

Scores: TypeAlias = NDArray[np.float32]
"""One number for each document, in the order of the documents; higher is nearer, 0 shares no word."""

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s()\[\]{},;]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\x00-\x7f]+")
_K1, _B = 1.5, 0.75
"""The usual constants of BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009."""


def words(text: str) -> list[str]:
    """The words of a text: names in their parts, numbers, and signs as they stand together.

    >>> words("Lemma addnC_eq (n : nat) : n + 0 <= mulFunctor.n")
    ['lemma', 'addn', 'c', 'eq', 'n', ':', 'nat', ':', 'n', '+', '0', '<=', 'mul', 'functor', '.', 'n']
    """
    found: list[str] = []
    for piece in _WORD.findall(text):
        found += [part.lower() for part in _CAMEL.findall(piece)] if piece[0].isalpha() else [piece]
    return found


class LexicalIndex:
    """Documents that can be asked which of them are near a text; it is built once. Fills `Index`."""

    def __init__(self, documents: Sequence[str], *, stored: Path | None = None) -> None:
        """Index documents by their words. Raises ValueError where there is none.

        `stored` is for `load`: a folder with an index that was built before.
        """
        if stored is not None:
            self._model, self._size, self._empty = *_read(stored), False
            return
        if not documents:
            raise ValueError("an index needs a document")
        self._size = len(documents)
        listed = [words(document) for document in documents]
        self._empty = not any(listed)
        self._model = bm25s.BM25(k1=_K1, b=_B)
        if not self._empty:
            self._model.index(listed, show_progress=False)

    def save(self, folder: Path) -> None:
        """Write what `load` reads into an empty folder. Raises OSError, ValueError where no word is in it."""
        if self._empty:
            raise ValueError("an index without a word is not worth a file")
        self._model.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote; the numbers stay on the disk until they are asked for.

        Raises OSError or ValueError where that is not what lies there.
        """
        return cls((), stored=folder)

    def __len__(self) -> int:
        return self._size

    def scores(self, query: str) -> Scores:
        """How near each document is to a text."""
        tokens = words(query)
        if self._empty or not tokens:
            return np.zeros(self._size, dtype=np.float32)
        found: Scores = self._model.get_scores(tokens).astype(np.float32)
        return found

    def search(self, query: str, count: int) -> list[tuple[int, float]]:
        """The nearest documents that share a word with a text, with their scores, nearest first.

        Those that are equally near come in the order of the documents.
        """
        scores = self.scores(query)
        order = np.argsort(-scores, kind="stable")[:count]
        return [(int(at), float(scores[at])) for at in order if scores[at] > 0]

    async def find(self, query: str, count: int) -> Sequence[tuple[int, float]]:
        """Fills `Index.find`."""
        return self.search(query, count)


def _read(folder: Path) -> tuple[bm25s.BM25, int]:
    """A saved model and how many documents it knows."""
    try:
        model = bm25s.BM25.load(folder, mmap=True, show_progress=False)
        return model, int(model.scores["num_docs"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{folder} holds no index: {error}") from error
