"""Learning from toy modules: what is kept, under which name, and what is read again."""

import asyncio
import errno
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerDiedError, StorageError
from holdfast.core.events import Event, Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.identity import CheckerIdentity
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.shards import Shard
from holdfast.pipelines.learn import Lesson, ShardStore, learn
from holdfast.runtime.sinks import NullSink

IDENTITY = CheckerIdentity("toy", "1")
TEXT = "theorem id : P -> P.\n  intro H. exact H.\nqed.\n"


class Recorder:
    """An event sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class Counting(ToyChecker):
    """A toy checker that counts how often it opens a text, and how many texts are open at most."""

    def __init__(self, trouble: Exception | None = None, patience_s: float = 0.0, meet: int = 0) -> None:
        self.trouble = trouble
        self.patience_s = patience_s
        self.meet = meet
        """How many readers wait for each other before the first reads on."""
        self.lock = threading.Lock()
        self.texts: list[str] = []
        self.open_now = self.open_most = 0

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[Any]:
        return self._counted(source, observe)

    @asynccontextmanager
    async def _counted(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None
    ) -> AsyncIterator[Any]:
        with self.lock:
            self.texts.append(source.text)
            self.open_now += 1
            self.open_most = max(self.open_now, self.open_most)
        try:
            while self.open_most < self.meet:  # noqa: ASYNC110 - the others may be other threads
                await asyncio.sleep(0.001)
            await asyncio.sleep(self.patience_s)
            if self.trouble is not None:
                raise self.trouble
            async with super().open(source, observe) as reader:
                yield reader
        finally:
            with self.lock:
                self.open_now -= 1


def lesson(name: str, text: str = TEXT, checker: ToyChecker | None = None) -> Lesson:
    return Lesson(name, Source(f"{name}.toy", text), checker or ToyChecker())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.asyncio
async def test_a_module_is_read_once(tmp_path: Path) -> None:
    store, checker = ShardStore(tmp_path / "new" / "folder", IDENTITY), Counting()
    lessons = [lesson("A", checker=checker), lesson("B", TEXT * 0, checker)]
    first = await learn(lessons, store, sink=NullSink())
    assert (first.read, first.kept, first.left, first.steps, first.failed) == (2, 0, 0, 2, ())
    again = await learn(lessons, store, sink=NullSink())
    assert (again.read, again.kept, again.left, again.steps) == (0, 2, 0, 0)
    assert checker.texts == [TEXT, ""]
    assert files(tmp_path) == [store.path(each).name for each in lessons]
    shard = Shard.load(store.path(lessons[0]))
    assert [item.name for item in shard.declared] == ["id"]
    assert len(shard.templates) == 2


@pytest.mark.asyncio
async def test_what_makes_another_module_makes_another_shard(tmp_path: Path) -> None:
    store = ShardStore(tmp_path, IDENTITY)
    ours = store.path(lesson("A"))
    assert ours == ShardStore(tmp_path, IDENTITY).path(lesson("A"))
    others = [
        store.path(lesson("B")),
        store.path(lesson("A", TEXT + "\n")),
        ShardStore(tmp_path, CheckerIdentity("toy", "2")).path(lesson("A")),
        ShardStore(tmp_path, CheckerIdentity("other", "1")).path(lesson("A")),
    ]
    assert len({ours, *others}) == 5


@pytest.mark.asyncio
async def test_a_module_that_breaks_off_is_kept_as_far_as_it_was_read(tmp_path: Path) -> None:
    store = ShardStore(tmp_path, IDENTITY)
    broken = lesson("A", TEXT + "theorem no : A -> B.\n  intro H. exact H.\nqed.\n")
    learned = await learn([broken], store, sink=NullSink())
    assert [sentence.partition(" ")[2].rpartition(":")[0] for sentence in learned.failed] == ["A.toy:5:12"]
    assert [item.name for item in Shard.load(store.path(broken)).declared] == ["id"]


@pytest.mark.asyncio
async def test_a_module_that_shows_nothing_before_it_breaks_off_is_tried_again(tmp_path: Path) -> None:
    store = ShardStore(tmp_path, IDENTITY)
    for _ in range(2):
        learned = await learn([lesson("A", "not a module"), lesson("B")], store, sink=NullSink())
        assert [sentence.partition(":")[0] for sentence in learned.failed] == ["A"]
    assert files(tmp_path) == [store.path(lesson("B")).name]


@pytest.mark.asyncio
async def test_a_checker_that_died_is_told_of_and_its_module_tried_again(tmp_path: Path) -> None:
    store, sink = ShardStore(tmp_path, IDENTITY), Recorder()
    dying = lesson("A", checker=Counting(CheckerDiedError("it ended")))
    learned = await learn([dying, lesson("B")], store, sink=sink)
    assert learned.failed == ("A: it ended",)
    assert [note.text for note in sink.events if isinstance(note, Note)] == ["A was not read: it ended"]
    assert files(tmp_path) == [store.path(lesson("B")).name]
    assert (await learn([lesson("A"), lesson("B")], store, sink=sink)).read == 1


@pytest.mark.asyncio
async def test_progress_counts_modules(tmp_path: Path) -> None:
    sink = Recorder()
    await learn([lesson("A"), lesson("B")], ShardStore(tmp_path, IDENTITY), sink=sink)
    task = "reading libraries"
    assert sink.events == [
        TaskStarted(task, 2, "modules"),
        TaskAdvanced(task, 1, "A"),
        TaskAdvanced(task, 2, "B"),
        TaskFinished(task, "2 modules, 4 steps"),
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("jobs", [1, 3])
async def test_as_many_are_read_at_once_as_was_asked_for(tmp_path: Path, jobs: int) -> None:
    checker = Counting(meet=jobs)
    lessons = [lesson(name, checker=checker) for name in "ABCDEFG"]
    learned = await learn(lessons, ShardStore(tmp_path, IDENTITY), sink=NullSink(), jobs=jobs)
    assert learned.read == 7
    assert (checker.open_most, checker.open_now) == (jobs, 0)


@pytest.mark.asyncio
async def test_when_time_is_up_the_rest_is_left_and_nothing_half_read_is_kept(tmp_path: Path) -> None:
    slow = Counting(patience_s=3600.0)
    lessons = [lesson("A"), lesson("B", checker=slow), lesson("C")]
    store = ShardStore(tmp_path, IDENTITY)
    learned = await learn(lessons, store, sink=NullSink(), wall_s=0.3)
    assert (learned.read, learned.left) == (1, 2)
    assert slow.open_now == 0
    assert files(tmp_path) == [store.path(lessons[0]).name]
    nothing = await learn(lessons, store, sink=NullSink(), wall_s=0.0)
    assert (nothing.read, nothing.kept, nothing.left) == (0, 1, 2)


@pytest.mark.asyncio
async def test_a_disk_that_takes_no_more_ends_it_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(shard: Shard, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Shard, "save", full)
    with pytest.raises(StorageError, match=f"cannot keep what was learned in {tmp_path}: No space left"):
        await learn([lesson("A"), lesson("B")], ShardStore(tmp_path, IDENTITY), sink=NullSink(), jobs=2)
    assert files(tmp_path) == []
