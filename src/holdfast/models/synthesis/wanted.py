"""A vector to reach: each new expression is compared with it, whole, as a part, or at some of the points."""

import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from holdfast.models.synthesis.ops_numbers import COMPARISONS, NUMBERS
from holdfast.models.synthesis.ops_text import TEXT
from holdfast.models.synthesis.pool import Meter, Pool, apply
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op, Term
from holdfast.models.synthesis.trees import Branch, Leaves, Tree
from holdfast.models.synthesis.values import ERROR, Vector, is_total, key_of, kind_of

__all__ = ["Wanted", "choice"]

_PARTS: Final = 10
"""Targets that are what is left of a text or a list when its beginning is known."""
_SIGNS = {op.name: op for op in (*NUMBERS, *TEXT, *COMPARISONS) if len(op.arguments) == 2}
_PLUS, _MINUS, _TIMES, _QUOTIENT = (
    next(op for op in NUMBERS if op.name == name) for name in ("+", "-", "*", "//")
)
_JOIN = next(op for op in TEXT if op.name == "+")
_AND, _OR = (next(op for op in COMPARISONS if op.name == name) for name in ("and", "or"))
_FINISHERS: Final = {
    "int": ("sum", "len", "max", "min"),
    "float": ("sum", "max", "min"),
    "str": ("concat", "words", "lines", "listed", "max", "min"),
    "bool": ("any", "all"),
    "list": ("sorted", "sorted_down", "unique", "reversed", "list"),
    "set": ("set",),
    "tuple": ("tuple", "max", "min"),
    "dict": ("dict",),
}
"""Operators that often come last."""
_CHOICE = Op(name="choice", text="{} if {} else {}", strength=1, places=(2, 2, 1), cost=2)


def choice(tree: Tree) -> Term:
    """A tree as one expression."""
    if isinstance(tree, Term):
        return tree
    args = (choice(tree.yes), tree.test, choice(tree.no))
    vector = tuple(
        ERROR if test is ERROR else (yes if test else no)
        for yes, test, no in zip(*(arg.vector for arg in args), strict=True)
    )
    return Term(_CHOICE, args, vector, kind_of(vector))


