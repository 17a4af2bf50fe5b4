"""How often the theorems that prompts would name are those that a proof goes on to use.

At each step of recorded proofs of the standard library that names a theorem, what precedes the proof is in
force: the libraries that its file requires, and the theorems before it in the file. Counted is the share of
the named theorems among the K that are found, and what finding them takes of CPU time.

Record the proofs first:  python benchmarks/replay.py --all --keep DIR
Run:                      python benchmarks/premises_goals.py DIR [--files N] [--seed N] [--output FILE]
"""

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.apps.rocq.recalling import open_recall
from holdfast.apps.rocq.workbench import Workbench, open_workbench
from holdfast.checkers.rocq.libraries import Library, requires
from holdfast.core.documents import Source
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.rocq_names import NameBook
from holdfast.runtime.sinks import PlainSink
from streams import read_stream

_NAME = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")
_NO_TACTIC = re.compile(r"[A-Z0-9_.']")
"""Has to stand in a word: `right`, `induction` and `apply` are theorems too."""
_COUNTS = (4, 10, 32)
_AT_MOST = 120
"""Steps of one file, so that long files do not drown the others."""


@dataclass(slots=True)
class Tally:
    """What was counted."""

    steps: int = 0
    found: dict[int, float] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0.0))
    cpu_s: float = 0.0


class Book:
    """The theorems in force, by the words that name them."""

    def __init__(self, items: Sequence[Declared]) -> None:
        self._names = NameBook()
        self._theorems: set[str] = set()
        for item in items:
            self.add(item)

    def add(self, item: Declared) -> None:
        """Put one in force."""
        self._names.declare(item.name)
        if item.kind == "theorem":
            self._theorems.add(item.name)

    def named(self, step: str) -> set[str]:
        """The theorems that a step names."""
        words = (word for word in _NAME.findall(step) if _NO_TACTIC.search(word))
        owners = (self._names.owner(word) for word in words)
        return {name for name in owners if name in self._theorems}


def steps(stream: Sequence[Observed | Declared]) -> Iterator[tuple[Observed, Sequence[Declared]]]:
    """The steps of a file in order, each with the theorems that were proved since the step before."""
    by_end = {item.name.rpartition(".")[2]: item for item in stream if isinstance(item, Declared)}
    last, waiting = "", list[Declared]()
    for item in stream:
        if isinstance(item, Observed):
            if item.theorem != last and last in by_end:
                waiting.append(by_end.pop(last))
            last = item.theorem
            yield item, waiting
            waiting = []


async def measure(bench: Workbench, library: Library, stream: Path, cache: Path, tally: Tally) -> None:
    """Count one file."""
    source = Source(library.name, library.path.read_text(encoding="utf-8", errors="replace"))
    most, end = max(_COUNTS), len(source.text)
    make = open_recall(bench, source, end, cache=cache, sink=PlainSink(sys.stderr), own=library.path)
    if make is None:
        raise SystemExit(1)
    shards = bench.shards(each for each in bench.closure(requires(source)) if each.path != library.path)
    recall, book = make(most), Book([item for shard in shards for item in shard.declared])
    counted = 0
    for step, proved in steps(list(read_stream(stream))):
        for theorem in proved:
            recall.learn(theorem)
            book.add(theorem)
        named = book.named(step.step)
        if named and counted < _AT_MOST:
            counted += 1
            began = time.process_time()
            found = [each.name for each in await recall.near(step.goal)]
            tally.cpu_s += time.process_time() - began
            tally.steps += 1
            for count in _COUNTS:
                tally.found[count] += len(named.intersection(found[:count])) / len(named)


async def run(options: argparse.Namespace) -> Tally:
    """Count a sample of the recorded files."""
    bench = await open_workbench(options.cache)
    recorded = {path.name.removesuffix(".jsonl.gz"): path for path in options.streams.glob("*.jsonl.gz")}
    files = [each for each in bench.libraries.under("Coq") if each.name in recorded]
    drawn = random.Random(options.seed).sample(files, min(options.files, len(files)))  # noqa: S311
    tally = Tally()
    for library in drawn:
        await measure(bench, library, recorded[library.name], options.cache, tally)
    return tally


def main() -> None:
    """Print the shares and write them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("streams", type=Path, help="the folder that replay.py --keep wrote")
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    tally = asyncio.run(run(options))
    total = max(1, tally.steps)
    figures: dict[str, object] = {f"found_{count}": found / total for count, found in tally.found.items()}
    figures |= {"steps": tally.steps, "query_ms": 1e3 * tally.cpu_s / total}
    for name, value in figures.items():
        print(f"{name:>10}  {value:.3f}" if isinstance(value, float) else f"{name:>10}  {value}")
    if options.output is not None:
        options.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
