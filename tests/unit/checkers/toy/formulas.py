"""Random formulas and their classical meaning."""

from collections.abc import Mapping
from itertools import product

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from holdfast.checkers.toy.formulas import And, Atom, Bottom, Formula, Implies, Or, Top, atoms


def formulas(max_leaves: int = 7) -> SearchStrategy[Formula]:
    leaves = st.sampled_from([Atom("A"), Atom("B"), Atom("C"), Bottom(), Top()])
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(And, inner, inner) | st.builds(Or, inner, inner) | st.builds(Implies, inner, inner)
        ),
        max_leaves=max_leaves,
    )


def holds(formula: Formula, truth: Mapping[str, bool]) -> bool:
    match formula:
        case Atom(name):
            return truth[name]
        case And(left, right):
            return holds(left, truth) and holds(right, truth)
        case Or(left, right):
            return holds(left, truth) or holds(right, truth)
        case Implies(left, right):
            return not holds(left, truth) or holds(right, truth)
        case _:
            return formula == Top()


def is_tautology(formula: Formula) -> bool:
    """By truth table: whatever the toy proves without axioms is one."""
    names = atoms(formula)
    rows = product([False, True], repeat=len(names))
    return all(holds(formula, dict(zip(names, row, strict=True))) for row in rows)
