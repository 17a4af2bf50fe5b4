"""The search: several ways to look for a body take turns, measured by work done, so that runs repeat."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import combinations, product
from typing import Final

from holdfast.models.synthesis.bodies import Bodies, Body
from holdfast.models.synthesis.clauses import Clause, clauses, pair_clauses
from holdfast.models.synthesis.folds import Fold, starts
from holdfast.models.synthesis.guarding import guarded
from holdfast.models.synthesis.kinds import ITERABLE
from holdfast.models.synthesis.machines import Machine
from holdfast.models.synthesis.pool import Meter, Pool, apply
from holdfast.models.synthesis.scopes import Scope, Space
from holdfast.models.synthesis.task import Plain, SynthesisTask
from holdfast.models.synthesis.terms import Op, Term, constant, variable
from holdfast.models.synthesis.trees import Tree
from holdfast.models.synthesis.values import ERROR, kind_of
from holdfast.models.synthesis.vocabulary import LOOPED, explosive, helpers, literals, operators
from holdfast.models.synthesis.wanted import Wanted
from holdfast.models.synthesis.whiles import pairs_while, repeated_pairs, shrinking

__all__ = ["Engine"]

_TURN: Final = 20_000
"""Work that one way does before the next has its turn."""
_CHANCE: Final = 1_000_000
_DEEPEST: Final = 16
_SOURCES: Final = 30
_OFTEN_LOOPED: Final = {op.name for op in LOOPED} | {"split", "sorted", "unique", "set", "values", "keys"}
_FOLDED: Final = 8
_KEPT: Final = 9
"""Comprehensions up to this cost are built upon."""


@dataclass(slots=True)
class _Way:
    """One way to look, and its share of the work; the share shrinks once it had its fair chance."""

    share: float
    search: Iterator[Tree | None]
    done: int = 0

    def turn(self) -> float:
        """Work that it may do now."""
        return _TURN * self.share / (1 + self.done / _CHANCE)


class Engine:
    """Looks for bodies of one function. Endless; `bodies` is asked for as long as there is time."""

    def __init__(self, task: SynthesisTask) -> None:
        """Run the file's other code and lay out the leaves. Whatever that code raises is raised here."""
        namespace: dict[str, Plain] = {"__name__": "candidate"}
        exec(compile(task.prelude, "<file>", "exec"), namespace)  # noqa: S102 - all of this runs inside the sandbox
        self.meter = Meter()
        self._task = task
        self._bodies = Bodies(task, namespace)
        points = len(task.examples)
        target = tuple(ERROR if example.raises else example.expected for example in task.examples)
        ops = (*operators(task), *helpers(task, namespace))
        self._space = Space(ops, self.meter, target)
        self._pool = Pool(points, ops, self.meter)
        self._wanted = Wanted(
            target, self._pool, self.meter, finishers=[op for op in ops if len(op.arguments) == 1]
        )
        self._taken = frozenset(parameter.name for parameter in task.parameters) | {task.name}
        self._carried: list[Term] = []
        self._plant(points)
        self._paired = False
        self._cursor = 0
        self._results: list[Term] = []
        calls = [example.args for example in task.examples]
        names = [parameter.name for parameter in task.parameters]
        self._machine = Machine(names, calls, _harmless(task, namespace), self.meter)
        self._counted = Space([op for op in ops if not explosive(op)], self.meter, target)
        self._sources = 0
        self.waiting: list[Body] = []

    def _plant(self, points: int) -> None:
        for index, parameter in enumerate(self._task.parameters):
            vector = tuple(example.args[index] for example in self._task.examples)
            self._pool.add(variable(parameter.name, vector, kind_of(vector)))
        for value, cost in literals(self._task):
            self._pool.add(constant(value, points, kind_of((value,)), cost))
        self._carried = list(self._pool.terms)
        self._raises()

    def _raises(self) -> None:
        for name in sorted({example.raises for example in self._task.examples if example.raises}):
            mask = int.from_bytes(bytes(example.raises == name for example in self._task.examples))
            leaf = Term(
                Op(name="raise", text=f"raise {name}", cost=2), (), (ERROR,) * self._pool.points, "any"
            )
            self._wanted.leaves.add_leaf(mask, leaf)

    def solutions(self) -> Iterator[Body | None]:
        """Bodies that hold, as they are found, with None now and then between them."""
        ways = [_Way(8.0, self._expressions()), *self._counting_ways()]
        while ways:
            for way in list(ways):
                begin = self.meter.spent
                end = begin + way.turn()
                for solution in way.search:
                    yield None if solution is None else self._bodies.make(solution)
                    if self.meter.spent >= end:
                        break
                else:
                    ways.remove(way)
                way.done += self.meter.spent - begin
            for tree in self._wanted.conditionals(3):
                yield self._bodies.make(tree)
            ways += self._new_ways()
            yield None

    def bodies(self, over: Callable[[], bool]) -> Iterator[Body]:
        """The same, but the simpler first: one that is large waits until the smaller ones had their chance.

        When `over` says that the time has passed, those that still wait follow, and that is all.
        """
        waiting = self.waiting
        for body in self.solutions():
            if body is not None:
                heappush(waiting, body)
            while waiting and self.meter.spent >= _due(waiting[0].cost):
                yield heappop(waiting)
            if over():
                break
        while waiting:
            yield heappop(waiting)

    def _expressions(self) -> Iterator[Tree | None]:
        for leaf in list(self._pool.terms):
            yield from self._wanted.offer(leaf)
        for level in range(1, _DEEPEST):
            for term in self._pool.grow(level):
                yield None
                if term is not None:
                    yield from self._wanted.offer(term)

    def _new_ways(self) -> Iterator[_Way]:
        """Loops over what has been found since the last time."""
        fresh = self._pool.terms[self._cursor :]
        self._cursor = len(self._pool.terms)
        sources = [term for term in fresh if term.cost <= 3 and term.kind in ITERABLE and term.uses]
        small = [term for term in fresh if term.cost <= 2 and (term.uses or term.cost == 1)]
        looped = list(self._loop_sources(small))
        sources += looped
        for term in looped:
            if not term.op.name.startswith("range"):
                self._pool.add(term)
        sources.sort(key=_likely)
        for source in sources:
            for clause in clauses(source, set(self._taken)):
                yield from self._ways_over(clause)
        if not self._paired:
            self._paired = True
            plain = [term for term in sources if term.cost == 1]
            yield from self._pair_ways(plain)

    def _ways_over(self, clause: Clause) -> Iterator[_Way]:
        scope = Scope(clause, self._carried, self._space, self._taken)
        if scope.fits and self._sources < _SOURCES:
            self._sources += 1
            yield _Way(1.5 / (1 + 0.4 * self._sources), self._loop(scope))
            if self._sources <= _FOLDED:
                yield from self._fold_ways(clause)

    def _pair_ways(self, plain: Sequence[Term]) -> Iterator[_Way]:
        for left, right in product(plain, plain):
            for clause in pair_clauses(left, right, set(self._taken)):
                scope = Scope(clause, self._carried, self._space, self._taken)
                if scope.fits:
                    yield _Way(0.3, self._loop(scope))

    def _fold_ways(self, clause: Clause) -> Iterator[_Way]:
        outside = [
            term for term in self._carried if term.op.name != "constant" or term.kind in {"int", "str"}
        ]
        for first in starts(self._space.target, self._pool.points):
            fold = Fold(clause, first, outside[:10], self._counted, self._machine)
            if fold.fits:
                yield _Way(0.6 / (1 + 0.4 * self._sources), self._taken_in(fold.grow(6)))

    def _counting_ways(self) -> Iterator[_Way]:
        """Loops over whole numbers that are given or counted."""
        numbers = [term for term in self._pool.terms if term.kind == "int" and term.uses]
        constants = [
            term for term in self._carried if term.kind == "int" and not term.uses and term.vector[0] >= 0
        ][:6]
        names = [name for name in "xyuvabmkhpqrst" if name not in self._taken]
        for number in numbers:
            shrunk = shrinking(names[0], number, constants, self._counted, self._machine)
            yield _Way(1.5, self._taken_in(shrunk))
            pairs = repeated_pairs((names[0], names[1]), number, constants, self._counted, self._machine)
            yield _Way(1.0, self._taken_in(pairs))
        for one, two in combinations(numbers, 2):
            pair = pairs_while((names[0], names[1]), (one, two), constants, self._counted, self._machine)
            yield _Way(4.0, self._taken_in(pair))

    def _taken_in(self, terms: Iterator[Term | None]) -> Iterator[Tree | None]:
        """What loops with variables come to."""
        for term in terms:
            yield None
            if term is not None and term.total and self._pool.find(term.vector) is None:
                if len(self._results) < 3_000 and self._pool.add(term):
                    self._results.append(term)
                yield from self._wanted.offer(term)

    def _loop_sources(self, small: list[Term]) -> Iterator[Term]:
        for op in LOOPED:
            if len(op.arguments) == 1:
                pairs: list[tuple[Term, ...]] = [
                    (term,) for term in small if term.kind in op.arguments[0] and term.uses
                ]
            else:
                pairs = [pair for pair in product(small, small) if _loops_over(op, *pair)]
            for args in pairs:
                vector = apply(op, args)
                if vector is not None:
                    yield Term(op, args, vector, op.result or kind_of(vector))

    def _loop(self, scope: Scope) -> Iterator[Tree | None]:
        for term in scope.grow(_DEEPEST):
            yield None
            if term is None or (term.cost <= _KEPT and not self._pool.add(term)):
                continue
            with contextlib.suppress(RecursionError):
                yield from self._wanted.offer(term)


def _harmless(task: SynthesisTask, namespace: Mapping[str, Plain]) -> dict[str, Plain]:
    """The names of the file; its functions are stopped where they take long."""
    known = {helper.name for helper in task.helpers}
    return {name: guarded(value) if name in known else value for name, value in namespace.items()}


def _likely(source: Term) -> int:
    """How soon a loop over an expression is tried: names and what is made to be looped over come first."""
    return source.cost if not source.args or source.op.name in _OFTEN_LOOPED else source.cost + 2


def _loops_over(op: Op, left: Term, right: Term) -> bool:
    fits = left.kind in op.arguments[0] and right.kind in op.arguments[1]
    return fits and left.cost + right.cost <= 3 and bool(left.uses or right.uses)


def _due(cost: int) -> float:
    """Work after which a body of this cost is given out."""
    return 100_000.0 * 1.5**cost
