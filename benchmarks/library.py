"""What a library mined from drawings is worth: the motifs of the Hexagons data, without a model.

The library is mined from the training drawings alone and then frozen; drawings of all three parts are
written with it from their boards, run in the sandbox, and compared with every board. Tokens are those of
Python, without comments, layout and docstrings; the ratio is that of programs that paint tile by tile to
programs with the library, with and without the library's own tokens. Writing a drawing needs its boards:
this is reproduction, and says nothing of understanding instructions. Rows beside it leave things out:
`sums` adds shapes up and has no function, `rows` has the function that repeats a shape as well, `families`
has all functions but motifs.

    python benchmarks/library.py [--hexagons FOLDER] [--part train dev test] [--output FILE]
"""

import argparse
import asyncio
import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.library.boards.adapter import Boards
from holdfast.library.definitions import exported, with_function
from holdfast.library.mining.covering import Coverer
from holdfast.library.mining.emitting import program_of, tile_program
from holdfast.library.mining.jobs import StepJobs, read_jobs
from holdfast.library.mining.mining import REPEAT_KIND, Mined, mine
from holdfast.library.records import Candidate, Loaded, Program, Ran, Sources, Task, TaskStep
from holdfast.library.running import Limits
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

BESIDE = Path(__file__).parents[2] / "shared" / "hexagons"
PARTS = ("train", "dev", "test")
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What a part of the data is."""

    part: str
    procedures: int
    instructions: int
    images: int
    defects: int


@dataclass(frozen=True, slots=True)
class Row:
    """What one way to write the drawings of a part gives."""

    way: str
    part: str
    tokens: int
    library: int
    """Tokens of the functions."""
    ratio: float
    """Of tokens by tiles to tokens by this way."""
    ratio_with_library: float
    boards: int | None
    """Boards that running the programs reproduces; None where they were not run."""
    of: int
    functions: int
    """Those that are used in this part."""


def main() -> None:
    """Print the tables and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hexagons", type=Path, default=Path(os.environ.get("HOLDFAST_HEXAGONS", BESIDE)))
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS), help="parts to write")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/library.json"))
    options = parser.parse_args()
    if not (options.hexagons / "train.jsonl").is_file():
        raise SystemExit(f"the Hexagons data is not in {options.hexagons}: name its folder with --hexagons")
    record = asyncio.run(measured(options.hexagons, options.part))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


async def measured(folder: Path, parts: Sequence[str]) -> dict[str, object]:
    """Mine, write, run; prints as it goes."""
    boards, clock = Boards(), Clock()
    loaded = {part: boards.load(folder / f"{part}.jsonl") for part in PARTS}
    clock.lap("load")
    facts = [facts_of(part, each) for part, each in loaded.items()]
    mined = mine(boards.lattice, loaded["train"].tasks, boards.cost, taken=set(exported(boards.foundation())))
    clock.lap("mine")
    names = {each.kind: each.name for each in mined.functions}
    written = {part: programs_of(mined.coverer, names, loaded[part].tasks) for part in parts}
    clock.lap("cover")
    async with boards.opened(
        level_sandbox(Level.NAMESPACES), limits=Limits(cpu_s=60, state_bytes=1 << 24), workers=WORKERS
    ):
        clock.lap("sandbox starts")
        good = {part: await reproduced(boards, mined, written[part], loaded[part].tasks) for part in parts}
        clock.lap("run")
        entered = await admitted(boards, mined)
        clock.lap("examples")
    rows = [row for part in parts for row in rows_of(boards, mined, part, loaded[part].tasks, good[part])]
    show(facts, mined, rows, clock, entered)
    return {
        "version": 1,
        "facts": [asdict(each) for each in facts],
        "functions": [
            {
                "name": each.name,
                "kind": each.kind,
                "groups": each.groups,
                "times": each.times,
                "gain": each.gain,
            }
            for each in mined.functions
        ],
        "rows": [asdict(row) for row in rows],
        "seconds": clock.wall,
        "cpu_seconds": clock.cpu,
    }


