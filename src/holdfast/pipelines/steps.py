"""The step engine: a pipeline is a chain of steps, each from a stream of rows to a stream of rows.

A step's results lie in a folder that is named after what they depend on: the step, its version, its settings
and the contents of what it was given. So nothing stale is ever used, what did not change is never done again,
and results of other settings stay beside.

NN-name/DIGEST/
  step.json           what the digest stands for
  journal/BATCH.jsonl rows of a batch as they come, one line for each row that went in
  shards/BATCH.jsonl  rows of a batch that is done, in the order of what went in
  dropped/BATCH.jsonl rows that went in and came to nothing, with the reason
  measures/BATCH.jsonl  what doing it took; the only files that differ from one run to the next
  finished.json       written last: counts, and a digest of the contents
"""

import contextlib
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from holdfast.core.assignments import Assigned, Failed, Item
from holdfast.core.errors import InfrastructureError, StorageError, UserError
from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink, Executor, MakeWorker
from holdfast.pipelines.step_files import FINISHED, SERIES, Output, Row, file_name, finished, read_lines
from holdfast.runtime.lines import JsonLineFile, encode_line
from holdfast.runtime.runs import drop_parts, lock, publish

__all__ = ["Batch", "Handled", "Output", "Row", "Step", "look_up", "run_step"]

_PARTS = ("shards", "dropped", "measures")


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are worked on together, by one worker."""

    key: str
    """No other batch of the step has it."""
    rows: tuple[Row, ...]
    done: frozenset[str] = frozenset()
    """Keys of rows that an earlier start of the step has handled; they are not to be handled again."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one row that went in."""

    key: str
    """Its key."""
    rows: tuple[Row, ...] = ()
    """The rows that it became."""
    dropped: str = ""
    """Why it became none, in words that many rows share; a row that became none for no reason is an error."""
    detail: str = ""
    """More of the reason, for this row alone."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """What it took: CPU seconds, tokens, money."""
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """What its parts took, in order; kept beside `measures`, and not added up."""


class Step(Protocol):
    """One step of a pipeline; what it gives depends on its rows, settings and version alone."""

    @property
    def name(self) -> str:
        """A word for it."""
        ...

    @property
    def version(self) -> int:
        """Raised whenever the same rows and settings come to give something else."""
        ...

    @property
    def settings(self) -> BaseModel:
        """What decides its results; what does not is excluded from the serialised model."""
        ...

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Part what goes in, the same way each time."""
        ...

    def worker(self) -> MakeWorker[Batch, Handled]:
        """What sets up a worker; it tells one `Handled` for each row of a batch that is not done yet."""
        ...


async def run_step(
    home: Path,
    number: int,
    step: Step,
    source: Output | Mapping[str, Row],
    executor: Executor,
    sink: EventSink,
) -> Output:
    """Run a step to its end, or go on where an earlier start stopped; a finished one is only looked up.

    Args:
        home: the folder of the pipeline.
        number: the place of the step in it.
        step: what to do.
        source: what goes in: what the step before gave, or for a first step rows by key.
        executor: whose workers do it.
        sink: told how far it is.

    Raises:
        UserError: another process is at it.
        InfrastructureError: batches that could not be done; all others are kept, and are not done again.
        StorageError: the disk says no, or the folder is damaged.
    """
    folder = home / _name(number, step) / _digest(step, source)
    done = finished(folder)
    if done is not None:
        return done
    began = time.monotonic()
    with contextlib.ExitStack() as files:
        _prepare(folder, step, source, files)
        work = _Work(folder, step, sink, began)
        return await work.run(source, executor)


def look_up(home: Path, number: int, step: Step, source: Output | Mapping[str, Row]) -> Output | None:
    """What a step gave for a source; None where it is not finished."""
    return finished(home / _name(number, step) / _digest(step, source))


