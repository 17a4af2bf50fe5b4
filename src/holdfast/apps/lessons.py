"""What became of suggestions, as users and clients report it: kept on disk, and taught to the proposers."""

import contextlib
import fcntl
import json
import os
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.core.errors import StorageError, UserError
from holdfast.core.goals import Goal
from holdfast.core.trajectories import Observed
from holdfast.models.goal_text import goal_from_text, goal_style, goal_text
from holdfast.models.prompts import LANGUAGES, Language
from holdfast.runtime.lines import encode_line

__all__ = ["Answers", "Lesson", "Lessons", "UnknownAnswerError", "lessons_file"]

_VERSION = 1
_BLOCK = 1 << 20
_REMEMBERED = 10_000
"""How many answers can be reported on by their number."""
_TAUGHT = 20_000
"""How many accepted suggestions a new proposer is taught, the newest."""


def lessons_file(cache: Path) -> Path:
    """Where all servers of a user keep what they were told."""
    return cache / "serve" / "lessons.jsonl"


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


class UnknownAnswerError(UserError):
    """A report names an answer that nobody has given, or that was forgotten since."""


class Answers:
    """Which goal each of the latest answers was about, so that it can be reported on by its number alone."""

    def __init__(self) -> None:
        """None was given yet."""
        self._known: OrderedDict[str, tuple[str, str, Language]] = OrderedDict()

    def remember(self, number: str, goal: Goal, document: str, language: Language) -> None:
        """An answer was given."""
        self._known[number] = (goal_text(goal, goal_style(language)), document, language)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def lesson(self, number: str, step: str, *, accepted: bool) -> Lesson:
        """What became of a step of that answer. Raises UnknownAnswerError."""
        known = self._known.get(number)
        if known is None:
            raise UnknownAnswerError(f"no answer {number[:200]} is remembered: ask again")
        goal, document, language = known
        return Lesson(goal, step, accepted, document, language)


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
        self.close()

    def close(self) -> None:
        """Give the file back."""
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

    def accepted(self, language: Language) -> Iterator[Observed]:
        """What was accepted in a language, oldest first, to learn from; for any thread."""
        return (lesson.observed() for lesson in tuple(self._accepted) if lesson.language == language)

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
