"""What clients reported of suggestions: kept on disk, and taught to the proposers."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.core.errors import StorageError
from holdfast.core.trajectories import Observed
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import LANGUAGES, Language
from holdfast.runtime.lines import JsonLineFile

__all__ = ["Lesson", "Lessons"]

_VERSION = 1
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
    """A file of lessons; a context manager. Only one server writes a file at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises StorageError where that fails or the file is damaged."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot keep lessons in {path.parent}: {error.strerror}") from error
        self._file = JsonLineFile(path)
        found = (_lesson(record) for record in self._file.records)
        self._accepted = deque((one for one in found if one.accepted), maxlen=_TAUGHT)

    def __enter__(self) -> "Lessons":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, lesson: Lesson) -> None:
        """Keep a lesson; it is on the disk when this returns. Raises StorageError."""
        record = {"version": _VERSION, "goal": lesson.goal, "step": lesson.step}
        self._file.append(
            record | {"accepted": lesson.accepted, "document": lesson.document, "language": lesson.language}
        )
        if lesson.accepted:
            self._accepted.append(lesson)

    def accepted(self) -> Iterator[Observed]:
        """What was accepted in Rocq's language, oldest first, to learn from."""
        return (lesson.observed() for lesson in tuple(self._accepted) if lesson.language == "rocq")


def _lesson(record: Mapping[str, object]) -> Lesson:
    said = record.get("language")
    return Lesson(
        str(record.get("goal", "")),
        str(record.get("step", "")),
        record.get("accepted") is True,
        str(record.get("document", "")),
        next((each for each in LANGUAGES if each == said), "rocq"),
    )
