"""The coding engine: the red-team corpus, how soon Stop stops, what runs take, what the demo finds.

python benchmarks/coding.py [--json OUT] [--repeats N]

The rates of the corpus are of structure, which holds whatever model is asked: no text leaves its field, no
hostile answer is taken for a good program. They say nothing of how often some model is talked into something.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from holdfast.apps.isolation import find_sandbox
from holdfast.coding.demo import ABOUT, DemoModel
from holdfast.coding.records import Request, RunRequest
from holdfast.coding.workshop import Offer, Workshop
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.seams import LanguageModel
from holdfast.models.states import Loadable, ModelShelf
from holdfast.runtime.sandbox.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.integration.coding.red_team import Tried, answers, inputs

_TASKS = (
    "square(2) == 4 and square(3) == 9",
    "reverse: 'abc' -> 'cba', 'hello' -> 'olleh'",
    "total([1, 2]) == 3, total([4, 5, 6]) == 15, total([]) == 0",
    "is_even(2) == True, is_even(3) == False, is_even(0) == True",
    "largest([3, 1, 2]) == 3, largest([-5, -7]) == -5",
    "shout('hi') == 'HI!', shout('a b') == 'A B!'",
    "count('banana', 'a') == 3, count('abc', 'z') == 0",
    "first_word('hello big world') == 'hello', first_word('one') == 'one'",
    "evens([1, 2, 3, 4]) == [2, 4], evens([]) == [], evens([5]) == []",
    "add(1, 2) == 3, add(-1, 1) == 0, add(5, 5) == 10",
    "unique([1, 2, 2, 3]) == [1, 2, 3], unique([]) == [], unique([7, 7]) == [7]",
    "celsius(32) == 0, celsius(212) == 100, celsius(-40) == -40",
)
_PROGRAMS = {
    "python": "print('hello')\n",
    "bash": "echo hello\n",
    "javascript": "console.log('hello')\n",
    "c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
    "c++": '#include <iostream>\nint main() { std::cout << "hello\\n"; }\n',
    "java": 'class A { public static void main(String[] a) { System.out.println("hello"); } }\n',
    "sql": "SELECT 'hello';\n",
}


class Endless:
    """A model that writes until it is stopped, and notes when that was."""

    name = "endless"

    def __init__(self) -> None:
        self.writing = asyncio.Event()
        self.closed_at = 0.0

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str, None]:
        """Words without end."""
        del messages, sampling
        try:
            while True:
                yield "more words "
                self.writing.set()
                await asyncio.sleep(0.001)
        finally:
            self.closed_at = time.perf_counter()

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Nobody asks for that here."""
        raise NotImplementedError

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """Nobody asks for that here."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is held."""


def workshop(sandbox: Sandbox, model: LanguageModel) -> Workshop:
    async def load(report: Callable[[float], None]) -> LanguageModel:
        del report
        return model

    shelf = ModelShelf({"m": Loadable(load, 0.0)}, memory_mb=1)
    return Workshop(shelf, {"m": Offer(ABOUT)}, sandbox=sandbox)


def rates(tried: Iterable[Tried]) -> dict[str, dict[str, int]]:
    """By channel: attacks, and those that were held."""
    everything = list(tried)
    attacks, held = (Counter(each.channel for each in everything if each.held >= least) for least in (0, 1))
    return {channel: {"attacks": attacks[channel], "held": held[channel]} for channel in attacks}


async def stop_s(sandbox: Sandbox) -> float:
    """Seconds from Stop to the close of the model's stream."""
    model = Endless()
    shop = workshop(sandbox, model)
    task = asyncio.create_task(shop.generate(Request(model="m", language="python", task="x")))
    await model.writing.wait()
    stopped = time.perf_counter()
    task.cancel()
    await asyncio.wait([task])
    await shop.aclose()
    return model.closed_at - stopped


async def run_s(sandbox: Sandbox, repeats: int) -> dict[str, float]:
    """Median seconds from Run to the result, compiling included, by language."""
    shop = workshop(sandbox, Endless())
    found = {}
    for info in shop.languages():
        if info.runs and info.name in _PROGRAMS:
            taken = []
            for _ in range(repeats):
                started = time.perf_counter()
                result = await shop.run(RunRequest(language=info.name, code=_PROGRAMS[info.name]))
                taken.append(time.perf_counter() - started)
                if "hello" not in result.stdout:
                    sys.exit(f"{info.name} does not run: {result}")
            found[info.name] = statistics.median(taken)
    return found


async def demo(sandbox: Sandbox) -> dict[str, Any]:
    """How many of the tasks the demo finds a function for that holds on all their examples, and how soon."""
    shop = workshop(sandbox, DemoModel(sandbox, pause_s=0.0))
    taken, missed = [], []
    for task in _TASKS:
        started = time.perf_counter()
        answer = await shop.generate(Request(model="m", language="python", task=task))
        if answer.good:
            taken.append(time.perf_counter() - started)
        else:
            missed.append(task)
    return {"tasks": len(_TASKS), "found": len(taken), "median_s": statistics.median(taken), "missed": missed}


async def measure(repeats: int) -> dict[str, Any]:
    cache = Path.home() / ".cache" / "holdfast"
    sandbox = await find_sandbox(cache)
    stops = [await stop_s(sandbox) for _ in range(20)]
    return {
        "red_team": rates([*inputs(), *answers()]),
        "stop_s": {"median": statistics.median(stops), "most": max(stops)},
        "run_s": await run_s(sandbox, repeats),
        "demo": await demo(sandbox),
        "level": str(sandbox.level),
    }


def show(found: dict[str, Any]) -> None:
    print(f"{'red team':<12} {'held':>6} {'of':>6}")
    for channel, each in found["red_team"].items():
        print(f"{channel:<12} {each['held']:>6} {each['attacks']:>6}")
    stops = found["stop_s"]
    print(
        f"\nStop reaches the model after {stops['median'] * 1e3:.2f} ms, at most {stops['most'] * 1e3:.2f} ms"
    )
    print(f"\n{'run':<12} {'s':>6}   (sandbox: {found['level']})")
    for language, seconds in found["run_s"].items():
        print(f"{language:<12} {seconds:>6.2f}")
    each = found["demo"]
    print(f"\nthe demo finds {each['found']} of {each['tasks']} functions, median {each['median_s']:.1f} s")
    for task in each["missed"]:
        print(f"  not found: {task}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    found = asyncio.run(measure(options.repeats))
    show(found)
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
