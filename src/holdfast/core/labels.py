"""What a recorded step is an example of: the one rule for all that trains."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from holdfast.core.trajectories import Label, TrajectoryRow

__all__ = ["Labelled", "label"]

_DEAD_END = "stuck"
"""Why search dropped a step that can be part of no proof; `hopeless` is what others made of it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the end of a search says of one row."""

    label: Label
    remaining: int | None
    """Steps that the shortest audited proof through the row still takes behind it; None on none."""
    visits: int
    """Steps that were judged below the row."""
    completes: bool
    """Whether the row closes a goal on an audited proof."""


def label(
    rows: Sequence[TrajectoryRow],
    proofs: Iterable[Iterable[int]] = (),
    *,
    solved: Iterable[int] = (),
    given_up: Iterable[int] = (),
) -> list[Labelled]:
    """Label the rows of one search.

    `positive` are the steps of audited proofs, and the root where there is one. `negative` are steps that
    the checker refused, steps that lead to goals that were explored and given up, and steps that advance
    beside a positive one but were not solved with as much work below them as the proof took there. All
    else is `unknown`; steps without a verdict always are, and so is a step that leaves just what a
    positive one leaves.

    Args:
        rows: all rows of the search that there are, parents before children.
        proofs: the row numbers of each proof that passed the audit.
        solved: steps that search knows to lead to a proof, audited or not; they are never negative.
        given_up: steps that leave a goal at which everything failed.
    """
    tree = _Tree(rows)
    for proof in proofs:
        tree.mark(frozenset(proof))
    known, dead = frozenset(solved), frozenset(given_up)
    return [tree.judge(row, known, dead) for row in rows]


@dataclass(slots=True)
class _Tree:
    rows: Sequence[TrajectoryRow]
    visits: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    remaining: dict[int, int] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)
    """What positive rows leave."""
    work: dict[tuple[int | None, int], int] = field(default_factory=dict)
    """By goal: how much work the proof took behind its step there."""

    def __post_init__(self) -> None:
        for row in reversed(self.rows):
            if row.parent_state_id is not None:
                self.visits[row.parent_state_id] += self.visits[row.state_id] + row.proposed

    def mark(self, proof: frozenset[int]) -> None:
        """Take in one proof, given by its rows; where two pass through a row, the shorter counts."""
        size: dict[int, int] = defaultdict(int)
        for row in reversed(self.rows):
            if row.state_id in proof or (proof and row.parent_state_id is None):
                self._mark_row(row, size[row.state_id])
                if row.parent_state_id is not None:
                    size[row.parent_state_id] += size[row.state_id] + 1

    def _mark_row(self, row: TrajectoryRow, size: int) -> None:
        self.remaining[row.state_id] = min(size, self.remaining.get(row.state_id, size))
        if row.state_after:
            self.states.add(row.state_after)
        place = (row.parent_state_id, row.focus)
        # What was tried below a step that nobody had to find was not spent on finding its proof.
        spent = max(self.visits[row.state_id] if row.proposed else 0, size + 1)
        self.work[place] = min(spent, self.work.get(place, spent))

    def judge(self, row: TrajectoryRow, solved: frozenset[int], given_up: frozenset[int]) -> Labelled:
        number = row.state_id
        remaining = self.remaining.get(number)
        visits = self.visits[number]
        if remaining is not None:
            return Labelled("positive", remaining, visits, row.verdict == "proved")
        bad = row.verdict == "refused" or (
            row.verdict == "advanced" and number not in solved and self._leads_nowhere(row, given_up)
        )
        return Labelled("negative" if bad else "unknown", None, visits, completes=False)

    def _leads_nowhere(self, row: TrajectoryRow, given_up: frozenset[int]) -> bool:
        if row.state_after in self.states:
            return False
        if row.state_id in given_up or row.reason == _DEAD_END:
            return True
        spent = self.work.get((row.parent_state_id, row.focus))
        return not row.reason and spent is not None and self.visits[row.state_id] >= spent
