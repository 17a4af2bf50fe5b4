"""Whether a small policy beside the embedded proposers proves more, at equal CPU, of held-out theorems.

A policy is trained on the libraries of Coq that are not held out (by their names). Theorems of held-out
libraries are attempted at their places, once with the embedded proposers and once with the policy mixed in;
which of the two goes first alternates. The budget is CPU seconds of the checker, and only what the audit
passes counts. The test is McNemar's, exact, on the theorems that one of them proves alone.

Run: python benchmarks/policy.py [--theorems N] [--budget SECONDS] [--minutes M] [--policy DIR]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from holdfast.apps.policies import WEIGHT, with_policy
from holdfast.apps.rocq.workbench import Workbench, make_learner, open_workbench
from holdfast.checkers.rocq.libraries import Library
from holdfast.checkers.rocq.session import RocqSession
from holdfast.core.documents import Hole
from holdfast.core.errors import HoldfastError, SourceError
from holdfast.core.seams import Learner
from holdfast.core.trajectories import Declared, Observed
from holdfast.evaluation.statistics import mcnemar, wilson
from holdfast.models.small_policy import SmallPolicy
from holdfast.runtime.sinks import PlainSink
from holdfast.search.best_first import Budget, best_first
from holdfast.search.replay import Meter, Played, play
from holdfast.training.pairs import is_held_out
from holdfast.training.small_policy import SmallSettings, train_small
from stdlib import Row, Trial, sample

ARMS = ("embedded", "with_policy")


@dataclass(slots=True)
class Pair:
    """One library, each arm with a trial of its own for the audit."""

    trials: dict[str, Trial]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    async def run(self, policy: Path, budget: float, turn: int) -> None:
        """Attempt every theorem with both arms, then audit what each found."""
        first = self.trials[ARMS[0]]
        shards = first.bench.shards(first.bench.closure(first.roots))
        mixed = with_policy(lambda: make_learner(shards), policy, "rocq")
        learners = {ARMS[0]: make_learner(shards), ARMS[1]: mixed()}
        self.rows = {arm: [Row(first.library.name, hole.name, "") for hole in first.holes] for arm in ARMS}

        def observe(item: Observed | Declared) -> None:
            for learner in learners.values():
                learner.learn(item)

        async with first.checker.open(first.source, observe) as reader:
            for at, hole in enumerate(first.holes):
                try:
                    await reader.enter(hole)
                    for arm in ARMS if (at + turn) % 2 else ARMS[::-1]:
                        session = await RocqSession.open(reader.toplevel)
                        await self._attempt(arm, session, hole, self.rows[arm][at], learners[arm], budget)
                except SourceError:
                    break  # the tactics that were put in front change the meaning of the text
                except HoldfastError as error:
                    self._broke(at, str(error))
        for arm in ARMS:
            await self.trials[arm].audit(self.rows[arm])

    def _broke(self, at: int, reason: str) -> None:
        """Neither arm has a verdict on a theorem that one of them has none on."""
        for arm in ARMS:
            self.rows[arm][at].results["holdfast"], self.rows[arm][at].reason = "undecided", reason

    async def _attempt(
        self, arm: str, session: RocqSession, hole: Hole, row: Row, learner: Learner, budget: float
    ) -> None:
        found = await best_first(session, learner, budget=Budget(cpu_s=budget), observe=learner.judged)
        row.cpu_s["holdfast"] = round(found.cpu_s, 3)
        row.results["holdfast"] = "not_found"
        row.reason = found.ended
        if found.proof is None:
            return
        row.steps = [step.text for step in found.proof.steps()]
        played = await play(session, session.root, found.proof, Meter())
        circular = not isinstance(played, Played) or await self.trials[arm].circular(session, played)
        row.results["holdfast"] = "circular" if circular else "proved"
        if not circular:
            self.trials[arm].found[hole] = found.proof


def trained(bench: Workbench, share: float, folder: Path) -> None:
    """Train a policy on the libraries that are not held out, and keep it in `folder`."""
    libraries = [each for each in bench.libraries.under("Coq") if not is_held_out(each.name, share)]
    began = time.process_time()
    made = train_small(
        bench.shards(libraries),
        SmallSettings.model_validate({}),
        progress=lambda epoch, loss: print(f"epoch {epoch}: loss {loss:.3f}", flush=True),
    )
    folder.mkdir(parents=True, exist_ok=True)
    made.policy.save(folder)
    print(
        f"trained on {made.examples} steps of {len(libraries)} libraries in {time.process_time() - began:.0f}"
        f" CPU seconds; {made.policy.parameters():,} weights, {len(made.policy.templates)} forms of steps,"
        f" which cover {made.covered:.1%}"
    )


async def run(options: argparse.Namespace) -> list[tuple[Row, Row]]:
    """Train where no policy is named, then go through held-out libraries until time is up."""
    bench = await open_workbench(options.cache)
    await bench.study(bench.libraries.under("Coq"), sink=PlainSink(sys.stderr), jobs=2)
    if not (options.policy / "small_policy.npz").exists():
        trained(bench, options.held_out, options.policy)
    drawn = drawn_theorems(bench, options)
    SmallPolicy.load(options.policy)
    rows: list[tuple[Row, Row]] = []
    began = time.monotonic()
    for turn, (library, names) in enumerate(drawn):
        if time.monotonic() - began > 60 * options.minutes:
            break
        for prelude in ({}, {"prelude": ""}):
            pair = Pair({arm: Trial(bench, library, names, options, **prelude) for arm in ARMS})
            await pair.run(options.policy, options.budget, turn)
            both = list(zip(pair.rows[ARMS[0]], pair.rows[ARMS[1]], strict=True))
            rows += [each for each in both if each[0].results and each[1].results]
            names = [one.theorem for one, _other in both if not one.results]
            if not names:
                break
        print(f"{len(rows)} theorems, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


def drawn_theorems(bench: Workbench, options: argparse.Namespace) -> list[tuple[Library, list[str]]]:
    """Theorems of held-out libraries, library by library, in an order that is a sample wherever it ends."""
    many = sample(bench, (), 10**9, options.seed)
    held = {library: names for library, names in many.items() if is_held_out(library.name, options.held_out)}
    share = options.theorems / max(sum(map(len, held.values())), 1)
    cut = [(library, names[: max(1, round(share * len(names)))]) for library, names in held.items()]
    return cut[: options.theorems]


def report(rows: Sequence[tuple[Row, Row]]) -> None:
    """The rates with intervals, what each proves alone, and how likely chance alone does that."""
    proved = [[row.results["holdfast"] == "proved" for row in pair] for pair in rows]
    for arm, name in enumerate(ARMS):
        count = sum(each[arm] for each in proved)
        interval = wilson(count, len(rows))
        cpu_s = sum(pair[arm].cpu_s.get("holdfast", 0.0) for pair in rows)
        print(
            f"{name:<12}{count:>5} of {len(rows)}"
            f"  (95 % interval {interval.low:.1%} to {interval.high:.1%}), {cpu_s:.0f} CPU s"
        )
    gained = sum(with_it and not without for without, with_it in proved)
    lost = sum(without and not with_it for without, with_it in proved)
    print(f"gained {gained}, lost {lost}; McNemar exact p = {mcnemar(gained, lost):.3f}; weight {WEIGHT}")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--theorems", type=int, default=200)
    parser.add_argument("--budget", type=float, default=10.0, help="CPU seconds a theorem and arm")
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no library after so long")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of the libraries")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--policy", type=Path, default=Path(__file__).parent / "results" / "policy")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "policy.json")
    options = parser.parse_args()
    rows = asyncio.run(run(options))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    record = {"budget_cpu_s": options.budget, "rows": [[asdict(one), asdict(two)] for one, two in rows]}
    options.output.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")
    report(rows)


if __name__ == "__main__":
    main()
