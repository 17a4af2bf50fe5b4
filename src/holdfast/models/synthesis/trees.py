"""Conditionals: which expression is right at which points, and which test tells the points apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from holdfast.models.synthesis.ops_numbers import COMPARISONS
from holdfast.models.synthesis.terms import Term
from holdfast.models.synthesis.values import Vector, equal_bits, failing, holding

__all__ = ["Branch", "Joined", "Leaves", "Tree", "conjoin", "tree_cost"]

_MOST_LEAVES: Final = 400
_MOST_PREDICATES: Final = 300
_TRIED: Final = 120
"""Predicates tried at a branch below the first."""
_JOINED: Final = 24
_FEW: Final = 12
"""Points up to which both branches of a test may be trees themselves."""
IF_COST: Final = 2
AND, OR = (next(op for op in COMPARISONS if op.name == name) for name in ("and", "or"))


@dataclass(frozen=True, slots=True)
class Branch:
    """`yes` where `test` holds, `no` elsewhere."""

    test: Term
    yes: "Tree"
    no: "Tree"


Tree: TypeAlias = Term | Branch


def tree_cost(tree: Tree) -> int:
    """The size of a tree, in the measure of `Term.cost`."""
    if isinstance(tree, Branch):
        return IF_COST + tree.test.cost + tree_cost(tree.yes) + tree_cost(tree.no)
    return tree.cost


@dataclass(frozen=True, slots=True)
class _Predicate:
    term: Term
    yes: int
    no: int


class Leaves:
    """What is known of one target: for each set of points the cheapest expression, and the predicates."""

    def __init__(self, target: Vector) -> None:
        """Values to reach, `ERROR` where an exception is due."""
        self._target = target
        self.full = int.from_bytes(b"\1" * len(target))
        self._leaves: dict[int, Term] = {}
        self._predicates: dict[tuple[int, int], Term] = {}
        self._sorted: list[tuple[int, Term]] = []
        self._tests: list[_Predicate] = []
        self._memo: dict[tuple[int, int], Tree | None] = {}
        self.stale = False
        """Whether something was added since the last answer."""

    def add(self, term: Term) -> None:
        """Note where an expression is right; one that is bool is a predicate as well."""
        mask = equal_bits(term.vector, self._target)
        if mask:
            self.add_leaf(mask, term)
        if term.kind == "bool":
            yes, no = holding(term.vector), failing(term.vector)
            room = len(self._predicates) < _MOST_PREDICATES and (yes, no) not in self._predicates
            if room and yes and yes != self.full:
                self._predicates[yes, no] = term
                self.stale = True

    def add_leaf(self, mask: int, term: Term) -> None:
        """Note that `term` is right at the points of `mask`.

        A literal that was taken from what comes out is cheap where it is right more than once; one that is
        right once has only been learnt by heart, and is left out.
        """
        if term.op.name == "constant" and term.cost > 1:
            if mask.bit_count() == 1:
                return
            term = Term(term.op, (), term.vector, term.kind, cost=1)
        known = self._leaves.get(mask)
        if (known is None and len(self._leaves) < _MOST_LEAVES) or (
            known is not None and term.cost < known.cost
        ):
            self._leaves[mask] = term
            self.stale = True

    def learn(self, depth: int) -> Tree | None:
        """The cheapest tree found with at most `depth` tests one below the other."""
        self._sorted = sorted(self._leaves.items(), key=lambda item: item[1].cost)
        self._tests = [_Predicate(term, yes, no) for (yes, no), term in self._predicates.items()]
        self._tests.sort(key=lambda predicate: predicate.term.cost)
        self._tests += self._conjunctions()
        self._tests.sort(key=lambda predicate: predicate.term.cost)
        self._memo.clear()
        self.stale = False
        return self._tree(self.full, depth)

    def _conjunctions(self) -> list[_Predicate]:
        """Pairs of the cheapest predicates that single out points as none of all does."""
        known = {(predicate.yes, predicate.no) for predicate in self._tests}
        joined: list[_Predicate] = []
        for first, second in combinations(self._tests[:_JOINED], 2):
            yes, no = first.yes & second.yes, first.no | (first.yes & second.no)
            if yes and (yes, no) not in known:
                known.add((yes, no))
                joined.append(
                    _Predicate(Term(AND, (first.term, second.term), first.term.vector, "bool"), yes, no)
                )
        return joined

    def _leaf(self, points: int) -> Term | None:
        return next((term for mask, term in self._sorted if mask & points == points), None)

    def _tree(self, points: int, depth: int) -> Tree | None:
        if (points, depth) in self._memo:
            return self._memo[points, depth]
        best: Tree | None = self._leaf(points)
        if depth:
            tests = self._tests if points == self.full else self._tests[:_TRIED]
            for predicate in tests:
                if best is not None and predicate.term.cost + IF_COST + 2 > tree_cost(best):
                    break
                found = self._split(points, predicate, depth)
                if found is not None and (best is None or tree_cost(found) < tree_cost(best)):
                    best = found
        self._memo[points, depth] = best
        return best

    def _split(self, points: int, predicate: _Predicate, depth: int) -> Branch | None:
        yes, no = points & predicate.yes, points & predicate.no
        if not yes or not no or (yes | no) != points:
            return None
        first, second = self._leaf(yes), self._leaf(no)
        if first is not None and second is not None:
            return Branch(predicate.term, first, second)
        if first is not None:
            rest = self._tree(no, depth - 1)
            return None if rest is None else Branch(predicate.term, first, rest)
        if second is not None:
            rest = self._tree(yes, depth - 1)
            return None if rest is None else Branch(predicate.term, rest, second)
        first_tree = self._tree(yes, depth - 1) if depth > 1 and len(self._target) <= _FEW else None
        rest = None if first_tree is None else self._tree(no, depth - 1)
        return None if first_tree is None or rest is None else Branch(predicate.term, first_tree, rest)

    def conjunction(self) -> "Joined | None":
        """For a target of truth values: the two predicates that `and` or `or` joins to it."""
        want_yes, want_no = holding(self._target), failing(self._target)
        return conjoin([(term, yes, no) for (yes, no), term in self._predicates.items()], want_yes, want_no)


@dataclass(frozen=True, slots=True)
class Joined:
    """`first and second`, or `first or second`; where the first decides, the second is not read."""

    sign: str
    first: Term
    second: Term


def conjoin(predicates: Sequence[tuple[Term, int, int]], want_yes: int, want_no: int) -> Joined | None:
    """The cheapest two predicates whose conjunction or disjunction is as wanted.

    Each predicate comes with the points at which it is true and those at which it is false.
    """
    both = _pair(predicates, want_yes, want_no)
    flipped = [(term, no, yes) for term, yes, no in predicates]
    either = _pair(flipped, want_no, want_yes)
    if both is None and either is None:
        return None
    if either is None or (both is not None and _sum(both) <= _sum(either)):
        return None if both is None else Joined("and", *both)
    return Joined("or", *either)


def _sum(pair: tuple[Term, Term]) -> int:
    return pair[0].cost + pair[1].cost


def _pair(
    predicates: Sequence[tuple[Term, int, int]], want_yes: int, want_no: int
) -> tuple[Term, Term] | None:
    """Two predicates, both true where wanted; where not, the first is false or else the second is."""
    able = sorted(
        ((term, yes, no) for term, yes, no in predicates if yes & want_yes == want_yes),
        key=lambda predicate: predicate[0].cost,
    )
    best: tuple[Term, Term] | None = None
    for first, yes, no in able:
        if (yes | no) & want_no != want_no:
            continue
        left = yes & want_no
        second = next((term for term, _, others in able if others & left == left and term is not first), None)
        if second is not None and (best is None or first.cost + second.cost < _sum(best)):
            best = (first, second)
    return best
