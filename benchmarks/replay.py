"""What recording the (goal, step) pairs of standard library files costs, beside `coqc` on the same files.

Recording is the CPU time of the live Rocq, its start included, and of this process while it reads; for both
programs it is the median of `--repeat` runs a file, which take turns, because machines are not quiet.

Run: python benchmarks/replay.py [--files N | --all] [--seed N] [--repeat N] [--keep DIR] [--output FILE]
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from holdfast.apps.rocq.workbench import Workbench, open_workbench
from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.libraries import Library
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.errors import HoldfastError
from holdfast.core.trajectories import Declared, Observed
from holdfast.runtime.child import Limits, run
from streams import write_stream

Stream = list[Observed | Declared]

_COQC_WALL_S = 1800.0
_LARGEST = 10


class MeteredToplevel(Toplevel):
    """Tells apart what queries cost; reading a file asks just the one for what it declares."""

    query_cpu_s = 0.0

    async def query(self, text: str, at: int | None = None) -> str:
        """As the toplevel does."""
        before = self.cpu_s()
        try:
            return await super().query(text, at)
        finally:
            self.query_cpu_s += self.cpu_s() - before


@dataclass(frozen=True, slots=True)
class Recording:
    """CPU seconds of recording one file once, the parts of Rocq's that come with the start and the query."""

    rocq_s: float
    python_s: float
    boot_s: float
    query_s: float
    rss_mb: float

    @property
    def cpu_s(self) -> float:
        """All of it."""
        return self.rocq_s + self.python_s


@dataclass(slots=True)
class Row:
    """One file."""

    library: str
    pairs: int = 0
    declared: int = 0
    recordings: list[Recording] = field(default_factory=list)
    coqc_s: list[float] = field(default_factory=list)
    failure: str = ""
    """Why one of the programs did not get to the end of the file."""

    @property
    def recording_s(self) -> float:
        """The median of the runs."""
        return median(each.cpu_s for each in self.recordings)

    @property
    def compiling_s(self) -> float:
        """The median of the runs."""
        return median(self.coqc_s)

    @property
    def ratio(self) -> float:
        """Recording to compiling."""
        return self.recording_s / self.compiling_s

    def part(self, name: str) -> float:
        """The median of one part of recording."""
        return float(median(getattr(each, name) for each in self.recordings))


def sample(libraries: Sequence[Library], count: int, seed: int) -> list[Library]:
    """`count` files, from every directory in turn so that large directories do not drown the others."""
    drawer = random.Random(seed)  # noqa: S311
    by_directory: dict[str, list[Library]] = defaultdict(list)
    for library in libraries:
        by_directory[library.name.split(".")[1]].append(library)
    piles = [by_directory[name] for name in sorted(by_directory)]
    drawer.shuffle(piles)
    for pile in piles:
        drawer.shuffle(pile)
    drawn: list[Library] = []
    while len(drawn) < count and any(piles):
        drawn += [pile.pop() for pile in piles if pile]
    return sorted(drawn[:count], key=lambda library: library.name)


def prelude_options(library: Library) -> tuple[str, ...]:
    """What the files that the prelude is made of are compiled with."""
    return ("-noinit",) if library.is_of_prelude else ()


async def record(installation: Installation, library: Library) -> tuple[Recording, Stream]:
    """Read a file once and keep what is seen. Raises SourceError, CheckerError."""
    stream: Stream = []
    python = time.process_time()
    text = library.path.read_text(encoding="utf-8", errors="replace")
    document = read_document(Source(str(library.path), text))
    arguments = (*prelude_options(library), "-topfile", str(library.path))
    async with MeteredToplevel(installation, arguments) as toplevel:
        await toplevel.tip()
        boot_s = toplevel.cpu_s()
        await RocqReader(toplevel, document, stream.append, library.name).finish()
        rocq_s, rss_mb = toplevel.cpu_s(), toplevel.rss_mb()
    python_s = time.process_time() - python
    return Recording(rocq_s, python_s, boot_s, toplevel.query_cpu_s, rss_mb), stream


async def compile_once(installation: Installation, library: Library) -> float:
    """CPU seconds of `coqc` on a file. Raises HoldfastError where it does not accept it."""
    with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
        compiled = Path(folder) / library.path.with_suffix(".vo").name
        home = library.name.rpartition(".")[0]
        done = await run(
            (
                *(*installation.compiler, "-q", "-w", "none", "-no-glob", *prelude_options(library)),
                *("-Q", folder, home, "-o", str(compiled), str(library.path)),
            ),
            limits=Limits(wall_s=_COQC_WALL_S),
            cwd=Path(folder),
        )
        if done.returncode != 0 or not compiled.exists():
            words = " ".join(done.stderr.decode(errors="replace").split())
            raise HoldfastError(f"coqc: {words[-300:] or done.ended}")
    return done.cpu_s


