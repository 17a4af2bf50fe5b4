"""How to write a declared name: as people wrote it where that is known, else in full."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

__all__ = ["NameBook"]

_NAME = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")


class NameBook:
    """Full names, and the shorter spellings seen in use."""

    def __init__(self) -> None:
        self._owners: dict[str, str | None] = {}
        self._used: Counter[str] = Counter()
        self._sorted: list[str] = []

    def declare(self, name: str) -> None:
        """Take in a full name; a spelling that two names share belongs to neither."""
        spelling = name
        while True:
            known = self._owners.setdefault(spelling, name)
            if known != name:
                self._owners[spelling] = None
            _head, dot, spelling = spelling.partition(".")
            if not dot:
                return

    def beginning(self, prefix: str) -> Iterator[str]:
        """The spellings of declared names that begin with `prefix`, in alphabetical order."""
        if len(self._sorted) < len(self._owners):
            self._sorted = sorted(self._owners)
        for at in range(bisect_left(self._sorted, prefix), len(self._sorted)):
            if not self._sorted[at].startswith(prefix):
                return
            yield self._sorted[at]

    def owner(self, spelling: str) -> str | None:
        """The name that a spelling means; None where none does, or several do."""
        return self._owners.get(spelling)

    def use(self, step: str) -> None:
        """Take in the spellings in a step."""
        self._used.update(_NAME.findall(step))

    def uses(self, spelling: str) -> int:
        """How often a spelling was seen in use."""
        return self._used[spelling]

    def spell(self, name: str) -> str:
        """The spelling most used that means `name` and nothing else; `name` itself when none is known."""
        best, times = name, 0
        spelling = name
        while True:
            _head, dot, spelling = spelling.partition(".")
            if not dot:
                return best
            if self._used[spelling] > times and self._owners.get(spelling) == name:
                best, times = spelling, self._used[spelling]
