"""Searches for the functions that would shorten programs most.

A pattern grows from the top: its leftmost open place becomes a node that several windows have there, a new
parameter, or a parameter that it has already. The pattern with the highest bound on what it can save goes
first, and patterns that cannot reach a share of the best found are dropped, so that where the search ends by
itself nothing better was missed. Work is counted, not timed: the same programs give the same functions.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from holdfast.library.compressing.sites import calls_or_loops
from holdfast.library.compressing.terms import FREE, HOLE, Terms

__all__ = ["Found", "SearchSettings", "Use", "Window", "assembled", "search"]

_CALL = 3
"""Tokens of a call without arguments."""
_DEFINITION = 6
"""Tokens of a definition without parameters and body."""
_PARAMETER = 4
"""Tokens of a parameter: its name, its type, a colon and a comma."""


_RETURNS = 4
"""Sets of names that a pattern is tried to give back."""


class SearchSettings(BaseModel):
    """What is looked for, and how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest: int = Field(default=6, ge=1, le=20)
    """Most statements of a function."""
    parameters: int = Field(default=4, ge=0, le=8)
    """Most parameters."""
    tasks: int = Field(default=2, ge=1)
    """Fewest tasks that have a use for it."""
    groups: int = Field(default=2, ge=1)
    """Fewest groups that these tasks are of."""
    thin_uses: int = Field(default=25, ge=1)
    """A function that does one thing only has to have as many uses."""
    expansions: int = Field(default=30_000, ge=1)
    """Patterns that are looked at before the search gives up; less is found with fewer."""
    share: float = Field(default=0.25, gt=0, le=1)
    """Patterns are kept that save this share of what the best saves."""


@dataclass(frozen=True, slots=True)
class Window:
    """One place that could become a call."""

    task: str
    group: str
    line: tuple[int, int]
    """The block (an expression counts as one) and the place in it."""
    wanted: frozenset[int]
    """Numbers of the bound names that are read after it."""
    piece: int = 0
    """The step that it is in."""


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern that shortens the programs."""

    expression: bool
    pattern: tuple[int, ...]
    """Terms with holes in them, one for each statement."""
    returns: tuple[int, ...]
    """Numbers of the bound names that it gives back."""
    arguments: tuple[tuple[int, ...], ...]
    """For each parameter, the terms that stand in its place; each once."""
    windows: tuple[Window, ...]
    """Where it can be used; none overlaps another."""
    gain: int
    """Tokens that it saves, its definition counted; an estimate."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    done: tuple[tuple[str, int], ...]
    """What is decided, from the top, leftmost first: a whole term, the topmost node of a term, or a hole."""
    entries: tuple[int, ...]
    """Which of the distinct windows it fits."""
    open: tuple[tuple[int, ...], ...]
    """For each of them the terms at the places that are not decided, the next one last."""
    holes: tuple[tuple[int, ...], ...]
    """For each of them the terms that its parameters stand for."""
    locked: tuple[bool, ...]
    """For each open place, whether no argument can stand there."""
    size: int
    """Tokens of what is decided."""


class Use(NamedTuple):
    """A window that a pattern fits."""

    window: Window
    holes: tuple[int, ...]
    """The terms that its parameters stand for."""
    size: int
    """Tokens of the window."""


class _Root:
    """Windows of one kind and length."""

    def __init__(self, length: int) -> None:
        self.length = length
        """Statements, 0 for an expression."""
        self.entries: dict[tuple[int, ...], list[Window]] = defaultdict(list)


def search(
    windows: Mapping[tuple[bool, tuple[int, ...]], Sequence[Window]], terms: Terms, settings: SearchSettings
) -> list[Found]:
    """Patterns that save tokens, the best first.

    `windows` has the places of each run of statements (with False) and of each expression (with True).
    """
    roots: dict[int, _Root] = {}
    for (expression, numbers), places in sorted(windows.items(), key=lambda each: each[0]):
        length = 0 if expression else len(numbers)
        roots.setdefault(length, _Root(length)).entries[numbers].extend(places)
    return _Search([roots[length] for length in sorted(roots)], terms, settings).run()


