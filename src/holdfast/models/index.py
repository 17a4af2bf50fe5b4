"""An inverted index from features to documents, in numpy: exact similarity over the likeliest candidates.

Documents are feature sets, numbered in the order in which they are added; what is added is found by the very
next query. A query gathers candidates from its rarest features first and from the newest documents of each,
up to a fixed amount of work, then scores the best candidates exactly.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.models.features import FeatureSet
from holdfast.models.postings import Growable, Postings

__all__ = ["FeatureIndex", "Hits"]

_MERGE_AT_LEAST = 1024


@dataclass(frozen=True, slots=True)
class Hits:
    """Documents that resemble a query, most similar first."""

    documents: NDArray[np.int64]
    scores: NDArray[np.float64]
    """Similarity in 0..1: idf-weighted share of features (1 means the same features)."""


class FeatureIndex:
    """Feature sets, and which documents have which feature.

    Args:
        postings: how many of the newest documents of one feature are looked at.
        work: how many postings one query looks at.
        candidates: how many documents are scored exactly.
    """

    def __init__(self, *, postings: int = 1024, work: int = 12_288, candidates: int = 256) -> None:
        self._postings = postings
        self._work = work
        self._candidates = candidates
        self._forward = Growable(np.uint32)
        self._starts = Growable(np.int64)
        self._starts.extend(np.zeros(1, dtype=np.int64))
        self._base = Postings.empty()
        self._base_size = 0
        self._fresh: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, features: FeatureSet) -> int:
        """Add a document and return its number."""
        number = len(self)
        self._append(features)
        fresh = self._fresh
        for feature in features.tolist():
            posting = fresh.get(feature)
            if posting is None:
                fresh[feature] = array("i", (number,))
            else:
                posting.append(number)
        if number - self._base_size >= max(_MERGE_AT_LEAST, self._base_size // 8):
            self._merge()
        return number

    def extend(self, blocks: Iterable[tuple[NDArray[np.uint32], NDArray[np.int64]]]) -> None:
        """Add many documents at once: blocks of features, document after document, with their lengths."""
        for features, lengths in blocks:
            self._starts.extend(len(self._forward) + np.cumsum(lengths, dtype=np.int64))
            self._forward.extend(features)
        self._merge()

    def document(self, number: int) -> FeatureSet:
        """The features of a document."""
        begin, end = self._starts.view()[number : number + 2]
        return self._forward.view()[begin:end].copy()

    def query(self, features: FeatureSet, limit: int) -> Hits:
        """The at most `limit` documents that resemble `features` most; newer ones first among equals."""
        counts, postings = self._gather(features)
        weights = self._idf(counts)
        candidates = self._shortlist(weights, counts, postings)
        if not len(candidates):
            return Hits(np.zeros(0, dtype=np.int64), np.zeros(0))
        return self._score(features, weights, candidates, limit)

    def _gather(self, query: FeatureSet) -> tuple[NDArray[np.int64], list[NDArray[np.int32]]]:
        """How many documents have each feature, and the newest of them."""
        begins, ends = self._base.slices(query)
        documents = self._base.documents
        counts = (ends - begins).tolist()
        postings: list[NDArray[np.int32]] = []
        cap = self._postings
        empty = documents[:0]
        for at, (feature, begin, end) in enumerate(
            zip(query.tolist(), begins.tolist(), ends.tolist(), strict=True)
        ):
            fresh = self._fresh.get(feature)
            if fresh is None:
                postings.append(documents[max(begin, end - cap) : end] if end > begin else empty)
                continue
            counts[at] += len(fresh)
            newest = np.frombuffer(fresh[-cap:], dtype=np.int32)
            rest = cap - len(newest)
            if rest and end > begin:
                newest = np.concatenate((documents[max(begin, end - rest) : end], newest))
            postings.append(newest)
        return np.array(counts, dtype=np.int64), postings

    def _idf(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Squared inverse document frequency; 0 for features that no document has."""
        size = len(self) + 1
        return np.square(np.log(size / np.maximum(counts, 1))) * (counts > 0) + 1e-9

    def _shortlist(
        self, weights: NDArray[np.float64], counts: NDArray[np.int64], postings: list[NDArray[np.int32]]
    ) -> NDArray[np.intp]:
        """The documents that share most weight with the query, as far as the looked-at postings say."""
        order = np.argsort(counts, kind="stable")
        lengths = np.array([len(posting) for posting in postings], dtype=np.int64)[order]
        within = int(np.searchsorted(np.cumsum(lengths), self._work, side="right"))
        chosen = order[: max(within, 1)]
        documents = np.concatenate([postings[at] for at in chosen.tolist()])
        repeated = np.repeat(weights[chosen], lengths[: len(chosen)])
        sums = np.bincount(documents, weights=repeated, minlength=1).astype(np.float64, copy=False)
        return _largest(sums, self._candidates)

    def _score(
        self, query: FeatureSet, weights: NDArray[np.float64], candidates: NDArray[np.int64], limit: int
    ) -> Hits:
        starts = self._starts.view()
        begins = starts[candidates]
        lengths = starts[candidates + 1] - begins
        bounds = np.cumsum(lengths)
        flat = np.arange(bounds[-1]) + np.repeat(begins - (bounds - lengths), lengths)
        features = self._forward.view()[flat]
        at = np.minimum(np.searchsorted(query, features), len(query) - 1)
        shared = np.where(query[at] == features, weights[at], 0.0)
        sums = np.add.reduceat(shared, bounds - lengths)
        counts = np.add.reduceat((shared > 0).astype(np.float64), bounds - lengths)
        total = weights.sum()
        unshared = (lengths - counts) * (total / max(len(query), 1)) * 0.5
        scores = sums / (total + unshared)
        best = np.lexsort((-candidates, -scores))[:limit]
        return Hits(candidates[best], scores[best])

    def _append(self, features: FeatureSet) -> None:
        self._forward.extend(features)
        self._starts.extend(np.array([len(self._forward)], dtype=np.int64))

    def _merge(self) -> None:
        starts = self._starts.view()
        begin = int(starts[self._base_size])
        lengths = np.diff(starts[self._base_size :])
        numbers = np.repeat(np.arange(self._base_size, len(self), dtype=np.int32), lengths)
        self._base = self._base.merged(Postings.build(self._forward.view()[begin:].copy(), numbers))
        self._base_size = len(self)
        self._fresh = {}


def _largest(sums: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Where the `count` largest positive sums are; the later position wins among equals."""
    places = np.flatnonzero(sums)[::-1]
    if len(places) <= count:
        return places
    values = sums[places]
    floor = np.partition(values, len(values) - count)[len(values) - count]
    above = places[values > floor]
    return np.concatenate((above, places[values == floor][: count - len(above)]))
