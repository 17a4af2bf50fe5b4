"""Judging programs: false accepts, false refusals and speed, against two well-known ways of checking.

Run: python benchmarks/grading.py --peers FOLDER [--limit N] [--output FILE]

The peers are no dependencies; FOLDER holds them, as these commands put it together:
    pip install --no-deps --target FOLDER evalplus==0.3.1 psutil numpy
    and, as FOLDER/bigcode_execute.py, the file bigcode_eval/tasks/custom_metrics/execute.py of
    the repository bigcode-project/bigcode-evaluation-harness.
Without --peers only our own figures are taken. The programs cheat, so the peers' own code runs inside our
sandbox as well, one fresh job a program, in interpreters that have imported the peers already; that is faster
for them than their own command lines. What the harness of BigCode needs sockets for, the manager of one list
that multiprocessing offers, is replaced by a queue.
"""

import argparse
import ast
import asyncio
import json
import os
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.python.collect import collect
from holdfast.checkers.python.grader import Grader, open_grader
from holdfast.checkers.python.inside.wire import Expression
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.checkers.python.suite import Call, CallCase, Displays, Kind, Origin, Returns, Suite
from holdfast.core.documents import Source
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job
from holdfast.runtime.sandbox.sandbox import Sandbox, find_sandbox
from holdfast.runtime.sandbox.zygote import Zygote

PROGRAMS = Path(__file__).parents[1] / "tests" / "integration" / "python_grading"
SCORES = (("holdfast", 2), ("", 0), ("education", 5), ("AEIOU", 5), ("xyz", 0))
TIMEOUT_S = 1.0
"""CPU seconds of a call, for all."""
_GRADINGS = 100
_ASKED = 5
_WIDTHS = (1, 2, 4)

EVALPLUS = """
import json, sys
job = json.load(sys.stdin)
job["inputs"], job["expected"] = eval(job["inputs"]), eval(job["expected"])
from evalplus.eval import untrusted_check
status, _ = untrusted_check(
    "none", job["text"], job["inputs"], job["entry"], expected=job["expected"], atol=0,
    ref_time=[0.05] * len(job["inputs"]), fast_check=True,
)
print(job["nonce"], status == "pass")
"""
BIGCODE = """
import json, multiprocessing, sys
job = json.load(sys.stdin)


class Answers:
    def __init__(self):
        self.queue, self.taken = multiprocessing.SimpleQueue(), []

    def list(self):
        return self

    def append(self, item):
        self.queue.put(item)

    def __bool__(self):
        return bool(self.taken) or not self.queue.empty()

    def __getitem__(self, index):
        while not self.queue.empty():
            self.taken.append(self.queue.get())
        return self.taken[index]


multiprocessing.Manager = Answers
import bigcode_execute
result = bigcode_execute.check_correctness(job["text"] + "\\n" + job["asserts"], 3.0, 0, 0)
print(job["nonce"], result["passed"])
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A program, one function of it, and what that has to return."""

    name: str
    text: str
    entry: str
    asked: tuple[tuple[tuple[object, ...], object], ...]
    """Arguments and values."""
    is_right: bool


def items() -> Iterator[Item]:
    """All programs that cheat, and the functions of right ones whose tests are calls over plain data."""
    asked = tuple(((text,), value) for text, value in SCORES)
    for path in sorted((PROGRAMS / "dishonest").glob("*.txt")):
        yield Item(path.stem, path.read_text(encoding="utf-8"), "score", asked, is_right=False)
    for path in sorted((PROGRAMS / "honest").glob("*.txt")):
        yield from _right(path.stem, path.read_text(encoding="utf-8"))


def _right(name: str, text: str) -> Iterator[Item]:
    found: dict[str, list[tuple[tuple[object, ...], object]]] = {}
    for case in collect(Source(f"{name}.py", text)).suite.cases:
        if isinstance(case, CallCase) and _is_plain(case.call):
            for value in _value(case):
                found.setdefault(case.call.function, []).append((case.call.arguments, value))
    for function, asked in found.items():
        yield Item(f"{name}.{function}", text, function, tuple(asked), is_right=True)


