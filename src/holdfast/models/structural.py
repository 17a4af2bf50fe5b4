"""Moves that a goal's own form suggests, from introduction to induction, ranked by how usual they are."""

from collections.abc import Iterable, Iterator, Sequence

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.chances import logprob
from holdfast.models.counts import KindCounts
from holdfast.models.rocq_forms import Move, moves
from holdfast.models.rocq_steps import normalize, shape, step_kind
from holdfast.models.shards import Shard

__all__ = ["StructuralProposer"]


_PRIOR = 0.03
"""How often a kind of move is right, before anything was counted."""


class StructuralProposer:
    """Ranks the moves that fit a goal by how often such moves were made; fills the `Learner` seam.

    Args:
        shards: what libraries teach, farthest first.
        counts: where given, they hold what the shards teach already, and are counted on in.
    """

    def __init__(self, shards: Iterable[Shard] = (), counts: KindCounts | None = None) -> None:
        self._counts = counts if counts is not None else KindCounts()
        self._predicates: set[str] = set()
        for shard in shards:
            for item in shard.declared:
                self._declare(item)
            if counts is None:
                self._counts.extend((one.shapes, one.kind) for one in shard.taught)

    def learn(self, item: Observed | Declared) -> None:
        """Note an inductive predicate, or count which kind of move a proof made at which shape of goal."""
        if isinstance(item, Declared):
            self._declare(item)
        elif item.goal.subgoals:
            subgoal = item.goal.subgoals[0]
            names = frozenset(name for hypothesis in subgoal.hypotheses for name in hypothesis.names)
            self._counts.add(shape(subgoal), step_kind(normalize(item.step), names))

    def _declare(self, item: Declared) -> None:
        if item.kind == "inductive" and item.statement.endswith("-> Prop"):
            self._predicates.add(item.name.rpartition(".")[2])

    def judged(self, step: JudgedStep) -> None:
        """Verdicts do not change which moves are usual."""

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The moves that fit the first subgoal, likeliest first."""
        if not goal.subgoals:
            return []
        subgoal = goal.subgoals[0]
        chances = self._chances(subgoal, moves(subgoal, self._predicates))
        best = sorted(chances.items(), key=lambda pair: -pair[1])[:count]
        return [Proposal(Step(text), logprob(chance), "structural") for text, chance in best]

    def _chances(self, subgoal: Subgoal, offered: Iterator[Move]) -> dict[str, float]:
        """Each kind's chance is shared among its moves by their weights."""
        found: dict[str, Move] = {}
        for move in offered:
            known = found.get(move.step)
            if known is None or (known.floor, known.weight) < (move.floor, move.weight):
                found[move.step] = move
        totals: dict[str, float] = {}
        for move in found.values():
            totals[move.kind] = totals.get(move.kind, 0.0) + move.weight
        shapes = shape(subgoal)
        return {text: max(move.floor, self._chance(shapes, move, totals)) for text, move in found.items()}

    def _chance(self, shapes: tuple[str, str], move: Move, totals: dict[str, float]) -> float:
        share = move.weight / max(totals[move.kind], 1.0)
        return self._counts.probability(shapes, move.kind, prior=_PRIOR) * share
