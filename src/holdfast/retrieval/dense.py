"""Nearest vectors, found exactly: every document is compared with the query."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from holdfast.core.errors import BadAnswerError
from holdfast.core.seams import Encoder
from holdfast.core.vectors import Vector

__all__ = ["DenseIndex", "stack"]


def stack(vectors: Sequence[Vector | None]) -> NDArray[np.float32]:
    """Vectors as rows of length 1; what has no vector is a row of zeros, and so is a vector of zeros.

    Raises ValueError where there is no vector at all.
    """
    width = next((len(vector) for vector in vectors if vector is not None), 0)
    if not width:
        raise ValueError("no document has a vector")
    rows = np.zeros((len(vectors), width), dtype=np.float32)
    for at, vector in enumerate(vectors):
        if vector is not None and (norm := float(np.linalg.norm(vector))) > 0:
            rows[at] = vector / norm
    return rows


class DenseIndex:
    """Documents by the directions of their vectors; fills `Index`. Scores are cosines.

    What has no vector is never found.

    Args:
        rows: one row a document, as `stack` makes them.
        encoder: encodes queries as the documents were encoded; closed by who made it.
    """

    def __init__(self, rows: NDArray[np.float32], encoder: Encoder) -> None:
        self._rows = rows
        self._encoder = encoder
        self._known = np.einsum("ij,ij->i", rows, rows) > 0

    @classmethod
    async def build(cls, documents: Sequence[str], encoder: Encoder) -> Self:
        """Encode documents. Raises ModelError, ValueError where none of them has a vector."""
        return cls(stack(await encoder.encode(documents)), encoder)

    @classmethod
    def load(cls, path: Path, encoder: Encoder) -> Self:
        """Rows that `numpy.save` wrote. Raises OSError, ValueError where the file holds none."""
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
        if rows.ndim != 2 or rows.dtype != np.float32:
            raise ValueError(f"{path} holds no vectors")
        return cls(rows, encoder)

    def __len__(self) -> int:
        return len(self._rows)

    async def find(self, query: str, count: int) -> Sequence[tuple[int, float]]:
        """Fills `Index.find`; a query that has no vector finds nothing."""
        vector = (await self._encoder.encode([query]))[0]
        if vector is None or not (norm := float(np.linalg.norm(vector))):
            return []
        if len(vector) != self._rows.shape[1]:
            raise BadAnswerError(
                f"{self._encoder.spec.model} gave a vector of {len(vector)} numbers,"
                f" the documents have {self._rows.shape[1]}: index them anew"
            )
        scores = np.where(self._known, self._rows @ (vector / norm), -np.inf)
        order = np.argsort(-scores, kind="stable")[:count]
        return [(int(at), float(scores[at])) for at in order if self._known[at]]
