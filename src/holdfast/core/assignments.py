"""Work that is shared out among workers, and what becomes of it."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

__all__ = ["Assigned", "Failed", "Finished", "Item", "Outcome"]

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Assigned(Generic[_T]):
    """A task under a key that no other task of the same call has."""

    key: str
    task: _T


@dataclass(frozen=True, slots=True)
class Item(Generic[_R]):
    """One result of a task, as it comes.

    It counts when a `Finished` of the same key and attempt follows; a worker that died in the middle of an
    attempt leaves items that the next attempt brings again.
    """

    key: str
    value: _R
    attempt: int
    """1 for the first."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A task is done; all its items came before."""

    key: str
    attempt: int
    worker: str
    """Where it was done, for people."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A task was given up."""

    key: str
    attempt: int
    kind: Literal["user", "infrastructure", "defect", "died"]
    """Whose fault: what was asked for, the machine or a tool, our own; or every worker that tried it died."""
    message: str
    """One sentence for people."""
    detail: str = ""
    """The traceback of a defect."""


Outcome: TypeAlias = Item[_R] | Finished | Failed
"""What an executor tells of a task: any number of items, then exactly one end."""
