"""Which steps led to a goal: known from proofs as they are read, and from verdicts as they come."""

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Advanced
from holdfast.core.trajectories import JudgedStep, Observed
from holdfast.models.rocq_steps import normalize

__all__ = ["Trail"]

_REMEMBERED = 20_000


class Trail:
    """Remembers the way to goals. A goal that was never seen to be reached is the beginning of a proof."""

    def __init__(self) -> None:
        """Know of no goal."""
        self._theorem = ""
        self._read: tuple[str, ...] = ()
        self._following = ""
        self._ways: dict[Subgoal, tuple[str, ...]] = {}

    def follow(self, theorem: str) -> None:
        """Say that the goals asked for next stand in the proof being read, after the steps read so far."""
        self._following = theorem

    def learn(self, item: Observed) -> tuple[str, ...]:
        """Take in a step of a proof; comes back with the steps before it in the same proof, oldest first."""
        if item.theorem != self._theorem:
            self._theorem, self._read = item.theorem, ()
        before = self._read
        self._read = (*before, normalize(item.step))
        return before

    def judged(self, step: JudgedStep) -> None:
        """Remember the way to what a step left."""
        if not isinstance(step.verdict, Advanced):
            return
        if len(self._ways) > _REMEMBERED:
            self._ways.clear()
        way = (*self.before(step.goal), step.proposal.step.text)
        known = step.goal.subgoals[1:]
        for subgoal in step.verdict.goal.subgoals:
            if subgoal not in known:
                self._ways.setdefault(subgoal, way)

    def before(self, goal: Goal) -> tuple[str, ...]:
        """The steps that led to the first subgoal of a goal, oldest first."""
        if goal.subgoals and goal.subgoals[0] in self._ways:
            return self._ways[goal.subgoals[0]]
        return self._read if self._following and self._following == self._theorem else ()
