"""A proposer without a language model: what was done at goals like this one, made to fit this one."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.adapt import Template, fit, make_template, read_context
from holdfast.models.candidates import COLUMNS, GENERATED, POPULAR, Pool, Voter, rows
from holdfast.models.chances import logprob
from holdfast.models.features import features
from holdfast.models.habits import Habits, Situation, Taken, tactic
from holdfast.models.index import FeatureIndex
from holdfast.models.knn_weights import WEIGHTS
from holdfast.models.ranker import Ranker
from holdfast.models.rocq_steps import heads, is_move, normalize, pattern, shape
from holdfast.models.shards import Shard
from holdfast.models.trail import Trail

__all__ = ["KnnProposer"]

_NEIGHBOURS = 32
_ASIDE = 0.02
"""The similarity of a step that is offered for what came before it, not for its goal."""
_STAGES = (1, 4)
"""How a proof begins, its next three steps and how it goes on are ranked by weights of their own."""
_HEADS_OF = 10
"""So many of the likeliest steps are also offered without their ends."""
_HEAD_SHARE = 0.25
"""How likely the beginning of a step is, as a share of the whole step's chance."""


@dataclass(frozen=True, slots=True)
class _Query:
    """The last question and how it was answered, for learning from what turns out to be right."""

    goal: Goal
    ranker: Ranker
    texts: list[str]
    table: NDArray[np.float64]
    chances: NDArray[np.float64]


class KnnProposer:
    """Online k-nearest neighbours over (goal, step) pairs; fills the `Learner` seam.

    Neighbours, steps that are popular at goals of this shape and steps that came after the same step are the
    candidates; a small model ranks them, and learns from each step that it was asked about before it is told.
    Everything learned is in force at the next proposal, and the same calls give the same proposals.
    """

    def __init__(
        self, shards: Iterable[Shard] = (), weights: Mapping[str, Sequence[float]] = WEIGHTS
    ) -> None:
        """Learn what the shards hold; `weights` is what the rankers begin with, by column and stage."""
        self._index = FeatureIndex()
        self._voters: list[Voter] = []
        self._habits = Habits()
        self._trail = Trail()
        self._rankers = tuple(
            Ranker({column: weights[column][stage] for column in COLUMNS})
            for stage in range(len(_STAGES) + 1)
        )
        self._last: _Query | None = None
        known = tuple(shards)
        for shard in known:
            self._load(shard)
        if known:
            self._index.extend((shard.features, shard.lengths) for shard in known)

    def __len__(self) -> int:
        return len(self._voters)

    @property
    def weights(self) -> dict[str, tuple[float, ...]]:
        """What the rankers go by now: for each column one weight a stage."""
        return {column: tuple(ranker.weights[column] for ranker in self._rankers) for column in COLUMNS}

    def follow(self, theorem: str) -> None:
        """Say whose proof the next goals belong to, where they come from reading, not from search."""
        self._trail.follow(theorem)

    def learn(self, item: Observed | Declared) -> None:
        """Take in one step of an existing proof; names are of no use here."""
        if not isinstance(item, Observed) or not item.goal.subgoals or not is_move(item.step):
            return
        subgoal = item.goal.subgoals[0]
        context = read_context(subgoal)
        step = normalize(item.step)
        self._correct(item.goal, step)
        before = self._trail.learn(item)
        self._index.add(features(subgoal))
        self._remember(make_template(context, step), pattern(step, context.roots), shape(subgoal), before)

    def judged(self, step: JudgedStep) -> None:
        """Remember the way to the goals that a step leaves."""
        self._trail.judged(step)

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The steps that the most similar goals were met with, adapted; likeliest first."""
        if not goal.subgoals or not self._voters:
            return []
        subgoal = goal.subgoals[0]
        before = self._trail.before(goal)
        situation = _situation(shape(subgoal), before)
        pool = self._gather(subgoal, situation)
        texts, table = rows(pool, self._habits, situation, before[-30:], len(self))
        ranker = self._rankers[bisect_right(_STAGES, len(before))]
        chances = ranker.chances(table)
        self._last = _Query(goal, ranker, texts, table, chances)
        return _proposals(texts, chances, count)

    def _gather(self, subgoal: Subgoal, situation: Situation) -> Pool:
        context = read_context(subgoal)
        hits = self._index.query(features(subgoal), _NEIGHBOURS)
        pool = Pool()
        near = hits.documents.tolist()
        aside = [number for number in self._habits.successors(situation.previous) if number not in near]
        similarities = hits.scores.tolist() + [_ASIDE] * len(aside)
        for number, similarity in zip(near + aside, similarities, strict=True):
            voter = self._voters[number]
            pool.vote(voter, similarity, fit(voter.template, context), situation)
        pool.offer(self._habits.popular(situation.shapes), POPULAR)
        pool.offer(_introductions(context.binders), GENERATED)
        return pool

    def _correct(self, goal: Goal, step: str) -> None:
        """Let the ranker learn what was right where it was asked just before."""
        last = self._last
        self._last = None
        if last is not None and last.goal == goal:
            right = last.texts.index(step) if step in last.texts else len(last.texts)
            last.ranker.learn(last.table, last.chances, right)

    def _remember(
        self, template: Template, step_pattern: str, shapes: tuple[str, str], before: Sequence[str]
    ) -> None:
        number = len(self._voters)
        situation = _situation(shapes, before)
        self._voters.append(Voter(number, template, step_pattern, situation.previous, situation.heads[0]))
        self._habits.add(number, Taken(template.text, step_pattern, not template.slots), situation)

    def _load(self, shard: Shard) -> None:
        before: tuple[str, ...] = ()
        for template, taught in zip(shard.templates, shard.taught, strict=True):
            before = () if taught.first else before[-2:]
            self._remember(template, taught.pattern, taught.shapes, before)
            before = (*before, template.text)


def _situation(shapes: tuple[str, str], before: Sequence[str]) -> Situation:
    last = before[-1] if before else ""
    earlier = before[-2] if len(before) > 1 else ""
    return Situation(shapes, last, (tactic(last), tactic(earlier)))


def _introductions(binders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Introduce all that the conclusion quantifies over by its name, or all but the last."""
    for length in range(max(len(binders) - 1, 1), len(binders) + 1):
        text = " ".join(("intros", *binders[:length]))
        yield text, pattern(text, {})


def _proposals(texts: Sequence[str], chances: NDArray[np.float64], count: int) -> list[Proposal]:
    """The likeliest steps; weaker beginnings of compound steps get a share of their chance."""
    best = np.argsort(-chances[:-1], kind="stable")[:count].tolist()
    found = {texts[at]: float(chances[at]) for at in best}
    for at in best[:_HEADS_OF]:
        for head in heads(texts[at]):
            found[head] = found.get(head, 0.0) + _HEAD_SHARE * float(chances[at])
    ranked = sorted(found.items(), key=lambda pair: -pair[1])[:count]
    return [Proposal(Step(text), logprob(chance), "knn") for text, chance in ranked]
