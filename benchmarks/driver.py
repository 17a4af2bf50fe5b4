"""What driving Rocq costs: share of Python CPU, memory over many steps, two workers against one.

The minimal loop writes and reads bytes and makes nothing of them. Its Rocq is set up in the same way, but it
appends every step to the document, where a session may look at a step first; so the work of Rocq differs, and
`whole` is Python and Rocq together, in microseconds a step.

Run: python benchmarks/driver.py [--steps N] [--memory-steps N] [--output FILE]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.checkers.rocq import coqidetop
from holdfast.checkers.rocq.installation import Installation, find_installation
from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import Toplevel, ToplevelSettings
from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Step
from holdfast.runtime.crowd import Crowd
from holdfast.runtime.threads import in_threads

PREFIX = (
    "From Coq Require Import Arith Lia List Bool ZArith.",
    "Import ListNotations.",
)
STATEMENTS = (
    "Lemma l0 (n m p : nat) (H : n < m) (H0 : m < p) : n + m < p + p /\\ n <> p.",
    "Lemma l1 (A : Type) (l l' : list A) (x : A) : length (l ++ x :: l') = S (length l + length l').",
    "Lemma l2 (a b c : bool) : andb a (orb b c) = orb (andb a b) (andb a c).",
    "Lemma l3 (P Q R : Prop) : (P -> Q) -> (Q -> R) -> P /\\ (Q \\/ P) -> R /\\ Q.",
    "Lemma l4 (x y z : Z) : (x <= y -> x + z <= y + z)%Z.",
)
STRUCTURAL = (
    "intros", "intro", "split", "left", "right", "constructor", "simpl", "simpl in *", "f_equal", "exfalso",
    "reflexivity", "assumption", "induction n", "destruct n", "induction l", "destruct l as [|y t]",
    "destruct a", "destruct a, b, c", "apply Nat.add_comm", "rewrite Nat.add_comm", "rewrite app_length",
    "rewrite <- plus_n_Sm", "apply H", "apply H0", "unfold lt", "eapply Nat.lt_trans",
    "rewrite Z.add_comm", "apply Z.add_le_mono_r",
    "no_such_tactic", "apply no_such_lemma", "generalize dependent n", "subst",
)  # fmt: skip
AUTOMATION = (
    "auto", "eauto", "easy", "trivial", "lia", "congruence", "tauto", "intuition", "firstorder",
    "intuition auto with arith", "auto with arith", "eauto with datatypes",
)  # fmt: skip
MIXED = STRUCTURAL + AUTOMATION
_ROUNDS = 5


@asynccontextmanager
async def session_on(
    installation: Installation, statement: str, *, crowd: Crowd
) -> AsyncIterator[tuple[RocqSession, Toplevel]]:
    """A session on one statement."""
    settings = ToplevelSettings(step_cpu_s=5.0, step_wall_s=60.0)
    async with Toplevel(installation, settings=settings, crowd=crowd) as toplevel:
        for sentence in (*PREFIX, statement):
            await toplevel.execute(sentence)
        yield await RocqSession.open(toplevel), toplevel


async def try_all(session: RocqSession, tactics: Sequence[str], count: int) -> int:
    """Try every tactic at the root, then at goals that they lead to, until `count` steps were judged."""
    done, goals = 0, [session.root]
    while done < count:
        goal: Goal = goals[(done // len(tactics)) % len(goals)]
        for tactic in tactics:
            try:
                verdict = await session.apply(goal, Step(tactic))
            except CheckerError:
                continue
            if isinstance(verdict, Advanced) and len(goals) < 8 and verdict.goal not in goals:
                goals.append(verdict.goal)
        done += len(tactics)
    return done


async def share(installation: Installation, tactics: Sequence[str], steps: int) -> dict[str, float]:
    """Python CPU and Rocq CPU for `steps` judged steps on each statement."""
    python_s = rocq_s = done = 0.0
    for statement in STATEMENTS:
        async with session_on(installation, statement, crowd=Crowd()) as (session, toplevel):
            await try_all(session, tactics, len(tactics))
            python, rocq = time.process_time(), toplevel.cpu_s()
            done += await try_all(session, tactics, steps)
            python_s += time.process_time() - python
            rocq_s += toplevel.cpu_s() - rocq
    return _row(python_s, rocq_s, done)


def minimal(installation: Installation, tactics: Sequence[str], steps: int) -> dict[str, float]:
    """The same at the root of each statement with bare reads and writes; nothing is made of the answers."""
    python_s = rocq_s = done = 0.0
    for statement in STATEMENTS:
        argv = [installation.toplevel, "-q", "-main-channel", "stdfds", "-async-proofs", "off"]
        with subprocess.Popen(
            ["env", "OCAMLRUNPARAM=s=1M,o=400", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            ends = process.stdin.fileno(), process.stdout.fileno()
            _ask(ends, coqidetop.INIT, 1)
            state = 1
            for sentence in (*PREFIX, statement):
                raw = _ask(ends, coqidetop.add(sentence, state) + coqidetop.GOAL, 2)
                state = coqidetop.answers(raw)[0].state
            clock = (~process.pid << 3) | 2
            calls = [
                coqidetop.edit_at(state) + coqidetop.add(f"1: {tactic}.", state) + coqidetop.GOAL
                for tactic in tactics
            ]
            for call in calls:
                _ask(ends, call, 3)
            python, rocq = time.process_time(), time.clock_gettime(clock)
            for _ in range(-(-steps // len(tactics))):
                for call in calls:
                    _ask(ends, call, 3)
                done += len(tactics)
            python_s += time.process_time() - python
            rocq_s += time.clock_gettime(clock) - rocq
            process.kill()
    return _row(python_s, rocq_s, done)


def _ask(ends: tuple[int, int], data: bytes, answers: int) -> bytes:
    os.write(ends[0], data)
    got = b""
    while got.count(coqidetop.DELIMITER) < answers:
        got += os.read(ends[1], 1 << 16)
    return got


def _row(python_s: float, rocq_s: float, steps: float) -> dict[str, float]:
    return {
        "steps": steps,
        "python_us_per_step": round(python_s / steps * 1e6, 1),
        "rocq_us_per_step": round(rocq_s / steps * 1e6, 1),
        "share": round(python_s / rocq_s, 4),
    }


async def memory(installation: Installation, steps: int) -> list[dict[str, float]]:
    """Resident memory of Rocq and of Python at tenths of a long session that steps and goes back."""
    rows = []
    async with session_on(installation, STATEMENTS[0], crowd=Crowd()) as (session, toplevel):
        done = 0
        for tenth in range(11):
            while done < steps * tenth // 10:
                done += await try_all(session, STRUCTURAL, len(STRUCTURAL))
            rows.append(
                {
                    "steps": done,
                    "rocq_mb": round(toplevel.rss_mb(), 1),
                    "python_mb": round(_python_mb(), 1),
                    "processes": toplevel.boots,
                }
            )
    return rows


def _python_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def throughput(installation: Installation, workers: int, steps: int) -> float:
    """Steps a second of elapsed time with so many sessions at work, each in a thread of its own."""
    spans: list[tuple[float, float, int]] = []

    async def work() -> None:
        async with session_on(installation, STATEMENTS[0], crowd=Crowd()) as (session, _):
            await try_all(session, MIXED, len(MIXED))
            started = time.monotonic()
            done = await try_all(session, MIXED, steps)
            spans.append((started, time.monotonic(), done))

    await in_threads([work] * workers)
    elapsed_s = max(end for _, end, _ in spans) - min(start for start, _, _ in spans)
    return sum(done for _, _, done in spans) / elapsed_s


async def pace(installation: Installation, steps: int) -> dict[str, float]:
    """One worker and two, in turns because other work on the machine comes and goes; medians."""
    rounds = [
        (await throughput(installation, 1, steps), await throughput(installation, 2, steps))
        for _ in range(_ROUNDS)
    ]
    return {
        "one": round(statistics.median(one for one, _ in rounds)),
        "two": round(statistics.median(two for _, two in rounds)),
        "ratio": round(statistics.median(two / one for one, two in rounds), 2),
    }


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """Everything, as one record."""
    installation = await find_installation()
    sets = {"mixed": MIXED, "structural": STRUCTURAL}
    rows = {
        name: {
            "session": await share(installation, tactics, options.steps),
            "minimal_loop": await asyncio.to_thread(minimal, installation, tactics, options.steps),
        }
        for name, tactics in sets.items()
    }
    return {
        "rocq": installation.version,
        "load_average": os.getloadavg()[0],
        "cpu_share": rows,
        "memory": await memory(installation, options.memory_steps),
        "throughput": await pace(installation, options.steps),
    }


def show(record: dict[str, object]) -> None:
    """Print the record as a table."""
    print(f"Rocq {record['rocq']}, load average {record['load_average']:.1f}")
    print(f"{'tactics':<12}{'driver':<14}{'steps':>8}{'Python us':>10}{'Rocq us':>9}{'share':>8}{'whole':>9}")
    for name, drivers in record["cpu_share"].items():  # type: ignore[attr-defined]
        for driver, row in drivers.items():
            print(
                f"{name:<12}{driver:<14}{row['steps']:>8.0f}{row['python_us_per_step']:>10.1f}"
                f"{row['rocq_us_per_step']:>9.1f}{row['share']:>8.1%}"
                f"{row['python_us_per_step'] + row['rocq_us_per_step']:>9.1f}"
            )
    print(f"\n{'steps':>8}{'Rocq MB':>10}{'Python MB':>11}{'processes':>11}")
    for row in record["memory"]:  # type: ignore[attr-defined]
        print(f"{row['steps']:>8}{row['rocq_mb']:>10.1f}{row['python_mb']:>11.1f}{row['processes']:>11}")
    pace: dict[str, float] = record["throughput"]  # type: ignore[assignment]
    print(f"\nsteps a second: one worker {pace['one']}, two workers {pace['two']}, ratio {pace['ratio']}")


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=2000, help="steps judged for each statement")
    parser.add_argument("--memory-steps", type=int, default=100_000)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "driver.json")
    options = parser.parse_args()
    record = asyncio.run(measure(options))
    show(record)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
