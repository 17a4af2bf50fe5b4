"""Strictly online prediction of the next step, over recorded proofs of the standard library.

Libraries come in an order in which each stands after those that it requires. At every step of every proof the
proposer is asked first and told afterwards, so what it answers from is what came before; of the proof at hand
the neighbours know the steps before this one. A prediction counts when it is the sentence that stands there,
white space aside. Times are CPU seconds of this process.

Record the proofs first:     python benchmarks/replay.py --all --keep DIR
Then predict:                python benchmarks/predict.py DIR
Fit the first weights anew:  python benchmarks/predict.py DIR --only Arith Bool Lists Logic ZArith --weights
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.apps.rocq.workbench import open_workbench
from holdfast.checkers.rocq.libraries import Libraries, Library, Require
from holdfast.core.seams import Learner
from holdfast.core.trajectories import Observed
from holdfast.models.knn import KnnProposer
from holdfast.models.mixture import MixtureProposer
from holdfast.models.ranker import RATE
from streams import read_stream

COPIES = ("FSets", "MSets")
"""Directories whose proofs repeat each other."""
FITTED_ON = ("Arith", "Bool", "Lists", "Logic", "ZArith")
"""Directories on which the ranker's first weights were fitted and constants were chosen."""


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
            return f"{name:<32}{0:>8}"
        return f"{name:<32}{self.steps:>8}{self.first / self.steps:>9.1%}{self.among_ten / self.steps:>9.1%}"


def in_order(libraries: Libraries, names: Iterable[str]) -> Iterator[Library]:
    """The named libraries, each after all that it requires."""
    waiting = set(names)

    def place(library: Library) -> Iterator[Library]:
        waiting.discard(library.name)
        for needed in libraries.needs(library):
            if needed.name in waiting:
                yield from place(needed)
        yield library

    for name in sorted(waiting):
        library = libraries.resolve(Require(name)) if name in waiting else None
        if library is not None:
            yield from place(library)


@dataclass(slots=True)
class Record:
    """What one run over the libraries showed."""

    tallies: dict[str, Tally]
    """By directory."""
    times: list[tuple[int, float]]
    """For each query the pairs known and the CPU seconds it took."""


async def predict(proposer: Learner, streams: Path, order: Iterable[Library], limit: int) -> Record:
    """Ask and tell at each step, library after library, until `limit` steps when that is not 0."""
    record = Record(defaultdict(Tally), [])
    for library in order:
        tally = record.tallies[library.name.split(".")[1]]
        for item in read_stream(streams / f"{library.name}.jsonl.gz"):
            if isinstance(item, Observed):
                await ask(proposer, item, tally, record.times)
            proposer.learn(item)
        if 0 < limit <= len(record.times):
            break
    return record


async def ask(proposer: Learner, item: Observed, tally: Tally, times: list[tuple[int, float]]) -> None:
    """Ask for one step and count the answer."""
    if isinstance(proposer, KnnProposer):
        proposer.follow(item.theorem)
    began = time.process_time()
    offers = await proposer.propose(item.goal, 10)
    times.append((len(times), time.process_time() - began))
    said = [" ".join(offer.step.text.split()) for offer in offers]
    wanted = " ".join(item.step.split())
    tally.steps += 1
    tally.first += said[:1] == [wanted]
    tally.among_ten += wanted in said


def table(record: Record) -> Iterator[str]:
    """By directory, in all, without copies, without what was fitted on, and the time of a query."""
    yield f"{'directory':<32}{'steps':>8}{'top-1':>9}{'top-10':>9}"
    for name, tally in sorted(record.tallies.items()):
        yield tally.row(name)
    yield total(record.tallies, ()).row("all")
    yield total(record.tallies, COPIES).row("without FSets and MSets")
    yield total(record.tallies, FITTED_ON).row("without what weights are from")
    times = record.times
    near = [seconds for known, seconds in times if 22_500 <= known <= 27_500]
    late = [seconds for known, seconds in times if known > 0.9 * len(times)]
    for label, some in (("about 25,000", near), (f"the last {len(late):,} of {len(times):,}", late)):
        if some:
            median, slow = statistics.median(some), sorted(some)[int(0.95 * len(some))]
            yield f"query at {label} pairs: median {median * 1e3:.2f} ms CPU, p95 {slow * 1e3:.2f} ms"
    yield f"weights begin as fitted on {', '.join(FITTED_ON)}, and learn at rate {RATE}"


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
    order = [
        library
        for library in in_order(bench.libraries, names)
        if not options.only or library.name.split(".")[1] in options.only
    ]
    neighbours = KnnProposer()
    proposer = MixtureProposer.from_shards(()) if options.mixture else neighbours
    record = await predict(proposer, options.streams, order, options.limit)
    print(f"{len(order)} libraries, {'the mixture' if options.mixture else 'neighbours alone'}")
    print("\n".join(table(record)))
    load = os.getloadavg()[0]
    print(f"load average at the end {load:.1f} on {os.cpu_count()} processors (busy ones are slower)")
    if options.weights:
        for column, weights in neighbours.weights.items():
            print(f'    "{column}": ({", ".join(f"{weight:.2f}" for weight in weights)}),')
    figures = {name: asdict(tally) for name, tally in sorted(record.tallies.items())}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("streams", type=Path, help="the folder that replay.py --keep wrote")
    parser.add_argument("--only", nargs="+", default=[], help="directories, for example: Arith Lists")
    parser.add_argument("--mixture", action="store_true", help="ask all embedded proposers together")
    parser.add_argument("--weights", action="store_true", help="print the ranker's weights at the end")
    parser.add_argument("--limit", type=int, default=0, help="stop after about so many pairs")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "predict.json")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
