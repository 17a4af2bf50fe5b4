"""Growable numpy arrays, and sorted posting lists from features to document numbers."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Growable", "Postings"]

_Scalar = TypeVar("_Scalar", bound=np.generic)


class Growable(Generic[_Scalar]):
    """A numpy array that grows at its end in amortised constant time."""

    def __init__(self, dtype: type[_Scalar]) -> None:
        self._data: NDArray[_Scalar] = np.empty(1024, dtype=dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, values: NDArray[_Scalar]) -> None:
        """Append all values."""
        size = self._size + len(values)
        if size > len(self._data):
            grown = np.empty(max(size, 2 * len(self._data)), dtype=self._data.dtype)
            grown[: self._size] = self._data[: self._size]
            self._data = grown
        self._data[self._size : size] = values
        self._size = size

    def view(self) -> NDArray[_Scalar]:
        """The array as it is now, not copied; valid until the next `extend`."""
        return self._data[: self._size]


@dataclass(frozen=True, slots=True)
class Postings:
    """For each feature the documents that have it, in ascending order."""

    keys: NDArray[np.uint32]
    """The features, ascending."""
    starts: NDArray[np.int64]
    """Where each feature's documents begin; one more entry than `keys`."""
    documents: NDArray[np.int32]

    @classmethod
    def empty(cls) -> "Postings":
        """Postings without a document."""
        return cls(np.empty(0, np.uint32), np.zeros(1, np.int64), np.empty(0, np.int32))

    @classmethod
    def build(cls, features: NDArray[np.uint32], documents: NDArray[np.int32]) -> "Postings":
        """Postings of (feature, document) pairs; the documents must ascend."""
        order = np.argsort(features, kind="stable")
        ordered = features[order]
        begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[: len(ordered)]
        starts = np.append(begins, len(ordered)).astype(np.int64)
        return cls(ordered[begins], starts, documents[order])

    def merged(self, newer: "Postings") -> "Postings":
        """Both together; every document of `newer` must be greater than all of these."""
        if not len(self.keys):
            return newer
        keys = np.union1d(self.keys, newer.keys)
        counts = np.zeros(len(keys), dtype=np.int64)
        mine = np.searchsorted(keys, self.keys)
        theirs = np.searchsorted(keys, newer.keys)
        my_lengths, their_lengths = np.diff(self.starts), np.diff(newer.starts)
        counts[mine] += my_lengths
        counts[theirs] += their_lengths
        starts = np.concatenate(([0], np.cumsum(counts)))
        documents = np.empty(starts[-1], dtype=np.int32)
        before = np.zeros(len(keys), dtype=np.int64)
        before[mine] = my_lengths
        _scatter(documents, starts[mine], self)
        _scatter(documents, (starts[:-1] + before)[theirs], newer)
        return Postings(keys, starts, documents)

    def slices(self, features: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Begin and end in `documents` for each feature; equal where it is unknown."""
        if not len(self.keys):
            nothing = np.zeros(len(features), dtype=np.int64)
            return nothing, nothing
        at = np.minimum(np.searchsorted(self.keys, features), len(self.keys) - 1)
        known = self.keys[at] == features
        begins = self.starts[at]
        return begins, np.where(known, self.starts[at + 1], begins)


def _scatter(target: NDArray[np.int32], begins: NDArray[np.int64], source: Postings) -> None:
    """Copy each list of `source` to where it begins in `target`."""
    lengths = np.diff(source.starts)
    shift = np.repeat(begins - source.starts[:-1], lengths)
    target[np.arange(len(source.documents)) + shift] = source.documents
