"""How many theorems of the standard library are proved in 10 CPU seconds each, beside automation alone.

Each sampled theorem is attempted at its place in its file, with what precedes it: what the proposers have
learned is from the libraries that the file rests on and from the file up to the theorem. The same Rocq
process then gives the same budget to a portfolio of nine one-line tactics and to CoqHammer's `sauto`.

So that all contenders have the same tactics, `From Hammer Require Import Tactics` (it brings `lia`) is put
in front of each file. It loads libraries that may come later than the file, the file's own compiled copy
among them; a proof that uses anything of the theorem's own library from there, by name or by hint, is not
counted, for any contender (`circular` in the table). Where the imported tactics change what the file's own
proofs do, so that Rocq does not accept it any more, the file is tried without them. Proofs of ours count
after the audit of the file up to the theorem.
"""

import argparse
import asyncio
import json
import math
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from holdfast.apps.rocq.recalling import open_recall
from holdfast.apps.rocq.workbench import Workbench, make_learner, open_workbench
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.libraries import Library, requires
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import RejectedError
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import HoldfastError, SourceError
from holdfast.core.proofs import Proof
from holdfast.core.seams import Learner
from holdfast.core.steps import Proved, Step
from holdfast.evaluation.statistics import wilson
from holdfast.models.recall import Recall
from holdfast.models.shards import Shard
from holdfast.pipelines.results import HoleResult
from holdfast.pipelines.settle import settle
from holdfast.runtime.limits import Limits
from holdfast.runtime.sinks import NullSink, PlainSink
from holdfast.search.best_first import Budget, best_first
from holdfast.search.replay import Meter, Played, play

PRELUDE = "From Hammer Require Import Tactics.\n"
PORTFOLIO = (
    "easy",
    "auto",
    "intros; subst; auto",
    "intros; congruence",
    "lia",
    "eauto",
    "auto with *",
    "intuition",
    "firstorder",
)
"""In order of cost, since they share one budget."""
_IDENTIFIER = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")


@dataclass(slots=True)
class Row:
    """One theorem and how each contender fared."""

    library: str
    theorem: str
    directory: str
    results: dict[str, str] = field(default_factory=dict)
    """By contender: `proved`, `circular`, `not_found` or `undecided`."""
    cpu_s: dict[str, float] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    reason: str = ""


def sample(bench: Workbench, chosen: Sequence[str], count: int, seed: int) -> dict[Library, list[str]]:
    """`count` theorems proved by tactics, drawn evenly from all those of the chosen directories."""
    pool: list[tuple[Library, str]] = []
    for library in bench.libraries.under("Coq"):
        directory = library.name.split(".")[1]
        if (chosen and directory not in chosen) or directory == "Init":
            continue
        source = Source(library.name, library.path.read_text(encoding="utf-8", errors="surrogateescape"))
        pool += [(library, name) for name in provable(source)]
    drawn: dict[Library, list[str]] = defaultdict(list)
    drawer = random.Random(seed)  # noqa: S311
    for library, name in drawer.sample(pool, min(count, len(pool))):
        drawn[library].append(name)
    libraries = sorted(drawn, key=lambda library: library.name)
    drawer.shuffle(libraries)  # so that what is done when time is up is a sample too
    return {library: drawn[library] for library in libraries}


def provable(source: Source) -> Iterator[str]:
    """Theorems that end in `Qed` and whose path is theirs alone."""
    theorems = read_document(source).theorems
    paths = [theorem.path for theorem in theorems]
    for theorem in theorems:
        if theorem.ending == "Qed" and theorem.depth == 0 and paths.count(theorem.path) == 1:
            yield theorem.path


