"""A complete decision procedure for the toy's logic, contraction-free, that returns a proof term."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.toy.formulas import And, Atom, Bottom, Formula, Implies, Or, Top, placeholders
from holdfast.checkers.toy.kernel import (
    Absurd,
    Apply,
    Case,
    Function,
    Inject,
    Pair,
    Term,
    Trivial,
    Unpack,
    Variable,
)

__all__ = ["OutOfFuelError", "decide"]


class OutOfFuelError(Exception):
    """The search took more inferences than it was allowed."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A formula with the term that proves it."""

    formula: Formula
    term: Term


@dataclass(slots=True)
class _Search:
    """Counts inferences and makes names that no hypothesis has (they contain a space)."""

    fuel: int
    used: int = 0

    def name(self) -> str:
        return f"tauto {self.used}"

    def burn(self) -> None:
        self.used += 1
        if self.used > self.fuel:
            raise OutOfFuelError

    def prove(self, facts: list[_Fact], goal: Formula) -> Term | None:
        """A term for `goal`, None where there is none; `facts` is consumed."""
        self.burn()
        for position, fact in enumerate(facts):
            if fact.formula == goal:
                return fact.term
            rest = facts[:position] + facts[position + 1 :]
            done, term = self.simplify(fact, rest, goal)
            if done:
                return term
        return self.introduce(facts, goal)

    def simplify(self, fact: _Fact, rest: list[_Fact], goal: Formula) -> tuple[bool, Term | None]:
        """Use an invertible left rule; False where `fact` has none to use now."""
        match fact.formula:
            case Bottom():
                return True, Absurd(fact.term, goal)
            case Top():
                return True, self.prove(rest, goal)
            case And(left, right):
                names = self.name() + "l", self.name() + "r"
                pair = [_Fact(left, Variable(names[0])), _Fact(right, Variable(names[1]))]
                body = self.prove([*rest, *pair], goal)
                return True, body and Unpack(fact.term, *names, body)
            case Or(left, right):
                return True, self.split(fact, rest, left, right, goal)
            case Implies(premise, conclusion):
                return self.shorten(fact, rest, premise, conclusion, goal)
            case _:
                return False, None

    def split(
        self, fact: _Fact, rest: list[_Fact], left: Formula, right: Formula, goal: Formula
    ) -> Term | None:
        name = self.name()
        first = self.prove([*rest, _Fact(left, Variable(name))], goal)
        second = first and self.prove([*rest, _Fact(right, Variable(name))], goal)
        return Case(fact.term, name, first, name, second) if first and second else None

    def shorten(
        self, fact: _Fact, rest: list[_Fact], premise: Formula, conclusion: Formula, goal: Formula
    ) -> tuple[bool, Term | None]:
        """Replace an implication by simpler ones, by the shape of its premise."""
        name, term = self.name(), fact.term
        match premise:
            case Atom():
                known = next((other for other in rest if other.formula == premise), None)
                new = [] if known is None else [_Fact(conclusion, Apply(term, known.term))]
            case Top():
                new = [_Fact(conclusion, Apply(term, Trivial()))]
            case Bottom():
                return True, self.prove(rest, goal)
            case And(a, b):
                body = Apply(term, Pair(Variable(name + "a"), Variable(name + "b")))
                curried = Function(name + "a", a, Function(name + "b", b, body))
                new = [_Fact(Implies(a, Implies(b, conclusion)), curried)]
            case Or(a, b):
                sides = (
                    (a, Inject(Variable(name), premise, is_left=True)),
                    (b, Inject(Variable(name), premise, is_left=False)),
                )
                new = [
                    _Fact(Implies(side, conclusion), Function(name, side, Apply(term, injected)))
                    for side, injected in sides
                ]
            case _:
                new = []
        return (True, self.prove([*rest, *new], goal)) if new else (False, None)

    def introduce(self, facts: list[_Fact], goal: Formula) -> Term | None:
        """Right rules, invertible ones first, then the choices."""
        match goal:
            case Top():
                return Trivial()
            case Implies(premise, conclusion):
                name = self.name()
                body = self.prove([*facts, _Fact(premise, Variable(name))], conclusion)
                return body and Function(name, premise, body)
            case And(left, right):
                first = self.prove(facts, left)
                second = first and self.prove(facts, right)
                return Pair(first, second) if first and second else None
            case _:
                return self.choose(facts, goal)

    def choose(self, facts: list[_Fact], goal: Formula) -> Term | None:
        """A side of a disjunction, or a nested implication to satisfy: the only rules that may fail."""
        if isinstance(goal, Or):
            for side, is_left in ((goal.left, True), (goal.right, False)):
                term = self.prove(facts, side)
                if term:
                    return Inject(term, goal, is_left)
        for position, fact in enumerate(facts):
            if isinstance(fact.formula, Implies) and isinstance(fact.formula.left, Implies):
                rest = facts[:position] + facts[position + 1 :]
                term = self.nested(fact, rest, goal)
                if term:
                    return term
        return None

    def nested(self, fact: _Fact, rest: list[_Fact], goal: Formula) -> Term | None:
        """Use `(c -> d) -> b` once: prove `c -> d` knowing `d -> b`, then go on from `b`."""
        if not isinstance(fact.formula, Implies) or not isinstance(fact.formula.left, Implies):
            return None
        premise, conclusion = fact.formula.left, fact.formula.right
        name = self.name()
        constant = Function(name + "c", premise.left, Variable(name + "d"))
        weaker = Function(name + "d", premise.right, Apply(fact.term, constant))
        lemma = self.prove([*rest, _Fact(Implies(premise.right, conclusion), weaker)], premise)
        if lemma is None:
            return None
        return self.prove([*rest, _Fact(conclusion, Apply(fact.term, lemma))], goal)


def decide(context: Sequence[tuple[str, Formula]], goal: Formula, fuel: int) -> tuple[Term | None, int]:
    """A proof of `goal` from `context`, None where there is none, and the inferences used.

    Raises:
        OutOfFuelError: more than `fuel` inferences were needed.
        ValueError: a formula contains a placeholder.
    """
    if any(placeholders(formula) for formula in (goal, *(formula for _, formula in context))):
        raise ValueError("tauto needs a goal without placeholders")
    search = _Search(fuel)
    scope = dict(context)
    facts = [_Fact(formula, Variable(name)) for name, formula in scope.items()]
    term = search.prove(facts, goal)
    return term, search.used
