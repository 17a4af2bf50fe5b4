"""How well premises are found among all that is installed, and how fast.

Theorems are drawn by a seed. Each is asked for by the parts of its name, shuffled, and by its statement
without its name and the variables in front of the colon. What is found counts when its statement is the
same: libraries have some theorems more than once. Seconds are CPU seconds of this process.

Run: python benchmarks/premises.py [--sample N] [--library NAME ...] [--output FILE]
"""

import argparse
import asyncio
import json
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.apps.rocq.premise_search import Premise, PremiseIndex, PremiseQuestion, open_premises
from holdfast.retrieval.lexical import words
from holdfast.runtime.sinks import NullSink

_HEAD = re.compile(r"(?:#\[[^]]*\]\s*)?(?:\w+\s+)+?[\w']+(?:\s*[({\[][^:]*:[^)}\]]*[)}\]]|\s+\w+)*\s*:\s*")
_COUNT = 10


async def drawn(index: PremiseIndex, sample: int, rng: random.Random) -> list[Premise]:
    """Theorems, each with a name of two parts or more."""
    found = [index.premise(at) for at in rng.sample(range(len(index)), min(len(index), 4 * sample))]
    named = [each for each in found if each.kind == "theorem" and len(_parts(each)) > 1]
    return named[:sample]


def _parts(premise: Premise) -> list[str]:
    return words(premise.name.rpartition(".")[2])


async def ranks(index: PremiseIndex, asked: Sequence[tuple[str, Premise]]) -> list[int]:
    """Where each premise stands among what is found for a query, 0 where it is not."""
    found = []
    for query, premise in asked:
        statements = [each.premise.statement for each in await index.search(query, _COUNT)]
        found.append(statements.index(premise.statement) + 1 if premise.statement in statements else 0)
    return found


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    question = PremiseQuestion(libraries=tuple(options.library or ()))
    with tempfile.TemporaryDirectory() as cache:
        begun = time.process_time()
        await open_premises(question, Path(cache), NullSink())
        built_s, begun = time.process_time() - begun, time.process_time()
        index = await open_premises(question, Path(cache), NullSink())
        opened_s = time.process_time() - begun
        rng = random.Random(options.seed)  # noqa: S311
        premises = await drawn(index, options.sample, rng)
        by_name = [(" ".join(rng.sample(_parts(each), len(_parts(each)))), each) for each in premises]
        by_statement = [(_HEAD.sub("", each.statement, count=1), each) for each in premises]
        begun = time.process_time()
        found = {"name": await ranks(index, by_name), "statement": await ranks(index, by_statement)}
        query_ms = (time.process_time() - begun) / max(1, 2 * len(premises)) * 1e3
    figures: dict[str, object] = {"premises": len(index), "sample": len(premises)}
    figures |= {"built_s": built_s, "opened_s": opened_s, "query_ms": query_ms}
    for kind, places in found.items():
        figures[f"{kind}_recall_{_COUNT}"] = sum(map(bool, places)) / max(1, len(places))
        figures[f"{kind}_mrr"] = sum(1 / each for each in places if each) / max(1, len(places))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--library", action="append")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    figures = asyncio.run(measure(options))
    for name, value in figures.items():
        print(f"{name:>20}  {value:.3f}" if isinstance(value, float) else f"{name:>20}  {value}")
    if options.output is not None:
        options.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
