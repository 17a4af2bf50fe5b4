"""What can be looped over: `for x in xs`, `for i, x in enumerate(xs)`, `for x in xs for y in ys`, ..."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.models.synthesis.kinds import ITERABLE
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Term
from holdfast.models.synthesis.values import ERROR, kind_of

__all__ = ["Clause", "clauses", "pair_clauses"]

_BY_KIND: Final = {
    "int": ("x", "y", "z"),
    "str": ("s", "w", "t"),
    "list": ("row", "xs", "line"),
    "tuple": ("pair", "p", "q"),
}
_FREE: Final = ("a", "b", "u", "v", "m", "k", "h", "g", "e")


@dataclass(frozen=True, slots=True)
class Clause:
    """The head of a loop over something that expressions stand for."""

    text: str
    """With `{}` for each of `args`, for example `for x in {}`."""
    args: tuple[Term, ...]
    names: tuple[str, ...]
    groups: tuple[Plain, ...]
    """For each point, the list of what the names stand for in turn, as tuples; ERROR where there is none."""

    @property
    def cost(self) -> int:
        """The size of what is looped over, and of the loop itself."""
        return sum(arg.cost for arg in self.args) + len(self.args) - 1


def _fresh(wishes: Iterable[str], taken: set[str]) -> str:
    name = next(wish for wish in (*wishes, *_FREE, *(f"x{n}" for n in range(99))) if wish not in taken)
    taken.add(name)
    return name


def _named(source: Term, values: Sequence[Plain], taken: set[str]) -> str:
    if source.op.name.startswith("range"):
        return _fresh(("i", "j", "k"), taken)
    if source.kind == "str":
        return _fresh(("c", "d", "ch"), taken)
    return _fresh(_BY_KIND.get(kind_of(values), ("x", "y", "z")), taken)


def clauses(source: Term, taken: set[str]) -> Iterator[Clause]:
    """The loop over one expression; what consists of pairs or triples is taken apart."""
    if source.kind not in ITERABLE:
        return
    groups = tuple(ERROR if value is ERROR else list(value) for value in source.vector)
    items = [item for group in groups if group is not ERROR for item in group]
    if not items:
        return
    used = set(taken)
    widths = {len(item) if type(item) is tuple else 0 for item in items}
    if widths <= {2} or widths <= {3}:
        (width,) = widths
        names = _unpacked(source, [[item[place] for item in items] for place in range(width)], used)
        yield Clause(f"for {', '.join(names)} in {{}}", (source,), names, groups)
        return
    name = _named(source, items, used)
    singles = tuple(group if group is ERROR else [(item,) for item in group] for group in groups)
    yield Clause(f"for {name} in {{}}", (source,), (name,), singles)


def _unpacked(source: Term, columns: Sequence[Sequence[Plain]], used: set[str]) -> tuple[str, ...]:
    if source.op.name == "enumerate":
        return (_fresh(("i", "j"), used), _named(source.args[0], columns[1], used))
    if source.op.name == "items":
        return (_fresh(("k", "key"), used), _fresh(("v", "value"), used))
    return tuple(_fresh(_BY_KIND.get(kind_of(column), ("x", "y", "z")), used) for column in columns)


def pair_clauses(left: Term, right: Term, taken: set[str]) -> Iterator[Clause]:
    """Loops with two variables: over all pairs, and over each pair of places of one sequence."""
    if left.kind not in ITERABLE or right.kind not in ITERABLE or not left.total or not right.total:
        return
    used = set(taken)
    first = _named(left, [item for value in left.vector for item in value], used)
    second = _named(right, [item for value in right.vector for item in value], used)
    pairs = [[(x, y) for x in xs for y in ys] for xs, ys in zip(left.vector, right.vector, strict=True)]
    if any(pairs):
        yield Clause(
            f"for {first} in {{}} for {second} in {{}}", (left, right), (first, second), tuple(pairs)
        )
    if left is right and left.kind.startswith(("list", "str")):
        index = _fresh(("i", "n"), used)
        later = [[(i, x, y) for i, x in enumerate(value) for y in value[i + 1 :]] for value in left.vector]
        text = f"for {index}, {first} in enumerate({{}}) for {second} in {{}}[{index} + 1:]"
        if any(later):
            yield Clause(text, (left, left), (index, first, second), tuple(later))
