"""Stepping through Lean proofs: what the client costs beside Lean, round trips, recovery, audits.

Run: python benchmarks/lean.py [--steps N] [--kills N] [--output FILE]

Uses the `lean` on the PATH, in the sandbox where one holds. Pantograph and the REPL are the fakes that ship,
without a sandbox: their figures say what the protocols and the client cost, nothing about Lean.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.lean.audit import audit
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.installation import Installation, find_installation, identify
from holdfast.checkers.lean.pantograph import PantographSettings
from holdfast.checkers.lean.pantograph_engine import pantograph_starter
from holdfast.checkers.lean.path_session import Engine, PathSession
from holdfast.checkers.lean.repl import ReplSettings
from holdfast.checkers.lean.repl_engine import repl_starter
from holdfast.checkers.lean.written import Written
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, SandboxUnavailableError
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Step
from holdfast.runtime.sandbox.sandbox import find_sandbox

TEXT = "theorem t (p q : Prop) : p ∧ q → q ∧ p := by\n  sorry\n"
PROVED = "theorem t (p q : Prop) : p ∧ q → q ∧ p := by\n  intro h\n  exact ⟨h.2, h.1⟩\n"
FAKES = (sys.executable, "-m")


@dataclass(frozen=True, slots=True)
class Pace:
    """What a run of steps took."""

    steps: int
    wall_s: float
    client_cpu_s: float
    checker_cpu_s: float

    def record(self) -> Mapping[str, float]:
        """As it is printed and kept."""
        total = self.client_cpu_s + self.checker_cpu_s
        return {
            "steps_per_s": self.steps / self.wall_s,
            "client_ms_per_step": 1000 * self.client_cpu_s / self.steps,
            "checker_ms_per_step": 1000 * self.checker_cpu_s / self.steps,
            "client_share": self.client_cpu_s / total if total else 0.0,
        }


async def pace(session: Session, steps: int) -> Pace:
    """Take the same few steps again and again, under names that are new each time."""
    checker, began, client = 0.0, time.perf_counter(), time.process_time()
    for number in range(steps // 2):
        verdict = await session.apply(session.root, Step(f"intro h{number}"))
        if not isinstance(verdict, Advanced):
            raise SystemExit(f"a step was not taken: {verdict}")
        refused = await session.apply(verdict.goal, Step("assumption"))
        checker += verdict.cpu_s + refused.cpu_s
    return Pace(steps, time.perf_counter() - began, time.process_time() - client, checker)


async def recovery(session: Session, kill: Callable[[], Awaitable[None]], times: int) -> Mapping[str, float]:
    """Seconds from the end of the process to the next verdict, on a goal one step from the root."""
    first = await session.apply(session.root, Step("intro h"))
    if not isinstance(first, Advanced):
        raise SystemExit(f"a step was not taken: {first}")
    took = []
    for _ in range(times):
        await kill()
        began = time.perf_counter()
        verdict = None
        while verdict is None:
            try:
                verdict = await session.apply(first.goal, Step("assumption"))
            except CheckerError:
                continue
        took.append(time.perf_counter() - began)
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    return {"recovery_p50_s": statistics.median(took), "recovery_p95_s": p95}


async def on_lean(lean: Installation, steps: int, kills: int) -> Mapping[str, float]:
    """Figures of Lean's own server."""
    source = Source("t.lean", TEXT)
    checker = LeanChecker(lean)
    async with checker.open(source) as reader:
        session = await reader.enter(checker.holes(source)[0])
        measured = await pace(session, steps)
        return _figures(measured, await recovery(session, reader.end_process, kills))


async def on_fake(start: Callable[[], Awaitable[Engine]], steps: int, kills: int) -> Mapping[str, float]:
    """Figures of a fake."""
    session = await PathSession.open(start)
    try:
        measured = await pace(session, steps)
        return _figures(measured, await recovery(session, session.end_process, kills))
    finally:
        await session.aclose()


def _figures(measured: Pace, recovered: Mapping[str, float]) -> Mapping[str, float]:
    """What was measured, and how many steps could be taken while a process is replaced."""
    paced = measured.record()
    in_steps = {
        f"recovery_{name}_in_steps": recovered[f"recovery_{name}_s"] * paced["steps_per_s"]
        for name in ("p50", "p95")
    }
    return {**paced, **recovered, **in_steps}


def _ratios(found: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """Figures of the fakes in units of those of the server."""
    names = ("steps_per_s", "client_ms_per_step", "recovery_p50_s", "recovery_p95_s")
    return {
        f"{fake}_to_server_{name}": found[fake][name] / found["server"][name]
        for fake in ("fake_pantograph", "fake_repl")
        for name in names
    }


async def on_audit(lean: Installation, times: int) -> Mapping[str, float]:
    """Figures of audits of a small file against its original."""
    walls, cpus = [], []
    for _ in range(times):
        began = time.perf_counter()
        report = await audit(Source("t.lean", PROVED), Source("t.lean", TEXT), installation=lean)
        walls.append(time.perf_counter() - began)
        cpus.append(report.cpu_s)
    return {"audit_wall_s": statistics.median(walls), "audit_cpu_s": statistics.median(cpus)}


async def measure(options: argparse.Namespace) -> Mapping[str, object]:
    """All figures."""
    lean = await find_installation()
    try:
        lean = lean.within(await find_sandbox(None))
    except SandboxUnavailableError as error:
        print(f"without a sandbox: {error}", file=sys.stderr)
    identity = await identify(lean)
    pantograph = PantographSettings(
        argv=(*FAKES, "holdfast.checkers.lean.fake_pantograph"), requests=1_000_000
    )
    repl = ReplSettings(argv=(*FAKES, "holdfast.checkers.lean.fake_repl"), requests=1_000_000)
    hole = Written(TEXT, TEXT.index("sorry"), 0)
    found = {
        "server": await on_lean(lean, options.steps, options.kills),
        "fake_pantograph": await on_fake(pantograph_starter(pantograph, hole), options.steps, options.kills),
        "fake_repl": await on_fake(repl_starter(repl, hole), options.steps, options.kills),
        "audit": await on_audit(lean, 5),
    }
    about = {"lean": identity.version, "level": str(lean.level), "load": os.getloadavg()[0]}
    return {**about, **found, "ratios": _ratios(found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/lean.json"))
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    print(f"Lean {found['lean']}, sandbox {found['level']}, load average {found['load']:.1f}")
    for name in ("server", "fake_pantograph", "fake_repl", "audit", "ratios"):
        figures = found[name]
        assert isinstance(figures, Mapping)
        for key, value in figures.items():
            print(f"{name:16} {key:42} {value:10.4f}")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    record = {"version": 2, "benchmark": "lean", **found}
    options.output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
