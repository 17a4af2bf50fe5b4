"""Several proposers as one: what they offer is mixed by fixed weights."""

import math
from collections.abc import Iterable, Mapping, Sequence

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.seams import Learner
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.automation import AutomationProposer, standard_tactics
from holdfast.models.chances import logprob
from holdfast.models.completing import NameCompleter
from holdfast.models.counts import KindCounts
from holdfast.models.knn import KnnProposer
from holdfast.models.premises import PremiseProposer
from holdfast.models.recall import Recall
from holdfast.models.retrieved import RetrievedProposer
from holdfast.models.shards import Shard
from holdfast.models.structural import StructuralProposer

__all__ = ["MixtureProposer"]

_AT_LEAST = 64
"""How many proposals are ranked for a goal at once; search asks for few first, and then for more."""
_REMEMBERED = 2_000
_RETRIEVED = 0.3
"""What the chances of what an index finds are multiplied with where libraries were learned: `premises` offers
most of it already."""
_ALL = 4_000
"""More proposals than the parts have for a goal."""
_BY_NAME = 0.1
"""How likely it is that a name that was begun is one that only the names tell, not what fits the goal."""


class MixtureProposer:
    """A learner made of learners; fills the `Learner` seam. The same calls give the same proposals.

    Args:
        parts: the proposers by name, in a fixed order.
        weights: what each part's chances are multiplied with; 1 where none is given.
        names: completes names where steps have to begin with what is written.
    """

    def __init__(
        self,
        parts: Mapping[str, Learner],
        weights: Mapping[str, float] | None = None,
        *,
        names: NameCompleter | None = None,
    ) -> None:
        self._parts = dict(parts)
        self._names = names
        self._weights = {name: (weights or {}).get(name, 1.0) for name in parts}
        self._ranked: dict[Subgoal, tuple[int, tuple[Proposal, ...]]] = {}

    @classmethod
    def from_shards(cls, shards: Iterable[Shard], recall: Recall | None = None) -> "MixtureProposer":
        """All embedded proposers: neighbours, automation, premises and structural moves.

        Args:
            shards: what the libraries in force teach, farthest first: later ones count as more recent.
            recall: where given, what it finds for a goal is offered too.
        """
        known = tuple(shards)
        counts = KindCounts()
        for shard in known:
            counts.extend((one.shapes, one.kind) for one in shard.taught)
        premises = PremiseProposer(known, counts.copy())
        parts: dict[str, Learner] = {
            "knn": KnnProposer(known),
            "automation": AutomationProposer(standard_tactics()),
            "premises": premises,
            "structural": StructuralProposer(known, counts.copy()),
        }
        if recall is not None:
            parts["retrieved"] = RetrievedProposer(recall, premises.names, counts.copy())
        weights = {"retrieved": _RETRIEVED if known else 1.0}
        return cls(parts, weights, names=NameCompleter(premises))

    def beside(self, name: str, part: Learner, weight: float) -> "MixtureProposer":
        """A mixture of the same parts and one more; this one is of no use afterwards."""
        parts, weights = {**self._parts, name: part}, {**self._weights, name: weight}
        return MixtureProposer(parts, weights, names=self._names)

    def learn(self, item: Observed | Declared) -> None:
        """Teach every part."""
        self._ranked.clear()
        for part in self._parts.values():
            part.learn(item)

    def judged(self, step: JudgedStep) -> None:
        """Tell every part."""
        for part in self._parts.values():
            part.judged(step)

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The likeliest steps of all parts together; a step that several offer adds up.

        Until something is learned, asking for more at a goal only adds to what was offered there.
        """
        if not goal.subgoals:
            return []
        asked, ranked = self._ranked.get(goal.subgoals[0], (0, ()))
        if count > asked:
            asked = max(count, _AT_LEAST)
            kept = {proposal.step.text for proposal in ranked}
            fresh = (one for one in await self._rank(goal, asked) if one.step.text not in kept)
            ranked = (*ranked, *fresh)[:asked]
            if len(self._ranked) >= _REMEMBERED:
                self._ranked.clear()
            self._ranked[goal.subgoals[0]] = asked, ranked
        return ranked[:count]

    async def complete(self, goal: Goal, count: int, prefix: str) -> Sequence[Proposal]:
        """The likeliest steps that begin with `prefix`: of all that the parts have, and by names."""
        if not goal.subgoals:
            return []
        found = {
            one.step.text: one for one in await self._rank(goal, _ALL) if one.step.text.startswith(prefix)
        }
        named = {} if self._names is None else self._names.complete(goal.subgoals[0], prefix, _AT_LEAST)
        for text, share in named.items():
            same = found.get(text)
            chance = _BY_NAME * share + (0.0 if same is None else math.exp(same.logprob))
            found[text] = Proposal(Step(text), logprob(chance), "names" if same is None else same.source)
        return sorted(found.values(), key=lambda one: -one.logprob)[:count]

    async def _rank(self, goal: Goal, count: int) -> list[Proposal]:
        merged: dict[str, float] = {}
        best: dict[str, tuple[float, str]] = {}
        for name, part in self._parts.items():
            weight = self._weights[name]
            for proposal in await part.propose(goal, 2 * count):
                chance = weight * math.exp(proposal.logprob)
                text = proposal.step.text
                merged[text] = merged.get(text, 0.0) + chance
                if text not in best or best[text][0] < chance:
                    best[text] = (chance, name)
        likeliest = sorted(merged.items(), key=lambda pair: -pair[1])[:count]
        return [Proposal(Step(text), logprob(chance), best[text][1]) for text, chance in likeliest]
