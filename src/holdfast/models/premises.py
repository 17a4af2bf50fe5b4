"""A proposer that retrieves theorems which fit the goal, and offers to apply or to rewrite with them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.chances import logprob
from holdfast.models.counts import KindCounts
from holdfast.models.premise_forms import PREMISE_KINDS, Form, read_form, symbols
from holdfast.models.rocq_names import NameBook
from holdfast.models.rocq_steps import normalize, shape, step_kind
from holdfast.models.rocq_terms import read_term, root, statement_parts
from holdfast.models.shards import Shard
from holdfast.models.symbol_sets import SymbolSets

__all__ = ["PremiseProposer"]

_RETRIEVED = 48
"""Most theorems that are retrieved for one way to use them."""
_IN_HYPOTHESES = 4
"""How many of the youngest hypotheses theorems are used in."""
_FORWARD, _EXISTENTIAL = 0.3, 0.5
"""What a use in a hypothesis, and one that leaves existential variables, is worth beside `apply`."""
_REFLECTION = 2.0
"""What turning a test in a hypothesis into what it means is worth."""
_UNUSED = 0.5
"""What a theorem counts that no proof was seen to use; one that was used n times counts log(1 + n) more."""
_NEAR = 2.0
"""What a theorem counts more that stands in the file at hand: it was not put there for nothing."""
_SHARPNESS = 2
"""Exponent of weights."""
_DOUBT = 0.05
"""Weight of what was not retrieved. This and the two above were chosen by what proofs in Arith, Bool, Lists,
NArith, Sorting and ZArith use."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One way to use a theorem at a goal."""

    step: str
    kind: str
    """As `step_kind` calls it."""
    weight: float
    """How well the theorem fits, and how common its use is; above 0."""


