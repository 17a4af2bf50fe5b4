"""Loops with an accumulator: `result = 1`, then for each item `result *= x`, perhaps under a test."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.models.synthesis.clauses import Clause
from holdfast.models.synthesis.loop import Loop
from holdfast.models.synthesis.machines import Machine, Trace, augmented
from holdfast.models.synthesis.pool import Pool
from holdfast.models.synthesis.scopes import Space
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op, Term, constant, variable
from holdfast.models.synthesis.values import ERROR, kind_of

__all__ = ["Fold", "starts"]

_MOST_SAMPLES: Final = 36
_NAME: Final = "result"
_EACH: Final = "results"


@dataclass(frozen=True, slots=True)
class _Step:
    term: Term
    run: Callable[..., Plain]


class Fold:
    """All loops with one accumulator over one source."""

    def __init__(
        self, clause: Clause, first: Term, carried: Sequence[Term], space: Space, machine: Machine
    ) -> None:
        """The accumulator starts as `first`; `carried` are expressions that may be used in the loop."""
        self._clause = clause
        self._first = first
        self._machine = machine
        self._points = len(first.vector)
        loop = Loop(clause)
        sampled, states = _samples(loop, first, space)
        self.fits = bool(sampled) and None not in loop.bounds
        self.pool = Pool(len(sampled), space.ops, space.meter, most=30_000)
        self._steps: list[_Step] = []
        self._tests: list[_Step] = []
        if not self.fits:
            return
        self.pool.add(variable(_NAME, tuple(states), first.kind))
        for leaf in (*loop.variables(), *map(loop.inside, carried)):
            picked = Term(
                leaf.op, leaf.args, tuple(leaf.vector[at] for at in sampled), leaf.kind, cost=leaf.cost
            )
            picked.uses = leaf.uses
            if any(value is not ERROR for value in picked.vector):
                self.pool.add(picked)

    def grow(self, limit: int) -> Iterator[Term | None]:
        """What the accumulator is in the end, and the list of all it was, for steps up to cost `limit`."""
        for level in range(1, limit + 1):
            if level == 1:
                for leaf in list(self.pool.terms):
                    yield from self._use(leaf, level)
            for term in self.pool.grow(level):
                yield None
                if term is not None:
                    yield from self._use(term, level)

    def _use(self, term: Term, level: int) -> Iterator[Term | None]:
        if term.kind == "bool" and self._first.kind != "bool" and len(set(term.vector)) > 1:
            test = _Step(term, self._compiled(term))
            self._tests.append(test)
            for step in self._steps:
                if step.term.cost + term.cost <= level + 3:
                    yield from self._tested(step, test, level)
        elif term.kind == self._first.kind or self._first.kind == "list[]" == term.kind[:4] + "[]":
            yield from self._stepped(term, level)

    def _stepped(self, term: Term, level: int) -> Iterator[Term | None]:
        step = _Step(term, self._compiled(term))
        self._steps.append(step)
        if _NAME in term.uses:
            yield from self._results(step.run, [step], "")
        for test in self._tests:
            if test.term.cost + term.cost <= level + 2:
                yield from self._tested(step, test, level)

    def _compiled(self, term: Term) -> Callable[..., Plain]:
        return self._machine.compile((_NAME, *self._clause.names), term)

    def _tested(self, step: _Step, test: _Step, level: int) -> Iterator[Term | None]:
        run, holds = step.run, test.run
        if _NAME in step.term.uses | test.term.uses:
            kept = _Step(self.pool.terms[0], run)
            yield from self._results(
                lambda state, *rest: run(state, *rest) if holds(state, *rest) else state,
                [step, test, kept],
                "if",
            )
        for other in self._steps[: 6 + level]:
            if other is step or _NAME not in step.term.uses | other.term.uses or other.term.op.text == _NAME:
                continue
            if step.term.cost + test.term.cost + other.term.cost <= level + 3:
                instead = other.run
                yield from self._results(
                    lambda state, *rest, instead=instead: (
                        run(state, *rest) if holds(state, *rest) else instead(state, *rest)
                    ),
                    [step, test, other],
                    "else",
                )

    def _results(self, run: Callable[..., Plain], parts: Sequence[_Step], form: str) -> Iterator[Term | None]:
        yield None
        trace = self._machine.fold(self._clause.groups, self._first.vector, run)
        if trace is None:
            return
        yield self._term(trace, [part.term for part in parts], form, each=False)
        if self._first.kind in {"int", "float", "str"}:
            yield self._term(trace, [part.term for part in parts], form, each=True)

    def _term(self, trace: Trace, parts: Sequence[Term], form: str, *, each: bool) -> Term:
        """The loop as an expression: a name, and the statements that give it its value."""
        sources = len(self._clause.args)
        text, shown = augmented(_NAME, parts[0], sources + 1)
        lines = [f"{_NAME} = {{0}}", _head(self._clause, parts, sources)]
        if each:
            lines.insert(0, f"{_EACH} = []")
        args = [self._first, *self._clause.args, shown]
        if form:
            args.append(parts[1])
            lines += [f"    if {{{sources + 2}}}:", f"        {text}"]
        else:
            lines.append(f"    {text}")
        if form == "else":
            instead, shown = augmented(_NAME, parts[2], sources + 3)
            args.append(shown)
            lines += ["    else:", f"        {instead}"]
        if each:
            lines.append(f"    {_EACH}.append({_NAME})")
        vector = tuple(ERROR if t is None else (t[1:] if each else t[-1]) for t in trace)
        op = Op(
            name="fold",
            text=_EACH if each else _NAME,
            setup="\n".join(lines),
            places=(0,) * len(args),
            loops=tuple(range(1, sources + 1)),
        )
        used = parts if form == "else" else parts[: 2 if form else 1]
        cost = (
            3
            + self._first.cost
            + self._clause.cost
            + sum(part.cost for part in used)
            + bool(form)
            + (form == "else")
        )
        term = Term(op, tuple(args), vector, kind_of(vector), cost=cost)
        term.uses = frozenset().union(*(arg.uses for arg in args)) - {_NAME, *self._clause.names}
        return term


def _head(clause: Clause, parts: Sequence[Term], sources: int) -> str:
    """The line with `for`; a name that no part reads is `_`."""
    text = clause.text
    if len(clause.names) == 1 and not any(clause.names[0] in part.uses for part in parts):
        text = text.replace(f"for {clause.names[0]} in", "for _ in", 1)
    for place in range(1, sources + 1):
        text = text.replace("{}", f"{{{place}}}", 1)
    return f"{text}:"


def _samples(loop: Loop, first: Term, space: Space) -> tuple[list[int], list[Plain]]:
    """Turns at which steps are compared, and what the accumulator is taken to be there."""
    kinds = {kind_of((first.vector[0],)), kind_of((first.vector[0],)).partition("[")[0]}
    likely = [
        value for value in space.target if value is not ERROR and kind_of((value,)).partition("[")[0] in kinds
    ]
    likely += [item for turn in loop.items for item in turn if kind_of((item,)) == first.kind]
    if first.kind == "list[]":
        likely = [value for value in space.target if isinstance(value, list)]
        likely += [[turn[0]] for turn in loop.items]
    turns = list(range(len(loop.items)))
    turns = turns[:: max(1, len(turns) // (_MOST_SAMPLES // 2))]
    sampled = [turn for turn in turns for _ in range(2)]
    states = [
        first.vector[0] if at % 2 == 0 or not likely else likely[(7 * at + 3) % len(likely)]
        for at in range(len(sampled))
    ]
    return sampled, states


def starts(target: Sequence[Plain], points: int) -> list[Term]:
    """What an accumulator may start as, by the kind of what is wanted."""
    kind = kind_of(target)
    if kind == "float":
        return [constant(0.0, points, "float", 1)]
    if kind == "str":
        return [constant("", points, "str", 1)]
    if kind.startswith("list"):
        return [
            constant(0, points, "int", 1),
            Term(Op(name="constant", text="[]"), (), ([],) * points, "list[]"),
        ]
    return [constant(0, points, "int", 1), constant(1, points, "int", 1)]
