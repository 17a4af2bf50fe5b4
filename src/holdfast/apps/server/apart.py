"""The embedded proposers in a thread of their own, so that a long goal keeps nobody else waiting."""

from collections.abc import Callable, Sequence

from holdfast.core.goals import Goal
from holdfast.core.seams import Learner
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.runtime.loops import LoopThread
from holdfast.search.suggest import offers

__all__ = ["Apart"]


class Apart:
    """Fills `Learner` with another one that lives in `thread`: calls are kept in their order."""

    def __init__(self, learner: Learner, thread: LoopThread) -> None:
        """Nobody else may use `learner` from now on."""
        self._learner = learner
        self._thread = thread

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """What the learner proposes."""
        return await self._thread.run(offers(self._learner, goal, count))

    async def complete(self, goal: Goal, count: int, prefix: str) -> Sequence[Proposal]:
        """What the learner proposes that begins with `prefix`."""
        return await self._thread.run(offers(self._learner, goal, count, prefix))

    def learn(self, item: Observed | Declared) -> None:
        """Teach it; does not wait."""
        self._later(lambda: self._learner.learn(item))

    def judged(self, step: JudgedStep) -> None:
        """Tell it of a verdict; does not wait."""
        self._later(lambda: self._learner.judged(step))

    def _later(self, act: Callable[[], None]) -> None:
        async def acted() -> None:
            act()

        self._thread.submit(acted())
