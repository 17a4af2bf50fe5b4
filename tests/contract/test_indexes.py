"""The `Index` contract on words and on vectors, as they are built and as they are read back."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from tests.contract.index_suite import DOCUMENTS, IndexContract, LetterEncoder

from holdfast.core.errors import BadAnswerError
from holdfast.core.seams import Index
from holdfast.retrieval.dense import DenseIndex, stack
from holdfast.retrieval.lexical import LexicalIndex

pytestmark = pytest.mark.asyncio


class TestLexicalIndex(IndexContract):
    @pytest.fixture(params=["built", "read back"])
    def index(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
        built = LexicalIndex(DOCUMENTS)
        if request.param == "built":
            yield built
            return
        built.save(tmp_path / "index")
        yield LexicalIndex.load(tmp_path / "index")

    async def test_a_folder_that_holds_no_index_is_told(self, tmp_path: Path) -> None:
        with pytest.raises((OSError, ValueError)):
            LexicalIndex.load(tmp_path)
        with pytest.raises(ValueError, match="word"):
            LexicalIndex(["", ""]).save(tmp_path)


class TestDenseIndex(IndexContract):
    @pytest_asyncio.fixture(params=["built", "read back"])
    async def index(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
        encoder = LetterEncoder()
        if request.param == "built":
            yield await DenseIndex.build(DOCUMENTS, encoder)
            return
        np.save(tmp_path / "rows.npy", stack(await encoder.encode(DOCUMENTS)))
        yield DenseIndex.load(tmp_path / "rows.npy", encoder)

    async def test_vectors_of_another_length_are_told(self) -> None:
        with pytest.raises(BadAnswerError, match="anew"):
            await DenseIndex(np.ones((2, 3), dtype=np.float32), LetterEncoder()).find("x", 1)

    async def test_no_vector_at_all_is_no_index(self) -> None:
        with pytest.raises(ValueError, match="vector"):
            stack([None, None])

    async def test_scores_are_cosines(self) -> None:
        index = DenseIndex(stack([np.array([3, 4, *[0] * 126], dtype=np.float32)]), LetterEncoder())
        ((at, score),) = await index.find(chr(0) * 4 + chr(1) * 3 + "", 1)
        assert at == 0
        assert score == pytest.approx(24 / 25)
