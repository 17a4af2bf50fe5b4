"""Proposers for the toy checker: a fixed table, and one that enumerates all steps that could apply."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Proved, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed

__all__ = ["EnumeratingProposer", "TableProposer"]

# What a text must contain for a step to be offered, the step, and its weight among the others.
_BY_CONCLUSION = (
    ("True", "trivial", 8.0),
    ("->", "intro", 6.0),
    ("~", "intro", 6.0),
    ("/\\", "split", 4.0),
    ("\\/", "left", 2.0),
    ("\\/", "right", 2.0),
)
_BY_HYPOTHESIS = (
    ("/\\", "destruct", 3.0),
    ("\\/", "destruct", 3.0),
    ("False", "destruct", 3.0),
    ("->", "apply", 2.0),
    ("~", "apply", 2.0),
)


class TableProposer:
    """Fills `holdfast.core.seams.Proposer` from a table: what to offer for each conclusion."""

    def __init__(self, table: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        """`table` gives steps with their log-probabilities; the key `*` stands for all other conclusions."""
        self._table = {
            conclusion: tuple(
                Proposal(Step(text), logprob, "table")
                for text, logprob in sorted(offers, key=lambda offer: -offer[1])
            )
            for conclusion, offers in table.items()
        }

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The table's proposals for the first conclusion, likeliest first."""
        if not goal.subgoals:
            return ()
        offers = self._table.get(goal.subgoals[0].conclusion, self._table.get("*", ()))
        return offers[:count]


class EnumeratingProposer:
    """Fills `holdfast.core.seams.Learner`: every step of the toy that the goal's text does not rule out.

    What it learns are the names it may apply and how often each kind of step was right.
    """

    def __init__(self) -> None:
        """Know no name and no habit."""
        self._names: dict[str, None] = {}
        self._uses: Counter[str] = Counter()

    def learn(self, item: Observed | Declared) -> None:
        """Remember a name, or the kind of step that a proof takes."""
        if isinstance(item, Declared):
            self._names[item.name] = None
        else:
            self._uses[item.step.partition(" ")[0]] += 1

    def judged(self, step: JudgedStep) -> None:
        """Remember the kind of a step that closed its goal."""
        if isinstance(step.verdict, Proved):
            self._uses[step.proposal.step.text.partition(" ")[0]] += 1

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Steps for the first subgoal; steps that are always safe before choices, choices before detours."""
        if not goal.subgoals:
            return []
        weights = {
            text: weight * (1.0 + math.log1p(self._uses[text.partition(" ")[0]]))
            for text, weight in self._steps(goal.subgoals[0]).items()
        }
        total = sum(weights.values())
        ranked = sorted(weights.items(), key=lambda entry: -entry[1])
        return [Proposal(Step(text), math.log(weight / total), "toy") for text, weight in ranked[:count]]

    def _steps(self, subgoal: Subgoal) -> dict[str, float]:
        conclusion = subgoal.conclusion
        steps = {"assumption": 8.0}
        steps.update({step: weight for mark, step, weight in _BY_CONCLUSION if mark in conclusion})
        for hypothesis in subgoal.hypotheses:
            for name in hypothesis.names:
                for mark, step, weight in _BY_HYPOTHESIS:
                    if mark in hypothesis.type:
                        steps[f"{step} {name}"] = weight
        steps["exfalso"] = 0.5
        return steps | {f"apply {name}": 0.5 for name in self._names}
