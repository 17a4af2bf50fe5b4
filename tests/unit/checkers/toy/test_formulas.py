"""Formulas read, printed and unified."""

import pytest
from hypothesis import given
from tests.unit.checkers.toy.formulas import formulas

from holdfast.checkers.toy.formulas import (
    And,
    Atom,
    Formula,
    FormulaError,
    Implies,
    Placeholder,
    parse_formula,
    substitute,
    unify,
)

A, B = Atom("A"), Atom("B")
X, Y = Placeholder("?X"), Placeholder("?Y")


@given(formulas(max_leaves=12))
def test_what_is_printed_reads_back(formula: Formula) -> None:
    assert parse_formula(str(formula)) == formula


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (r"A -> B -> C", r"A -> (B -> C)"),
        (r"A /\ B \/ C", r"(A /\ B) \/ C"),
        (r"A \/ B -> C", r"(A \/ B) -> C"),
        (r"~A /\ B", r"(A -> False) /\ B"),
        (r"~~A", r"(A -> False) -> False"),
        (r"A/\B/\C", r"A /\ (B /\ C)"),
    ],
)
def test_precedence(text: str, same: str) -> None:
    assert parse_formula(text) == parse_formula(same)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("A ->", 4),
        ("A B", 2),
        ("(A", 0),
        ("A)", 1),
        ("A & B", 1),
        ("-> A", 0),
        ("?X", 0),
        ("A 1", 1),
    ],
)
def test_what_is_no_formula_is_refused_at_its_place(text: str, offset: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert caught.value.offset == offset


def test_a_bottomless_formula_is_refused() -> None:
    with pytest.raises(FormulaError):
        parse_formula("(" * 100_000 + "A" + ")" * 100_000)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (A, A, {}),
        (A, B, None),
        (X, A, {"?X": A}),
        (Implies(X, Y), Implies(A, B), {"?X": A, "?Y": B}),
        (Implies(X, X), Implies(A, B), None),
        (X, And(X, A), None),
        (And(A, B), Implies(A, B), None),
    ],
)
def test_unification(left: Formula, right: Formula, expected: dict[str, Formula] | None) -> None:
    assert unify(left, right, {}) == expected
    assert unify(right, left, {}) == expected


def test_a_cycle_through_two_placeholders_is_found() -> None:
    assert unify(And(X, Y), And(And(Y, A), And(X, A)), {}) is None


@given(formulas())
def test_a_unifier_makes_both_sides_equal(formula: Formula) -> None:
    solved = unify(And(X, formula), And(formula, Y), {})
    assert solved is not None
    assert substitute(X, solved) == substitute(Y, solved) == formula
