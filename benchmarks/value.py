"""What a trained value is worth: decisions between siblings, and theorems proved at equal CPU.

Decisions are cross-validated by theorem: each is made by a head that saw no example of its theorem. They are
told depth by depth, since depth alone explains much, against a random order and against log-probability.

Searches are paired: each theorem is searched without and with the value, by a learner of its own each, with
the same budget; what the value itself takes is charged to it. A proof counts here when it holds on replay;
the compiled copy of its own library is not loaded, and no proof is audited.

Record trajectories first:  holdfast search --theorems FILE.v --output STORE --nodes 400
Decisions:                  python benchmarks/value.py --trajectories STORE
Searches:                   python benchmarks/value.py --value DIR --theorems 200 --budget 3
"""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from holdfast.apps.rocq.workbench import Workbench, make_learner, open_workbench
from holdfast.apps.value import open_value
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.libraries import Library, requires
from holdfast.checkers.rocq.session import RocqSession
from holdfast.core.documents import Source
from holdfast.core.errors import HoldfastError
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner, Session, Value
from holdfast.core.steps import Proposal, Step, Verdict
from holdfast.core.trajectories import Declared, Observed
from holdfast.evaluation.statistics import mcnemar
from holdfast.pipelines.trajectory_store import read_rows
from holdfast.search.best_first import Budget, best_first
from holdfast.training.embedding_cache import EmbeddingCache, encode_all
from holdfast.training.value_examples import COLUMNS, read_examples
from holdfast.training.value_fit import NotEnough, fit_value
from holdfast.training.value_settings import ValueSettings
from holdfast.value.hashed import HashedEncoder
from stdlib import sample


async def decide(options: argparse.Namespace) -> dict[str, object]:
    """Print and return how siblings are decided."""
    examples = read_examples(read_rows(options.trajectories, COLUMNS).to_pylist()).examples
    encoder = HashedEncoder(options.width)
    texts = [text for one in examples for text in (one.state, one.root)]
    vectors = await encode_all(encoder, texts, EmbeddingCache(encoder.spec))
    settings = ValueSettings.model_validate({"seed": options.seed, "folds": options.folds})
    found = fit_value(examples, vectors, encoder.spec, settings)
    if isinstance(found, NotEnough):
        raise SystemExit(found.reason)
    report, mix = found.value.report, found.mix
    print(f"{report['theorems']} proved theorems, {report['examples']} examples")
    print("\n".join(table(report)))
    print(
        f"better with the value in {mix.confidence:.1%} of resamples of theorems; weight {mix.weight:.2f}"
        f" {mix.reason}"
    )
    return dict(report)


def table(report: Mapping[str, Any]) -> Iterator[str]:
    """One line a depth, then all together: share of decisions that are right, share of pairs in order."""
    yield f"{'depth':<7}{'n':>5}{'random':>9}{'log-probability':>18}{'value':>16}{'both':>16}"
    for row in report["by_depth"]:
        yield _line(str(row["depth"]), row)
    yield _line("all", report) + f"{_pair(report['mixed']):>16}"


def _line(name: str, row: Mapping[str, Any]) -> str:
    plain = row["log_probability"]
    columns = f"{_pair(plain):>18}{_pair(row['value']):>16}"
    return f"{name:<7}{plain['decisions']:>5}{plain['chance']:>9.1%}{columns}"


def _pair(found: Mapping[str, float]) -> str:
    return f"{found['rank1']:.1%} {found['pairwise']:.1%}"


class Charging:
    """A session and a value that share one budget: what the value takes is added to the next verdict."""

    def __init__(self, session: Session, value: Value | None) -> None:
        self.session, self.value = session, value
        self.weight = 0.0 if value is None else value.weight
        self.root = session.root
        self.value_s = self.owed_s = self.checker_s = 0.0

    async def estimate(self, goals: Sequence[Goal], root: Goal) -> Sequence[float | None]:
        """Fills `Value`."""
        assert self.value is not None
        began = time.process_time()
        found = await self.value.estimate(goals, root)
        took = time.process_time() - began
        self.owed_s, self.value_s = self.owed_s + took, self.value_s + took
        return found

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Fills `Session`."""
        verdict = await self.session.apply(goal, step)
        self.checker_s += verdict.cpu_s
        owed, self.owed_s = self.owed_s, 0.0
        return replace(verdict, cpu_s=verdict.cpu_s + owed)

    async def focus(self, goal: Goal, index: int) -> Goal:
        """Fills `Session`."""
        return await self.session.focus(goal, index)


@dataclass(slots=True)
class Row:
    """One theorem, searched without and with the value."""

    library: str
    theorem: str
    nodes: dict[str, int | None] = field(default_factory=dict)
    """Steps until the proof, None where there is none."""
    cpu_s: dict[str, float | None] = field(default_factory=dict)
    """CPU seconds until the proof, the value's own included."""
    value_s: float = 0.0
    proposing_s: float = 0.0
    checker_s: float = 0.0


CONTENDERS = ("without", "with")


class Proposing:
    """A learner whose time is measured."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.took_s = 0.0

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Fills `Proposer`."""
        began = time.process_time()
        found = await self.learner.propose(goal, count)
        self.took_s += time.process_time() - began
        return found


