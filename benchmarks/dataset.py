"""How much of a library the dataset steps find and keep, against `coqc`'s own record, and what that costs.

Truth are the `.glob` files that were installed with the library. Costs are CPU seconds of this process and of
Rocq, beside those of `coqc` on the same files in the same run; the ratio is what to look at.

Run: python benchmarks/dataset.py [--library NAME ...] [--jobs 1 2] [--compile] [--output FILE] [--folder DIR]
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

from holdfast.apps.datasets import STEPS, DatasetConfig, Pipeline, open_pipeline
from holdfast.apps.executors import open_executor
from holdfast.apps.rocq.workbench import open_workbench
from holdfast.pipelines.dataset.choosing import ChooseSettings
from holdfast.pipelines.dataset.truth import Truth
from holdfast.runtime.sinks import NullSink
from replay import compile_once

_DEFAULT = ("mathcomp.ssreflect.ssrnat", "mathcomp.ssreflect.div", "mathcomp.fingroup.fingroup")


def used_s() -> float:
    """CPU seconds of this process and of workers that it waited for, without what runs in a sandbox."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


async def run_steps(pipeline: Pipeline, jobs: int) -> dict[str, dict[str, float]]:
    """Run all steps; seconds by name."""
    costs = {}
    with open_executor(jobs=jobs) as executor:
        for number in STEPS:
            cpu_s, wall_s = used_s(), time.monotonic()
            await pipeline.run(number, number, executor, NullSink())
            name = pipeline.step(number).name
            rocq_s = pipeline.outputs[number].measures.get("cpu_s", 0.0)
            costs[name] = {"cpu_s": used_s() - cpu_s + rocq_s, "wall_s": time.monotonic() - wall_s}
    return costs


def completeness(pipeline: Pipeline) -> dict[str, float]:
    """Theorems found, proofs replayed, premises found, haves rewritten: counts and shares."""
    theorems, haves, evaluated = (pipeline.outputs[number] for number in (1, 2, 4))
    truth = Truth(pipeline.outputs[0].rows(), pipeline.rocq.root)
    found = truth.compare(theorems.rows(), evaluated.rows())
    counts = haves.measures
    return {
        "theorems": theorems.rows_out,
        "stated": found.stated,
        "found_share": found.found_share,
        "not_stated": found.not_stated,
        "replayed_share": evaluated.rows_out / max(1, evaluated.rows_in),
        "premises": found.premises,
        "premise_recall": found.premise_recall,
        "proofs_with_haves": counts.get("proofs_with_haves", 0),
        "rewritten_share": counts.get("proofs_rewritten", 0) / max(1, counts.get("proofs_with_haves", 0)),
        "haves": counts.get("haves", 0),
    }


async def compiled_s(options: argparse.Namespace) -> float:
    """CPU seconds of `coqc` on the same files."""
    bench = await open_workbench(options.cache)
    libraries = {each.name: each for name in options.library for each in bench.libraries.under(name)}
    return sum([await compile_once(bench.installation, each) for each in libraries.values()])


async def measure(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Everything, as the JSON record."""
    choose = ChooseSettings(k_have=None, k_wo_have=None, min_steps=0, max_steps=10**6)
    results: dict[str, object] = {"libraries": list(options.library)}
    for jobs in options.jobs:
        config = DatasetConfig(
            output=folder / f"jobs-{jobs}", libraries=tuple(options.library), choose=choose
        )
        pipeline = await open_pipeline(config, options.cache, NullSink())
        results[f"costs_{jobs}"] = await run_steps(pipeline, jobs)
        results |= completeness(pipeline)
        results["reasons"] = dict(Counter(each["detail"] for each in pipeline.outputs[4].lost()))
        results["refused"] = dict(
            Counter(str(row.data["refused"]) for row in pipeline.outputs[2].rows() if row.data["refused"])
        )
    if options.compile:
        results["coqc_s"] = await compiled_s(options)
    return results


def show(results: dict[str, object], jobs: list[int]) -> None:
    """The table."""
    for name in ("theorems", "stated", "not_stated", "premises", "proofs_with_haves", "haves"):
        print(f"{name:20} {results[name]:10,.0f}")
    for name in ("found_share", "replayed_share", "premise_recall", "rewritten_share"):
        print(f"{name:20} {results[name]:10.2%}")
    walls = {}
    for count in jobs:
        costs = results[f"costs_{count}"]
        assert isinstance(costs, dict)
        for name, cost in costs.items():
            walls[count, name] = cost["wall_s"]
            print(f"{count} worker(s) {name:12} {cost['cpu_s']:8.1f} CPU s {cost['wall_s']:8.1f} s", end="")
            if "coqc_s" in results and name in {"haves", "evaluated"}:
                print(f"   {cost['cpu_s'] / results['coqc_s']:.2f} x coqc", end="")
            first = walls[jobs[0], name]
            print(f"   {first / cost['wall_s']:.2f} x as fast" if count != jobs[0] else "")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", nargs="+", default=list(_DEFAULT))
    parser.add_argument("--jobs", nargs="+", type=int, default=[1])
    parser.add_argument("--compile", action="store_true", help="run coqc on the same files too")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--folder", type=Path, help="keep what the steps write there")
    parser.add_argument("--output", type=Path, help="write the figures there as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
        results = asyncio.run(measure(options, options.folder or Path(folder)))
    show(results, options.jobs)
    if options.output is not None:
        options.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
