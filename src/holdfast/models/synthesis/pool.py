"""Bottom-up enumeration by cost; of expressions that agree at every point, the cheapest is kept."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op, Term
from holdfast.models.synthesis.values import ERROR, Vector, all_small, key_of, kind_of

__all__ = ["Meter", "Pool", "apply"]


@dataclass(slots=True)
class Meter:
    """Counts the work done, in applications of an operator to one point: the clock of the search."""

    spent: int = 0


class Pool:
    """All expressions over some leaves, by kind and cost."""

    def __init__(self, points: int, ops: Sequence[Op], meter: Meter, *, most: int = 200_000) -> None:
        """Values are tuples of `points` values; at most `most` expressions are kept."""
        self.points = points
        self.level = 0
        """The cost up to which everything is there."""
        self.terms: list[Term] = []
        """In the order found."""
        self.by_key: dict[int, Term] = {}
        self._ops = ops
        self._most = most
        self._meter = meter
        self._by: dict[str, dict[int, list[Term]]] = defaultdict(lambda: defaultdict(list))

    def find(self, vector: Vector) -> Term | None:
        """The expression with just these values, if there is one."""
        return self.by_key.get(key_of(vector))

    def add(self, term: Term) -> bool:
        """Take in an expression; False when one with the same values is there."""
        self._meter.spent += self.points
        key = key_of(term.vector)
        if key in self.by_key:
            return False
        self.by_key[key] = term
        self.terms.append(term)
        self._by[term.kind][max(term.cost, self.level)].append(term)
        return True

    def of_kinds(self, kinds: frozenset[str], cost: int) -> list[Term]:
        """The expressions of these kinds and this cost."""
        found: list[Term] = []
        for kind in sorted(kinds):
            by_cost = self._by.get(kind)
            if by_cost is not None and cost in by_cost:
                found += by_cost[cost]
        return found

    def grow(self, limit: int) -> Iterator[Term | None]:
        """Each new expression up to cost `limit`, cheapest first, with None now and then between them.

        Others may add while it goes on.
        """
        while self.level < limit and len(self.terms) < self._most:
            level = self.level + 1
            self.level = level
            for op in self._ops:
                yield from self._apply(op, level - op.cost)
                if len(self.terms) >= self._most:
                    return

    def _apply(self, op: Op, rest: int) -> Iterator[Term | None]:
        for costs in _splits(rest, len(op.arguments)):
            if len(costs) == 1:
                for term in self.of_kinds(op.arguments[0], costs[0]):
                    yield from self._make(op, (term,))
            elif len(costs) == 2:
                yield from self._pairs(op, costs[0], costs[1])
            else:
                yield from self._triples(op, costs)

    def _pairs(self, op: Op, left_cost: int, right_cost: int) -> Iterator[Term | None]:
        if op.commutes and left_cost < right_cost:
            return
        rights = self.of_kinds(op.arguments[1], right_cost)
        halve = op.commutes and left_cost == right_cost
        for index, left in enumerate(self.of_kinds(op.arguments[0], left_cost)):
            yield None
            for right in rights[: index + 1] if halve else rights:
                if not op.alike or left.kind == right.kind:
                    yield from self._make(op, (left, right))

    def _triples(self, op: Op, costs: Sequence[int]) -> Iterator[Term | None]:
        firsts, seconds, thirds = (
            self.of_kinds(kinds, cost) for kinds, cost in zip(op.arguments, costs, strict=True)
        )
        for first in firsts:
            yield None
            for second in seconds:
                for third in thirds:
                    yield from self._make(op, (first, second, third))

    def _make(self, op: Op, args: tuple[Term, ...]) -> Iterator[Term]:
        self._meter.spent += self.points
        vector = apply(op, args)
        if vector is None:
            return
        key = key_of(vector)
        if key in self.by_key:
            return
        term = Term(op, args, vector, op.result or kind_of(vector))
        self.by_key[key] = term
        self.terms.append(term)
        self._by[term.kind][max(term.cost, self.level)].append(term)
        yield term


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to write `total` as that many positive numbers, in order."""
    if parts == 1:
        if total > 0:
            yield (total,)
        return
    for first in range(1, total - parts + 2):
        for others in _splits(total - first, parts - 1):
            yield (first, *others)


def apply(op: Op, args: Sequence[Term]) -> Vector | None:
    """The values of `op` on `args`, or None where it has none, or is too large to work with."""
    vectors = [arg.vector for arg in args]
    if args[0].total and args[-1].total and (len(args) < 3 or args[1].total):
        try:
            vector = tuple(map(op.function, *vectors))
        except Exception:  # noqa: BLE001 - whatever an operator or a helper raises is just no value here
            vector = tuple(_value(op, values) for values in zip(*vectors, strict=True))
    else:
        vector = tuple(
            ERROR if any(value is ERROR for value in values) else _value(op, values)
            for values in zip(*vectors, strict=True)
        )
    if op.result != "bool" and not all_small(vector):
        return None
    return None if vector.count(ERROR) == len(vector) else vector


def _value(op: Op, values: tuple[Plain, ...]) -> Plain:
    try:
        return op.function(*values)
    except Exception:  # noqa: BLE001 - as above
        return ERROR
