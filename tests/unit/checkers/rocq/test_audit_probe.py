"""Answers of Rocq about assumptions, as it prints them."""

import pytest

from holdfast.checkers.rocq.audit_probe import parse_assumptions, parse_located


def test_closed_is_nothing() -> None:
    assert parse_assumptions("Closed under the global context\n") == ()


def test_axioms_flags_and_theory() -> None:
    found = parse_assumptions(
        "Axioms:\n"
        "T.ax1 : False\n"
        "used in target to prove\n"
        " @eq nat (S O) (S (S O))\n"
        "ClassicalDedekindReals.sig_forall_dec\n"
        "  : forall P : nat -> Prop,\n"
        "    (forall n : nat, {P n} + {~ P n})\n"
        "T.bad is assumed to be guarded.\n"
        "T.ti relies on an unsafe hierarchy.\n"
        "T.Curry is assumed to be positive.\n"
        "Theory:\nSet is impredicative\n"
    )
    assert [(item.name, bool(item.unsafe)) for item in found] == [
        ("T.ax1", False),
        ("ClassicalDedekindReals.sig_forall_dec", False),
        ("T.bad", True),
        ("T.ti", True),
        ("T.Curry", True),
        ("?", True),
    ]
    assert found[1].statement == "forall P : nat -> Prop, (forall n : nat, {P n} + {~ P n})"
    assert found[-1].unsafe == "Set is impredicative"


def test_section_variables_are_no_assumptions() -> None:
    assert parse_assumptions("Section Variables:\nA\n: 1 = 2\n") == ()
    assert [
        item.name for item in parse_assumptions("Section Variables:\nA\n: 1 = 2\nAxioms:\nx : False\n")
    ] == ["x"]


@pytest.mark.parametrize(
    "answer", ["", "\n", "Closed under the global context indeed", "something new", "Axioms:\n"]
)
def test_what_cannot_be_read_is_an_assumption(answer: str) -> None:
    assert all(item.unsafe for item in parse_assumptions(answer))
    assert parse_assumptions(answer)


def test_the_first_of_several_places_counts() -> None:
    said = "Constant A.pos\nConstant B.pos (shorter name to refer to it in current context is B.pos)\n"
    assert parse_located(said) == "A.pos"
    assert parse_located("No object of basename pos\n") is None
