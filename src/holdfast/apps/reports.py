"""What became of answers: kept on disk, taught to the files that are kept read, heard from other servers."""

import uuid
from collections.abc import Iterator
from pathlib import Path

from holdfast.apps.kept import KeptFiles
from holdfast.apps.lessons import Answers, Lesson, Lessons, lessons_file
from holdfast.core.errors import StorageError
from holdfast.core.events import Note
from holdfast.core.goals import Goal
from holdfast.core.seams import EventSink
from holdfast.core.trajectories import Observed
from holdfast.models.prompts import Language

__all__ = ["Reports"]


class Reports:
    """For one event loop, `accepted` aside."""

    def __init__(self, cache: Path, files: KeptFiles, sink: EventSink) -> None:
        """Open nothing yet; `sink` is told where the disk refuses."""
        self._path = lessons_file(cache)
        self._files = files
        self._sink = sink
        self._answers = Answers()
        self._lessons: Lessons | None = None
        self._is_deaf = False
        """Whether the disk has refused, so that it is not asked again."""

    def close(self) -> None:
        """Give the file back."""
        if self._lessons is not None:
            self._lessons.close()

    def remember(self, goal: Goal, document: str, language: Language) -> str:
        """The number under which an answer about `goal` can be reported on."""
        number = uuid.uuid4().hex
        self._answers.remember(number, goal, document, language)
        return number

    def report(self, answer: str, step: str, *, accepted: bool) -> None:
        """Learn what became of a step of an answer; it is on the disk when this returns.

        Raises UnknownAnswerError where the answer is not known, StorageError where nothing can be kept.
        """
        lesson = self._answers.lesson(answer, step, accepted=accepted)
        self._opened().add(lesson)
        self._teach(lesson)

    def hear(self) -> None:
        """Learn what was reported to other servers since this was called last."""
        if self._is_deaf:
            return
        try:
            for lesson in self._opened().news():
                self._teach(lesson)
        except StorageError as error:
            self._is_deaf = True
            self._sink.emit(Note(str(error), "warning"))

    def accepted(self, language: Language) -> Iterator[Observed]:
        """The steps that were taken in a language, oldest first; for any thread."""
        return iter(()) if self._lessons is None else self._lessons.accepted(language)

    def _opened(self) -> Lessons:
        if self._lessons is None:
            self._lessons = Lessons(self._path)
        return self._lessons

    def _teach(self, lesson: Lesson) -> None:
        if lesson.accepted:
            item, language = lesson.observed(), lesson.language
            self._files.tell(lambda document: document.teach(item) if document.language == language else None)
