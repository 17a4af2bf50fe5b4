"""What it costs to record a search: CPU of the same searches with and without a store, in turns.

Each theorem is searched in a live Rocq with a budget of steps, so that both do the same; the two take turns
at each theorem, and who goes first changes. Rocq's CPU is what its verdicts
declare; all else is this process.
"""

import argparse
import asyncio
import importlib
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.apps.bench import Bench, Task, open_bench
from holdfast.apps.rocq.installed import library_finder
from holdfast.core.documents import Hole
from holdfast.core.seams import Learner, Reader
from holdfast.core.trajectories import SearchOrigin, TheoremRecord
from holdfast.pipelines.recording import Recording
from holdfast.pipelines.theorems import Theorem, read_theorems_list
from holdfast.pipelines.trajectory_store import TrajectoryWriter, open_store
from holdfast.runtime.sinks import NullSink
from holdfast.search.best_first import Budget, SearchResult, best_first


@dataclass(slots=True)
class Cost:
    """What the searches of one kind took."""

    steps: int = 0
    own_s: float = 0.0
    """CPU seconds of this process: search, proposer, and what is recorded."""
    rocq_s: float = 0.0
    fold_s: float = 0.0
    """CPU seconds of making Parquet files at the end."""
    bytes: int = 0
    """Of the Parquet files."""


async def plain(bench: Bench, reader: Reader, hole: Hole, nodes: int) -> SearchResult:
    """One search without a record."""
    learner = bench.make_learner()
    session = await reader.enter(hole)
    return await best_first(session, learner, budget=Budget(cpu_s=1e9, nodes=nodes), observe=learner.judged)


async def recorded(
    bench: Bench, reader: Reader, hole: Hole, nodes: int, writer: TrajectoryWriter
) -> SearchResult:
    """The same with one."""
    learner: Learner = bench.make_learner()
    session = await reader.enter(hole)
    origin = SearchOrigin(search=hole.name, theorem_name=hole.name, file="f", language="rocq")
    writer.begin(origin)
    recording = Recording(hole.name, "rocq", writer.add)
    recording.root(session.root)
    result = await best_first(
        recording.session(session),
        recording.proposer(learner),
        budget=Budget(cpu_s=1e9, nodes=nodes),
        observe=learner.judged,
        record=recording.step,
    )
    record = TheoremRecord(
        search=hole.name, theorem=hole.name, file="f", language="rocq", status="not_found", fates=result.fates
    )
    writer.end(record)
    return result


async def measure(theorems: list[Theorem], cache: Path, nodes: int, store: Path) -> dict[str, Cost]:
    """Search every theorem both ways."""
    costs = {"without": Cost(), "with": Cost()}
    first = theorems[0]
    task = Task(path=first.path, source=first.source, sink=NullSink(), cache=cache)
    async with open_bench(task) as bench:
        holes = bench.checker.holes(first.source, [theorem.name for theorem in theorems])
        await bench.prepare(first.source, holes, NullSink())
        with open_store(store, {}) as writer:
            async with bench.checker.open(first.source) as one, bench.checker.open(first.source) as other:
                for number, hole in enumerate(holes):
                    for kind in ("without", "with") if number % 2 else ("with", "without"):
                        before = time.process_time()
                        if kind == "with":
                            result = await recorded(bench, one, hole, nodes, writer)
                        else:
                            result = await plain(bench, other, hole, nodes)
                        costs[kind].own_s += time.process_time() - before
                        costs[kind].rocq_s += result.cpu_s
                        costs[kind].steps += result.nodes
            before = time.process_time()
        costs["with"].fold_s = time.process_time() - before
    return costs


async def run(options: argparse.Namespace) -> dict[str, Cost]:
    """Measure on the first theorems of a library."""
    find = await library_finder()
    if find is None:
        raise SystemExit("this needs Rocq")
    listed = read_theorems_list(find(options.library))[: options.theorems]
    return await measure(listed, options.cache, options.nodes, options.store)


def main() -> None:
    """Print a row a kind and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--library", default="Coq.Lists.ListSet")
    parser.add_argument("--theorems", type=int, default=24)
    parser.add_argument("--nodes", type=int, default=300)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/recording.json"))
    options = parser.parse_args()
    importlib.import_module("pyarrow.parquet")  # which takes a while, once
    with tempfile.TemporaryDirectory() as folder:
        options.store = Path(folder) / "t.parquet"
        costs = asyncio.run(run(options))
        costs["with"].bytes = sum(path.stat().st_size for path in options.store.glob("*.parquet"))
    titles = ("steps", "own CPU s", "Rocq CPU s", "own ms/step", "fold CPU s", "KB")
    print(f"{'recording':<10}" + "".join(f"{title:>13}" for title in titles))
    for kind, cost in costs.items():
        each = 1000 * cost.own_s / cost.steps
        numbers = f"{cost.steps:>13}{cost.own_s:>13.2f}{cost.rocq_s:>13.2f}{each:>13.3f}"
        print(f"{kind:<10}{numbers}{cost.fold_s:>13.2f}{cost.bytes // 1024:>13}")
    base, more = costs["without"], costs["with"]
    added = more.own_s + more.fold_s - base.own_s
    print(f"recording adds {added / (base.own_s + base.rocq_s):.1%} to the CPU of a search, Rocq included")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    rows = {kind: asdict(cost) for kind, cost in costs.items()}
    options.output.write_text(
        json.dumps({"benchmark": "recording", "rows": rows}, indent=1), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