class _Work:
    """One start of one step."""

    def __init__(self, folder: Path, step: Step, sink: EventSink, began: float) -> None:
        self._folder = folder
        self._step = step
        self._sink = sink
        self._began = began
        self._cached = 0
        self._done = 0

    async def run(self, source: Output | Mapping[str, Row], executor: Executor) -> Output:
        """Do what is not done, then put the counts down."""
        rows = source.rows() if isinstance(source, Output) else iter(source.values())
        batches = list(self._step.batches(rows))
        _check_keys(batches)
        total = sum(len(batch.rows) for batch in batches)
        self._sink.emit(TaskStarted(self._step.name, total, "rows"))
        failed = await self._do(batches, executor)
        if failed:
            self._sink.emit(TaskFinished(self._step.name, "failed in part"))
            raise InfrastructureError(_failures(self._step.name, failed, len(batches)))
        output = self._finish(batches, total)
        self._sink.emit(TaskFinished(self._step.name, f"{output.rows_out} rows"))
        return output

    async def _do(self, batches: list[Batch], executor: Executor) -> list[Failed]:
        tasks = []
        for batch in batches:
            if (self._folder / "shards" / file_name(batch.key)).exists():
                self._count(len(batch.rows), cached=True)
                continue
            done = self._journaled(batch.key)
            self._count(len(done), cached=True)
            if len(done) == len(batch.rows):
                self._fold(batch)
            else:
                tasks.append(Assigned(batch.key, replace(batch, done=done)))
        return await self._work(tasks, executor)

    def _journaled(self, key: str) -> frozenset[str]:
        path = self._folder / "journal" / file_name(key)
        if not path.exists():
            return frozenset()
        with JsonLineFile(path) as journal:
            return frozenset(str(record["in"]) for record in journal.records)

    async def _work(self, tasks: list[Assigned[Batch]], executor: Executor) -> list[Failed]:
        failed: list[Failed] = []
        waiting = {each.key: each.task for each in tasks}
        told = {each.key: set(each.task.done) for each in tasks}
        journals: dict[str, JsonLineFile] = {}
        outcomes = executor.map(self._step.worker(), tasks)
        async with contextlib.aclosing(outcomes):
            try:
                async for outcome in outcomes:
                    key = outcome.key
                    if isinstance(outcome, Item):
                        if key not in journals:
                            journals[key] = JsonLineFile(self._folder / "journal" / file_name(key))
                        self._take(outcome.value, journals[key], told[key])
                        continue
                    if key in journals:
                        journals.pop(key).close()
                    if isinstance(outcome, Failed):
                        failed.append(outcome)
                    else:
                        _check_whole(waiting[key], told[key])
                        self._fold(waiting[key])
            finally:
                for journal in journals.values():
                    journal.close()
        return failed

    def _take(self, handled: Handled, journal: JsonLineFile, told: set[str]) -> None:
        """Put down what became of a row, once: a worker that died may have told of it already."""
        if handled.key in told:
            return
        if bool(handled.rows) == bool(handled.dropped):
            raise ValueError(f"{handled.key}: a row becomes rows or is dropped, one of the two")
        journal.append(_line(handled), durable=False)
        told.add(handled.key)
        self._count(1)

    def _count(self, rows: int, *, cached: bool = False) -> None:
        self._done += rows
        self._cached += rows if cached else 0
        self._sink.emit(TaskAdvanced(self._step.name, self._done))

    def _fold(self, batch: Batch) -> None:
        """Make shards of a journal, in the order of what went in; the shard that counts comes last."""
        path = self._folder / "journal" / file_name(batch.key)
        with JsonLineFile(path) as journal:
            told = {str(record["in"]): record for record in journal.records}
        parts: dict[str, list[bytes]] = {part: [] for part in _PARTS}
        for row in batch.rows:
            record: Mapping[str, Any] = told[row.key]
            parts["shards"] += [encode_line(each) for each in record["rows"]]
            if record["dropped"]:
                lost = {"key": row.key, "reason": record["dropped"], "detail": record["detail"]}
                parts["dropped"].append(encode_line(lost))
            if record["measures"] or record["series"]:
                took = {"key": row.key, **record["measures"], SERIES: record["series"]}
                parts["measures"].append(encode_line(took))
        for part in reversed(_PARTS):
            publish(self._folder / part / file_name(batch.key), b"".join(parts[part]))
        path.unlink()

    def _finish(self, batches: list[Batch], total: int) -> Output:
        digest, rows_out = hashlib.sha256(), 0
        dropped: Counter[str] = Counter()
        measures: Counter[str] = Counter()
        for batch in batches:
            content = (self._folder / "shards" / file_name(batch.key)).read_bytes()
            digest.update(content)
            rows_out += content.count(b"\n")
            dropped.update(
                each["reason"] for each in read_lines(self._folder / "dropped" / file_name(batch.key))
            )
            for each in read_lines(self._folder / "measures" / file_name(batch.key)):
                measures.update({name: value for name, value in each.items() if name not in {"key", SERIES}})
        summary = {
            "digest": digest.hexdigest(),
            "rows_in": total,
            "rows_out": rows_out,
            "dropped": dict(sorted(dropped.items())),
            "measures": dict(sorted(measures.items())),
            "batches": [batch.key for batch in batches],
            "wall_s": round(time.monotonic() - self._began, 3),
        }
        publish(self._folder / FINISHED, json.dumps(summary, indent=2).encode() + b"\n")
        output = finished(self._folder)
        assert output is not None
        return replace(output, cached=self._cached)


