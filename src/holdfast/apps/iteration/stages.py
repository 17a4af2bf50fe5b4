"""Stages of a long run: each is done once, however often the run is stopped; its record is published last."""

import json
import resource
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from holdfast.core.errors import StorageError
from holdfast.core.events import Note, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink
from holdfast.runtime.runs import Run

__all__ = ["Done", "Stages"]

_R = TypeVar("_R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Done(Generic[_R]):
    """A stage that is done."""

    name: str
    record: _R
    wall_s: float
    """Of the start that finished it."""
    cpu_s: float
    """Of this process and its ended children in that start; work on other machines is not in it."""
    starts: int
    """1 where it was never stopped."""
    found: bool
    """Whether it was done before this run of the command."""


class Stages:
    """Runs stages in the directory of a run, one at a time."""

    def __init__(self, run: Run, sink: EventSink) -> None:
        """`sink` is told what begins, ends, and is found done."""
        self._run = run
        self._sink = sink
        self._starts: dict[str, int] = {}
        for record in run.found:
            if record.get("kind") == "started":
                name = str(record["stage"])
                self._starts[name] = self._starts.get(name, 0) + 1

    async def do(self, name: str, kind: type[_R], work: Callable[[Path], Awaitable[_R]]) -> Done[_R]:
        """The record of a stage, from `work` in a folder of its own, unless it is there already.

        A stage that was stopped finds in its folder what it left there. Raises what `work` raises, and
        StorageError where the record is damaged.
        """
        if name in self._run.published():
            return self._read(name, kind)
        self._starts[name] = self._starts.get(name, 0) + 1
        self._run.append({"kind": "started", "stage": name})
        folder = self._run.directory / name
        folder.mkdir(exist_ok=True)
        self._sink.emit(TaskStarted(name))
        began, cpu_before = time.monotonic(), _cpu_s()
        record = await work(folder)
        cost = {
            "wall_s": round(time.monotonic() - began, 3),
            "cpu_s": round(_cpu_s() - cpu_before, 3),
        }
        starts = self._starts[name]
        stored = {"record": record.model_dump(mode="json"), "starts": starts, **cost}
        self._run.publish(name, json.dumps(stored, indent=2).encode() + b"\n")
        self._sink.emit(TaskFinished(name, "done"))
        return Done(name, record, starts=starts, found=False, **cost)

    def _read(self, name: str, kind: type[_R]) -> Done[_R]:
        try:
            stored = json.loads(self._run.read(name))
            record = kind.model_validate(stored["record"])
            self._sink.emit(Note(f"{name} was done before"))
            return Done(name, record, stored["wall_s"], stored["cpu_s"], stored["starts"], found=True)
        except (ValueError, KeyError, ValidationError) as error:
            where = self._run.directory / "done" / name
            raise StorageError(f"the record of {name} is damaged: remove {where} to do it again") from error


def _cpu_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
