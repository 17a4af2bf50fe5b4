"""How to write a declared name: as people wrote it where that is known, else in full."""

import re
from collections import Counter

__all__ = ["NameBook"]

_NAME = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")


class NameBook:
    """Full names, and the shorter spellings seen in use."""

    def __init__(self) -> None:
        self._owners: dict[str, str | None] = {}
        self._used: Counter[str] = Counter()

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