class _Search:
    def __init__(self, roots: Sequence[_Root], terms: Terms, settings: SearchSettings) -> None:
        self._terms = terms
        self._settings = settings
        self._keys: list[tuple[int, ...]] = []
        self._windows: list[list[Window]] = []
        self._sizes: list[int] = []
        self._heap: list[tuple[int, int, int, _Pattern]] = []
        self._count = 0
        self._best = 0
        self._found: dict[tuple[object, ...], Found] = {}
        for root in roots:
            self._add_root(root)

    def _add_root(self, root: _Root) -> None:
        first = len(self._keys)
        for key, places in root.entries.items():
            self._keys.append(key)
            self._windows.append(places)
            self._sizes.append(sum(self._terms.sizes[number] for number in key))
        entries = tuple(range(first, len(self._keys)))
        locked = (True,) * max(1, root.length)
        # The next open place is the last: taking it off a tuple is cheap.
        pattern = _Pattern(
            (), entries, tuple(self._keys[e][::-1] for e in entries), ((),) * len(entries), locked, 0
        )
        self._push(root.length, pattern)

    def run(self) -> list[Found]:
        left = self._settings.expansions
        while self._heap and left:
            left -= 1
            bound, _, length, pattern = heapq.heappop(self._heap)
            if -bound <= self._best * self._settings.share:
                break
            if not pattern.open[0]:
                self._finish(length, pattern)
                continue
            for grown in self._grown(pattern):
                self._push(length, grown)
        floor = self._best * self._settings.share
        kept = [each for each in self._found.values() if each.gain >= floor]
        return sorted(kept, key=lambda each: (-each.gain, len(each.arguments), each.pattern))

    def _push(self, length: int, pattern: _Pattern) -> None:
        if not self._supported(pattern.entries):
            return
        sizes = self._terms.sizes
        saved = sum(
            len(self._windows[entry]) * (self._sizes[entry] - _CALL - sum(sizes[hole] for hole in holes))
            for entry, holes in zip(pattern.entries, pattern.holes, strict=True)
        )
        bound = saved - pattern.size - _DEFINITION - _PARAMETER * len(pattern.holes[0])
        if bound > self._best * self._settings.share:
            self._count += 1
            heapq.heappush(self._heap, (-bound, self._count, length, pattern))

    def _supported(self, entries: Sequence[int]) -> bool:
        tasks: set[str] = set()
        groups: set[str] = set()
        for entry in entries:
            for window in self._windows[entry]:
                tasks.add(window.task)
                groups.add(window.group)
            if len(tasks) >= self._settings.tasks and len(groups) >= self._settings.groups:
                return True
        return False

    def _grown(self, pattern: _Pattern) -> Iterator[_Pattern]:
        terms = self._terms
        nexts = [places[-1] for places in pattern.open]
        first = nexts[0]
        if terms.fixed[first] and all(each == first for each in nexts):
            yield self._taken(pattern, first)  # what all have alike is never worth a parameter
            return
        by_label: dict[object, list[int]] = defaultdict(list)
        for at, term in enumerate(nexts):
            if terms.labels[term][0] != FREE:
                by_label[terms.labels[term]].append(at)
        for places in by_label.values():
            yield self._expanded(pattern, places)
        if not pattern.locked[-1]:
            yield from self._with_hole(pattern, nexts)

    def _with_hole(self, pattern: _Pattern, nexts: Sequence[int]) -> Iterator[_Pattern]:
        fit = [at for at, term in enumerate(nexts) if self._terms.is_argument(term)]
        count = len(pattern.holes[0])
        if fit and count < self._settings.parameters:
            yield self._narrowed(pattern, fit, (HOLE, count), [(nexts[at],) for at in fit])
        for number in range(count):
            same = [at for at in fit if pattern.holes[at][number] == nexts[at]]
            if same:
                yield self._narrowed(pattern, same, (HOLE, number), [()] * len(same))

    def _narrowed(
        self, pattern: _Pattern, places: Sequence[int], item: tuple[str, int], more: Sequence[tuple[int, ...]]
    ) -> _Pattern:
        return _Pattern(
            (*pattern.done, item),
            tuple(pattern.entries[at] for at in places),
            tuple(pattern.open[at][:-1] for at in places),
            tuple(pattern.holes[at] + extra for at, extra in zip(places, more, strict=True)),
            pattern.locked[:-1],
            pattern.size + 1,
        )

    def _taken(self, pattern: _Pattern, term: int) -> _Pattern:
        return _Pattern(
            (*pattern.done, ("term", term)),
            pattern.entries,
            tuple(places[:-1] for places in pattern.open),
            pattern.holes,
            pattern.locked[:-1],
            pattern.size + self._terms.sizes[term],
        )

    def _expanded(self, pattern: _Pattern, places: Sequence[int]) -> _Pattern:
        terms = self._terms
        term = pattern.open[places[0]][-1]
        name = terms.labels[term][0]
        count = len(terms.children[term])
        # A function that is called, and the way a value is shown in an f-string, are no values to hand over.
        locked = tuple(
            (name == "Call" and at == 0) or (name == "FormattedValue" and at > 0) for at in range(count)
        )
        return _Pattern(
            (*pattern.done, ("node", term)),
            tuple(pattern.entries[at] for at in places),
            tuple(pattern.open[at][:-1] + terms.children[pattern.open[at][-1]][::-1] for at in places),
            tuple(pattern.holes[at] for at in places),
            pattern.locked[:-1] + locked[::-1],
            pattern.size + terms.own[term],
        )

    def _finish(self, length: int, pattern: _Pattern) -> None:
        numbers = self._rebuilt(pattern.done, max(1, length))
        if len(numbers) == 1 and self._terms.labels[numbers[0]][0] in {"hole", "bound", "Name", "Constant"}:
            return
        deeds = calls_or_loops(self._terms, numbers)
        for found in self._variants(length, pattern, numbers):
            if found.gain <= 0 or (deeds < 2 and len(found.windows) < self._settings.thin_uses):
                continue
            self._best = max(self._best, found.gain)
            # Patterns that serve the same places in other words: the best of them is enough.
            key = (found.windows, found.returns)
            known = self._found.get(key)
            if known is None or known.gain < found.gain:
                self._found[key] = found

    def _variants(self, length: int, pattern: _Pattern, numbers: tuple[int, ...]) -> Iterator[Found]:
        """The pattern with each set of names that it could give back."""
        uses = [
            Use(window, holes, self._sizes[entry])
            for entry, holes in zip(pattern.entries, pattern.holes, strict=True)
            for window in self._windows[entry]
        ]
        wanted = Counter(use.window.wanted for use in uses)
        for returns in sorted(wanted, key=lambda each: (-wanted[each], sorted(each)))[:_RETURNS]:
            chosen = _apart([use for use in uses if use.window.wanted <= returns], max(1, length))
            if len({use.window.task for use in chosen}) < self._settings.tasks:
                continue
            if len({use.window.group for use in chosen}) < self._settings.groups:
                continue
            yield assembled(length, numbers, tuple(sorted(returns)), chosen, self._terms)

    def _rebuilt(self, done: Sequence[tuple[str, int]], count: int) -> tuple[int, ...]:
        """The terms that a list of decisions stands for."""
        decided = iter(done)

        def build() -> int:
            kind, number = next(decided)
            if kind == "term":
                return number
            if kind == HOLE:
                return self._terms.add((HOLE, number), ())
            children = tuple(build() for _ in self._terms.children[number])
            return self._terms.add(self._terms.labels[number], children)

        return tuple(build() for _ in range(count))


def assembled(
    length: int, pattern: tuple[int, ...], returns: tuple[int, ...], uses: Sequence[Use], terms: Terms
) -> Found:
    """A pattern of so many statements (0 for an expression) with its uses, which do not overlap."""
    sizes = terms.sizes
    count = len(uses[0].holes)
    given = 2 * len(returns)
    call = _CALL + max(0, count - 1) + given
    saved = sum(use.size - call - sum(sizes[hole] for hole in use.holes) for use in uses)
    definition = sum(sizes[number] for number in pattern) + _DEFINITION + _PARAMETER * count + given
    arguments = tuple(tuple(dict.fromkeys(use.holes[at] for use in uses)) for at in range(count))
    windows = tuple(use.window for use in uses)
    return Found(length == 0, pattern, returns, arguments, windows, saved - definition)


def _apart(uses: Sequence[Use], length: int) -> list[Use]:
    """Those of some uses that do not overlap, the first in each block first."""
    chosen: list[Use] = []
    last: tuple[int, int] | None = None
    for use in sorted(uses, key=lambda each: each.window.line):
        block, place = use.window.line
        if last is None or block != last[0] or place >= last[1] + length:
            chosen.append(use)
            last = (block, place)
    return chosen
