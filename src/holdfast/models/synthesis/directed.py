"""What a loop would have to compute for its comprehension to be the wanted value, and whether it can."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.models.synthesis.gathering import Gathering
from holdfast.models.synthesis.loop import Loop
from holdfast.models.synthesis.ops_numbers import COMPARISONS
from holdfast.models.synthesis.ops_text import TEXT
from holdfast.models.synthesis.pool import Meter, Pool
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op, Term
from holdfast.models.synthesis.trees import Joined, conjoin
from holdfast.models.synthesis.values import ERROR, Vector, failing, holding, is_total, kind_of, same
from holdfast.models.synthesis.wanted import Wanted, choice

__all__ = ["Directed"]

_SEPARATORS: Final = ("", " ", ",", ", ", "-", "\n", "_")
_MOST_FILTERS: Final = 10
_MOST_TABLES: Final = 6
_JOIN: Final = next(op for op in TEXT if op.name == "join")

_AND, _OR = (next(op for op in COMPARISONS if op.name == name) for name in ("and", "or"))

_Build = Callable[[Term], Term]


@dataclass(frozen=True, slots=True)
class _Filter:
    """Which turns a test has to let through, and what is built then."""

    yes: int
    no: int
    build: _Build


class Directed:
    """Works backwards from a target through one loop."""

    def __init__(self, loop: Loop, pool: Pool, meter: Meter, target: Vector) -> None:
        """`pool` is that of the loop; `target` has a value for each outer point."""
        self._loop = loop
        self._pool = pool
        self._meter = meter
        self._target = target
        self._kind = kind_of(target)
        self._wants: list[tuple[Wanted, _Build]] = []
        self._filters: list[_Filter] = []
        self._heads = 0
        self._tables = 0
        self._tests: list[tuple[Term, int, int]] = []
        self._tried = 0
        self._pending: list[Term] = []
        self._gathering = Gathering(loop, target) if self._kind == "dict" else None
        self._able = is_total(target) and None not in loop.bounds
        if self._able:
            self._want_lists()
            self._want_pairs()

    def offer(self, term: Term) -> Iterator[Term]:
        """Whole expressions of the outer pool that are completed by an expression of the loop."""
        if not self._able:
            return
        for wanted, build in self._wants:
            for found in wanted.offer(term):
                yield build(found)
        yield from self._drain()
        if self._gathering is not None:
            yield from self._gathering.offer(term)
        if term.kind == "bool":
            yield from self._test(term)
        elif term.total and term.uses & self._loop.names:
            self._extend(term)

    def _extend(self, head: Term) -> None:
        if self._kind.startswith("list") and self._heads < _MOST_FILTERS:
            self._heads += 1
            self._filter_list(head)
        if self._kind == "dict" and self._tables < _MOST_TABLES:
            self._want_table(head)

    def conditionals(self) -> Iterator[Term]:
        """The same by tests: choices between two heads, tests of two parts."""
        yield from self._drain()
        for wanted, build in self._wants:
            for tree in wanted.conditionals(2):
                yield build(choice(tree))
        if len(self._tests) > self._tried:
            self._tried = len(self._tests)
            for goal in self._filters:
                joined = conjoin(self._tests, goal.yes, goal.no)
                if joined is not None:
                    yield goal.build(_test_of(joined))

    def _drain(self) -> Iterator[Term]:
        while self._pending:
            yield self._pending.pop(0)

    def _test(self, term: Term) -> Iterator[Term]:
        if term.total and len(self._tests) < 400:
            yes, no = holding(term.vector), failing(term.vector)
            self._tests.append((term, yes, no))
            for goal in self._filters:
                if yes & goal.yes == goal.yes and no & goal.no == goal.no:
                    yield goal.build(term)

    def _want(self, vector: Sequence[Plain], build: _Build) -> Wanted:
        wanted = Wanted(tuple(vector), self._pool, self._meter)
        self._wants.append((wanted, build))
        return wanted

    def _want_lists(self) -> None:
        sizes = [stop - start for start, stop in filter(None, self._loop.bounds)]
        if self._kind.startswith("list") and list(map(len, self._target)) == sizes:
            self._want([item for value in self._target for item in value], self._listed)
        if self._kind != "str":
            return
        for separator in _SEPARATORS:
            parts = [_pieces(value, separator) for value in self._target]
            if list(map(len, parts)) == sizes and max(sizes) > 1:
                self._want([piece for part in parts for piece in part], self._joined(separator))

    def _listed(self, head: Term) -> Term:
        return self._loop.build((head,), self._target)

    def _joined(self, separator: str) -> _Build:
        literal = Term(
            Op(name="constant", text=_quoted(separator)), (), (separator,) * len(self._target), "str"
        )

        def build(head: Term) -> Term:
            parts = tuple(_pieces(value, separator) for value in self._target)
            return Term(_JOIN, (literal, self._loop.build((head,), parts)), self._target, "str")

        return build

    def _want_pairs(self) -> None:
        """For a dictionary taken from pairs: which pairs are kept."""
        names = list(self._loop.variables())
        if self._kind != "dict" or len(names) != 2:
            return
        for key, value in ((0, 1), (1, 0)):
            if any(isinstance(item[key], list | dict | set) for item in self._loop.items):
                continue
            labels = [
                item[key] in table and same(table[item[key]], item[value])
                for part, table in zip(self._loop.groups(self._loop.items), self._target, strict=True)
                for item in part or ()
            ]
            if len(set(labels)) == 2:
                heads = (names[key], names[value])
                self._filters.append(_Filter(*_masks(labels), self._tabled(heads)))

    def _tabled(self, heads: Sequence[Term]) -> _Build:
        return lambda test: self._table(heads, test)

    def _table(self, heads: Sequence[Term], test: Term | None = None) -> Term:
        return self._loop.build(heads, self._target, test=test, form="{{{{{}}}}}")

    def _want_table(self, key: Term) -> None:
        """For a dictionary with these keys: its values."""
        groups = list(self._loop.groups(key.vector))
        for part, table in zip(groups, self._target, strict=True):
            try:
                if part is None or set(part) != set(table):
                    return
            except TypeError:
                return
        self._tables += 1
        values = [
            table[item] for part, table in zip(groups, self._target, strict=True) for item in part or ()
        ]
        wanted = self._want(values, lambda value: self._table((key, value)))
        for known in list(self._pool.terms):
            for found in wanted.offer(known):
                self._pending.append(self._table((key, found)))

    def _filter_list(self, head: Term) -> None:
        """For a list with these items among others: which turns give one, where that is certain."""
        labels: list[bool] = []
        for part, wished in zip(self._loop.groups(head.vector), self._target, strict=True):
            found = _embedding(part or (), wished)
            if found is None:
                return
            labels += found
        if len(set(labels)) == 2:
            self._filters.append(
                _Filter(*_masks(labels), lambda test: self._loop.build((head,), self._target, test=test))
            )


def _test_of(joined: Joined) -> Term:
    op = _AND if joined.sign == "and" else _OR
    return Term(op, (joined.first, joined.second), joined.first.vector, "bool")


def _masks(labels: Sequence[bool]) -> tuple[int, int]:
    return holding(tuple(labels)), failing(tuple(labels))


def _pieces(value: str, separator: str) -> list[str]:
    if not separator or not value:
        return list(value)
    return value.split(separator)


def _quoted(text: str) -> str:
    return '"\\n"' if text == "\n" else f'"{text}"'


def _embedding(items: Sequence[Plain], wished: Sequence[Plain]) -> list[bool] | None:
    """Which of `items` make up `wished`, in order; None where that is not so, or not in one way only."""
    left: list[int] = []
    for place, item in enumerate(items):
        if len(left) < len(wished) and item is not ERROR and same(item, wished[len(left)]):
            left.append(place)
    right: list[int] = []
    for place in range(len(items) - 1, -1, -1):
        if len(right) < len(wished) and same(items[place], wished[-1 - len(right)]):
            right.append(place)
    if len(left) != len(wished) or left != right[::-1]:
        return None
    return [place in set(left) for place in range(len(items))]