async def search_library(
    bench: Workbench, library: Library, names: Sequence[str], value: Value, budget: Budget
) -> list[Row]:
    """Search some theorems of a library both ways, each way with a learner of its own; in turns first."""
    text = library.path.read_text(encoding="utf-8", errors="surrogateescape")
    source = Source(library.name, text)
    checker = RocqChecker(bench.installation)
    shards = bench.shards(bench.closure(requires(source)))
    learners = {name: make_learner(shards) for name in CONTENDERS}
    rows: list[Row] = []

    def learn(item: Observed | Declared) -> None:
        for learner in learners.values():
            learner.learn(item)

    async with checker.open(source, learn) as reader:
        for hole in checker.holes(source, names):
            row = Row(library.name, hole.name)
            await reader.enter(hole)
            for name in CONTENDERS[:: 1 if len(rows) % 2 else -1]:
                session = await RocqSession.open(reader.toplevel)
                await search_one(session, learners[name], value if name == "with" else None, row, budget)
            rows.append(row)
    return rows


async def search_one(
    session: RocqSession, learner: Learner, value: Value | None, row: Row, budget: Budget
) -> None:
    """Search one theorem and note what came of it."""
    charging, proposing = Charging(session, value), Proposing(learner)
    used = None if value is None else charging
    found = await best_first(charging, proposing, budget=budget, observe=learner.judged, value=used)
    name = CONTENDERS[0] if value is None else CONTENDERS[1]
    row.nodes[name], row.cpu_s[name] = found.found_nodes, found.found_cpu_s
    if value is not None:
        row.value_s, row.checker_s, row.proposing_s = (
            charging.value_s, charging.checker_s, proposing.took_s,
        )  # fmt: skip


async def compare(options: argparse.Namespace) -> dict[str, object]:
    """Search a sample of the standard library both ways."""
    bench = await open_workbench(options.cache)
    drawn = sample(bench, options.directories, options.theorems, options.seed)
    rows: list[Row] = []
    began = time.monotonic()
    async with open_value(options.value, os.environ, weight=options.weight) as opened:
        if opened.value is None:
            raise SystemExit(f"{opened.remark}; --weight W uses it all the same")
        print(f"the value counts {opened.value.weight:.2f}")
        for library, names in drawn.items():
            if time.monotonic() - began > 60 * options.minutes:
                break
            try:
                budget = Budget(cpu_s=options.budget, nodes=options.nodes)
                rows += await search_library(bench, library, names, opened.value, budget)
            except HoldfastError as error:
                print(f"{library.name}: {error}", file=sys.stderr)
    print("\n".join(compared(rows, options.budget)))
    return {"rows": [asdict(row) for row in rows]}


def compared(rows: Sequence[Row], budget_s: float) -> Iterator[str]:
    """Theorems proved by budget, who gained and lost, and where the time went."""
    yield f"{len(rows)} theorems"
    yield f"{'budget':<16}{'without':>9}{'with':>7}{'gained':>8}{'lost':>6}{'McNemar p':>11}"
    limits: list[tuple[str, str, float]] = [
        (f"{count} steps", "nodes", count) for count in (25, 50, 100, 200, 400)
    ]
    limits += [(f"{share * budget_s:g} CPU s", "cpu_s", share * budget_s) for share in (0.1, 0.25, 0.5, 1.0)]
    for name, unit, limit in limits:
        without, having = (
            {(row.library, row.theorem) for row in rows if _within(row, unit, one, limit)}
            for one in CONTENDERS
        )
        gained, lost = len(having - without), len(without - having)
        yield f"{name:<16}{len(without):>9}{len(having):>7}{gained:>8}{lost:>6}{mcnemar(gained, lost):>11.3f}"
    total = sum(row.value_s + row.checker_s + row.proposing_s for row in rows) or 1.0
    parts = (("value", "value_s"), ("checker", "checker_s"), ("proposers", "proposing_s"))
    shares = ", ".join(f"{name} {sum(getattr(row, key) for row in rows) / total:.1%}" for name, key in parts)
    yield f"CPU with the value: {shares}"


def _within(row: Row, unit: str, contender: str, limit: float) -> bool:
    found = getattr(row, unit).get(contender)
    return found is not None and found <= limit


def main() -> None:
    """Print the tables and write the numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trajectories", type=Path, nargs="*", default=[])
    parser.add_argument("--width", type=int, default=0, help="hashed features beside what is counted")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--value", type=Path)
    parser.add_argument("--weight", type=float, help="instead of the fitted one")
    parser.add_argument("--theorems", type=int, default=200)
    parser.add_argument("--directories", nargs="*", default=[], help="such as Arith Lists; all when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=3.0, help="CPU seconds a theorem and contender")
    parser.add_argument("--nodes", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no library after so long")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "value.json")
    options = parser.parse_args()
    if not options.trajectories and options.value is None:
        parser.error("name --trajectories, --value or both")
    torch.set_num_threads(1)
    record: dict[str, object] = {"seed": options.seed}
    if options.trajectories:
        record["decisions"] = asyncio.run(decide(options))
    if options.value is not None:
        record["searches"] = asyncio.run(compare(options))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