class PremiseProposer:
    """Premise retrieval; fills the `Learner` seam.

    A theorem is retrieved where a goal speaks of all that a way to use it needs: of what it concludes, to
    apply it, of one of its sides to rewrite with it, of its first premise to use it on a hypothesis.

    Args:
        shards: what libraries teach, farthest first.
        counts: where given, they hold what the shards teach already, and are counted on in.
    """

    def __init__(self, shards: Iterable[Shard] = (), counts: KindCounts | None = None) -> None:
        self._sets = {way: SymbolSets() for way in _Way}
        self._declared: list[Declared] = []
        self._names = NameBook()
        self._counts = counts if counts is not None else KindCounts()
        for shard in shards:
            self._load(shard, taught=counts is not None)
        self._loaded = len(self._declared)

    def _load(self, shard: Shard, *, taught: bool) -> None:
        for item in shard.declared:
            self._names.declare(item.name)
        self._file(shard.declared)
        for template in shard.templates:
            self._names.use(template.text)
        if not taught:
            self._counts.extend((one.shapes, one.kind) for one in shard.taught)

    @property
    def names(self) -> NameBook:
        """How declared names are written, premises or not."""
        return self._names

    @property
    def premises(self) -> Sequence[Declared]:
        """All theorems that may be offered; more are added at the end."""
        return self._declared

    def learn(self, item: Observed | Declared) -> None:
        """Take in a name as a premise, or from a step how names are written and what premises are for."""
        if isinstance(item, Declared):
            self._names.declare(item.name)
            self._file((item,))
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
            weights[use.step] = max(weights.get(use.step, 0.0), use.weight**_SHARPNESS)
            by_step[use.step] = use.kind
        for step, kind in by_step.items():
            kinds[kind] = kinds.get(kind, 0.0) + weights[step]
        shapes = shape(subgoal)
        proposals = []
        for step, weight in weights.items():
            kind = by_step[step]
            chance = self._counts.probability(shapes, kind) * weight / (kinds[kind] + _DOUBT)
            proposals.append(Proposal(Step(step), logprob(chance), "premises"))
        return sorted(proposals, key=lambda proposal: -proposal.logprob)[:count]

    def _file(self, items: Iterable[Declared]) -> None:
        """Take in what can be a premise, under the symbols that each way to use it needs."""
        new = [item for item in items if item.kind in PREMISE_KINDS and item.statement]
        first = len(self._declared)
        self._declared.extend(new)
        forms = [(number, read_form(item.statement)) for number, item in enumerate(new, first)]
        for way, sets in self._sets.items():
            sets.extend((number, _needs(form, way)) for number, form in forms)

    def _uses(self, subgoal: Subgoal) -> Iterator[_Use]:
        mine = frozenset(name for hypothesis in subgoal.hypotheses for name in hypothesis.names)
        there = symbols(read_term(subgoal.conclusion).abstract) - mine
        targets = _targets(subgoal.conclusion)
        for name, form, share in self._fitting(_Way.APPLY, there, mine):
            if form.root in targets:
                yield _Use(f"apply {name}", "apply", share)
                if form.premises:
                    yield _Use(f"eapply {name}", "eapply", _EXISTENTIAL * share)
        for way, side in ((_Way.REWRITE, 0), (_Way.REWRITE_BACK, 1)):
            for name, form, share in self._fitting(way, there, mine):
                arrow = "<- " if side else ""
                yield _Use(f"rewrite {arrow}{name}", f"rewrite {arrow}".rstrip(), share)
                if form.sides[side] in targets:
                    yield _Use(f"apply {name}", "apply", share)
        hypotheses = [hypothesis for hypothesis in reversed(subgoal.hypotheses) if len(hypothesis.names) == 1]
        for hypothesis in hypotheses[:_IN_HYPOTHESES]:
            there = symbols(read_term(hypothesis.type).abstract) - mine
            yield from self._hypothesis_uses(hypothesis.names[0], there, mine)

    def _hypothesis_uses(self, name: str, there: frozenset[str], mine: frozenset[str]) -> Iterator[_Use]:
        for way, step in ((_Way.REWRITE, "rewrite"), (_Way.APPLY_IN, "apply")):
            for spelled, form, share in self._fitting(way, there, mine, _RETRIEVED // 4):
                worth = _REFLECTION if way is _Way.APPLY_IN and _is_reflection(form) else _FORWARD
                yield _Use(f"{step} {spelled} in {name}", step, worth * share)

    def _fitting(
        self, way: "_Way", there: frozenset[str], mine: frozenset[str], most: int = _RETRIEVED
    ) -> Iterator[tuple[str, Form, float]]:
        """Theorems that may be used in a way; in a section, they speak of its variables too."""
        for number, share in self._sets[way].within(there, most, free=mine):
            item = self._declared[number]
            spelled = self._names.spell(item.name)
            common = _UNUSED + math.log1p(self._names.uses(spelled))
            if number >= self._loaded:
                common += _NEAR
            yield spelled, read_form(item.statement), share * common


class _Way(Enum):
    """A way to use a theorem."""

    APPLY = auto()
    APPLY_IN = auto()
    REWRITE = auto()
    REWRITE_BACK = auto()


def _needs(form: Form, way: _Way) -> frozenset[str]:
    """The symbols that have to be there for a theorem to be used in a way; empty where it can not."""
    match way:
        case _Way.APPLY:
            return form.conclusion
        case _Way.APPLY_IN:
            # An equivalence is applied from its left side.
            return form.premise or (form.left or frozenset() if form.sides[0] else frozenset())
        case _Way.REWRITE:
            return form.left or frozenset()
        case _Way.REWRITE_BACK:
            return form.right or frozenset()


def _is_reflection(form: Form) -> bool:
    """Whether a theorem says what it means that a test answers true or false."""
    return form.sides[0] == "=" and form.left is not None and not form.left.isdisjoint({"true", "false"})


def _targets(conclusion: str) -> frozenset[str]:
    """The roots of what a theorem may conclude that is applied here: of it all, and of what it ends in."""
    term = read_term(conclusion)
    _premises, end = statement_parts(term.abstract)
    return frozenset({term.root, root(end)} - {"forall", "->", "∀", "→"})
