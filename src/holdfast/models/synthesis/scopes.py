"""Comprehensions: inside a loop a pool of its own grows, one point for each turn of the loop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from holdfast.models.synthesis.clauses import Clause, clauses
from holdfast.models.synthesis.directed import Directed
from holdfast.models.synthesis.loop import Loop
from holdfast.models.synthesis.pool import Meter, Pool
from holdfast.models.synthesis.terms import Op, Term
from holdfast.models.synthesis.values import Vector

__all__ = ["Scope", "Space"]

_MOST_POINTS: Final = 400
_MOST_HEADS: Final = 14
_CARRIED: Final = 16


@dataclass(frozen=True, slots=True)
class Space:
    """What all scopes of one search have in common."""

    ops: Sequence[Op]
    meter: Meter
    target: Vector


class Scope:
    """One loop and the expressions that can stand in it."""

    def __init__(
        self, clause: Clause, carried: Sequence[Term], space: Space, taken: frozenset[str], *, depth: int = 1
    ) -> None:
        """`carried` are expressions from outside that may be used inside; `taken` are names in use there."""
        self._space = space
        self._depth = depth
        self._loop = Loop(clause)
        self._taken = taken | self._loop.names
        self.fits = 0 < len(self._loop.items) <= _MOST_POINTS
        """Whether the loop has turns, and not too many."""
        self.pool = Pool(len(self._loop.items), space.ops, space.meter, most=60_000 if depth == 1 else 4_000)
        self._predicates: list[Term] = []
        self._heads: list[Term] = []
        self._directed: Directed | None = None
        if self.fits:
            self._heads = list(self._loop.variables())
            for term in (*self._heads, *map(self._loop.inside, carried[:_CARRIED])):
                self.pool.add(term)
            if depth == 1:
                self._directed = Directed(self._loop, self.pool, space.meter, space.target)
        self._names = len(self._heads)

    def grow(self, limit: int) -> Iterator[Term | None]:
        """Comprehensions over what the loop's own pool finds up to cost `limit`, with None now and then."""
        for level in range(self.pool.level + 1, limit + 1):
            leaves = list(self.pool.terms) if level == 1 else []
            for term in chain(leaves, self.pool.grow(level)):
                yield None
                if term is not None:
                    yield from self._use(term)
            if self._depth == 1 and 3 <= level <= 6:
                for nested in self._nested(level - 2):
                    yield None
                    if nested is not None and self.pool.add(nested):
                        yield from self._use(nested)
            if self._directed is not None:
                yield from self._directed.conditionals()

    def _nested(self, limit: int) -> Iterator[Term | None]:
        names = self._loop.names
        sources = [term for term in self.pool.terms[:400] if term.cost <= 2 and term.uses & names]
        carried = [term for term in self.pool.terms[:60] if term.cost == 1]
        for source in sources[:8]:
            for clause in clauses(source, set(self._taken)):
                scope = Scope(clause, carried, self._space, self._taken, depth=self._depth + 1)
                if scope.fits:
                    yield from scope.grow(limit)

    def _use(self, term: Term) -> Iterator[Term]:
        if self._directed is not None:
            yield from self._directed.offer(term)
        if not term.uses & self._loop.names:
            return
        if term.kind == "bool" and term.total and len(set(term.vector)) == 2:
            self._predicates.append(term)
            for head in self._heads:
                if head.cost + term.cost <= self.pool.level + 2:
                    yield from self._comprehension(head, term)
        if term not in self._heads[: self._names]:
            yield from self._head(term)
            if self._names == 1 and self._depth == 1:
                self._space.meter.spent += 4 * self.pool.points
                yield from self._loop.keyed(term)

    def _head(self, term: Term) -> Iterator[Term]:
        yield from self._comprehension(term)
        if term.kind == "bool":
            return
        if len(self._heads) < _MOST_HEADS + self._names:
            self._heads.append(term)
        for predicate in self._predicates:
            if predicate.cost + term.cost <= self.pool.level + 1:
                yield from self._comprehension(term, predicate)

    def _comprehension(self, head: Term, test: Term | None = None) -> Iterator[Term]:
        self._space.meter.spent += self.pool.points
        vector = self._loop.regroup(head.vector, None if test is None else test.vector)
        if vector is not None:
            yield self._loop.build((head,), vector, test=test)
