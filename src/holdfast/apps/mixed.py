"""The embedded proposers and a language model together, for one worker of a search."""

import asyncio
import importlib
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.apps.models import ModelSource, prepare_model
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import Language
from holdfast.models.recall import Recall
from holdfast.models.together import together

__all__ = ["MixedLearner", "open_mixed", "with_model"]


def _nothing() -> None:
    pass


@asynccontextmanager
async def open_mixed(
    spec: str,
    environ: Mapping[str, str],
    *,
    cache: Path,
    language: Language,
    embedded: Callable[[], Learner],
    report: Callable[[Mapping[str, object]], None],
    recall: Callable[[], Recall | None] = _nothing,
) -> AsyncIterator[Callable[[], Learner]]:
    """What makes a learner of the embedded proposers and the model that `spec` names, for each worker.

    `report` is told at the end what the model was asked and what it cost; answers are kept below `cache`.
    `recall` makes what finds theorems for the prompts of a worker.
    Raises UserError where `spec` names no model, or asks in a way that is not for `language`.
    """
    source = prepare_model(spec, environ, cache=cache / "answers.db")
    source.prompts(language)
    try:
        yield lambda: with_model(embedded(), source, language, recall())
    finally:
        await source.aclose()
        for name, total in source.ledger.totals().items():
            report({"kind": "model", "name": name, **asdict(total)})


def with_model(
    embedded: Learner, source: ModelSource, language: Language, recall: Recall | None = None
) -> Learner:
    """The embedded proposers and a model, as one learner; prompts name theorems that `recall` finds.

    In Python bodies are whole programs, which take long to find and can be mended: a loop of its own.
    """
    if language == "python":
        team: Learner = importlib.import_module("holdfast.apps.python.team").PythonTeam(embedded, source)
        return team
    return MixedLearner(embedded, source, language, recall)


class MixedLearner:
    """Fills `Learner`: both are asked at the same time, and their chances added up.

    An async context manager: it holds the model's connections, and what the embedded proposers hold.
    """

    def __init__(
        self, embedded: Learner, source: ModelSource, language: Language, recall: Recall | None = None
    ) -> None:
        """Open nothing yet."""
        self._recall = recall
        self._embedded = embedded
        self._source = source
        self._language = language
        self._stack = AsyncExitStack()
        self._model: ModelProposer | None = None

    async def __aenter__(self) -> Self:
        """Raises UserError or ModelError where the model cannot be had."""
        if isinstance(self._embedded, AbstractAsyncContextManager):
            await self._stack.enter_async_context(self._embedded)
        model = await asyncio.to_thread(self._source.make)
        await self._stack.enter_async_context(aclosing(model))
        self._model = self._source.proposer(self._language, model)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def learn(self, item: Observed | Declared) -> None:
        """Teach the embedded proposers, and what finds theorems for prompts."""
        self._embedded.learn(item)
        if self._recall is not None:
            self._recall.learn(item)

    def judged(self, step: JudgedStep) -> None:
        """Tell both."""
        self._embedded.judged(step)
        if self._model is not None:
            self._model.judged(step)

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The likeliest steps of both; a step that both offer adds up. Raises ModelError."""
        offers = await together([_asked(self._embedded, goal, count), self._modelled(goal, count)])
        return _merged([each for offered in offers for each in offered])[:count]

    async def _modelled(self, goal: Goal, count: int) -> Sequence[Proposal]:
        assert self._model is not None, "a learner is entered before it is asked"
        premises = () if self._recall is None else await self._recall.lines(goal)
        return await self._model.suggest(goal, count, premises=premises)


async def _asked(proposer: Learner, goal: Goal, count: int) -> Sequence[Proposal]:
    return await proposer.propose(goal, count)


def _merged(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Likeliest first; of several offers of a step, the likeliest names its source."""
    chances: dict[str, float] = {}
    best: dict[str, Proposal] = {}
    for each in proposals:
        text = each.step.text
        chances[text] = chances.get(text, 0.0) + math.exp(each.logprob)
        if text not in best or best[text].logprob < each.logprob:
            best[text] = each
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    return [
        Proposal(Step(text), math.log(max(min(chance, 1.0), 1e-9)), best[text].source)
        for text, chance in ranked
    ]
