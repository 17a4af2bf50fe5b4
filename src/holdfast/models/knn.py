"""A proposer without a language model: what was done at goals like this one, made to fit this one."""

import math
from collections.abc import Iterable, Sequence

from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.adapt import Template, fit, make_template, read_context
from holdfast.models.features import features
from holdfast.models.index import FeatureIndex, Hits
from holdfast.models.rocq_steps import heads, is_move, normalize
from holdfast.models.shards import Shard

__all__ = ["KnnProposer"]

_NEIGHBOURS = 48
_SHARPNESS = 2.0
_HEAD_SHARE = 0.3


class KnnProposer:
    """Online k-nearest neighbours over (goal, step) pairs; fills the `Learner` seam.

    Everything learned is in force at the next proposal. The same calls give the same proposals.
    """

    def __init__(self, shards: Iterable[Shard] = ()) -> None:
        self._index = FeatureIndex()
        known = tuple(shards)
        self._templates: list[Template] = [template for shard in known for template in shard.templates]
        self._index.extend((shard.features, shard.lengths) for shard in known)

    def __len__(self) -> int:
        return len(self._templates)

    def learn(self, item: Observed | Declared) -> None:
        """Take in one step of an existing proof; names are of no use here."""
        if isinstance(item, Observed) and item.goal.subgoals and is_move(item.step):
            subgoal = item.goal.subgoals[0]
            self._index.add(features(subgoal))
            self._templates.append(make_template(read_context(subgoal), normalize(item.step)))

    def judged(self, step: JudgedStep) -> None:
        """Verdicts do not change the neighbours."""

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The steps that the most similar goals were met with, adapted; likeliest first."""
        if not goal.subgoals or not self._templates:
            return []
        subgoal = goal.subgoals[0]
        context = read_context(subgoal)
        hits = self._index.query(features(subgoal), _NEIGHBOURS)
        votes: dict[str, float] = {}
        total = 1e-9
        for number, score in zip(hits.documents.tolist(), hits.scores.tolist(), strict=True):
            weight = score**_SHARPNESS
            total += weight
            for adapted in fit(self._templates[number], context):
                share = weight * adapted.fit**2
                votes[adapted.text] = votes.get(adapted.text, 0.0) + share
                for head in heads(adapted.text):
                    votes[head] = votes.get(head, 0.0) + _HEAD_SHARE * share
        return _ranked(votes, total, _confidence(hits), count)


def _confidence(hits: Hits) -> float:
    """How much the neighbours can be trusted, in 0..1: the similarity of the nearest."""
    return min(1.0, 0.1 + float(hits.scores[0])) if len(hits.scores) else 0.0


def _ranked(votes: dict[str, float], total: float, confidence: float, count: int) -> list[Proposal]:
    best = sorted(votes.items(), key=lambda vote: -vote[1])[:count]
    return [
        Proposal(Step(text), math.log(max(min(confidence * share / total, 1.0), 1e-9)), "knn")
        for text, share in best
    ]
