"""The embedded proposers pass as a language model."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from tests.contract.language_model_suite import LanguageModelSuite, ModelCase

from holdfast.apps.advice import advise
from holdfast.apps.rocq.workbench import make_learner
from holdfast.apps.server.embedded import EmbeddedModel
from holdfast.core.goals import Goal
from holdfast.core.seams import LanguageModel
from holdfast.core.steps import Proposal


@asynccontextmanager
async def _open() -> AsyncIterator[LanguageModel]:
    learner = make_learner([])

    async def propose(goal: Goal, count: int, prefix: str) -> Sequence[Proposal]:
        return (await advise(learner, None, goal, count, prefix=prefix)).proposals

    yield EmbeddedModel(propose)


class TestEmbeddedModel(LanguageModelSuite):
    @pytest.fixture
    def case(self) -> ModelCase:
        return ModelCase(open=_open)
