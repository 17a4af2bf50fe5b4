"""Latency and rate of sandboxed jobs beside bare Python: once, from a zygote, and with numpy.

Each is started as jobs are, and where it says so without the site module, which is how Python starts fastest.
The rate of a zygote is held against that. Every way takes its turn in every round, so that a machine whose
load changes treats all alike.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np

from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Ran
from holdfast.runtime.sandbox.running import Jobs
from holdfast.runtime.sandbox.sandbox import find_sandbox

Way: TypeAlias = Callable[[], Awaitable[None]]

PACKAGES = Path(np.__file__).parents[1]
PLAIN = "print(1)"
NUMPY = "import numpy\nprint(numpy.arange(3).sum())"
INTERPRETER = [str(tree.interpreter()), "-s", "-P"]
MOST_LATENCY, LEAST_RATE, LEAST_NUMPY = 2.0, 1.5, 10.0
"""What is asked for: one job to bare Python, jobs of a zygote to bare starts, numpy cold to warm."""


def bare(*options: str) -> None:
    """Start Python, with nothing around it."""
    done = subprocess.run([*INTERPRETER, *options, "-c", PLAIN], capture_output=True, check=True)
    assert done.stdout == b"1\n"


def sandboxed(jobs: Jobs, source: str, expected: bytes, *options: str) -> Way:
    """One job, its output looked at; `options` are those of its interpreter."""
    readable = (PACKAGES,) if "numpy" in source else ()
    environment = {"PYTHONPATH": os.fspath(PACKAGES)} if readable else {}
    job = Job(argv=(PYTHON, *options, "-c", source), readable=readable, environment=environment)

    async def run() -> None:
        ran: Ran = await jobs.run(job)
        assert ran.stdout == expected, ran

    return run


def bare_in_place(*options: str) -> Way:
    """The same without a thread, for latency: nothing else waits meanwhile."""

    async def run() -> None:
        bare(*options)

    return run


async def latencies(ways: dict[str, Way], rounds: int) -> dict[str, float]:
    """Median milliseconds of each way, one call at a time."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            await way()
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(found[1:]) for name, found in times.items()}


async def rate(way: Way, workers: int, count: int) -> float:
    """Calls a second of `workers` at a time."""

    async def worker() -> None:
        for _ in range(count // workers):
            await way()

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(worker())
    return count // workers * workers / (time.perf_counter() - start)


def bare_rate(pool: ThreadPoolExecutor, count: int) -> float:
    """Bare starts a second, as many at a time as the pool has threads."""
    start = time.perf_counter()
    for done in [pool.submit(bare, "-S") for _ in range(count)]:
        done.result()
    return count / (time.perf_counter() - start)


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    sandbox = await find_sandbox(None)
    workers = options.workers
    rates: dict[str, list[float]] = {"bare, no site": [], "once, no site": [], "zygote": []}
    async with sandbox.zygote(preload=["numpy"], readable=[PACKAGES]) as warm, sandbox.zygote() as plain:
        ways = {
            "bare": bare_in_place(),
            "bare, no site": bare_in_place("-S"),
            "once": sandboxed(sandbox, PLAIN, b"1\n"),
            "once, no site": sandboxed(sandbox, PLAIN, b"1\n", "-S"),
            "zygote": sandboxed(plain, PLAIN, b"1\n"),
            "numpy, once": sandboxed(sandbox, NUMPY, b"3\n", "-S"),
            "numpy, zygote": sandboxed(warm, NUMPY, b"3\n"),
        }
        found = await latencies(ways, options.rounds)
        with ThreadPoolExecutor(workers) as pool:
            for _ in range(options.turns):
                rates["bare, no site"].append(bare_rate(pool, options.count))
                for name in ("once, no site", "zygote"):
                    rates[name].append(await rate(ways[name], workers, options.count))
    return {
        "level": str(sandbox.level),
        "latency_ms": found,
        "jobs_per_s": {name: statistics.median(values) for name, values in rates.items()},
    }


def main() -> None:
    """Print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="calls of each way, for its latency")
    parser.add_argument("--count", type=int, default=100, help="calls of each way in a turn, for its rate")
    parser.add_argument("--turns", type=int, default=3, help="turns, for the rate")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="calls at a time")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/sandbox.json"))
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    latency, jobs = found["latency_ms"], found["jobs_per_s"]
    assert isinstance(latency, dict)
    assert isinstance(jobs, dict)
    print(f"{'way':<16}{'median ms':>10}{'jobs/s':>10}")
    for name, value in latency.items():
        print(f"{name:<16}{value:>10.1f}{jobs[name]:>10.0f}" if name in jobs else f"{name:<16}{value:>10.1f}")
    ratios = {
        "latency, once : bare": (latency["once"] / latency["bare"], f"at most {MOST_LATENCY}"),
        "the same, no site": (latency["once, no site"] / latency["bare, no site"], ""),
        "rate, zygote : bare": (jobs["zygote"] / jobs["bare, no site"], f"at least {LEAST_RATE}"),
        "numpy, once : zygote": (
            latency["numpy, once"] / latency["numpy, zygote"],
            f"at least {LEAST_NUMPY}",
        ),
    }
    print()
    for name, (value, wanted) in ratios.items():
        print(f"{name:<24}{value:>6.2f}  {wanted}")
    record = {"version": 1, "benchmark": "sandbox", "workers": options.workers, "rounds": options.rounds}
    record |= found | {"ratios": {name: value for name, (value, _) in ratios.items()}}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
