from __future__ import annotations

from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Box(Generic[T]):
    """
    >>> Box(3).get()
    3
    """

    def __init__(self, value: T) -> None:
        self._value = value

    def get(self) -> T:
        return self._value


class Sized(Protocol):
    def __len__(self) -> int: ...


def size(x: Sized) -> int:
    """
    >>> size("abc")
    3
    """
    return len(x)
