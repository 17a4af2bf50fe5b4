"""What every index keeps to."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from holdfast.core.encodings import EncodeSpec
from holdfast.core.goals import Goal
from holdfast.core.seams import Index
from holdfast.core.vectors import Vector

DOCUMENTS = (
    "addnC : n + m = m + n",
    "leq_trans : m <= n -> n <= p -> m <= p",
    "size_cat : size (s ++ t) = size s + size t",
    "leq_trans : m <= n -> n <= p -> m <= p",
    "",
)
"""The second and the fourth are the same, and the last one says nothing."""


class LetterEncoder:
    """Fills `Encoder`: how often each character occurs; a text without any has no vector."""

    spec = EncodeSpec(model="letters", layer="none", pooling="sum", normalised=False)

    def __init__(self) -> None:
        self.texts = 0

    async def encode(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        """Counts of the first 128 characters there are."""
        self.texts += len(texts)
        return [self._counted(text) if text.strip() else None for text in texts]

    async def encode_goals(self, goals: Sequence[Goal]) -> Sequence[Vector | None]:
        """By their conclusions."""
        return await self.encode([" ".join(each.conclusion for each in goal.subgoals) for goal in goals])

    def _counted(self, text: str) -> Vector:
        counts = Counter(ord(each) % 128 for each in text)
        return np.array([counts[at] for at in range(128)], dtype=np.float32)


class IndexContract:
    """Subclasses give a fixture `index`, built on `DOCUMENTS`."""

    async def test_a_document_is_nearest_to_itself(self, index: Index) -> None:
        assert len(index) == len(DOCUMENTS)
        for at in (0, 1, 2):
            assert (await index.find(DOCUMENTS[at], 1))[0][0] == at

    async def test_scores_fall_and_what_is_equally_near_keeps_its_order(self, index: Index) -> None:
        found = await index.find(DOCUMENTS[1], len(DOCUMENTS))
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert all(type(at) is int and type(score) is float for at, score in found)
        assert [at for at, _ in found[:2]] == [1, 3]
        assert len({at for at, _ in found}) == len(found)

    async def test_no_more_than_asked_for_and_nothing_for_nothing(self, index: Index) -> None:
        assert len(await index.find("leq_trans", 2)) == 2
        assert list(await index.find("leq_trans", 0)) == []
        assert list(await index.find("", 3)) == []

    async def test_a_document_that_says_nothing_is_never_found(self, index: Index) -> None:
        assert 4 not in [at for at, _ in await index.find("size of m, n, s and t", 5)]

    async def test_asking_changes_nothing(self, index: Index) -> None:
        before = await index.find("size", 5)
        await index.find("leq", 5)
        assert await index.find("size", 5) == before
