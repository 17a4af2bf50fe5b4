"""A proposer that offers to apply, or to rewrite with, the theorems that an index finds for a goal."""

from collections.abc import Iterator, Sequence

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.chances import logprob
from holdfast.models.counts import KindCounts
from holdfast.models.premise_forms import read_form, symbols
from holdfast.models.recall import Recall
from holdfast.models.rocq_names import NameBook
from holdfast.models.rocq_steps import normalize, shape, step_kind
from holdfast.models.rocq_terms import read_term, root, statement_parts

__all__ = ["RetrievedProposer"]

_DECAY = 0.7
"""What a theorem is worth beside the one that was found right before it."""
_DOUBT = 1.0
"""Weight of what was not found."""
_PRIOR = 0.2
"""How likely each kind of step is before any proof was seen."""


class RetrievedProposer:
    """Fills the `Learner` seam with what is recalled at a goal; libraries need not have been learned.

    Args:
        recall: finds theorems, in libraries and in the text that this is told of.
        names: how declared names are written.
        counts: which kinds of steps goals of a form take; counted on in.
    """

    def __init__(self, recall: Recall, names: NameBook, counts: KindCounts | None = None) -> None:
        self._recall = recall
        self._names = names
        self._counts = KindCounts() if counts is None else counts

    def learn(self, item: Observed | Declared) -> None:
        """Take in what the text puts in force, and which kinds of steps it takes."""
        self._recall.learn(item)
        if isinstance(item, Observed) and item.goal.subgoals:
            first = item.goal.subgoals[0]
            mine = frozenset(name for hypothesis in first.hypotheses for name in hypothesis.names)
            self._counts.add(shape(first), step_kind(normalize(item.step), mine))

    def judged(self, step: JudgedStep) -> None:
        """Verdicts do not change what is found."""

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Uses of theorems that were found, likeliest first."""
        if not goal.subgoals:
            return []
        weights: dict[str, tuple[str, float]] = {}
        totals: dict[str, float] = {}
        for rank, premise in enumerate(await self._recall.near(goal)):
            for step, kind in self._uses(premise, goal.subgoals[0]):
                if step not in weights:
                    weights[step] = kind, _DECAY**rank
                    totals[kind] = totals.get(kind, _DOUBT) + _DECAY**rank
        shapes = shape(goal.subgoals[0])
        proposals = []
        for step, (kind, weight) in weights.items():
            chance = self._counts.probability(shapes, kind, _PRIOR) * weight / totals[kind]
            proposals.append(Proposal(Step(step), logprob(chance), "retrieved"))
        return sorted(proposals, key=lambda proposal: -proposal.logprob)[:count]

    def _uses(self, premise: Declared, subgoal: Subgoal) -> Iterator[tuple[str, str]]:
        """Steps with their kinds."""
        form, name = read_form(premise.statement), self._names.spell(premise.name)
        term = read_term(subgoal.conclusion)
        mine = frozenset(name for hypothesis in subgoal.hypotheses for name in hypothesis.names)
        there = symbols(term.abstract) - mine
        if form.root in {term.root, root(statement_parts(term.abstract)[1])} and form.conclusion <= there:
            yield f"apply {name}", "apply"
            if form.premises:
                yield f"eapply {name}", "eapply"
            else:
                yield f"exact {name}", "exact"
        if form.left and form.left <= there:
            yield f"rewrite {name}", "rewrite"
        if form.right and form.right <= there:
            yield f"rewrite <- {name}", "rewrite <-"