class Trial:
    """The sampled theorems of one library."""

    def __init__(
        self,
        bench: Workbench,
        library: Library,
        names: Sequence[str],
        options: argparse.Namespace,
        prelude: str = PRELUDE,
    ) -> None:
        self.bench = bench
        self.library = library
        self.options = options
        text = library.path.read_text(encoding="utf-8", errors="surrogateescape")
        self.roots = requires(Source(library.name, text))
        self.prelude = prelude
        self.source = Source(library.name, prelude + text)
        self.checker = RocqChecker(bench.installation)
        self.holes = self.checker.holes(self.source, names)
        self.found: dict[Hole, Proof] = {}

    async def run(self) -> list[Row]:
        """Try every theorem with every contender, then audit what is ours."""
        learner = make_learner(self._shards(), self._recall())
        directory = self.library.name.split(".")[1]
        rows = [Row(self.library.name, hole.name, directory) for hole in self.holes]
        async with self.checker.open(self.source, learner.learn) as reader:
            for hole, row in zip(self.holes, rows, strict=True):
                try:
                    session = await reader.enter(hole)
                    assert isinstance(session, RocqSession)
                    await self._ours(session, hole, row, learner)
                    if self.options.peers:
                        await self._peers(reader, row)
                except SourceError:
                    break  # the tactics that were put in front change the meaning of the text
                except HoldfastError as error:
                    row.results.setdefault("holdfast", "undecided")
                    row.reason = str(error)
        if self.options.audit:
            await self.audit(rows)
        return rows

    def _shards(self) -> Sequence[Shard]:
        return self.bench.shards(self.bench.closure(self.roots)) if self.options.learned else ()

    def _recall(self) -> Recall | None:
        """Theorems of what the file required before the tactics that were put in front of it."""
        if not self.options.retrieve:
            return None
        text = Source(self.library.name, self.source.text[len(self.prelude) :])
        make = open_recall(
            self.bench,
            text,
            len(text.text),
            cache=self.options.cache,
            sink=NullSink(),
            own=self.library.path,
        )
        return None if make is None else make(self.options.retrieve)

    async def _ours(self, session: RocqSession, hole: Hole, row: Row, learner: Learner) -> None:
        budget = Budget(cpu_s=self.options.budget)
        result = await best_first(session, learner, budget=budget, observe=learner.judged)
        row.cpu_s["holdfast"] = round(result.cpu_s, 3)
        row.results["holdfast"] = "not_found"
        row.reason = result.ended
        if result.proof is None:
            return
        row.steps = [step.text for step in result.proof.steps()]
        played = await play(session, session.root, result.proof, Meter())
        circular = not isinstance(played, Played) or await self.circular(session, played)
        row.results["holdfast"] = "circular" if circular else "proved"
        if not circular:
            self.found[hole] = result.proof

    async def _peers(self, reader: RocqReader, row: Row) -> None:
        await self._one_liners(reader, row, "portfolio", PORTFOLIO)
        await self._one_liners(reader, row, "sauto", ("sauto",))

    async def _one_liners(self, reader: RocqReader, row: Row, name: str, tactics: Sequence[str]) -> None:
        """Tactics one after the other until one closes the goal or the budget for all is used up."""
        left = self.options.budget
        row.results[name] = "not_found"
        for tactic in tactics:
            limits = Limits(cpu_s=left, wall_s=20 * left)
            session = await RocqSession.open(reader.toplevel, limits=limits)
            verdict = await session.apply(session.root, Step(tactic))
            left -= verdict.cpu_s
            if isinstance(verdict, Proved):
                played = Played(session.root, Step(tactic))
                row.results[name] = "circular" if await self.circular(session, played) else "proved"
            if row.results[name] == "proved" or left <= 0:
                break
        row.cpu_s[name] = round(self.options.budget - left, 3)

    async def circular(self, session: RocqSession, played: Played) -> bool:
        """Whether a proof uses the compiled copy of the theorem's own library."""
        if played.children:
            return any([await self.circular(session, child) for child in played.children])
        verdict = await session.apply(played.goal, played.step)
        if not isinstance(verdict, Proved):
            return True
        term = await session.query(verdict.goal, "Show Proof.")
        for name in dict.fromkeys(_IDENTIFIER.findall(term)):
            if f" {self.library.name}." in await located(session, name):
                return True
        return False

    async def audit(self, rows: Sequence[Row]) -> None:
        """Refused by the audit means not proved: by that of the whole file, and of what the theorem ends.

        The second is for files whose later text does not stand the added tactics, the first for theorems in
        modules that must be whole.
        """
        by_name = {row.theorem: row for row in rows}
        found = [HoleResult(hole, "proved", proof=proof) for hole, proof in self.found.items()]
        whole = await settle(self.checker, self.source, found)
        for claim, result in zip(found, whole.results, strict=True):
            if result.status != "proved":
                result = (await settle(self.checker, self._cut(claim.hole), [claim])).results[0]
            if result.status != "proved":
                row = by_name[claim.hole.name]
                row.results["holdfast"], row.reason = "not_found", result.reason

    def _cut(self, hole: Hole) -> Source:
        """The file up to the end of a theorem, with the blocks around it ended."""
        document = read_document(self.source)
        around = [
            block.name
            for block in document.blocks
            if document.sentences[block.start].start < hole.start
            and (block.end is None or document.sentences[block.end].end > hole.end)
        ]
        ends = "".join(f"\nEnd {name}." for name in reversed(around))
        return Source(self.source.name, self.source.text[: hole.end] + ends + "\n")


