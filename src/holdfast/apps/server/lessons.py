"""What clients reported of suggestions: kept on disk, and taught to the proposers."""

import contextlib
import fcntl
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.core.errors import StorageError
from holdfast.core.trajectories import Observed
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import LANGUAGES, Language
from holdfast.runtime.lines import encode_line

__all__ = ["Lesson", "Lessons"]

_VERSION = 1
_BLOCK = 1 << 20
_TAUGHT = 20_000
"""How many accepted suggestions a new proposer is taught, the newest."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A suggestion and what became of it."""

    goal: str
    """The goal as text, as the answer gave it."""
    step: str
    accepted: bool
    document: str = ""
    """The file, as the client calls it."""
    language: Language = "rocq"

    def observed(self) -> Observed:
        """The step as one that a proof took."""
        return Observed(f"accepted in {self.document}", goal_from_text(self.goal), self.step)


class Lessons:
    """A file of lessons, which several servers may write and read at the same time; a context manager."""

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises StorageError where that fails or the file is damaged."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"cannot keep lessons in {path.parent}: {error.strerror}") from error
        self._read = 0
        """How much of the file was read; whole lines."""
        self._heard: list[Lesson] = []
        """What others wrote and nobody was told of yet."""
        self._accepted: deque[Lesson] = deque(maxlen=_TAUGHT)
        try:
            self.news()
        except BaseException:
            os.close(self._descriptor)
            raise

    def __enter__(self) -> "Lessons":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def add(self, lesson: Lesson) -> None:
        """Keep a lesson; it is on the disk when this returns. Raises StorageError."""
        record = {
            "version": _VERSION,
            "goal": lesson.goal,
            "step": lesson.step,
            "accepted": lesson.accepted,
            "document": lesson.document,
            "language": lesson.language,
        }
        line = encode_line(record)
        with self._locked(fcntl.LOCK_EX):
            self._catch_up()
            # What a killed writer left of a line never counted, and whoever writes now has the lock.
            os.ftruncate(self._descriptor, self._read)
            if os.write(self._descriptor, line) < len(line):
                os.ftruncate(self._descriptor, self._read)
                raise StorageError(f"cannot write {self._path}: the disk is full")
            os.fsync(self._descriptor)
            self._read += len(line)
        self._keep(lesson)

    def news(self) -> Sequence[Lesson]:
        """What other servers have added since this was asked last, oldest first. Raises StorageError."""
        with self._locked(fcntl.LOCK_SH):
            self._catch_up()
        heard, self._heard = self._heard, []
        return heard

    def accepted(self) -> Iterator[Observed]:
        """What was accepted in Rocq's language, oldest first, to learn from."""
        return (lesson.observed() for lesson in tuple(self._accepted) if lesson.language == "rocq")

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        try:
            fcntl.flock(self._descriptor, how)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        except OSError as error:
            raise StorageError(f"cannot keep lessons in {self._path}: {error.strerror}") from error

    def _catch_up(self) -> None:
        found = bytearray()
        while block := os.pread(self._descriptor, _BLOCK, self._read + len(found)):
            found += block
        whole = bytes(found[: found.rfind(b"\n") + 1])
        for line in whole.splitlines():
            lesson = self._parsed(line)
            self._keep(lesson)
            self._heard.append(lesson)
        self._read += len(whole)

    def _parsed(self, line: bytes) -> Lesson:
        try:
            record = json.loads(line)
        except ValueError as error:
            raise StorageError(f"{self._path} is damaged: a line is not JSON; move it away") from error
        if not isinstance(record, dict):
            raise StorageError(f"{self._path} is damaged: a line is not a record; move it away")
        return _lesson(record)

    def _keep(self, lesson: Lesson) -> None:
        if lesson.accepted:
            self._accepted.append(lesson)


def _lesson(record: Mapping[str, object]) -> Lesson:
    said = record.get("language")
    return Lesson(
        str(record.get("goal", "")),
        str(record.get("step", "")),
        record.get("accepted") is True,
        str(record.get("document", "")),
        next((each for each in LANGUAGES if each == said), "rocq"),
    )
