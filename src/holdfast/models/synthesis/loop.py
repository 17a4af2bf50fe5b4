"""A loop seen from inside: one point for each turn, and the way back to one value for each outer point."""

from collections.abc import Iterator, Sequence
from itertools import compress

from holdfast.models.synthesis.clauses import Clause
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import NONE, Op, Term, variable
from holdfast.models.synthesis.values import ERROR, Vector, kind_of

__all__ = ["Loop"]


class Loop:
    """The turns of a loop, and comprehensions built over it."""

    def __init__(self, clause: Clause) -> None:
        """Line up all turns at all outer points."""
        self.clause = clause
        self.names = frozenset(clause.names)
        self.bounds: list[tuple[int, int] | None] = []
        """For each outer point its part of the turns; None where there is nothing to loop over."""
        self.items: list[tuple[Plain, ...]] = []
        """What the names stand for in each turn."""
        self._owner: list[int] = []
        for index, group in enumerate(clause.groups):
            if group is ERROR:
                self.bounds.append(None)
                continue
            self.bounds.append((len(self.items), len(self.items) + len(group)))
            self.items += group
            self._owner += [index] * len(group)

    def variables(self) -> Iterator[Term]:
        """The names of the loop."""
        for place, name in enumerate(self.clause.names):
            vector = tuple(item[place] for item in self.items)
            yield variable(name, vector, kind_of(vector))

    def inside(self, term: Term) -> Term:
        """An expression from outside, as it is seen in the loop."""
        vector = tuple(term.vector[index] for index in self._owner)
        inner = Term(term.op, term.args, vector, term.kind, cost=term.cost)
        inner.uses = term.uses
        return inner

    def groups(self, values: Sequence[Plain]) -> Iterator[Sequence[Plain] | None]:
        """The values of each outer point's turns."""
        for bounds in self.bounds:
            yield None if bounds is None else values[bounds[0] : bounds[1]]

    def regroup(self, values: Vector, chosen: Vector | None = None) -> Vector | None:
        """For each outer point the list of its values, the `chosen` ones only; None where all fail."""
        lists: list[Plain] = []
        choices = [None] * len(self.bounds) if chosen is None else self.groups(chosen)
        for part, choice in zip(self.groups(values), choices, strict=True):
            if part is None:
                lists.append(ERROR)
                continue
            kept = list(part) if choice is None else list(compress(part, choice))
            lists.append(ERROR if any(value is ERROR for value in kept) else kept)
        return None if all(entry is ERROR for entry in lists) else tuple(lists)

    def build(
        self, heads: Sequence[Term], vector: Vector, *, test: Term | None = None, form: str = "[{}]"
    ) -> Term:
        """A comprehension that has these values; `form` holds `{}` for what stands in the brackets."""
        clause = self.clause
        inside = f"{', '.join(['{}'] * len(heads))} {clause.text}" + (" if {}" if test is not None else "")
        if len(heads) == 2:
            inside = inside.replace(", ", ": ", 1)
        tests = () if test is None else (test,)
        op = Op(
            name="comprehension",
            text=form.format(inside),
            bare=inside if form == "[{}]" else "",
            places=(*(1,) * len(heads), *(2,) * len(clause.args), *(2,) * len(tests)),
            loops=tuple(range(len(heads), len(heads) + len(clause.args))),
        )
        args = (*heads, *clause.args, *tests)
        term = Term(
            op, args, vector, kind_of(vector), cost=1 + clause.cost + sum(t.cost for t in (*heads, *tests))
        )
        return self.outside(term)

    def outside(self, term: Term) -> Term:
        """The same; the names of the loop are no longer among those it uses."""
        term.uses -= self.names
        return term

    def keyed(self, term: Term) -> Iterator[Term]:
        """`sorted`, `max` and `min` of what is looped over, by `term`; for loops with one name."""
        if not term.total or term.kind not in {"int", "float", "str", "bool", "tuple"}:
            return
        (name,) = self.clause.names
        for function, reverse in (("sorted", ""), ("sorted", ", reverse=True"), ("max", ""), ("min", "")):
            chosen = tuple(
                self._choose(function, bounds, term.vector, bool(reverse)) for bounds in self.bounds
            )
            if all(value is ERROR for value in chosen):
                continue
            simple = term.op.name in _NAMED_KEYS and len(term.args) == 1 and term.args[0].op.text == name
            key = term.op.name if simple else f"lambda {name}: {{1}}"
            op = Op(
                name=f"{function}_key",
                text=f"{function}({{0}}, key={key}{reverse})",
                places=(NONE, 1),
                cost=1 + bool(reverse),
                loops=(0,),
            )
            yield self.outside(Term(op, (*self.clause.args, term), chosen, kind_of(chosen)))

    def _choose(self, function: str, bounds: tuple[int, int] | None, keys: Vector, reverse: bool) -> Plain:  # noqa: FBT001
        if bounds is None or (function != "sorted" and bounds[0] == bounds[1]):
            return ERROR
        places = range(*bounds)
        try:
            if function == "sorted":
                ranked = sorted(places, key=lambda place: keys[place], reverse=reverse)
                return [self.items[place][0] for place in ranked]
            chosen = (max if function == "max" else min)(places, key=lambda place: keys[place])
        except TypeError:
            return ERROR
        return self.items[chosen][0]


_NAMED_KEYS = frozenset({"len", "abs", "sum", "max", "min", "ord", "sorted", "str", "int", "set"})
