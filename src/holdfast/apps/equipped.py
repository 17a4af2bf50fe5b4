"""A learner together with the value that goes with it, both opened where a search runs."""

import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.apps.value import open_value
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner, Value
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Declared, JudgedStep, Observed

__all__ = ["EquippedLearner"]


class EquippedLearner:
    """Fills `Learner`: another learner, and `value`.

    A search runs in a thread of its own with an event loop of its own, and what is open belongs to a loop;
    so both are opened when this context is entered.
    """

    def __init__(
        self, learner: Learner, folder: Path, *, encoder: str | None = None, weight: float | None = None
    ) -> None:
        """Open nothing yet; `folder`, `encoder` and `weight` are those of `open_value`."""
        self._learner = learner
        self._folder, self._encoder, self._weight = folder, encoder, weight
        self._stack = AsyncExitStack()
        self.value: Value | None = None
        """None where it is switched off."""

    async def __aenter__(self) -> Self:
        """Raises what the learner raises, and what `open_value` does."""
        async with AsyncExitStack() as stack:
            if isinstance(self._learner, AbstractAsyncContextManager):
                await stack.enter_async_context(self._learner)
            opened = open_value(self._folder, os.environ, encoder=self._encoder, weight=self._weight)
            self.value = (await stack.enter_async_context(opened)).value
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def learn(self, item: Observed | Declared) -> None:
        """Teach the learner."""
        self._learner.learn(item)

    def judged(self, step: JudgedStep) -> None:
        """Tell the learner."""
        self._learner.judged(step)

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Ask the learner."""
        return await self._learner.propose(goal, count)
