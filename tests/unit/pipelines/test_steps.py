"""The step engine: what is done is kept, whatever stops it; counts add up; nothing stale is used."""

import asyncio
import functools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import BaseModel

from holdfast.core.errors import InfrastructureError, StorageError, UserError
from holdfast.core.seams import MakeWorker, Work
from holdfast.pipelines.steps import Batch, Handled, Output, Row, look_up, run_step
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.local import LocalExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings
from holdfast.runtime.sinks import NullSink

pytestmark = pytest.mark.asyncio


class Settings(BaseModel):
    """Of the step below."""

    factor: int = 2


class Multiply:
    """Multiplies, drops multiples of five, and stops where it is told to, by an error or a signal."""

    name: str = "multiply"
    version: int = 1

    def __init__(self, log: Path, factor: int = 2, stop_at: int = -1, *, die: bool = False) -> None:
        self.settings: BaseModel = Settings(factor=factor)
        self._make = functools.partial(_worker, log, factor, stop_at, die)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Four rows each."""
        listed = list(rows)
        for at in range(0, len(listed), 4):
            yield Batch(f"from {at}", tuple(listed[at : at + 4]))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """For the executor."""
        return self._make


@asynccontextmanager
async def _worker(log: Path, factor: int, stop_at: int, die: bool) -> AsyncIterator[Work[Batch, Handled]]:
    async def work(batch: Batch) -> AsyncIterator[Handled]:
        for row in batch.rows:
            if row.key in batch.done:
                continue
            number = row.data["n"]
            if number == stop_at:
                if die:
                    os.kill(os.getpid(), signal.SIGKILL)
                raise InfrastructureError("the machine is on fire")
            with log.open("a", encoding="utf-8") as stream:
                stream.write(f"{number}\n")
            if number % 5 == 0:
                yield Handled(row.key, dropped="five", detail=str(number), measures={"cpu_s": 0.5})
            else:
                rows = (Row(f"{row.key}!", {"n": number * factor}),)
                yield Handled(row.key, rows=rows, series={"digits": [float(digit) for digit in str(number)]})

    yield work


def _rows(count: int = 20) -> dict[str, Row]:
    return {str(n): Row(str(n), {"n": n}) for n in range(1, count + 1)}


async def _run(home: Path, step: Multiply, source: Output | dict[str, Row] | None = None) -> Output:
    return await run_step(home, 3, step, source or _rows(), InlineExecutor(), NullSink())


def _tree(output: Output) -> dict[str, bytes]:
    return {
        f"{part}/{path.name}": path.read_bytes()
        for part in ("shards", "dropped")
        for path in sorted((output.folder / part).iterdir())
    }


async def test_rows_come_out_in_order_and_counts_add_up(tmp_path: Path) -> None:
    output = await _run(tmp_path, Multiply(tmp_path / "log"))
    assert [row.data["n"] for row in output.rows()] == [2 * n for n in range(1, 21) if n % 5]
    assert (output.rows_in, output.rows_out, output.dropped) == (20, 16, {"five": 4})
    assert output.measures == {"cpu_s": 2.0}
    assert [each["detail"] for each in output.lost()] == ["5", "10", "15", "20"]
    assert dict(output.series("digits")) == {
        str(n): [float(d) for d in str(n)] for n in range(1, 21) if n % 5
    }


async def test_a_finished_step_is_not_done_again_and_others_are(tmp_path: Path) -> None:
    log = tmp_path / "log"
    first = await _run(tmp_path, Multiply(log))
    again = await _run(tmp_path, Multiply(log))
    assert (again.digest, again.cached) == (first.digest, 20)
    assert len(log.read_text().split()) == 20
    other = await _run(tmp_path, Multiply(log, factor=3))
    assert other.folder != first.folder
    assert len(log.read_text().split()) == 40
    assert look_up(tmp_path, 3, Multiply(log, factor=4), _rows()) is None
    # What goes in decides by its content, whoever made it.
    chained = await _run(tmp_path, Multiply(log), other)
    assert (await _run(tmp_path, Multiply(log), other)).folder == chained.folder


async def test_what_failed_is_told_and_what_was_done_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(InfrastructureError, match=r"1 of 5 batches failed, the first is from 4: the machine"):
        await _run(tmp_path, Multiply(log, stop_at=7))
    output = await _run(tmp_path, Multiply(log))
    assert output.cached == 18
    numbers = log.read_text().split()
    assert sorted(numbers, key=int) == [str(n) for n in range(1, 21)]


@pytest.mark.parametrize("stop_at", [1, 6, 20])
async def test_a_killed_start_loses_nothing_and_ends_the_same(tmp_path: Path, stop_at: int) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from tests.unit.pipelines.test_steps import *; "
        "from tests.unit.pipelines import test_steps as t; home = Path(sys.argv[1]); "
        "asyncio.run(t._run(home, Multiply(home / 'log', stop_at=int(sys.argv[2]), die=True)))"
    )
    argv = [sys.executable, "-c", code, str(tmp_path), str(stop_at)]
    died = await asyncio.to_thread(subprocess.run, argv, check=False, cwd=Path(__file__).parents[3])
    assert died.returncode == -signal.SIGKILL
    resumed = await _run(tmp_path, Multiply(tmp_path / "log"))
    whole = await _run(tmp_path / "other", Multiply(tmp_path / "log2"))
    assert _tree(resumed) == _tree(whole)
    worked = (tmp_path / "log").read_text().split()
    assert len(worked) <= 20 + 2, "only what was on its way is done again"


def _half_written(home: Path) -> None:
    (shards,) = home.glob("03-multiply/*/shards")
    (shards / ".from-16.jsonl.77.part").write_bytes(b"{")


async def test_what_a_crash_left_half_written_goes(tmp_path: Path) -> None:
    step = Multiply(tmp_path / "log", stop_at=20)
    with pytest.raises(InfrastructureError):
        await _run(tmp_path, step)
    _half_written(tmp_path)
    output = await _run(tmp_path, Multiply(tmp_path / "log"))
    assert _tree(output) == _tree(await _run(tmp_path / "other", Multiply(tmp_path / "log2")))


async def test_workers_may_be_processes_that_die(tmp_path: Path) -> None:
    executor = LocalExecutor(ExecutorSettings(jobs=2, attempts=2))
    step = Multiply(tmp_path / "log", stop_at=10, die=True)
    with pytest.raises(InfrastructureError, match="from 8"):
        await run_step(tmp_path, 3, step, _rows(), executor, NullSink())
    output = await run_step(tmp_path, 3, Multiply(tmp_path / "log"), _rows(), executor, NullSink())
    assert (output.rows_out, output.cached) == (16, 17)


async def test_damage_and_double_keys_are_refused(tmp_path: Path) -> None:
    output = await _run(tmp_path, Multiply(tmp_path / "log"))
    (output.folder / "finished.json").write_text("{")
    with pytest.raises(StorageError, match="damaged"):
        await _run(tmp_path, Multiply(tmp_path / "log"))
    twice = {"a": Row("same", {"n": 1}), "b": Row("same", {"n": 2})}
    with pytest.raises(UserError, match="same"):
        await _run(tmp_path / "x", Multiply(tmp_path / "log"), twice)