async def located(session: RocqSession, name: str) -> str:
    """What a word of a printed term stands for, in full; empty for keywords and bound variables."""
    try:
        answer = await session.query(session.root, f"Locate {name}.")
    except RejectedError:
        return ""
    return answer.partition("\n")[0]


CONTENDERS = ("holdfast", "portfolio", "sauto")


def table(rows: Sequence[Row]) -> Iterator[str]:
    """One line a directory, then all together with intervals."""
    by_directory: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_directory[row.directory].append(row)
    yield f"{'directory':<14}{'theorems':>9}" + "".join(f"{name:>11}" for name in CONTENDERS)
    for directory, some in sorted(by_directory.items()):
        counts = "".join(f"{proved(some, name):>11}" for name in CONTENDERS)
        yield f"{directory:<14}{len(some):>9}{counts}"
    yield f"{'all':<14}{len(rows):>9}" + "".join(f"{proved(rows, name):>11}" for name in CONTENDERS)
    for name in CONTENDERS:
        count = proved(rows, name)
        interval = wilson(count, len(rows))
        circular = sum(row.results.get(name) == "circular" for row in rows)
        undecided = sum(row.results.get(name) == "undecided" for row in rows)
        yield (
            f"{name:<10}{count / len(rows):6.1%}  (95 % interval {interval.low:.1%} to {interval.high:.1%};"
            f" circular {circular}, undecided {undecided})"
        )
    either = sum(
        row.results.get("portfolio") == "proved" or row.results.get("sauto") == "proved" for row in rows
    )
    yield f"portfolio or sauto {either / len(rows):.1%}"


def proved(rows: Sequence[Row], name: str) -> int:
    """How many theorems a contender proved."""
    return sum(row.results.get(name) == "proved" for row in rows)


async def run(options: argparse.Namespace) -> list[Row]:
    """Learn what is missing, then work through the libraries, `--jobs` at a time."""
    bench = await open_workbench(options.cache)
    wanted = bench.libraries.under("Coq") if options.learned else ()
    await bench.study(wanted, sink=PlainSink(sys.stderr), jobs=options.jobs)
    trials = list(sample(bench, options.directories, options.theorems, options.seed).items())
    rows: list[Row] = []
    began = time.monotonic()

    async def work() -> None:
        while trials and time.monotonic() - began < 60 * options.minutes:
            library, names = trials.pop(0)
            try:
                done = await Trial(bench, library, names, options).run()
                left = [row.theorem for row in done if not row.results]
                done = [row for row in done if row.results]
                if left:
                    done += await Trial(bench, library, left, options, prelude="").run()
            except HoldfastError as error:
                directory = library.name.split(".")[1]
                done = [Row(library.name, name, directory, {"holdfast": "undecided"}) for name in names]
                print(f"{library.name}: {error}", file=sys.stderr)
            rows.extend(done)
            if options.verbose:
                for row in done:
                    print(
                        row.library,
                        row.theorem,
                        row.results,
                        row.cpu_s,
                        row.steps,
                        row.reason,
                        file=sys.stderr,
                    )

    async with asyncio.TaskGroup() as group:
        for _ in range(options.jobs):
            group.create_task(work())
    return sorted(rows, key=lambda row: (row.library, row.theorem))


def main() -> None:
    """Print the table and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--theorems", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=10.0, help="CPU seconds a theorem and contender")
    parser.add_argument("--directories", nargs="*", default=[], help="such as Arith Lists; all when left out")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no library after so long")
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    parser.add_argument("--retrieve", type=int, default=0, metavar="K", help="offer K theorems of the index")
    parser.add_argument(
        "--unlearned",
        dest="learned",
        action="store_false",
        help="learn no library; an empty --cache has none",
    )
    parser.add_argument("--no-audit", dest="audit", action="store_false")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "stdlib.json")
    options = parser.parse_args()
    began = time.monotonic()
    rows = asyncio.run(run(options))
    print(f"{len(rows)} theorems, seed {options.seed}, {options.budget:g} CPU seconds each")
    print("\n".join(table(rows)))
    print(f"{time.monotonic() - began:.0f} s")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    record = {"seed": options.seed, "budget_cpu_s": options.budget, "rows": [asdict(row) for row in rows]}
    options.output.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
