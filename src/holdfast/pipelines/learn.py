"""Learn from libraries: read each source once through its checker and keep what was seen as a shard.

A shard is named after its library and a digest of everything it depends on, so a changed source or another
checker makes another shard, and reading can stop anywhere: what is published is whole.
"""

import asyncio
import functools
import hashlib
import os
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, SourceError, StorageError
from holdfast.core.events import Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import Checker, EventSink
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.shards import SHARD_VERSION, Shard
from holdfast.runtime.threads import in_threads

__all__ = ["Learned", "Lesson", "ShardStore", "learn"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One library module to learn from."""

    name: str
    """Fully qualified, for example `Coq.Arith.Le`."""
    source: Source
    checker: Checker
    """Set up to read this module (its logical name, its load path)."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a call of `learn` did."""

    read: int
    """Modules read by this call."""
    kept: int
    """Modules that were there already."""
    left: int
    """Modules that were not read for want of time."""
    steps: int
    """Proof steps in the modules read by this call."""
    failed: tuple[str, ...] = ()
    """One sentence for each module that could not be read to its end."""


class ShardStore:
    """A folder of shards for one checker. Writers publish by rename, so readers never see half a shard."""

    def __init__(self, folder: Path, identity: CheckerIdentity) -> None:
        self.folder = folder
        self._salt = f"{identity.tool} {identity.version} {SHARD_VERSION}"

    def path(self, lesson: Lesson) -> Path:
        """Where the shard of a lesson is, or will be."""
        digest = hashlib.sha256(f"{self._salt}\0{lesson.name}\0{lesson.source.text}".encode())
        return self.folder / f"{lesson.name}-{digest.hexdigest()[:16]}.npz"

    def publish(self, lesson: Lesson, shard: Shard) -> None:
        """Store a shard under its final name, whole or not at all."""
        final = self.path(lesson)
        draft = final.with_name(f".{final.stem}.{os.getpid()}.npz")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            shard.save(draft)
            draft.replace(final)
        except OSError as error:
            sentence = f"cannot keep what was learned in {self.folder}: {error.strerror}"
            raise StorageError(f"{sentence}; --cache DIR names another folder") from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


@dataclass(slots=True)
class _Progress:
    total: int
    sink: EventSink
    done: int = 0
    steps: int = 0
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def advance(self, detail: str, steps: int) -> None:
        with self.lock:
            self.done += 1
            self.steps += steps
            self.sink.emit(TaskAdvanced(_TASK, self.done, detail))

    def fail(self, sentence: str, warning: str = "") -> None:
        with self.lock:
            self.failed.append(sentence)
            if warning:
                self.sink.emit(Note(warning, "warning"))


_TASK = "reading libraries"


async def learn(
    lessons: Sequence[Lesson],
    store: ShardStore,
    *,
    sink: EventSink,
    jobs: int = 1,
    wall_s: float | None = None,
) -> Learned:
    """Read every lesson that has no shard yet, `jobs` at a time, in the order given.

    After `wall_s` seconds no more is read, and the modules that are being read are left for another time.
    A module that its checker does not accept to the end is kept as far as it was read, and named in
    `Learned.failed`; one that shows nothing before that is tried again, because what it rests on may not
    be compiled yet. Raises StorageError when a shard cannot be written.
    """
    missing = deque(lesson for lesson in lessons if not store.path(lesson).exists())
    progress = _Progress(len(missing), sink)
    if not missing:
        return Learned(read=0, kept=len(lessons), left=0, steps=0)
    sink.emit(TaskStarted(_TASK, len(missing), "modules"))
    try:
        work = functools.partial(_work, missing, store, progress)
        async with asyncio.timeout(wall_s):
            await in_threads([work] * min(jobs, len(missing)))
    except TimeoutError:
        pass
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    sink.emit(TaskFinished(_TASK, f"{progress.done} modules, {progress.steps} steps"))
    left = progress.total - progress.done
    kept = len(lessons) - progress.total
    return Learned(progress.done, kept, left, progress.steps, tuple(progress.failed))


async def _work(missing: deque[Lesson], store: ShardStore, progress: _Progress) -> None:
    while True:
        try:
            lesson = missing.popleft()  # workers are threads: another one may take the last
        except IndexError:
            return
        await _study(lesson, store, progress)


async def _study(lesson: Lesson, store: ShardStore, progress: _Progress) -> None:
    stream = await _read(lesson, progress)
    if stream is not None:
        store.publish(lesson, Shard.from_stream(stream))
    progress.advance(lesson.name, sum(isinstance(item, Observed) for item in stream or ()))


async def _read(lesson: Lesson, progress: _Progress) -> list[Observed | Declared] | None:
    """Everything the module shows on its way; None when it is to be tried again another time."""
    stream: list[Observed | Declared] = []
    try:
        async with lesson.checker.open(lesson.source, stream.append) as reader:
            await reader.finish()
    except SourceError as error:
        progress.fail(f"{lesson.name}: {error}")
        return stream or None
    except CheckerError as error:
        progress.fail(f"{lesson.name}: {error}", warning=f"{lesson.name} was not read: {error}")
        return None
    return stream