async def measure(installation: Installation, library: Library, options: argparse.Namespace) -> Row:
    """Record and compile a file in turns."""
    row = Row(library.name)
    stream: Stream = []
    try:
        for _ in range(options.repeat):
            row.coqc_s.append(await compile_once(installation, library))
            recording, stream = await record(installation, library)
            row.recordings.append(recording)
    except HoldfastError as error:
        row.failure = str(error)
        return row
    observed = [item for item in stream if isinstance(item, Observed)]
    row.pairs, row.declared = len(observed), len(stream) - len(observed)
    if options.keep is not None:
        kept = [item for item in stream if isinstance(item, Declared) or item.goal.subgoals]
        write_stream(options.keep / f"{library.name}.jsonl.gz", kept)
    return row


async def measure_all(bench: Workbench, options: argparse.Namespace) -> list[Row]:
    """One row a file, one file at a time."""
    libraries = bench.libraries.under("Coq")
    chosen = list(libraries) if options.all else sample(libraries, options.files, options.seed)
    rows = []
    for library in chosen:
        row = await measure(bench.installation, library, options)
        rows.append(row)
        told = row.failure or f"{row.recording_s:.2f} s to {row.compiling_s:.2f} s, {row.ratio:.2f}"
        print(f"{len(rows)}/{len(chosen)} {row.library}: {told}", file=sys.stderr)
    return rows


def summary(rows: Sequence[Row]) -> dict[str, float]:
    """All files together, in CPU seconds and shares of Rocq's."""
    rocq_s = sum(row.part("rocq_s") for row in rows)
    coqc_s = sum(row.compiling_s for row in rows)
    return {
        "files": len(rows),
        "pairs": sum(row.pairs for row in rows),
        "declared": sum(row.declared for row in rows),
        "rocq_s": rocq_s,
        "python_s": sum(row.part("python_s") for row in rows),
        "coqc_s": coqc_s,
        "ratio": sum(row.recording_s for row in rows) / coqc_s,
        "median_ratio": median(row.ratio for row in rows),
        "boot_share": sum(row.part("boot_s") for row in rows) / rocq_s,
        "query_share": sum(row.part("query_s") for row in rows) / rocq_s,
        "median_rss_mb": median(row.part("rss_mb") for row in rows),
        "most_rss_mb": max(row.part("rss_mb") for row in rows),
    }


def table(rows: Sequence[Row], total: dict[str, float]) -> Iterator[str]:
    """The files that take `coqc` longest, then all together."""
    yield f"{'file':<44}{'pairs':>7}{'names':>7}{'Rocq s':>8}{'Python s':>10}{'coqc s':>8}{'ratio':>7}"
    for row in sorted(rows, key=lambda row: -row.compiling_s)[:_LARGEST]:
        yield _line(row.library, row.pairs, row.declared, row.part("rocq_s"), row.part("python_s"),
                    row.compiling_s, row.ratio)  # fmt: skip
    yield _line(f"all {total['files']:.0f}", total["pairs"], total["declared"], total["rocq_s"],
                total["python_s"], total["coqc_s"], total["ratio"])  # fmt: skip
    yield (
        f"median ratio {total['median_ratio']:.2f}; of Rocq's CPU, start {total['boot_share']:.1%},"
        f" query for declared names {total['query_share']:.1%}; resident memory at the end, median"
        f" {total['median_rss_mb']:.0f} MB, most {total['most_rss_mb']:.0f} MB"
    )


def _line(
    name: str, pairs: float, declared: float, rocq_s: float, python_s: float, coqc_s: float, ratio: float
) -> str:
    numbers = f"{pairs:>7.0f}{declared:>7.0f}{rocq_s:>8.2f}{python_s:>10.2f}{coqc_s:>8.2f}{ratio:>7.2f}"
    return f"{name:<44}{numbers}"


async def work(options: argparse.Namespace) -> dict[str, object]:
    """Measure, print, and give the record back."""
    bench = await open_workbench(options.cache)
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    rows = await measure_all(bench, options)
    good = [row for row in rows if not row.failure]
    total = summary(good) if good else {}
    print(f"Rocq {bench.installation.version}, seed {options.seed}, median of {options.repeat} runs")
    if good:
        print("\n".join(table(good, total)))
    for row in rows:
        if row.failure:
            print(f"not measured: {row.library}: {row.failure}")
    return {
        "rocq": bench.installation.version,
        "seed": options.seed,
        "repeat": options.repeat,
        "load_average": os.getloadavg()[0],
        "total": total,
        "rows": [asdict(row) for row in rows],
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--files", type=int, default=24)
    chosen.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder for the streams, which predict.py reads")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "replay.json")
    options = parser.parse_args()
    record = asyncio.run(work(options))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
