"""Recordings, and what wraps another model, fill the `LanguageModel` seam."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.contract.language_model_suite import LanguageModelSuite, ModelCase

from holdfast.core.seams import LanguageModel
from holdfast.models.answer_cache import AnswerCache, CachedModel
from holdfast.models.replay import RecordingModel, ReplayModel

RECORDS = (
    {
        "prompt": "*",
        "answers": [
            {"text": "apply foo.", "logprobs": [-0.1, -0.7, -0.01]},
            {"text": "lia.", "logprobs": [-1.5], "finished": "length"},
            {"text": "", "logprobs": []},
        ],
    },
    {"messages": [{"role": "user", "text": "*"}], "pieces": ["Let ", "us ", "see."]},
    {"embed": "n = n", "vector": [0.6, 0.8]},
    {"embed": "*", "vector": [0.0, 1.0]},
)


class TestReplay(LanguageModelSuite):
    @pytest.fixture
    def case(self) -> ModelCase:
        @asynccontextmanager
        async def opened() -> AsyncIterator[LanguageModel]:
            yield ReplayModel(RECORDS)

        return ModelCase(open=opened)


class TestRecording(LanguageModelSuite):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ModelCase:
        @asynccontextmanager
        async def opened() -> AsyncIterator[LanguageModel]:
            yield RecordingModel(ReplayModel(RECORDS), tmp_path / "kept.jsonl")

        return ModelCase(open=opened)


class TestCached(LanguageModelSuite):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ModelCase:
        @asynccontextmanager
        async def opened() -> AsyncIterator[LanguageModel]:
            cache = AnswerCache(tmp_path / "answers.db")
            yield CachedModel(ReplayModel(RECORDS), cache)
            cache.close()

        return ModelCase(open=opened)