class Wanted:
    """Fills one target from the expressions of a pool as they are found."""

    def __init__(
        self, target: Vector, pool: Pool, meter: Meter, *, finishers: Sequence[Op] = (), parts: bool = True
    ) -> None:
        """`target` has one value a point; `finishers` are tried on top of what is found."""
        self.target = target
        self.kind = kind_of(target)
        self.total = is_total(target)
        self.leaves = Leaves(target)
        self._key = key_of(target)
        self._pool = pool
        self._meter = meter
        self._finishers = [
            op for op in finishers if op.name in _FINISHERS.get(self.kind.partition("[")[0], ())
        ]
        splits = parts and self.total and (self.kind == "str" or self.kind.startswith("list"))
        self._beginnings = _Beginnings(target, pool) if splits else None
        self._components = _components(target, pool, meter, self._finishers) if parts and self.total else None

    def offer(self, term: Term) -> Iterator[Term]:
        """The expressions that `term` completes."""
        if self._key == key_of(term.vector):
            yield term
        elif _fits(term, self) or term.kind == "bool":
            self.leaves.add(term)
        if term.total and self.total:
            yield from self._inverse(term)
            yield from self._finish(term)
            if self._components is not None:
                yield from self._components.offer(term)

    def conditionals(self, depth: int) -> Iterator[Tree | Term]:
        """What can be told apart by tests, cheapest only; nothing when nothing is new."""
        if not self.leaves.stale:
            return
        if self.kind == "bool":
            joined = self.leaves.conjunction()
            if joined is not None:
                op = _AND if joined.sign == "and" else _OR
                yield Term(op, (joined.first, joined.second), self.target, "bool")
        tree = self.leaves.learn(depth)
        if isinstance(tree, Branch):
            yield tree

    def _finish(self, term: Term) -> Iterator[Term]:
        if not term.kind.startswith(("list", "set", "dict")):
            return
        for op in self._finishers:
            if term.kind in op.arguments[0]:
                self._meter.spent += self._pool.points
                vector = apply(op, (term,))
                if vector is not None and key_of(vector) == self._key:
                    yield Term(op, (term,), vector, self.kind)

    def _inverse(self, term: Term) -> Iterator[Term]:
        if self.kind in {"int", "float"} and term.kind == self.kind:
            yield from self._arithmetic(term)
        elif self._beginnings is not None and term.kind == self.kind:
            for parts in self._beginnings.offer(term):
                whole = parts[0]
                for part in parts[1:]:
                    vector = tuple(map(operator.add, whole.vector, part.vector))
                    whole = Term(_JOIN, (whole, part), vector, self.kind)
                yield whole

    def _arithmetic(self, term: Term) -> Iterator[Term]:
        self._meter.spent += 3 * self._pool.points
        target, values = self.target, term.vector
        other = self._pool.find(tuple(a - b for a, b in zip(target, values, strict=True)))
        if other is not None:
            yield Term(_PLUS, (other, term), target, self.kind)
        other = self._pool.find(tuple(b - a for a, b in zip(target, values, strict=True)))
        if other is not None:
            yield Term(_MINUS, (term, other), target, self.kind)
        other = self._pool.find(tuple(a + b for a, b in zip(target, values, strict=True)))
        if other is not None:
            yield Term(_MINUS, (other, term), target, self.kind)
        if self.kind == "int" and all(values):
            other = self._pool.find(tuple(a * b for a, b in zip(target, values, strict=True)))
            if other is not None:
                yield Term(_QUOTIENT, (other, term), target, self.kind)
        if self.kind == "int" and all(values) and not any(a % b for a, b in zip(target, values, strict=True)):
            other = self._pool.find(tuple(a // b for a, b in zip(target, values, strict=True)))
            if other is not None:
                yield Term(_TIMES, (other, term), target, self.kind)


class _Beginnings:
    """Ways to put a text or a list together from two or three parts."""

    def __init__(self, target: Vector, pool: Pool) -> None:
        self._target = target
        self._pool = pool
        self._rests: dict[int, tuple[Term, ...]] = {}
        """What has to follow, by its key, and the parts that come before it."""
        self._open: list[tuple[Term, Vector]] = []

    def offer(self, term: Term) -> Iterator[tuple[Term, ...]]:
        """The parts, once `term` is the last that was missing."""
        before = self._rests.get(key_of(term.vector))
        if before is not None:
            yield (*before, term)
        if not any(term.vector):
            return
        rest = _after(self._target, term.vector)
        if rest is not None:
            yield from self._note((term,), rest)
            if len(self._open) < _PARTS:
                self._open.append((term, rest))
                for known in self._pool.terms[:2000]:
                    if known.kind == term.kind and any(known.vector):
                        yield from self._second(term, rest, known)
        for start, remaining in self._open:
            yield from self._second(start, remaining, term)

    def _second(self, start: Term, remaining: Vector, term: Term) -> Iterator[tuple[Term, ...]]:
        rest = _after(remaining, term.vector)
        if rest is not None:
            yield from self._note((start, term), rest)

    def _note(self, before: tuple[Term, ...], rest: Vector) -> Iterator[tuple[Term, ...]]:
        key = key_of(rest)
        if key in self._rests:
            return
        self._rests[key] = before
        known = self._pool.by_key.get(key)
        if known is not None:
            yield (*before, known)


def _after(whole: Vector, part: Vector) -> Vector | None:
    """What follows `part` in each value; None where one does not begin so, and where nothing follows any."""
    for value, begun in zip(whole, part, strict=True):
        if begun is ERROR or value[: len(begun)] != begun:
            return None
    rest = tuple(value[len(begun) :] for value, begun in zip(whole, part, strict=True))
    return rest if any(rest) else None


def _fits(term: Term, wanted: Wanted) -> bool:
    return (
        term.kind == wanted.kind
        or wanted.kind == "any"
        or term.kind in {"list[]", "list[any]", "any"}
        or wanted.kind in {"list[]", "float"}
    )


class _Components:
    """A target of tuples or lists that all have one length, filled place by place."""

    def __init__(self, op: Op, wanted: Sequence[Wanted], target: Vector, kind: str) -> None:
        self._op = op
        self._wanted = wanted
        self._target = target
        self._kind = kind
        self._found: list[Term | None] = [None] * len(wanted)
        self._done = False

    def offer(self, term: Term) -> Iterator[Term]:
        """The tuple, once all places are filled."""
        if self._done:
            return
        for index, wanted in enumerate(self._wanted):
            if self._found[index] is None:
                self._found[index] = next(wanted.offer(term), None)
        found = [place for place in self._found if place is not None]
        if len(found) == len(self._wanted):
            self._done = True
            yield Term(self._op, tuple(found), self._target, self._kind)


def _components(target: Vector, pool: Pool, meter: Meter, finishers: Sequence[Op]) -> _Components | None:
    lengths = {len(value) if isinstance(value, tuple | list) else -1 for value in target}
    if len(lengths) != 1 or len(target) < 2 or not 2 <= min(lengths) <= 4:
        return None
    (length,) = lengths
    inside = ", ".join(["{}"] * length)
    text = f"({inside})" if isinstance(target[0], tuple) else f"[{inside}]"
    op = Op(name="display", text=text, places=(1,) * length, cost=1)
    columns: Iterable[tuple[Plain, ...]] = zip(*target, strict=True)
    wanted = [Wanted(column, pool, meter, finishers=finishers, parts=False) for column in columns]
    return _Components(op, wanted, target, kind_of(target))
