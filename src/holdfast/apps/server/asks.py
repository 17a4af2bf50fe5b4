"""What suggestions are asked for, and what comes back of it piece by piece."""

from dataclasses import dataclass
from typing import TypeAlias

from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.models.prompts import Language
from holdfast.search.suggest import Suggestion

__all__ = ["Ask", "DocumentPlace", "GoalSeen", "Part", "Remark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPlace:
    """A place in a text."""

    key: str
    """Whose document it is, and which: the same key keeps the same checker warm."""
    name: str
    text: str
    offset: int
    language: Language = "rocq"
    tests: tuple[Source, ...] = ()
    """Test files that were sent along; for Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question. Equal ones are answered together."""

    goal: str = ""
    """A goal as text, where there is no document; nothing can be checked then."""
    language: Language = "rocq"
    """What the goal is written in, where there is no document."""
    place: DocumentPlace | None = None
    prefix: str = ""
    context: str = ""
    """What stands before the place, where there is no document."""
    count: int = 10
    check: bool = True
    limit_s: float = 10.0
    """Seconds after which nothing more is checked."""


@dataclass(frozen=True, slots=True)
class GoalSeen:
    """The goal at the place; comes first."""

    goal: Goal


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on what could not be done."""

    text: str


Part: TypeAlias = GoalSeen | Suggestion | Remark
