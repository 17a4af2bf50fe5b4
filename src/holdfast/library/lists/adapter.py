"""Programs from a list of whole numbers to another, as the pipeline asks for a domain."""

import random
from collections.abc import Hashable, Sequence
from pathlib import Path

from holdfast.library.python_domain import PythonDomain
from holdfast.library.reading import read_tasks, standard_task
from holdfast.library.records import Loaded, State
from holdfast.library.running import Foundation

__all__ = ["Lists"]

_LONGEST, _DEEPEST = 10_000, 8
_LARGEST = 10**18
_EXAMPLE = [2, 5, 1, 4, 4, 3]
"""What `items` is in the examples of functions: of an empty list, most functions show nothing."""


class Lists(PythonDomain):
    """States are lists of whole numbers, or of such lists."""

    name = "lists"
    lattice = None
    _foundation = Foundation(Path(__file__).with_name("foundation"), "listwork", _EXAMPLE, ("items",))

    def load(self, path: Path) -> Loaded:
        """Read tasks in the plain layout.

        Raises UserError where the file is missing or no line of it can be used.
        """
        return read_tasks(path, lambda line: standard_task(line, is_state=self.is_state, blank=[]))

    def is_state(self, state: State) -> bool:
        """Whether it is a list of whole numbers, or of such lists, neither too long nor too deep."""
        return isinstance(state, list) and _is_list(state, _DEEPEST)

    def parts(self, state: State) -> frozenset[Hashable]:
        """(place, item) of each item."""
        return frozenset((at, _frozen(item)) for at, item in enumerate(state))

    def changes(self, before: State, after: State) -> frozenset[Hashable]:
        """(place, item) of each item that was not there before; (place, None) where the list ends sooner."""
        gone = frozenset((at, None) for at in range(len(after), len(before)))
        return (self.parts(after) - self.parts(before)) | gone

    def probes(self, count: int, seed: int) -> Sequence[State]:
        """Lists of numbers, many of them small and some twice; the first is empty."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        return [
            [] if at == 0 else [chance.randint(-5, 12) for _ in range(chance.randint(1, 9))]
            for at in range(count)
        ]

    def picture(self, state: State) -> str:  # noqa: ARG002 - lists have none
        """Nothing: a list is read as it is."""
        return ""


def _is_list(items: list[State], depth: int) -> bool:
    return (
        depth > 0
        and len(items) <= _LONGEST
        and all(
            _is_list(item, depth - 1)
            if isinstance(item, list)
            else type(item) is int and abs(item) <= _LARGEST
            for item in items
        )
    )


def _frozen(item: State) -> Hashable:
    return tuple(map(_frozen, item)) if isinstance(item, list) else item
