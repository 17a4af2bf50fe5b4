"""Latency of one job and of one request at a level of the sandbox, `HOLDFAST_SANDBOX`, beside bare Python.

HOLDFAST_SANDBOX=wasm HOLDFAST_WASM_PYTHON=FILE python benchmarks/sandbox_levels.py [--jobs N] [--json OUT]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from holdfast.apps.isolation import find_sandbox
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job
from holdfast.runtime.sandbox.sandbox import Sandbox

_LOOP = "x = 0\nfor i in range(2_000_000): x += i\n"
_ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
_ALLOWANCE = Allowance(wall_s=120.0, cpu_s=60.0)


def bare_s(source: str, jobs: int) -> float:
    def once() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-s", "-P", "-c", source], check=True)
        return time.perf_counter() - started

    return statistics.median(once() for _ in range(jobs))


async def job_s(sandbox: Sandbox, source: str, jobs: int) -> float:
    taken = []
    for _ in range(jobs):
        started = time.perf_counter()
        ran = await sandbox.run(Job(argv=(PYTHON, "-c", source), allowance=_ALLOWANCE))
        taken.append(time.perf_counter() - started)
        if ran.returncode != 0:
            sys.exit(f"a job failed: {ran}")
    return statistics.median(taken)


async def request_s(sandbox: Sandbox, count: int = 200) -> float:
    taken = []
    async with sandbox.open(Job(argv=(PYTHON, "-c", _ECHO), allowance=_ALLOWANCE)) as talk:
        for _ in range(count):
            started = time.perf_counter()
            await talk.request(b"x\n", limits=Limits(wall_s=60.0))
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


async def main(jobs: int) -> dict[str, object]:
    cache = Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache") / "holdfast"
    sandbox = await find_sandbox(cache)
    await job_s(sandbox, "pass", 1)
    start_s, bare = await job_s(sandbox, "pass", jobs), bare_s("pass", jobs)
    loop_s, bare_loop = await job_s(sandbox, _LOOP, max(jobs // 3, 1)), bare_s(_LOOP, max(jobs // 3, 1))
    return {
        "level": sandbox.level,
        "start_ms": round(start_s * 1000, 1),
        "bare_start_ms": round(bare * 1000, 1),
        "request_ms": round(await request_s(sandbox) * 1000, 2),
        "loop_ms": round((loop_s - start_s) * 1000, 1),
        "bare_loop_ms": round((bare_loop - bare) * 1000, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = asyncio.run(main(arguments.jobs))
    for name, value in found.items():
        print(f"{name:>14}  {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found) + "\n", encoding="utf-8")
