"""The contract of the `Executor` seam: a filler subclasses the suite with a way to make it."""

import asyncio
import os
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from holdfast.core.assignments import Assigned, Failed, Finished, Item, Outcome
from holdfast.core.errors import MissingToolError, SourceError
from holdfast.core.seams import Executor, MakeWorker, Work

Make: TypeAlias = Callable[[int], Executor]


@asynccontextmanager
async def counting(folder: Path, setup: str = "") -> AsyncIterator[Work[int, int]]:
    """A worker that counts up to its task; a file of its own is there while it is set up."""
    if setup == "missing":
        raise MissingToolError("the abacus is not installed")
    mark = folder / f"worker-{os.getpid()}-{uuid.uuid4()}"
    mark.touch()

    async def work(task: int) -> AsyncIterator[int]:
        if task < 0:
            raise SourceError("a number below zero", file="numbers", line=-task)
        for number in range(task):
            await asyncio.sleep(0)
            yield number

    try:
        yield work
    finally:
        mark.unlink()


@asynccontextmanager
async def odd() -> AsyncIterator[Work[str, object]]:
    """A worker with defects."""

    async def work(task: str) -> AsyncIterator[object]:
        if task == "defect":
            yield 1
            raise KeyError("forgotten")
        yield 2

    yield work


@asynccontextmanager
async def mortal(folder: Path) -> AsyncIterator[Work[str, int]]:
    """A worker that kills its process in the middle of a task that says so: once, or each time."""

    async def work(task: str) -> AsyncIterator[int]:
        yield 1
        if task == "always" or (task == "once" and not (folder / "died").exists()):
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield 2

    yield work


@asynccontextmanager
async def endless(folder: Path) -> AsyncIterator[Work[int, int]]:
    """A worker whose tasks never end; it leaves a file when it was asked to give back what it holds."""

    async def work(task: int) -> AsyncIterator[int]:
        yield task
        await asyncio.Event().wait()

    try:
        yield work
    finally:
        (folder / f"closed-{os.getpid()}").touch()


async def told(
    executor: Executor, make_worker: MakeWorker[object, object], tasks: Sequence[object]
) -> list[Outcome[object]]:
    assigned = [Assigned(str(number), task) for number, task in enumerate(tasks)]
    return [outcome async for outcome in executor.map(make_worker, assigned)]


def ends(outcomes: Sequence[Outcome[object]]) -> list[Finished | Failed]:
    return [each for each in outcomes if not isinstance(each, Item)]


