"""The synthesiser and a language model side by side at the holes of a Python file, for one worker."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from types import TracebackType
from typing import Self

from holdfast.apps.models import ModelSource
from holdfast.apps.python.learner import PythonLearner, Work
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.seams import LanguageModel, Proposer
from holdfast.core.steps import Proposal, Proved, Refused
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.language import ModelProposer
from holdfast.models.race import Race
from holdfast.models.repair import RepairLoop

__all__ = ["PythonTeam"]

_REPAIRS = 4
"""One of so many samples is drawn for each body that goes back."""


class PythonTeam:
    """Fills `Learner`: neither waits for the other, and refused bodies of the model go back to it.

    An async context manager: it holds the model's connections, and the process of the synthesiser.
    """

    def __init__(self, embedded: PythonLearner, source: ModelSource) -> None:
        """Open nothing yet."""
        self._embedded = embedded
        self._source = source
        self._stack = AsyncExitStack()
        self._model: LanguageModel | None = None
        self._races: dict[tuple[Subgoal, ...], tuple[Race, RepairLoop]] = {}
        """Of the hole at hand: of its goal, and of the sketches that were made of it."""
        self._at = Work("", None)

    async def __aenter__(self) -> Self:
        """Raises UserError or ModelError where the model cannot be had."""
        await self._stack.enter_async_context(self._embedded)
        self._model = await asyncio.to_thread(self._source.make)
        await self._stack.enter_async_context(aclosing(self._model))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._leave()
        finally:
            await self._stack.aclose()

    def learn(self, item: Observed | Declared) -> None:
        """Teach the embedded proposer."""
        self._embedded.learn(item)

    def judged(self, step: JudgedStep) -> None:
        """Refused bodies are mended in a later round; one that passes ends the work at its goal."""
        self._embedded.judged(step)
        race, loop = self._races.get(step.goal.subgoals, (None, None))
        match step.verdict:
            case Refused() as refused if loop is not None:
                loop.judged(step.proposal.step, refused)
            case Proved() if race is not None:
                race.stop()
            case _:
                pass

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The bodies of both in the order in which they come. Raises ModelError where the model fails."""
        if not goal.subgoals or count == 0:
            return ()
        if goal.subgoals not in self._races:
            if goal.subgoals in self._embedded.works:
                await self._leave()
                self._at = self._embedded.works[goal.subgoals]
            self._races[goal.subgoals] = self._race(goal)
        return await self._races[goal.subgoals][0].offers(count)

    def _race(self, goal: Goal) -> tuple[Race, RepairLoop]:
        options, prompts = self._source.spec.options, self._source.prompts("python")
        fewer = max(1, options.samples // _REPAIRS)
        loop = RepairLoop(
            self._writer(options.samples),
            self._writer(fewer),
            goal,
            context=self._at.context,
            rounds=options.rounds if prompts.repair else 0,
            samples=(options.samples, fewer),
            effort=self._at.effort,
        )
        return Race((loop, _Stepwise(self._embedded, goal))), loop

    def _writer(self, samples: int) -> ModelProposer:
        assert self._model is not None, "a learner is entered before it is asked"
        return self._source.proposer("python", self._model, samples=samples)

    async def _leave(self) -> None:
        """End the work at the hole before."""
        for race, _ in self._races.values():
            await race.aclose()
        self._races.clear()


class _Stepwise:
    """A proposer as a `Source`, asked for one more at a time."""

    def __init__(self, proposer: Proposer, goal: Goal) -> None:
        self._proposer = proposer
        self._goal = goal
        self._given = 0

    async def next(self) -> Proposal | None:
        offers = await self._proposer.propose(self._goal, self._given + 1)
        if len(offers) <= self._given:
            return None
        self._given += 1
        return offers[-1]
