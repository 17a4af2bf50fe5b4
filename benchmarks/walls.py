"""What the sandbox costs Rocq: starting a worker, a step, reading a library, compiling a small file.

Bare and boxed take turns in every round, so that a machine whose load changes treats both alike. Times are
medians, in milliseconds; `cpu` is that of Python and Rocq together, which other work changes less than what
elapses. The ratio is the median over the rounds.

Run: python benchmarks/walls.py [--rounds N] [--steps N] [--library NAME] [--output FILE]
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from driver import MIXED, STATEMENTS, session_on, try_all
from holdfast.apps.rocq.workbench import open_workbench
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.libraries import Library
from holdfast.checkers.rocq.sandboxed import finish
from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.errors import SandboxUnavailableError
from holdfast.runtime.child import Limits
from holdfast.runtime.crowd import Crowd
from replay import record

SMALL = "Require Import Arith.\nLemma l n : n + 0 = n.\nProof. induction n; simpl; congruence. Qed.\n"
BARE, BOXED = "bare", "boxed"

Measure = Callable[[], Awaitable[tuple[float, float]]]
"""Milliseconds elapsed, and of CPU."""


async def start(installation: Installation) -> tuple[float, float]:
    """From nothing to a worker that has answered."""
    elapsed, python = time.monotonic(), time.process_time()
    async with Toplevel(installation) as toplevel:
        await toplevel.tip()
        elapsed = time.monotonic() - elapsed
        return elapsed * 1e3, (time.process_time() - python + toplevel.cpu_s()) * 1e3


async def steps(session: RocqSession, toplevel: Toplevel, count: int) -> tuple[float, float]:
    """One step, on average."""
    elapsed, cpu = time.monotonic(), time.process_time() + toplevel.cpu_s()
    done = await try_all(session, MIXED, count)
    cpu = time.process_time() + toplevel.cpu_s() - cpu
    return (time.monotonic() - elapsed) / done * 1e3, cpu / done * 1e3


async def read(installation: Installation, library: Library) -> tuple[float, float]:
    """A library read sentence by sentence, as it is learned from."""
    elapsed = time.monotonic()
    recording, _ = await record(installation, library)
    return (time.monotonic() - elapsed) * 1e3, recording.cpu_s * 1e3


async def compile_small(installation: Installation) -> tuple[float, float]:
    """A file as the audit compiles it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.v").write_text(SMALL, encoding="utf-8")
        elapsed, python = time.monotonic(), time.process_time()
        words = [*installation.compiler, "-q", "a.v"]
        done = await finish(installation, words, limits=Limits(wall_s=120.0), folder=Path(folder))
        assert done.returncode == 0, done
        return (time.monotonic() - elapsed) * 1e3, (time.process_time() - python + done.cpu_s) * 1e3


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """Everything, as one record."""
    bench = await open_workbench(options.cache)
    boxed = bench.installation
    if boxed.sandbox is None:
        raise SandboxUnavailableError("there is no sandbox here to measure: holdfast doctor says why")
    ways = {BARE: replace(boxed, sandbox=None), BOXED: boxed}
    library = bench.libraries.under(options.library)[0]
    found: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    async with (
        session_on(ways[BARE], STATEMENTS[0], crowd=(crowd := Crowd())) as bare_session,
        session_on(ways[BOXED], STATEMENTS[0], crowd=crowd) as boxed_session,
    ):
        sessions = {BARE: bare_session, BOXED: boxed_session}
        for pair in sessions.values():
            await try_all(pair[0], MIXED, len(MIXED))
        for number in range(options.rounds):
            for way in (BARE, BOXED) if number % 2 else (BOXED, BARE):
                found["step"][way].append(await steps(*sessions[way], options.steps))
    for number in range(options.rounds):
        for way in (BARE, BOXED) if number % 2 else (BOXED, BARE):
            found["start"][way].append(await start(ways[way]))
            found["compile"][way].append(await compile_small(ways[way]))
            found["read"][way].append(await read(ways[way], library))
    return {
        "level": str(boxed.level),
        "rocq": boxed.version,
        "library": library.name,
        "rounds": options.rounds,
        "load_average": os.getloadavg()[0],
        "rows": {name: _row(times) for name, times in found.items()},
    }


def _row(times: dict[str, list[tuple[float, float]]]) -> dict[str, float]:
    row = {}
    for at, kind in enumerate(("elapsed", "cpu")):
        bare, boxed = ([pair[at] for pair in times[way]] for way in (BARE, BOXED))
        row[f"{kind}_bare_ms"] = round(statistics.median(bare), 4)
        row[f"{kind}_boxed_ms"] = round(statistics.median(boxed), 4)
        row[f"{kind}_ratio"] = round(
            statistics.median(ours / other for ours, other in zip(boxed, bare, strict=True)), 3
        )
    return row


def show(record: dict[str, object]) -> None:
    """Print the record as a table."""
    print(
        f"Rocq {record['rocq']}, level {record['level']}, {record['rounds']} rounds, "
        f"load average {record['load_average']:.1f}"
    )
    print(f"{'':<9}{'bare ms':>10}{'boxed ms':>10}{'ratio':>8}{'cpu bare':>10}{'cpu boxed':>11}{'ratio':>8}")
    for name, row in record["rows"].items():  # type: ignore[attr-defined]
        print(
            f"{name:<9}{row['elapsed_bare_ms']:>10.2f}{row['elapsed_boxed_ms']:>10.2f}{row['elapsed_ratio']:>8.2f}"
            f"{row['cpu_bare_ms']:>10.2f}{row['cpu_boxed_ms']:>11.2f}{row['cpu_ratio']:>8.2f}"
        )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--steps", type=int, default=400, help="steps a round")
    parser.add_argument("--library", default="Coq.Lists.List")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "holdfast")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "walls.json")
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    show(found)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