def counted(outcomes: Sequence[Outcome[object]], key: str) -> list[object]:
    """The results of a task that count: those of the attempt that finished."""
    (end,) = (each for each in ends(outcomes) if each.key == key)
    return [
        each.value
        for each in outcomes
        if isinstance(each, Item) and (each.key, each.attempt) == (key, end.attempt)
    ]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class ExecutorSuite:
    """What every executor keeps to."""

    @pytest.fixture
    def make(self) -> Make:
        """An executor of so many workers, three of which may die of a task."""
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_each_task_ends_once_after_all_its_items(self, make: Make, tmp_path: Path) -> None:
        outcomes = await told(make(2), partial(counting, tmp_path), range(12))
        assert Counter(each.key for each in ends(outcomes)) == Counter(map(str, range(12)))
        assert all(isinstance(each, Finished) and each.worker for each in ends(outcomes))
        for key in map(str, range(12)):
            assert counted(outcomes, key) == list(range(int(key)))
            own = [each for each in outcomes if each.key == key]
            assert not isinstance(own[-1], Item)
        assert not names(tmp_path), "a worker did not give back what it holds"

    @pytest.mark.asyncio
    async def test_no_task_needs_no_worker(self, make: Make, tmp_path: Path) -> None:
        assert await told(make(2), partial(counting, tmp_path, "missing"), []) == []

    @pytest.mark.asyncio
    async def test_a_task_that_raises_has_failed_the_rest_goes_on(self, make: Make, tmp_path: Path) -> None:
        outcomes = await told(make(1), partial(counting, tmp_path), [3, -7, 2])
        first, second, third = ends(outcomes)
        assert isinstance(first, Finished)
        assert isinstance(third, Finished)
        assert isinstance(second, Failed)
        assert (second.kind, second.attempt, second.message) == ("user", 1, "numbers:7: a number below zero")

    @pytest.mark.asyncio
    async def test_a_defect_is_told_with_its_traceback(self, make: Make) -> None:
        failed, finished = ends(await told(make(1), odd, ["defect", "fine"]))
        assert isinstance(finished, Finished)
        assert isinstance(failed, Failed)
        assert (failed.kind, failed.message) == ("defect", "KeyError: 'forgotten'")
        assert 'raise KeyError("forgotten")' in failed.detail

    @pytest.mark.asyncio
    async def test_what_setting_up_raises_ends_the_call(self, make: Make, tmp_path: Path) -> None:
        with pytest.raises(MissingToolError, match="the abacus is not installed"):
            await told(make(2), partial(counting, tmp_path, "missing"), [1, 2, 3])

    @pytest.mark.asyncio
    async def test_what_making_tasks_raises_ends_the_call(self, make: Make, tmp_path: Path) -> None:
        def tasks() -> Iterator[Assigned[int]]:
            yield Assigned("0", 1)
            raise RuntimeError("the list breaks off")

        with pytest.raises(RuntimeError, match="the list breaks off"):
            async for _ in make(1).map(partial(counting, tmp_path), tasks()):
                pass
        assert not names(tmp_path)

    @pytest.mark.asyncio
    async def test_closing_ends_workers_amid_their_tasks(self, make: Make, tmp_path: Path) -> None:
        async with aclosing(
            make(2).map(partial(endless, tmp_path), [Assigned("a", 1), Assigned("b", 2)])
        ) as all_of_it:
            assert isinstance(await anext(all_of_it), Item)
            assert isinstance(await anext(all_of_it), Item)
        assert any("closed" in name for name in names(tmp_path))

    @pytest.mark.asyncio
    async def test_cancelling_the_reader_ends_workers(self, make: Make, tmp_path: Path) -> None:
        begun = asyncio.Event()

        async def read() -> None:
            async with aclosing(make(1).map(partial(endless, tmp_path), [Assigned("a", 1)])) as outcomes:
                async for _ in outcomes:
                    begun.set()

        reading = asyncio.create_task(read())
        await begun.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert len(names(tmp_path)) == 1


class SeparateSuite(ExecutorSuite):
    """What those keep to whose workers have processes of their own."""

    @pytest.mark.asyncio
    async def test_a_task_whose_worker_died_is_given_to_another(self, make: Make, tmp_path: Path) -> None:
        tasks = ["fine", "once", "fine", "fine"]
        outcomes = await told(make(2), partial(mortal, tmp_path), tasks)
        assert Counter(each.key for each in ends(outcomes)) == Counter("0123")
        assert all(isinstance(each, Finished) for each in ends(outcomes))
        assert all(counted(outcomes, key) == [1, 2] for key in "0123")
        assert {each.key: each.attempt for each in ends(outcomes)}["1"] == 2

    @pytest.mark.asyncio
    async def test_a_task_that_kills_every_worker_is_given_up(self, make: Make, tmp_path: Path) -> None:
        outcomes = await told(make(1), partial(mortal, tmp_path), ["always", "fine"])
        by_key = {each.key: each for each in ends(outcomes)}
        assert isinstance(by_key["1"], Finished)
        failed = by_key["0"]
        assert isinstance(failed, Failed)
        assert (failed.kind, failed.attempt) == ("died", 3)

    @pytest.mark.asyncio
    async def test_what_cannot_be_pickled_fails_its_task(self, make: Make) -> None:
        first, second = ends(await told(make(1), unsendable, ["odd", "fine"]))
        assert isinstance(first, Failed)
        assert first.kind == "defect"
        assert isinstance(second, Finished)


@asynccontextmanager
async def unsendable() -> AsyncIterator[Work[str, object]]:
    """A worker that gives a function as a result."""

    async def work(task: str) -> AsyncIterator[object]:
        yield (lambda: None) if task == "odd" else 1

    yield work
