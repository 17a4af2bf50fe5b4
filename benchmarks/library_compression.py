"""Functions by compressing programs: how much shorter programs get, seen and unseen, and how long it takes.

Each domain's own examples, and drawings that were written with planted functions. Every rewrite that counts
was run in the sandbox. Prints one table, and writes JSON where --json names a file.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from holdfast.library.adapter import Proposer
from holdfast.library.boards.adapter import Boards
from holdfast.library.compressing.proposer import Compression
from holdfast.library.compressing.stitch import Stitch
from holdfast.library.gate import Admitted, Gate, HeldOut
from holdfast.library.grids.adapter import Grids
from holdfast.library.holding import held
from holdfast.library.lists.adapter import Lists
from holdfast.library.records import Candidate, Program, Sources, Task
from holdfast.runtime.sandbox.sandbox import find_sandbox

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.integration.library.planted import corpus, known  # noqa: E402 - found beside this folder

Domain: TypeAlias = Boards | Grids | Lists


@dataclass(frozen=True)
class View:
    """What a proposer is shown."""

    tasks: Mapping[str, Task]
    programs: Mapping[str, Program]
    library: Sources


@dataclass(frozen=True)
class Row:
    """What came of one corpus. Lengths are tokens of Python."""

    corpus: str
    proposer: str
    programs: int
    tokens: int
    functions: int
    refused: int
    tokens_after: int
    definitions: int
    unseen: int
    unseen_after: int
    unseen_broken: int
    search_s: float
    gate_s: float

    @property
    def ratio(self) -> float:
        """Of the training programs, the functions counted."""
        return self.tokens / (self.tokens_after + self.definitions)

    @property
    def unseen_ratio(self) -> float:
        """Of the unseen programs; the library is there already."""
        return self.unseen / self.unseen_after


async def measured(domain: Domain, name: str, proposer: Proposer, seen: View, unseen: View) -> Row:
    """Grow a library from seen programs, and write unseen ones with it."""

    def length(programs: Mapping[str, Program]) -> int:
        return sum(domain.cost(piece) for each in programs.values() for piece in each.pieces)

    begun = time.perf_counter()
    candidates = await proposer.propose(seen)
    searched = time.perf_counter()
    # The gate sees no unseen program: these are for the figures alone.
    gate = Gate(domain, seen.tasks, writers=[proposer], held_out=HeldOut({}, {}))
    library, programs, accepted = seen.library, seen.programs, list[Candidate]()
    for each in candidates:
        verdict = await gate.judge(each, library, programs, accepted)
        if isinstance(verdict, Admitted):
            library, programs = verdict.library, verdict.programs
            accepted.append(verdict.candidate)
    judged = time.perf_counter()
    written = proposer.rewritten(accepted, list(unseen.tasks.values()), unseen.programs)
    good = await held(domain, written.values(), unseen.tasks, library)
    return Row(
        name,
        proposer.name,
        len(seen.programs),
        length(seen.programs),
        len(accepted),
        len(candidates) - len(accepted),
        length(programs),
        sum(domain.cost(each.source) for each in accepted),
        length(unseen.programs),
        length({**unseen.programs, **good}),
        len(written) - len(good),
        searched - begun,
        judged - searched,
    )


async def examples(domain: Domain, name: str) -> tuple[View, View]:
    """Training and validation tasks that come with the source."""
    views = []
    for part in ("train", "validation"):
        path = ROOT / "examples" / "library" / name / f"{part}.jsonl"
        loaded = domain.load(path)
        tasks = {each.key: each for each in loaded.tasks}
        given = [each.program for each in loaded.tasks if each.program is not None]
        programs = await held(domain, given, tasks, domain.foundation())
        views.append(View(tasks, programs, domain.foundation()))
    return views[0], views[1]


async def compared(domain: Domain, name: str, seen: View, unseen: View) -> list[Row]:
    """A row for each proposer."""
    proposers = (Compression(domain, domain), Stitch(domain, domain))
    return [await measured(domain, name, each, seen, unseen) for each in proposers]


async def run(planted: int) -> list[Row]:
    """All rows."""
    sandbox = await find_sandbox(None)
    rows: list[Row] = []
    domains: tuple[tuple[Domain, str], ...] = ((Boards(), "boards"), (Grids(), "grids"), (Lists(), "lists"))
    for domain, name in domains:
        async with domain.opened(sandbox):
            seen, unseen = await examples(domain, name)
            rows += await compared(domain, name, seen, unseen)
    boards = Boards()
    async with boards.opened(sandbox):
        parts = [await known(boards, list(corpus(count, seed))) for count, seed in ((planted, 1), (40, 2))]
        views = [View(each.tasks, each.programs, each.library) for each in parts]
        rows += await compared(boards, "planted", views[0], views[1])
    return rows


def table(rows: Sequence[Row]) -> str:
    """One line a corpus."""
    names = ["corpus", "proposer", "programs", "tokens", "functions", "refused", "after+library"]
    names += ["ratio", "unseen ratio", "broken", "search s", "gate s"]
    cells = [
        [
            each.corpus,
            each.proposer,
            str(each.programs),
            str(each.tokens),
            str(each.functions),
            str(each.refused),
            f"{each.tokens_after}+{each.definitions}",
            f"{each.ratio:.2f}",
            f"{each.unseen_ratio:.2f}",
            str(each.unseen_broken),
            f"{each.search_s:.1f}",
            f"{each.gate_s:.1f}",
        ]
        for each in rows
    ]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in (names, *cells)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--planted", type=int, default=80, help="programs with planted functions")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = asyncio.run(run(options.planted))
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in rows], indent=1), "utf-8")


if __name__ == "__main__":
    main()
