"""Programs of library generation in the sandbox: all drawings of the Hexagons data, a process for each.

Every drawing is written tile by tile, run, and compared with all of its boards. Beside it: the same programs
in one process, one after another, which is what sharing would save, and would cost in walls.
"""

import argparse
import asyncio
import itertools
import json
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

from holdfast.library.boards.adapter import Boards
from holdfast.library.boards.foundation.hexboard.colors import COLORS
from holdfast.library.boards.foundation.hexboard.geometry import COLUMNS
from holdfast.library.records import Program, Ran, Task
from holdfast.library.running import Limits
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

BESIDE = Path(__file__).parents[2] / "shared" / "hexagons"


def main() -> None:
    """Print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexagons", type=Path, default=Path(os.environ.get("HOLDFAST_HEXAGONS", BESIDE)))
    parser.add_argument("--workers", type=int, default=2, help="programs that run at a time")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each way; the fastest counts")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/library_running.json"))
    options = parser.parse_args()
    if not (options.hexagons / "train.jsonl").is_file():
        raise SystemExit(f"the Hexagons data is not in {options.hexagons}: name its folder with --hexagons")
    record = asyncio.run(measured(options.hexagons, options.workers, options.repeats))
    for name, value in record.items():
        print(f"{name:<34}{value:>12.3f}" if isinstance(value, float) else f"{name:<34}{value:>12}")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


async def measured(folder: Path, workers: int, repeats: int) -> dict[str, float | int]:
    """What it took."""
    boards = Boards()
    files = [boards.load(folder / f"{name}.jsonl") for name in ("train", "dev", "test")]
    tasks = {task.key: task for loaded in files for task in loaded.tasks}
    programs = [by_tiles(task) for task in tasks.values()]
    joined, shared = in_one(tasks)
    async with boards.opened(
        level_sandbox(Level.NAMESPACES),
        limits=Limits(cpu_s=60, wall_s=600, state_bytes=1 << 24),
        workers=workers,
    ):
        given = boards.foundation()
        apart_s, ran = await fastest(lambda: boards.run(programs, tasks, given), repeats)
        shared_s, together = await fastest(lambda: boards.run([joined], shared, given), repeats)
    steps = sum(len(task.steps) for task in tasks.values())
    return {
        "version": 1,
        "programs": len(programs),
        "steps": steps,
        "steps as wanted": right(tasks, programs, ran),
        "steps as wanted, one process": right(shared, [joined], together),
        "workers": workers,
        "one process each, seconds": apart_s,
        "one process each, CPU seconds": sum(each.cpu_s for each in ran),
        "one process for all, seconds": shared_s,
        "tokens": sum(boards.cost(piece) for program in programs for piece in program.pieces),
    }


async def fastest(
    work: Callable[[], Coroutine[Any, Any, list[Ran]]], repeats: int
) -> tuple[float, list[Ran]]:
    """The shortest of some runs in seconds, and what the last of them gave."""
    times, ran = [], []
    for _ in range(repeats):
        started = time.perf_counter()
        ran = await work()
        times.append(time.perf_counter() - started)
    return min(times), ran


def by_tiles(task: Task) -> Program:
    """A program that paints each cell that changes."""
    states = [task.start, *(step.state for step in task.steps)]
    pieces = ("\n".join(painted(before, after)) for before, after in itertools.pairwise(states))
    return Program(task.key, tuple(pieces))


def painted(before: list[int], after: list[int]) -> Iterator[str]:
    """A statement for each cell that changes."""
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            yield f'Tile({at // COLUMNS + 1}, {at % COLUMNS + 1}).draw("{COLORS[new]}")'


def in_one(tasks: dict[str, Task]) -> tuple[Program, dict[str, Task]]:
    """All drawings as one long one, each wiped away before the next."""
    pieces, steps = [], []
    for task in tasks.values():
        first, *rest = by_tiles(task).pieces
        pieces += [f'Shape.WHOLE.draw("white")\n{first}', *rest]
        steps += list(task.steps)
    blank = next(iter(tasks.values())).start
    return Program("all", tuple(pieces)), {"all": Task("all", "all", blank, tuple(steps))}


def right(tasks: dict[str, Task], programs: list[Program], ran: list[Ran]) -> int:
    """Steps whose boards are as wanted."""
    return sum(
        state == step.state
        for program, each in zip(programs, ran, strict=True)
        for state, step in zip(each.states, tasks[program.task].steps, strict=True)
    )


if __name__ == "__main__":
    main()
