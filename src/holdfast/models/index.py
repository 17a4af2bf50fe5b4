"""An inverted index from features to documents, in numpy: exact similarity over the likeliest candidates.

Documents are feature sets, numbered in the order in which they are added; what is added is found by the very
next query. A query gathers candidates from its rarest features first and from the newest documents of each,
up to a fixed amount of work, then scores the best candidates exactly. Its time hardly grows with the index.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.models.features import FEATURE_SPACE, FeatureSet
from holdfast.models.growable import Growable

__all__ = ["FeatureIndex", "Hits"]

_LATEST_SHARE = 4
"""Postings are sorted anew when what is new is so many times less than all, so that adding stays cheap."""
_WORTH_SCORING = 0.1
"""A document is scored exactly where its looked-at weight is at least this share of the best one's."""
_UNKNOWN = 0.25
"""What a feature of the query that no document has counts, as a share of what the rarest feature counts."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Documents that resemble a query, most similar first."""

    documents: NDArray[np.int64]
    scores: NDArray[np.float64]
    """Similarity in 0..1: the idf-weighted share of features in common (1 means the same features)."""


class FeatureIndex:
    """Feature sets, and which documents have which feature."""

    def __init__(
        self,
        *,
        postings: int = 1024,
        work: int = 4096,
        candidates: int = 48,
        fresh: int = 2048,
        space: int = FEATURE_SPACE,
    ) -> None:
        """Set how much one query looks at.

        Args:
            postings: how many documents of one feature, newest first, twice that at most.
            work: how many postings in all.
            candidates: how many documents are scored exactly.
            fresh: how many documents are kept apart at least before the postings are sorted anew.
            space: features are numbers below this.
        """
        self._cap = postings
        self._work = work
        self._candidates = candidates
        self._at_least = fresh
        self._forward = Growable(np.uint32)
        self._bounds = Growable(np.int64)
        self._bounds.extend(np.zeros(1, dtype=np.int64))
        self._counts = np.zeros(space, dtype=np.int32)
        self._weights = np.zeros(space, dtype=np.float32)
        self._starts = np.zeros(space + 1, dtype=np.int64)
        self._postings = np.empty(0, dtype=np.int32)
        self._merged = 0
        self._fresh: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def add(self, features: FeatureSet) -> int:
        """Add a document and return its number."""
        number = len(self)
        self._append(features, np.array([len(features)], dtype=np.int64))
        self._counts[features] += 1
        fresh = self._fresh
        for feature in features.tolist():
            posting = fresh.get(feature)
            if posting is None:
                fresh[feature] = array("i", (number,))
            else:
                posting.append(number)
        if number - self._merged >= max(self._at_least, self._merged // _LATEST_SHARE):
            self._merge()
        return number

    def extend(self, blocks: Iterable[tuple[NDArray[np.uint32], NDArray[np.int64]]]) -> None:
        """Add many documents at once: blocks of features, document after document, with their lengths."""
        for features, lengths in blocks:
            self._append(features, lengths)
        self._merge()

    def document(self, number: int) -> FeatureSet:
        """The features of a document."""
        begin, end = self._bounds.view()[number : number + 2]
        return self._forward.view()[begin:end].copy()

    def query(self, features: FeatureSet, limit: int) -> Hits:
        """The at most `limit` documents that resemble `features` most; newer ones first among equals."""
        counts = self._counts[features]
        known = counts > 0
        query, counts = features[known], counts[known]
        order = np.argsort(counts, kind="stable")
        query, counts = query[order], counts[order]
        weights = np.square(np.log((len(self) + 1) / counts))
        candidates = self._shortlist(query, counts, weights)
        if not len(candidates):
            return Hits(np.zeros(0, dtype=np.int64), np.zeros(0))
        unknown = (len(features) - len(query)) * _UNKNOWN * float(np.log(len(self) + 1)) ** 2
        return self._score(query, weights, unknown, candidates, limit)

    def _shortlist(
        self, query: FeatureSet, counts: NDArray[np.int32], weights: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        """The documents that share most weight with the query, as far as the looked-at postings say."""
        looked = np.searchsorted(np.cumsum(np.minimum(counts, self._cap)), self._work, side="right")
        chosen = query[: max(int(looked), 1)]
        ends = self._starts[chosen + 1]
        begins = np.maximum(self._starts[chosen], ends - self._cap)
        lengths = ends - begins
        newest, more = self._newest(chosen)
        documents = np.concatenate((self._postings[_ranges(begins, lengths)], newest))
        if not len(documents):
            return np.zeros(0, dtype=np.intp)
        here = weights[: len(chosen)]
        repeated = np.concatenate((np.repeat(here, lengths), np.repeat(here, more)))
        sums: NDArray[np.float64] = np.bincount(documents, weights=repeated).astype(np.float64, copy=False)
        return _largest(sums, self._candidates)

    def _newest(self, chosen: FeatureSet) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The documents with each feature that are not merged yet, and how many of them for each."""
        together = array("i")
        lengths = []
        for feature in chosen.tolist():
            posting = self._fresh.get(feature)
            if posting is None:
                lengths.append(0)
            else:
                newest = posting if len(posting) <= self._cap else posting[-self._cap :]
                together.extend(newest)
                lengths.append(len(newest))
        return np.frombuffer(together, dtype=np.int32), np.array(lengths, dtype=np.int64)

    def _score(
        self,
        query: FeatureSet,
        weights: NDArray[np.float64],
        unknown: float,
        candidates: NDArray[np.intp],
        limit: int,
    ) -> Hits:
        """Shared weight over all weight; features that only the document has count as average ones."""
        table = self._weights
        table[query] = weights
        bounds = self._bounds.view()
        begins = bounds[candidates]
        lengths = bounds[candidates + 1] - begins
        shared = table[self._forward.view()[_ranges(begins, lengths)]]
        table[query] = 0.0
        starts = np.cumsum(lengths) - lengths
        sums = np.add.reduceat(shared, starts, dtype=np.float64)
        common = np.add.reduceat(shared > 0, starts, dtype=np.int64)
        total = float(weights.sum()) + unknown
        scores = sums / (total + (lengths - common) * (total / len(query)) + 1e-9)
        best = np.lexsort((-candidates, -scores))[:limit]
        return Hits(candidates[best], scores[best])

    def _append(self, features: NDArray[np.uint32], lengths: NDArray[np.int64]) -> None:
        self._bounds.extend(len(self._forward) + np.cumsum(lengths, dtype=np.int64))
        self._forward.extend(features)

    def _merge(self) -> None:
        """Sort all postings anew; documents stay in ascending order under each feature."""
        features = self._forward.view()
        counts = np.bincount(features, minlength=len(self._counts))
        self._counts[:] = counts
        np.cumsum(counts, out=self._starts[1:])
        lengths = np.diff(self._bounds.view())
        documents = np.repeat(np.arange(len(self), dtype=np.int32), lengths)
        self._postings = documents[np.argsort(features, kind="stable")]
        self._merged = len(self)
        self._fresh = {}


def _ranges(begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """All positions `begin, begin + 1, ...` of ranges of the given lengths, one range after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    positions: NDArray[np.int64] = np.repeat(begins - (ends - lengths), lengths)
    positions += np.arange(total)
    return positions


def _largest(sums: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Where the `count` largest positive sums are; the later position wins among equals."""
    places = np.flatnonzero(sums > _WORTH_SCORING * sums.max())[::-1]
    if len(places) <= count:
        return places
    values = sums[places]
    floor = np.partition(values, len(values) - count)[len(values) - count]
    above = places[values > floor]
    return np.concatenate((above, places[values == floor][: count - len(above)]))
