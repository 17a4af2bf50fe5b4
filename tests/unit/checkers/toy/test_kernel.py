"""The trusted part: what terms prove, and that it agrees with truth tables."""

import pytest
from hypothesis import assume, given, settings
from tests.unit.checkers.toy.formulas import formulas, is_tautology

from holdfast.checkers.toy.formulas import Atom, Bottom, Formula, Implies, Or, Top, parse_formula
from holdfast.checkers.toy.kernel import (
    Absurd,
    Apply,
    Case,
    Function,
    Global,
    Inject,
    Pair,
    ProofError,
    Term,
    Trivial,
    Unpack,
    Unproved,
    Variable,
    globals_of,
    infer,
)
from holdfast.checkers.toy.tauto import OutOfFuelError, decide

A, B = Atom("A"), Atom("B")
SCOPE = {"a": A, "b": B, "f": Implies(A, B), "n": Bottom(), "o": Or(A, B), "p": parse_formula("A /\\ B")}
KNOWN = {"em": parse_formula("A \\/ ~A")}


@pytest.mark.parametrize(
    ("term", "proves"),
    [
        (Variable("a"), "A"),
        (Apply(Variable("f"), Variable("a")), "B"),
        (Function("x", A, Variable("x")), "A -> A"),
        (Pair(Variable("a"), Trivial()), "A /\\ True"),
        (Unpack(Variable("p"), "x", "y", Variable("y")), "B"),
        (Inject(Variable("a"), Or(A, B), is_left=True), "A \\/ B"),
        (Case(Variable("o"), "x", Apply(Variable("f"), Variable("x")), "y", Variable("y")), "B"),
        (Absurd(Variable("n"), B), "B"),
        (Global("em", (("A", B),)), "B \\/ ~B"),
    ],
)
def test_what_terms_prove(term: Term, proves: str) -> None:
    assert infer(term, SCOPE, KNOWN) == parse_formula(proves)


@pytest.mark.parametrize(
    "term",
    [
        Unproved(0),
        Variable("nowhere"),
        Global("nowhere", ()),
        Variable("em"),
        Global("a", ()),
        Apply(Variable("a"), Variable("a")),
        Apply(Variable("f"), Variable("b")),
        Unpack(Variable("a"), "x", "y", Variable("x")),
        Inject(Variable("a"), Or(B, A), is_left=True),
        Inject(Variable("a"), A, is_left=True),
        Case(Variable("o"), "x", Variable("x"), "y", Variable("y")),
        Case(Variable("a"), "x", Variable("x"), "y", Variable("y")),
        Absurd(Variable("a"), B),
        Function("x", A, Unproved(3)),
        Pair(Variable("a"), Apply(Function("x", B, Variable("x")), Variable("a"))),
    ],
)
def test_what_proves_nothing(term: Term) -> None:
    with pytest.raises(ProofError):
        infer(term, SCOPE, KNOWN)


def test_names_bound_inside_do_not_leak() -> None:
    with pytest.raises(ProofError):
        infer(Pair(Function("x", A, Variable("x")), Variable("x")), {}, {})


def test_globals_are_told_once_each() -> None:
    em = Global("em", (("A", B),))
    assert globals_of(Pair(em, Function("x", A, Pair(em, Global("other", ()))))) == ("em", "other")


@settings(max_examples=200, deadline=None)
@given(formulas(max_leaves=9))
def test_what_is_decided_is_proved_by_a_term_and_true(formula: Formula) -> None:
    try:
        term, _ = decide([], formula, fuel=3000)
    except OutOfFuelError:
        assume(False)
        return
    if term is not None:
        assert infer(term, {}, {}) == formula
        assert is_tautology(formula)


@settings(max_examples=200, deadline=None)
@given(formulas(max_leaves=7))
def test_the_double_negation_of_exactly_the_tautologies_is_proved(formula: Formula) -> None:
    """Glivenko's theorem: an answer known by truth table, for provable and unprovable alike."""
    doubly = Implies(Implies(formula, Bottom()), Bottom())
    try:
        term, _ = decide([], doubly, fuel=5000)
    except OutOfFuelError:
        assume(False)
        return
    assert (term is not None) == is_tautology(formula)


@pytest.mark.parametrize(
    "text", ["A \\/ ~A", "~~A -> A", "((A -> B) -> A) -> A", "(A -> B) \\/ (B -> A)", "A"]
)
def test_what_only_classical_logic_has_is_not_proved(text: str) -> None:
    assert decide([], parse_formula(text), fuel=1000)[0] is None


def test_truth_needs_nothing() -> None:
    assert decide([], Top(), fuel=10) == (Trivial(), 1)


def test_fuel_runs_out() -> None:
    with pytest.raises(OutOfFuelError):
        decide([], parse_formula("A -> B -> C -> D"), fuel=2)
