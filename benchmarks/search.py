"""Measure what search itself costs: Python CPU a step, apart from the session and the proposer.

The session is made up: a tree of random goals of realistic size, where a given share of the steps advances.

    python benchmarks/search.py [--nodes 30000] [--advance 0.15] [--hypotheses 8] [--seed 0]
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Advanced, Proposal, RefusalReason, Refused, Step, Verdict
from holdfast.search.best_first import Budget, SearchResult, best_first

REFUSED = Refused(RefusalReason.NOT_APPLICABLE, "it does not apply", 0.001)


class RandomSession:
    """An endless problem; its own time is kept apart."""

    def __init__(self, rng: random.Random, advance: float, hypotheses: int) -> None:
        """Make the root."""
        self.rng = rng
        self.advance = advance
        self.hypotheses = hypotheses
        self.own_s = 0.0
        self.handles = 0
        self.root = self._goal(1)

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Refuse, or leave one random subgoal, or two."""
        del goal, step
        before = time.process_time()
        verdict: Verdict = REFUSED
        if self.rng.random() < self.advance:
            verdict = Advanced(self._goal(2 if self.rng.random() < 0.25 else 1), 0.001)
        self.own_s += time.process_time() - before
        return verdict

    async def focus(self, goal: Goal, index: int) -> Goal:
        """One subgoal alone."""
        self.handles += 1
        return Goal((goal.subgoals[index],), handle=self.handles)

    def _goal(self, subgoals: int) -> Goal:
        self.handles += 1
        return Goal(tuple(self._subgoal() for _ in range(subgoals)), handle=self.handles)

    def _subgoal(self) -> Subgoal:
        context = tuple(
            Hypothesis(
                (f"H{index}",),
                f"forall n m : nat, In n l -> P (f x n) (g m y) {self.rng.randrange(9) or self.rng.random()}",
            )
            for index in range(self.hypotheses)
        )
        value = self.rng.randrange(10**6)
        return Subgoal(context, f"exists z : list nat, length z = {value} + n /\\ In x (app l z)")


class FixedProposer:
    """Offers the same steps everywhere."""

    def __init__(self, steps: int) -> None:
        """Make the steps once."""
        self.proposals = [Proposal(Step(f"tactic {n}"), -0.5 - 0.2 * n, "fixed") for n in range(steps)]

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The first steps."""
        del goal
        return self.proposals[:count]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    steps: int
    goals: int
    advanced: int
    search_us: float
    """Microseconds of CPU a step, without the session."""
    session_us: float
    """Microseconds of CPU a step that the made-up session took."""


def measure(nodes: int, advance: float, hypotheses: int, seed: int) -> Measured:
    """Search until `nodes` steps are applied."""
    rng = random.Random(seed)  # noqa: S311  (a repeatable problem, not a secret)
    session = RandomSession(rng, advance, hypotheses)
    session.own_s = 0.0
    before = time.process_time()
    result: SearchResult = asyncio.run(
        best_first(session, FixedProposer(60), budget=Budget(cpu_s=float("inf"), nodes=nodes))
    )
    used = time.process_time() - before
    return Measured(
        steps=result.nodes,
        goals=result.counts.goals,
        advanced=result.counts.advanced,
        search_us=(used - session.own_s) / result.nodes * 1e6,
        session_us=session.own_s / result.nodes * 1e6,
    )


def main() -> None:
    """Print one row a share of advancing steps and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--nodes", type=int, default=30000)
    parser.add_argument("--advance", type=float, nargs="+", default=[0.05, 0.15, 0.5])
    parser.add_argument("--hypotheses", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/search.json"))
    args = parser.parse_args()
    print(f"{'advance':>8}{'steps':>9}{'goals':>9}{'search us/step':>16}{'session us/step':>17}")
    rows = {}
    for share in args.advance:
        row = rows[str(share)] = measure(args.nodes, share, args.hypotheses, args.seed)
        print(
            f"{share:>8.2f}{row.steps:>9}{row.goals:>9}{row.search_us:>16.1f}{row.session_us:>17.1f}",
            flush=True,
        )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    record = {"benchmark": "search", "seed": args.seed, "hypotheses": args.hypotheses}
    args.output.write_text(json.dumps({**record, "rows": {k: asdict(v) for k, v in rows.items()}}, indent=1))


if __name__ == "__main__":
    main()
