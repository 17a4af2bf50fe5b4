"""The toy's trusted part: proof terms and the one function that says which formula a term proves.

The audit believes nothing else; steps, automation and placeholders only build terms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from holdfast.checkers.toy.formulas import And, Bottom, Formula, Implies, Or, Top, instantiate

__all__ = [
    "Absurd",
    "Apply",
    "Case",
    "Function",
    "Global",
    "Inject",
    "Pair",
    "ProofError",
    "Term",
    "Trivial",
    "Unpack",
    "Unproved",
    "Variable",
    "globals_of",
    "infer",
]


class ProofError(ValueError):
    """A term proves nothing."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A hypothesis in scope."""

    name: str


@dataclass(frozen=True, slots=True)
class Global:
    """An axiom or earlier theorem at one choice of formulas for its atoms."""

    name: str
    chosen: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """From a proof of `domain`, called `name`, the body."""

    name: str
    domain: Formula
    body: "Term"


@dataclass(frozen=True, slots=True)
class Apply:
    """Modus ponens."""

    function: "Term"
    argument: "Term"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both halves of a conjunction."""

    left: "Term"
    right: "Term"


@dataclass(frozen=True, slots=True)
class Unpack:
    """Name both halves of a proved conjunction in `body`."""

    pair: "Term"
    left: str
    right: str
    body: "Term"


@dataclass(frozen=True, slots=True)
class Inject:
    """One side of the disjunction `whole`."""

    term: "Term"
    whole: Formula
    is_left: bool


@dataclass(frozen=True, slots=True)
class Case:
    """Two proofs of one formula, from either side of a proved disjunction."""

    either: "Term"
    left_name: str
    left: "Term"
    right_name: str
    right: "Term"


@dataclass(frozen=True, slots=True)
class Absurd:
    """Anything, from a proof of falsity."""

    term: "Term"
    goal: Formula


@dataclass(frozen=True, slots=True)
class Trivial:
    """The proof of truth."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """A subgoal that is still open; it proves nothing."""

    number: int


Term: TypeAlias = (
    Variable | Global | Function | Apply | Pair | Unpack | Inject | Case | Absurd | Trivial | Unproved
)


def infer(term: Term, scope: Mapping[str, Formula], known: Mapping[str, Formula]) -> Formula:
    """The formula that `term` proves from hypotheses `scope` and statements `known`.

    Raises:
        ProofError: it proves none.
    """
    match term:
        case Variable(name):
            return _lookup(name, scope)
        case Global(name, chosen):
            return instantiate(_lookup(name, known), dict(chosen))
        case Function(name, domain, body):
            return Implies(domain, infer(body, {**scope, name: domain}, known))
        case Pair(left, right):
            return And(infer(left, scope, known), infer(right, scope, known))
        case Trivial():
            return Top()
        case Absurd(inner, goal):
            _expect(infer(inner, scope, known), Bottom())
            return goal
        case _:
            return _infer_use(term, scope, known)


def _infer_use(term: Term, scope: Mapping[str, Formula], known: Mapping[str, Formula]) -> Formula:
    """The rules that take a proof apart or choose a side."""
    match term:
        case Apply(function, argument):
            rule = infer(function, scope, known)
            if not isinstance(rule, Implies):
                raise ProofError(f"{rule} is not an implication")
            _expect(infer(argument, scope, known), rule.left)
            return rule.right
        case Unpack(pair, left, right, body):
            both = infer(pair, scope, known)
            if not isinstance(both, And):
                raise ProofError(f"{both} is not a conjunction")
            return infer(body, {**scope, left: both.left, right: both.right}, known)
        case Inject(inner, whole, is_left):
            if not isinstance(whole, Or):
                raise ProofError(f"{whole} is not a disjunction")
            _expect(infer(inner, scope, known), whole.left if is_left else whole.right)
            return whole
        case Case():
            return _infer_case(term, scope, known)
        case _:
            raise ProofError("a subgoal is open")


def _infer_case(term: Case, scope: Mapping[str, Formula], known: Mapping[str, Formula]) -> Formula:
    sides = infer(term.either, scope, known)
    if not isinstance(sides, Or):
        raise ProofError(f"{sides} is not a disjunction")
    goal = infer(term.left, {**scope, term.left_name: sides.left}, known)
    _expect(infer(term.right, {**scope, term.right_name: sides.right}, known), goal)
    return goal


def _lookup(name: str, table: Mapping[str, Formula]) -> Formula:
    if name not in table:
        raise ProofError(f"{name} is not in scope")
    return table[name]


def _expect(actual: Formula, wanted: Formula) -> None:
    if actual != wanted:
        raise ProofError(f"{actual} stands where {wanted} is needed")


def globals_of(term: Term) -> tuple[str, ...]:
    """Names of the axioms and theorems that `term` uses directly, each once, in order of appearance."""
    found: dict[str, None] = {}
    waiting: list[Term] = [term]
    while waiting:
        match waiting.pop():
            case Global(name, _):
                found[name] = None
            case Function(_, _, inner) | Inject(inner, _, _) | Absurd(inner, _):
                waiting.append(inner)
            case Apply(first, second) | Pair(first, second) | Unpack(first, _, _, second):
                waiting += (second, first)
            case Case(first, _, second, _, third):
                waiting += (third, second, first)
            case _:
                pass
    return tuple(found)
