"""Steps of audited proofs, kept as JSON lines, and taught to the embedded proposers wherever they search."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from holdfast.core.errors import StorageError, UserError
from holdfast.core.seams import Learner
from holdfast.core.trajectories import Observed
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import Language
from holdfast.runtime.lines import encode_line
from holdfast.runtime.runs import publish

__all__ = ["Taught", "read_taught", "teaching", "write_taught"]


class Taught(BaseModel):
    """One step of a proof."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theorem: str
    file: str = ""
    state: str
    """The goal that the step was taken at, as text."""
    tactic: str
    depth: int = 0
    """Steps of the proof before it."""
    language: Language = "rocq"


def write_taught(path: Path, steps: Iterable[Taught]) -> None:
    """Put them into a file, whole or not at all. Raises StorageError."""
    publish(path, b"".join(encode_line(step.model_dump()) for step in steps))


def read_taught(path: Path) -> list[Taught]:
    """What is in a file. Raises UserError where it holds something else, StorageError where it is lost."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    try:
        return [Taught.model_validate_json(line) for line in lines]
    except ValidationError as error:
        raise UserError(f"{path} does not hold steps of proofs: {error.errors()[0]['msg']}") from error


def teaching(
    make: Callable[[], Learner],
    steps: Sequence[Taught],
    *,
    language: Language,
    file: str,
    names: Sequence[str],
) -> Callable[[], Learner]:
    """Learners as `make` makes them, taught the steps of a language.

    What a proof of the very theorems that are to be searched says (`names` of `file`) is not told: that
    would be no search.
    """
    searched = {(file, name) for name in names}
    lessons = [
        Observed(step.theorem, goal_from_text(step.state), step.tactic)
        for step in steps
        if step.language == language and (step.file, step.theorem) not in searched
    ]

    def made() -> Learner:
        learner = make()
        for lesson in lessons:
            learner.learn(lesson)
        return learner

    return made
