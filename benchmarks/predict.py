"""Strictly online prediction of the next step, over recorded proofs of the standard library.

Libraries come in an order in which each stands after those that it requires. At every step of every proof the
proposer is asked first and told afterwards, so what it answers from is what came before. A prediction counts
when it is the sentence that stands there, white space aside.

Record the proofs first: python benchmarks/replay.py --all --keep DIR
"""

import argparse
import asyncio
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.apps.workbench import open_workbench
from holdfast.checkers.rocq.libraries import Libraries, Library, Require
from holdfast.core.trajectories import Observed
from holdfast.models.knn import KnnProposer
from streams import read_stream

COPIES = ("FSets", "MSets")
"""Directories whose proofs repeat each other."""


@dataclass(slots=True)
class Tally:
    """What happened at the steps of one directory."""

    steps: int = 0
    first: int = 0
    """Steps that were predicted first."""
    among_ten: int = 0

    def add(self, other: "Tally") -> None:
        """Count what another one counted."""
        self.steps += other.steps
        self.first += other.first
        self.among_ten += other.among_ten

    def row(self, name: str) -> str:
        """One line of the table."""
        if not self.steps:
            return f"{name:<24}{0:>8}"
        return f"{name:<24}{self.steps:>8}{self.first / self.steps:>9.1%}{self.among_ten / self.steps:>9.1%}"


def in_order(libraries: Libraries, names: Iterable[str]) -> Iterator[Library]:
    """The named libraries, each after what it requires."""
    wanted = {name: libraries.resolve(Require(name)) for name in sorted(names)}
    done: set[str] = set()
    for library in wanted.values():
        if library is None or library.name in done:
            continue
        for needed in reversed(libraries.closure([Require(library.name)])):
            if needed.name not in done and needed.name in wanted:
                done.add(needed.name)
                yield needed


async def predict(
    streams: Path, order: Sequence[Library], limit: int
) -> tuple[dict[str, Tally], list[tuple[int, float]]]:
    """Tallies by directory, and for each query the pairs known and the seconds it took."""
    proposer = KnnProposer()
    tallies: dict[str, Tally] = defaultdict(Tally)
    times: list[tuple[int, float]] = []
    for library in order:
        tally = tallies[library.name.split(".")[1]]
        for item in read_stream(streams / f"{library.name}.jsonl.gz"):
            if isinstance(item, Observed):
                known = len(proposer)
                proposer.follow(item.theorem)
                began = time.perf_counter()
                offers = await proposer.propose(item.goal, 10)
                times.append((known, time.perf_counter() - began))
                said = [" ".join(offer.step.text.split()) for offer in offers]
                wanted = " ".join(item.step.split())
                tally.steps += 1
                tally.first += said[:1] == [wanted]
                tally.among_ten += wanted in said
            proposer.learn(item)
        if 0 < limit <= len(proposer):
            break
    return tallies, times


def table(tallies: dict[str, Tally], times: Sequence[tuple[int, float]]) -> Iterator[str]:
    """By directory, in all, without copies, and the time of a query."""
    yield f"{'directory':<24}{'steps':>8}{'top-1':>9}{'top-10':>9}"
    for name, tally in sorted(tallies.items()):
        yield tally.row(name)
    yield total(tallies, ()).row("all")
    yield total(tallies, COPIES).row("without FSets and MSets")
    near = [seconds for known, seconds in times if 22_500 <= known <= 27_500]
    late = [seconds for known, seconds in times if known > 0.9 * len(times)]
    for label, some in (("about 25,000", near), (f"the last {len(late):,} of {len(times):,}", late)):
        if some:
            median, slow = statistics.median(some), sorted(some)[int(0.95 * len(some))]
            yield f"query at {label} pairs: median {median * 1e3:.2f} ms, p95 {slow * 1e3:.2f} ms"


def total(tallies: dict[str, Tally], left_out: Sequence[str]) -> Tally:
    """All directories but some."""
    result = Tally()
    for name, tally in tallies.items():
        if name not in left_out:
            result.add(tally)
    return result


async def run(options: argparse.Namespace) -> None:
    """Print the table and write the figures."""
    bench = await open_workbench(options.cache)
    names = [path.name.removesuffix(".jsonl.gz") for path in options.streams.glob("*.jsonl.gz")]
    order = list(in_order(bench.libraries, names))
    tallies, times = await predict(options.streams, order, options.limit)
    print(f"{len(order)} libraries")
    print("\n".join(table(tallies, times)))
    record = {name: asdict(tally) for name, tally in sorted(tallies.items())}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("streams", type=Path, help="the folder that replay.py --keep wrote")
    parser.add_argument("--limit", type=int, default=0, help="stop after about so many pairs")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "predict.json")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