def _is_plain(call: Call) -> bool:
    expressions = any(isinstance(one, Expression) for one in call.arguments)
    return not (expressions or call.keywords or call.through or "." in call.function)


def _value(case: CallCase) -> list[object]:
    """The value that a test expects, or nothing where it expects something else."""
    match case.expectation:
        case Returns(value=value, tolerance=None):
            return [value]
        case Displays(want=want):
            try:
                return [ast.literal_eval(want.strip())]
            except (ValueError, SyntaxError):
                return []
        case _:
            return []


@dataclass(frozen=True, slots=True)
class Judged:
    """One way of checking, on all programs."""

    way: str
    accepted: dict[str, bool]
    wall_s: dict[str, float]


async def judge_all(way: str, programs: Sequence[Item], judge: Callable[[Item], Awaitable[bool]]) -> Judged:
    """Judge the programs one after the other."""
    accepted, wall_s = {}, {}
    for item in programs:
        started = time.monotonic()
        accepted[item.name] = await judge(item)
        wall_s[item.name] = time.monotonic() - started
    return Judged(way, accepted, wall_s)


async def ours(sandbox: Sandbox, programs: Sequence[Item]) -> Judged:
    """The grader."""
    limits = CallLimits(call_cpu_s=TIMEOUT_S, call_wall_s=3 * TIMEOUT_S, load_wall_s=5)
    origin = Origin("", 0)
    async with open_grader(sandbox) as grader:

        async def judge(item: Item) -> bool:
            cases = [
                CallCase(str(at), origin, Kind.CALL, Call(item.entry, arguments), Returns(value, exact=False))
                for at, (arguments, value) in enumerate(item.asked)
            ]
            graded = await grader.grade(
                Candidate("program", item.text), Suite(tuple(cases)), limits=limits, first_failure=True
            )
            return graded.passed

        return await judge_all("holdfast", programs, judge)


async def pace(sandbox: Sandbox) -> dict[str, object]:
    """What a search pays: gradings of a small program with eight tests, and single calls."""
    candidate = Candidate("program", "def f(x):\n    return x + 1\n")
    calls = [Call("f", (number,)) for number in range(2000)]
    cases = tuple(
        CallCase(str(at), Origin("", 0), Kind.CALL, call, Returns(at + 1))
        for at, call in enumerate(calls[:8])
    )
    async with open_grader(sandbox) as grader:
        gradings_s, calls_s, theirs_s = [], [], 0.0
        cpu_s = time.process_time()
        for _ in range(_GRADINGS):
            started = time.monotonic()
            graded = await grader.grade(candidate, Suite(cases))
            gradings_s.append(time.monotonic() - started)
            assert graded.passed
            theirs_s += graded.cpu_s
        grading_s = (time.process_time() - cpu_s + theirs_s) / _GRADINGS
        cpu_s = time.process_time()
        for _ in range(_ASKED):
            started = time.monotonic()
            await grader.ask(candidate, calls)
            calls_s.append((time.monotonic() - started) / len(calls))
        call_s = (time.process_time() - cpu_s) / _ASKED / len(calls)
        rates = {width: await rate(grader, candidate, Suite(cases), width) for width in _WIDTHS}
    return {
        "gradings_per_minute": rates,
        "ms_per_grading": round(statistics.median(gradings_s) * 1e3, 2),
        "cpu_ms_per_grading": round(grading_s * 1e3, 2),
        "us_per_call": round(statistics.median(calls_s) * 1e6, 1),
        "own_cpu_us_per_call": round(call_s * 1e6, 1),
    }


async def rate(grader: Grader, candidate: Candidate, suite: Suite, width: int) -> int:
    """Gradings a minute, so many at a time."""
    left = iter(range(_GRADINGS * 2))

    async def work() -> None:
        for _ in left:
            await grader.grade(candidate, suite)

    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(work())
    return round(_GRADINGS * 2 / (time.monotonic() - started) * 60)


