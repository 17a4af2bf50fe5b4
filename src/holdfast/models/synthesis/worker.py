"""The synthesiser as a program: a task on the first line of standard input, then requests for more bodies.

The functions of the task's file run in this process, so it belongs into the sandbox. Every line of input is
answered by one line: `{"bodies": [[cost, text], ...], "over": true or false}`, or `{"error": "..."}`.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import IO

from holdfast.models.synthesis.bodies import Body
from holdfast.models.synthesis.engine import Engine
from holdfast.models.synthesis.task import decode

__all__ = ["main"]


def main() -> None:
    """Answer requests until there are none."""
    answers = _answers()
    settings = json.loads(sys.stdin.readline())
    sys.setrecursionlimit(3000)
    deadline = time.process_time() + float(settings["cpu_s"])
    try:
        engine = Engine(decode(settings["task"]))
    except BaseException as error:  # noqa: BLE001 - the file's code may raise anything, also SystemExit
        _say(answers, {"error": f"{type(error).__name__}: {error}"[:300]})
        return
    work = settings.get("work")
    bodies = engine.bodies(
        lambda: time.process_time() > deadline or (work is not None and engine.meter.spent > work)
    )
    _say(answers, {"bodies": [], "over": False})
    for line in sys.stdin:
        _say(answers, _answer(bodies, int(line)))


def _answer(bodies: Iterator[Body], count: int) -> dict[str, object]:
    try:
        found = list(islice(bodies, count))
    except MemoryError:
        return {"bodies": [], "over": True}
    return {"bodies": [[body.cost, body.text] for body in found], "over": len(found) < count}


def _answers() -> IO[str]:
    """Standard output, kept for answers: what the file's code prints goes elsewhere."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return kept


def _say(answers: IO[str], answer: dict[str, object]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