def _prepare(
    folder: Path, step: Step, source: Output | Mapping[str, Row], files: contextlib.ExitStack
) -> None:
    try:
        for part in (*_PARTS, "journal"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}") from error
    lock(folder, folder / "lock", files)
    for place in (folder, *(folder / part for part in _PARTS)):
        drop_parts(place)
    if not (folder / "step.json").exists():
        publish(folder / "step.json", json.dumps(_identity(step, source), indent=2).encode() + b"\n")


def _name(number: int, step: Step) -> str:
    return f"{number:02}-{step.name}"


def _identity(step: Step, source: Output | Mapping[str, Row]) -> dict[str, Any]:
    return {
        "step": step.name,
        "version": step.version,
        "settings": step.settings.model_dump(mode="json"),
        "input": source.digest if isinstance(source, Output) else _content(source.values()),
    }


def _digest(step: Step, source: Output | Mapping[str, Row]) -> str:
    canonical = json.dumps(_identity(step, source), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _content(rows: Iterable[Row]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(encode_line({"key": row.key, "data": row.data}))
    return digest.hexdigest()


def _line(handled: Handled) -> dict[str, Any]:
    return {
        "in": handled.key,
        "rows": [{"key": row.key, "data": row.data} for row in handled.rows],
        "dropped": handled.dropped,
        "detail": handled.detail,
        "measures": dict(handled.measures),
        "series": {name: list(listed) for name, listed in handled.series.items()},
    }


def _check_keys(batches: Iterable[Batch]) -> None:
    seen: Counter[str] = Counter()
    for batch in batches:
        seen.update(row.key for row in batch.rows)
    twice = [key for key, count in seen.items() if count > 1]
    if twice:
        raise UserError(f"{len(twice)} rows have the key of another, the first is {twice[0]}")


def _check_whole(batch: Batch, told: set[str]) -> None:
    left = [row.key for row in batch.rows if row.key not in told]
    if left:
        raise ValueError(f"{batch.key}: nothing was said of {len(left)} rows, the first is {left[0]}")


def _failures(name: str, failed: list[Failed], total: int) -> str:
    return (
        f"step {name}: {len(failed)} of {total} batches failed, the first is {failed[0].key}:"
        f" {failed[0].message}; what was done is kept, run it again to go on"
    )