async def peer(zygote: Zygote, way: str, script: str, programs: Sequence[Item]) -> Judged:
    """One of the peers; its verdict is what its own process prints behind a number unknown to programs."""

    async def judge(item: Item) -> bool:
        nonce = secrets.token_hex(8)
        asserts = "\n".join(f"assert {item.entry}(*{one!r}) == {value!r}" for one, value in item.asked)
        job = {
            "nonce": nonce,
            "text": item.text,
            "entry": item.entry,
            "inputs": repr([list(one) for one, _ in item.asked]),
            "expected": repr([value for _, value in item.asked]),
            "asserts": asserts,
        }
        allowance = Allowance(wall_s=30, cpu_s=30, memory_mb=4096)
        ran = await zygote.run(
            Job(argv=(PYTHON, "-c", script), stdin=json.dumps(job).encode(), allowance=allowance)
        )
        return f"{nonce} True" in ran.stdout.decode(errors="replace")

    return await judge_all(way, programs, judge)


def row(judged: Judged, programs: Sequence[Item]) -> dict[str, object]:
    """The figures of one way."""
    wrong = [item.name for item in programs if not item.is_right]
    right = [item.name for item in programs if item.is_right]
    return {
        "way": judged.way,
        "wrong_programs": len(wrong),
        "false_accepts": sum(judged.accepted[name] for name in wrong),
        "right_programs": len(right),
        "false_refusals": sum(not judged.accepted[name] for name in right),
        "right_programs_per_s": round(len(right) / sum(judged.wall_s[name] for name in right), 1),
        "all_programs_per_s": round(len(programs) / sum(judged.wall_s.values()), 1),
        "accepted_wrongly": [name for name in wrong if judged.accepted[name]],
        "refused_wrongly": [name for name in right if not judged.accepted[name]],
    }


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """Everything, as one record."""
    programs = list(items())
    if options.limit:
        programs = programs[:: max(1, len(programs) // options.limit)]
    sandbox = await find_sandbox(None)
    rows = [row(await ours(sandbox, programs), programs)]
    if options.peers:
        folder: Path = options.peers.resolve()
        preload = ("evalplus.eval", "bigcode_execute")
        async with sandbox.zygote(preload=preload, readable=(folder,)) as zygote:
            for way, script in (("EvalPlus 0.3.1", EVALPLUS), ("BigCode harness", BIGCODE)):
                rows.append(row(await peer(zygote, way, script, programs), programs))
    return {
        "level": str(sandbox.level),
        "timeout_s": TIMEOUT_S,
        "load_average": os.getloadavg()[0],
        "rows": rows,
        "pace": await pace(sandbox),
    }


def show(record: dict[str, object]) -> None:
    """Print the record as a table."""
    rows: list[dict[str, object]] = record["rows"]  # type: ignore[assignment]
    paces: dict[str, float] = record["pace"]  # type: ignore[assignment]
    print(f"level {record['level']}, load average {record['load_average']:.1f}")
    print(
        f"a grading with 8 tests: {paces['ms_per_grading']} ms elapsed, "
        f"{paces['cpu_ms_per_grading']} ms of CPU; a call: {paces['us_per_call']} us elapsed, "
        f"{paces['own_cpu_us_per_call']} us of our CPU"
    )
    rates: dict[int, int] = record["pace"]["gradings_per_minute"]  # type: ignore[index]
    print("gradings a minute: " + ", ".join(f"{rate} ({width} at a time)" for width, rate in rates.items()))
    print()
    print(f"{'way':<16}{'false accepts':>16}{'false refusals':>17}{'right ones/s':>15}{'all/s':>8}")
    for one in rows:
        accepts = f"{one['false_accepts']} of {one['wrong_programs']}"
        refusals = f"{one['false_refusals']} of {one['right_programs']}"
        print(
            f"{one['way']:<16}{accepts:>16}{refusals:>17}"
            f"{one['right_programs_per_s']:>15}{one['all_programs_per_s']:>8}"
        )
    for one in rows:
        print(f"\n{one['way']}\n  accepted wrongly: {one['accepted_wrongly']}")
        print(f"  refused wrongly: {one['refused_wrongly']}")


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, help="a folder with the peers' packages")
    parser.add_argument("--limit", type=int, default=0, help="about so many programs only")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "grading.json")
    options = parser.parse_args()
    record = asyncio.run(measure(options))
    show(record)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
