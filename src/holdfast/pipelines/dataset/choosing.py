"""Step 3: a diverse choice of theorems, by what their statements say."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.seams import MakeWorker, Work
from holdfast.pipelines.steps import Batch, Handled, Row
from holdfast.retrieval.lexical import LexicalIndex

__all__ = ["Choose", "ChooseSettings", "farthest_first"]


class ChooseSettings(BaseModel):
    """How many theorems are chosen, out of which."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k_have: int | None = Field(default=500, ge=0)
    """Theorems with a `have` that stands alone; None for all."""
    k_wo_have: int | None = Field(default=500, ge=0)
    """Theorems without; None for all."""
    min_steps: int = Field(default=2, ge=0)
    """Fewest sentences that a proof may have."""
    max_steps: int = Field(default=14, ge=1)
    """Most sentences that a proof may have."""
    seed: int = 42


class Choose:
    """Step 3. What is not chosen is dropped with the reason."""

    name = "chosen"
    version = 1

    def __init__(self, settings: ChooseSettings) -> None:
        self.settings: BaseModel = settings
        self._worker = partial(_worker, settings)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`: what is chosen depends on all."""
        yield Batch("all", tuple(rows))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


@asynccontextmanager
async def _worker(settings: ChooseSettings) -> AsyncIterator[Work[Batch, Handled]]:
    async def work(batch: Batch) -> AsyncIterator[Handled]:
        reasons = _choose(batch.rows, settings)
        for row in batch.rows:
            if row.key not in batch.done:
                reason = reasons.get(row.key, "")
                yield Handled(row.key, rows=() if reason else (row,), dropped=reason)

    yield work


def _choose(rows: Sequence[Row], settings: ChooseSettings) -> dict[str, str]:
    """Why rows are not chosen, by key; chosen ones are left out."""
    reasons = {}
    pools: dict[bool, list[Row]] = {True: [], False: []}
    for row in rows:
        steps = len(row.data["lines"])
        if steps < settings.min_steps:
            reasons[row.key] = "the proof has too few sentences"
        elif steps > settings.max_steps:
            reasons[row.key] = "the proof has too many sentences"
        else:
            pools[bool(row.data["haves"])].append(row)
    for with_have, count in ((True, settings.k_have), (False, settings.k_wo_have)):
        pool = pools[with_have]
        if count is not None and count < len(pool):
            chosen = set(farthest_first([row.data["statement"] for row in pool], count, settings.seed))
            reasons |= {row.key: "not chosen" for at, row in enumerate(pool) if at not in chosen}
    return reasons


def farthest_first(texts: Sequence[str], count: int, seed: int) -> list[int]:
    """Indices of `count` texts, each as unlike those before it as any that is left.

    How like a text is to a chosen one is the BM25 score that it has for the chosen one as a query, over the
    score that each of the two has for itself, the mean of both shares. The next text is the one whose
    greatest likeness to a chosen one is least (Gonzalez, Clustering to minimize the maximum intercluster
    distance, 1985). The first is drawn.

    Args:
        texts: what is chosen from.
        count: how many; at most as many as there are.
        seed: decides the first, and nothing else.
    """
    if not texts or count <= 0:
        return []
    index = LexicalIndex(texts)
    own = np.array([max(float(index.scores(text)[at]), 1e-9) for at, text in enumerate(texts)])
    chosen = [int(np.random.default_rng(seed).integers(len(texts)))]
    nearest = _likeness(index, texts, own, chosen[0])
    while len(chosen) < min(count, len(texts)):
        nearest[chosen] = np.inf
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, _likeness(index, texts, own, chosen[-1]))
    return chosen


def _likeness(
    index: LexicalIndex, texts: Sequence[str], own: NDArray[np.float64], at: int
) -> NDArray[np.float64]:
    """How like each text is to one of them: 1 for itself, 0 where they share no word."""
    scores: NDArray[np.float64] = index.scores(texts[at]).astype(np.float64)
    shares: NDArray[np.float64] = (scores / own[at] + scores / own) / 2
    return shares