class Clock:
    """Seconds of phases."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._since = time.perf_counter(), time.process_time()

    def lap(self, phase: str) -> None:
        """A phase ends here. CPU is that of this process, without the sandbox."""
        now = time.perf_counter(), time.process_time()
        self.wall[phase] = round(now[0] - self._since[0], 3)
        self.cpu[phase] = round(now[1] - self._since[1], 3)
        self._since = now


def facts_of(part: str, loaded: Loaded) -> Facts:
    """Count a part."""
    tasks = loaded.tasks
    images = len({task.group for task in tasks})
    return Facts(part, len(tasks), sum(len(task.steps) for task in tasks), images, len(loaded.defects))


def by_task(steps: Iterable[StepJobs]) -> dict[str, list[StepJobs]]:
    """Steps of each task."""
    found: dict[str, list[StepJobs]] = {}
    for step in steps:
        found.setdefault(step.task, []).append(step)
    return found


def programs_of(coverer: Coverer, names: Mapping[str, str], tasks: Sequence[Task]) -> list[Program]:
    """Each task written with the functions of a coverer."""
    steps = by_task(read_jobs(coverer.table.plane, tasks))
    return [program_of(key, each, coverer.cover, coverer.table, names) for key, each in steps.items()]


async def reproduced(boards: Boards, mined: Mined, programs: list[Program], tasks: Sequence[Task]) -> int:
    """How many boards running the programs gives.

    These programs are our own, so several share a process of the sandbox; each begins with a blank board.
    """
    by_key = {task.key: task for task in tasks}
    shares = [programs[at::WORKERS] for at in range(WORKERS)]
    joined = [
        Program(str(at), tuple(piece for each in share for piece in wiped(each)))
        for at, share in enumerate(shares)
    ]
    wholes = {
        str(at): Task(str(at), "", tasks[0].start, tuple(steps_of(share, by_key)))
        for at, share in enumerate(shares)
    }
    ran: list[Ran] = await boards.run(joined, wholes, sources(boards, mined))
    return sum(
        state == step.state
        for program, each in zip(joined, ran, strict=True)
        for state, step in zip(each.states, wholes[program.task].steps, strict=True)
    )


def wiped(program: Program) -> list[str]:
    """The pieces of a program that begins on whatever board there is."""
    first, *rest = program.pieces
    return [f'Shape.WHOLE.draw("white")\n{first}', *rest]


def steps_of(programs: Sequence[Program], tasks: Mapping[str, Task]) -> list[TaskStep]:
    """The steps of the tasks that programs do, one after another."""
    return [step for program in programs for step in tasks[program.task].steps]


def sources(boards: Boards, mined: Mined) -> Sources:
    """The foundation with all functions in it."""
    library = given = boards.foundation()
    for each in mined.functions:
        library = with_function(library, given, each.source, each.name)
    return library


async def admitted(boards: Boards, mined: Mined) -> int:
    """How many functions may enter the library: they are typed and harmless, and their examples hold."""
    library, count = boards.foundation(), 0
    for each in mined.functions:
        library, refusal = await boards.admit(
            Candidate(each.name, each.source, "motifs", each.tasks), library
        )
        count += refusal is None
        if refusal is not None:
            print(refusal)
    return count


def rows_of(boards: Boards, mined: Mined, part: str, tasks: Sequence[Task], good: int) -> list[Row]:
    """One row for each way to write a part."""
    table, plane = mined.coverer.table, mined.plane
    steps = by_task(read_jobs(plane, tasks))
    boards_count = sum(len(task.steps) for task in tasks)
    tiles = length(boards, [tile_program(key, each, plane) for key, each in steps.items()])
    families = {at for at in mined.coverer.forms if table.forms[at].is_family}
    ways = {
        "sums": Coverer(table, (), repeats=False),
        "rows": Coverer(table, (), repeats=True),
        "families": Coverer(table, families, repeats=True),
        "all": mined.coverer,
    }
    found = [Row("tiles", part, tiles, 0, 1.0, 1.0, None, boards_count, 0)]
    for way, coverer in ways.items():
        kinds = {table.forms[at].kind for at in coverer.forms} | ({REPEAT_KIND} if coverer.repeats else set())
        functions = [each for each in mined.functions if each.kind in kinds]
        programs = programs_of(coverer, {each.kind: each.name for each in functions}, tasks)
        tokens, library = length(boards, programs), sum(boards.cost(each.source) for each in functions)
        text = "\n".join(piece for program in programs for piece in program.pieces)
        used = sum(re.search(rf"\b{each.name}\(", text) is not None for each in functions)
        ratios = round(tiles / tokens, 3), round(tiles / (tokens + library), 3)
        found.append(
            Row(way, part, tokens, library, *ratios, good if way == "all" else None, boards_count, used)
        )
    return found


def length(boards: Boards, programs: Iterable[Program]) -> int:
    """Tokens."""
    return sum(boards.cost(piece) for program in programs for piece in program.pieces)


def show(
    facts: Sequence[Facts], mined: Mined, rows: Sequence[Row], clock: Clock, admitted_count: int
) -> None:
    """Print the tables."""
    print(f"{'part':<8}{'procedures':>11}{'instructions':>13}{'images':>8}{'defects':>8}")
    for each in facts:
        print(f"{each.part:<8}{each.procedures:>11}{each.instructions:>13}{each.images:>8}{each.defects:>8}")
    print(f"\n{'function':<22}{'images':>7}{'uses':>7}{'gain':>7}  ({admitted_count} of them may enter)")
    for function in mined.functions:
        print(f"{function.name:<22}{function.groups:>7}{function.times:>7}{function.gain:>7}")
    print(
        f"\n{'part':<8}{'way':<10}{'tokens':>8}{'library':>9}{'ratio':>8}{'with':>8}{'functions':>11}  boards"
    )
    for row in rows:
        ran = "" if row.boards is None else f"{row.boards}/{row.of}"
        print(
            f"{row.part:<8}{row.way:<10}{row.tokens:>8}{row.library:>9}{row.ratio:>8.3f}"
            f"{row.ratio_with_library:>8.3f}{row.functions:>11}  {ran}"
        )
    print(f"\n{'phase':<16}{'seconds':>8}{'CPU':>8}")
    for phase, seconds in clock.wall.items():
        print(f"{phase:<16}{seconds:>8.2f}{clock.cpu[phase]:>8.2f}")
    print(f"{'all':<16}{sum(clock.wall.values()):>8.2f}{sum(clock.cpu.values()):>8.2f}")


if __name__ == "__main__":
    main()
