"""A proposer that retrieves theorems which fit the goal, and offers to apply or to rewrite with them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.chances import logprob
from holdfast.models.counts import KindCounts
from holdfast.models.features import FeatureSet
from holdfast.models.index import FeatureIndex
from holdfast.models.premise_forms import Form, premise_features, read_form, symbols, word_features
from holdfast.models.rocq_names import NameBook
from holdfast.models.rocq_steps import normalize, shape, step_kind
from holdfast.models.rocq_terms import read_term
from holdfast.models.shards import Shard

__all__ = ["PremiseProposer"]

_RETRIEVED = 48
"""Theorems looked at for the conclusion; half as many for a hypothesis."""
_IN_HYPOTHESES = 4
"""So many of the youngest hypotheses are worked on."""
_FORWARD, _EXISTENTIAL = 0.3, 0.5
"""What a use in a hypothesis, and one that leaves existential variables, is worth beside `apply`."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One way to use a theorem at a goal."""

    step: str
    kind: str
    """As `step_kind` calls it."""
    weight: float
    """How well the theorem fits, in 0..1."""


class PremiseProposer:
    """Premise retrieval; fills the `Learner` seam.

    A theorem is retrieved by what it concludes, for the conclusion and for hypotheses alike.

    Args:
        shards: what libraries teach, farthest first.
        counts: where given, they hold what the shards teach already, and are counted on in.
    """

    def __init__(self, shards: Iterable[Shard] = (), counts: KindCounts | None = None) -> None:
        self._index = FeatureIndex()
        self._declared: list[Declared] = []
        self._names = NameBook()
        self._counts = counts if counts is not None else KindCounts()
        known = tuple(shards)
        for shard in known:
            self._load(shard, taught=counts is not None)
        self._index.extend((shard.premise_features, _positive(shard.premise_lengths)) for shard in known)

    def _load(self, shard: Shard, *, taught: bool) -> None:
        lengths = shard.premise_lengths.tolist()
        self._declared.extend(item for item, length in zip(shard.declared, lengths, strict=True) if length)
        for item in shard.declared:
            self._names.declare(item.name)
        for template in shard.templates:
            self._names.use(template.text)
        if not taught:
            self._counts.extend((one.shapes, one.kind) for one in shard.taught)

    def learn(self, item: Observed | Declared) -> None:
        """Take in a name as a premise, or from a step how names are written and what premises are for."""
        if isinstance(item, Declared):
            self._names.declare(item.name)
            found = premise_features(item)
            if len(found):
                self._index.add(found)
                self._declared.append(item)
        elif item.goal.subgoals:
            self._names.use(item.step)
            subgoal = item.goal.subgoals[0]
            names = frozenset(name for hypothesis in subgoal.hypotheses for name in hypothesis.names)
            self._counts.add(shape(subgoal), step_kind(normalize(item.step), names))

    def judged(self, step: JudgedStep) -> None:
        """Verdicts do not change what fits."""

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Uses of retrieved theorems, likeliest first."""
        if not goal.subgoals or not self._declared:
            return []
        subgoal = goal.subgoals[0]
        weights: dict[str, float] = {}
        kinds: dict[str, float] = {}
        by_step: dict[str, str] = {}
        for use in self._uses(subgoal):
            weights[use.step] = max(weights.get(use.step, 0.0), use.weight)
            by_step[use.step] = use.kind
        for step, kind in by_step.items():
            kinds[kind] = kinds.get(kind, 0.0) + weights[step]
        shapes = shape(subgoal)
        proposals = []
        for step, weight in weights.items():
            kind = by_step[step]
            chance = self._counts.probability(shapes, kind) * weight / max(kinds[kind], 1.0)
            proposals.append(Proposal(Step(step), logprob(chance), "premises"))
        return sorted(proposals, key=lambda proposal: -proposal.logprob)[:count]

    def _uses(self, subgoal: Subgoal) -> Iterator[_Use]:
        abstract = _abstract(subgoal, subgoal.conclusion)
        there = symbols(abstract)
        target = read_term(subgoal.conclusion).root
        for item, score in self._retrieve(word_features(abstract)):
            yield from _conclusion_uses(
                self._names.spell(item.name), read_form(item.statement), there, target, score
            )
        hypotheses = [hypothesis for hypothesis in reversed(subgoal.hypotheses) if len(hypothesis.names) == 1]
        for hypothesis in hypotheses[:_IN_HYPOTHESES]:
            abstract = _abstract(subgoal, hypothesis.type)
            there = symbols(abstract)
            if len(there) > 1:
                yield from self._hypothesis_uses(hypothesis.names[0], word_features(abstract), there)

    def _hypothesis_uses(self, name: str, found: FeatureSet, there: frozenset[str]) -> Iterator[_Use]:
        for item, score in self._retrieve(found)[: _RETRIEVED // 2]:
            form = read_form(item.statement)
            spelled = self._names.spell(item.name)
            if form.left and form.left <= there:
                yield _Use(f"rewrite {spelled} in {name}", "rewrite", _FORWARD * score)
            if form.premise and form.premise <= there:
                yield _Use(f"apply {spelled} in {name}", "apply", _FORWARD * score)

    def _retrieve(self, found: FeatureSet) -> list[tuple[Declared, float]]:
        hits = self._index.query(found, _RETRIEVED)
        return [
            (self._declared[number], score)
            for number, score in zip(hits.documents.tolist(), hits.scores.tolist(), strict=True)
        ]


def _positive(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return lengths[lengths > 0]


def _abstract(subgoal: Subgoal, text: str) -> list[str]:
    """The words of a term with the goal's own names taken out."""
    mine = {name for hypothesis in subgoal.hypotheses for name in hypothesis.names}
    return ["_" if word in mine else word for word in read_term(text).abstract]


def _conclusion_uses(
    name: str, form: Form, there: frozenset[str], target: str, score: float
) -> Iterator[_Use]:
    if form.root == target and form.conclusion <= there:
        yield _Use(f"apply {name}", "apply", score)
        if form.premises:
            yield _Use(f"eapply {name}", "eapply", _EXISTENTIAL * score)
    if form.left is not None and form.left and form.left <= there:
        yield _Use(f"rewrite {name}", "rewrite", score)
    if form.right is not None and form.right and form.right <= there:
        yield _Use(f"rewrite <- {name}", "rewrite <-", score)
