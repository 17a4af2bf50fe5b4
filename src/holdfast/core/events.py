"""What long work says while it runs; sinks decide whether it is drawn, stored or dropped."""

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Event", "Note", "TaskAdvanced", "TaskFinished", "TaskStarted"]


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A piece of work with a name begins."""

    task: str
    total: int | None = None
    """How many units it has, None when unknown."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TaskAdvanced:
    """Units of a task are done."""

    task: str
    done: int
    """How many units in all so far."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A task ended; `outcome` is a word such as `proved` or `not found`."""

    task: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for people."""

    text: str
    level: str = "info"
    """`info` or `warning`."""


Event: TypeAlias = TaskStarted | TaskAdvanced | TaskFinished | Note
