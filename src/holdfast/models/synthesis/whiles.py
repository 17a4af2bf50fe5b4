"""Loops that go on while something holds, and loops that carry two variables."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from holdfast.models.synthesis.clauses import clauses
from holdfast.models.synthesis.machines import Machine, Trace, augmented
from holdfast.models.synthesis.pool import Pool
from holdfast.models.synthesis.scopes import Scope, Space
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op, Term, constant, variable
from holdfast.models.synthesis.values import kind_of

__all__ = ["pairs_while", "repeated_pairs", "shrinking"]

_INTS: Final = (0, 1, 2, 3, 4, 6, 7, 9, 10, 12, 27, 35, 64, 100, 248)
_MOST_STEPS: Final = 60
_MOST_TESTS: Final = 14


def _pool(names: Sequence[str], space: Space, constants: Sequence[Term]) -> Pool:
    """A pool over whole numbers of these names, at points that tell most expressions apart."""
    rows = (
        [(value,) for value in _INTS]
        if len(names) == 1
        else [*zip(_INTS, _INTS[::-1], strict=True), (5, 5), (8, 3)]
    )
    pool = Pool(len(rows), space.ops, space.meter, most=8_000)
    for place, name in enumerate(names):
        pool.add(variable(name, tuple(row[place] for row in rows), "int"))
    for term in constants:
        pool.add(constant(term.vector[0], len(rows), "int", term.cost))
    return pool


def shrinking(
    name: str, first: Term, constants: Sequence[Term], space: Space, machine: Machine
) -> Iterator[Term | None]:
    """`while test: name = step`, its end, its number of turns; steps may be one thing or another."""
    pool = _pool((name,), space, constants)
    terms: list[Term] = list(pool.terms)
    for term in _terms(pool, name, space):
        yield None
        if term is not None:
            terms.append(term)
    tests = [term for term in terms if term.kind == "bool" and term.uses and term.cost <= 3][:_MOST_TESTS]
    numbers = [term for term in terms if term.kind == "int" and term.uses and term.op.text != name]
    steps = sorted((term for term in numbers if term.total), key=lambda term: term.cost)
    for count, step in enumerate(steps[: 4 * _MOST_STEPS]):
        for test in tests[: max(3, _MOST_TESTS - count // 10)]:
            yield from _ended(name, first, test, step, machine)
        yield None
    splits = [term for term in terms if term.kind == "bool" and term.uses and term.cost <= 4][:30]
    halves = [term for term in steps if term.cost <= 5][:_MOST_STEPS]
    for step in _choices(splits, halves):
        for test in tests[:8]:
            yield from _ended(name, first, test, step, machine)
        yield None


def _terms(pool: Pool, name: str, space: Space) -> Iterator[Term | None]:
    for level in range(1, 6):
        yield from pool.grow(level)
        if level == 3:
            yield from filter(pool.add, _looped(pool, name, space))


def _choices(splits: Sequence[Term], halves: Sequence[Term]) -> Iterator[Term]:
    """One of two steps, by a test; cheap ones first."""
    for total in range(2, 12):
        for split, yes, no in product(splits, halves, halves):
            if yes is not no and yes.cost + no.cost == total:
                yield _either(split, yes, no)


def _either(split: Term, yes: Term, no: Term) -> Term:
    op = Op(name="choice", text="{} if {} else {}", strength=1, places=(2, 2, 1), cost=2)
    return Term(op, (yes, split, no), yes.vector, "int")


def _looped(pool: Pool, name: str, space: Space) -> Iterator[Term]:
    """Comprehensions over the digits of the number."""
    for source in [term for term in pool.terms if term.kind == "str" and term.uses and term.cost <= 2][:1]:
        for clause in clauses(source, {name}):
            scope = Scope(clause, [], space, frozenset({name}), depth=3)
            if scope.fits:
                for term in scope.grow(2):
                    if term is not None and term.kind == "list[int]":
                        total = tuple(
                            sum(items) if isinstance(items, list) else items for items in term.vector
                        )
                        yield Term(
                            Op(name="sum", text="sum({})", iterates=True, arguments=(frozenset(),)),
                            (term,),
                            total,
                            "int",
                        )


def _ended(name: str, first: Term, test: Term, step: Term, machine: Machine) -> Iterator[Term]:
    run = machine.compile((name,), step)
    trace = machine.repeat(
        [(value,) for value in first.vector], machine.compile((name,), test), lambda *state: (run(*state),)
    )
    if trace is None or all(states is not None and len(states) == 1 for states in trace):
        return
    text, shown = augmented(name, step, 2)
    loop = f"while {{1}}:\n    {text}"
    cost = 2 + test.cost + step.cost
    yield _state(
        name,
        f"{name} = {{0}}\n{loop}",
        (first, test, shown),
        [states[-1][0] for states in trace if states],
        cost,
    )
    counted = f"steps = 0\n{name} = {{0}}\n{loop}\n    steps += 1"
    yield _state(
        "steps", counted, (first, test, shown), [len(states) - 1 for states in trace if states], cost + 2
    )


def _state(text: str, setup: str, args: tuple[Term, ...], values: Sequence[Plain], cost: int) -> Term:
    vector = tuple(values)
    op = Op(name="while", text=text, setup=setup, places=(0,) * len(args))
    term = Term(op, args, vector, kind_of(vector), cost=cost)
    term.uses = args[0].uses | (args[1].uses if args[0].op.name != "constant" else frozenset())
    return term


def pairs_while(
    names: tuple[str, str],
    first: tuple[Term, Term],
    constants: Sequence[Term],
    space: Space,
    machine: Machine,
) -> Iterator[Term | None]:
    """`while test: a, b = step, step`, and what the first and the second are in the end."""
    pool = _pool(names, space, constants)
    leaves = list(pool.terms)
    terms = leaves + [term for term in pool.grow(4) if term is not None]
    yield None
    tests = [term for term in terms if term.kind == "bool" and term.cost <= 3 and term.uses]
    tests.sort(key=lambda term: (len(term.uses) != 1, term.cost))
    steps = [term for term in terms if term.kind == "int" and term.uses]
    for total in range(2, 7):
        for left, right in product(steps, steps):
            if left.cost + right.cost != total or (left is leaves[0] and right is leaves[1]):
                continue
            functions = machine.compile(names, left), machine.compile(names, right)
            yield None
            for test in tests[:12]:
                trace = machine.repeat(
                    list(zip(first[0].vector, first[1].vector, strict=True)),
                    machine.compile(names, test),
                    lambda *state, functions=functions: (functions[0](*state), functions[1](*state)),
                )
                if trace is not None:
                    yield from _pair_ends(names, first, (left, right), test, trace)


def _pair_ends(
    names: tuple[str, str], first: tuple[Term, Term], steps: tuple[Term, Term], test: Term, trace: Trace
) -> Iterator[Term]:
    setup = f"{names[0]}, {names[1]} = {{0}}, {{1}}\nwhile {{4}}:\n    {names[0]}, {names[1]} = {{2}}, {{3}}"
    args = (*first, *steps, test)
    for place, name in enumerate(names):
        values = [states[-1][place] for states in trace if states]
        term = _state(name, setup, args, values, 1 + sum(arg.cost for arg in args[2:]))
        term.uses = first[0].uses | first[1].uses
        yield term


def repeated_pairs(
    names: tuple[str, str], count: Term, constants: Sequence[Term], space: Space, machine: Machine
) -> Iterator[Term | None]:
    """`a, b = 0, 1`, then `a, b = step, step` a number of times, and what the first is in the end."""
    pool = _pool(names, space, constants)
    terms = list(pool.terms) + [term for term in pool.grow(4) if term is not None]
    steps = [term for term in terms if term.kind == "int" and term.uses]
    points = len(count.vector)
    turns = [[()] * value if isinstance(value, int) and 0 <= value < 400 else [] for value in count.vector]
    starts = [term for term in constants if term.cost == 1]
    for total in range(2, 7):
        for left, right in product(steps, steps):
            if left.cost + right.cost != total or (left is pool.terms[0] and right is pool.terms[1]):
                continue
            functions = machine.compile(names, left), machine.compile(names, right)
            yield None
            for one, two in product(starts, starts):
                begin = [(one.vector[0], two.vector[0])] * points
                trace = machine.fold(
                    turns,
                    tuple(begin),
                    lambda state, *rest, functions=functions: (
                        functions[0](*state, *rest),
                        functions[1](*state, *rest),
                    ),
                )
                if trace is None or any(states is None for states in trace):
                    continue
                both = f"{names[0]}, {names[1]} ="
                setup = f"{both} {{0}}, {{1}}\nfor _ in range({{2}}):\n    {both} {{3}}, {{4}}"
                values = [states[-1][0] for states in trace if states]
                term = _state(
                    names[0], setup, (one, two, count, left, right), values, 4 + left.cost + right.cost
                )
                term.uses = count.uses
                yield term
