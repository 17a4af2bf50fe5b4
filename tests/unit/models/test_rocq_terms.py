"""Printed terms, looked at closely enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.models.sequents import terms

from holdfast.models.rocq_terms import is_identifier, read_term, root, split_top, statement_parts, tokenize


@pytest.mark.parametrize(
    ("text", "outermost", "binders"),
    [
        ("n", "n", ()),
        ("(n)", "n", ()),
        ("n + 0 = n", "=", ()),
        ("a :: l = nil", "=", ()),
        ("(A -> B) -> C", "->", ()),
        (r"P x /\ Q \/ R", "\\/", ()),
        ("~ a", "~", ()),
        ("f (a = b) c", "f", ()),
        ("@eq_refl nat x", "@eq_refl", ()),
        ("forall n m : nat, n = m", "forall", ("n", "m")),
        ("forall (A : Type) (x y : A), x = y", "forall", ("A", "x", "y")),
        ("forall n, forall m, n = m", "forall", ("n", "m")),
        ("exists x : nat, x = 0", "exists", ()),
        ("fun x => x", "fun", ()),
        ("x = forall y, y", "=", ()),
        ("", "", ()),
    ],
)
def test_the_outermost_is_the_root(text: str, outermost: str, binders: tuple[str, ...]) -> None:
    term = read_term(text)
    assert (term.root, term.binders) == (outermost, binders)


@pytest.mark.parametrize(
    ("text", "abstract"),
    [
        ("forall x : nat, x = y", "forall β:nat : nat , β:nat = y"),
        ("fun a => f a", "fun β: => f β:"),
        ("forall (l : list A), P l", "forall ( β:list : list A ) , P β:list"),
        ("let z := 1 in z", "let β:let := 1 in β:let"),
        ("x = y", "x = y"),
    ],
)
def test_bound_names_become_what_they_range_over(text: str, abstract: str) -> None:
    assert " ".join(read_term(text).abstract) == abstract


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nat.add x'", ["Nat.add", "x'"]),
        ("?n+@f", ["?n", "+@", "f"]),
        ('"a ""b"" c" x', ['"a ""b"" c"', "x"]),
        ("x<=y->{z}", ["x", "<=", "y", "->", "{", "z", "}"]),
        ("αβ_1 1.5", ["αβ_1", "1.5"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


@given(st.text())
def test_no_character_but_space_is_lost(text: str) -> None:
    assert set("".join(tokenize(text))) == {char for char in text if not char.isspace()} - _dropped(text)


def _dropped(text: str) -> set[str]:
    """What stands for nothing in a term: an unmatched quote, a digit of another script behind a letter..."""
    return {char for char in text if not any(char in word for word in tokenize(text))}


@given(terms)
def test_every_text_can_be_read(text: str) -> None:
    term = read_term(text)
    assert len(term.words) == len(term.abstract)
    assert (term.root in term.words) if term.words else (term.root == "")
    assert read_term(text) is term, "answers are kept"


def test_names_and_what_is_none() -> None:
    assert all(is_identifier(word) for word in ("x", "_x", "Nat.add", "été"))
    assert not any(is_identifier(word) for word in ("forall", "match", "_", "+", "1", "(", "?x"))


def test_a_statement_falls_into_premises_and_conclusion() -> None:
    premises, conclusion = statement_parts(tokenize("forall n, P n -> (forall m, Q m -> R) -> n = m"))
    assert [" ".join(one) for one in premises] == ["P n", "( forall m , Q m -> R )"]
    assert " ".join(conclusion) == "n = m"


@given(terms)
def test_parts_of_any_text_come_from_it(text: str) -> None:
    words = tokenize(text)
    premises, conclusion = statement_parts(words)
    assert sum(len(part) for part in (*premises, conclusion)) <= len(words)
    assert root(conclusion) in {"", *conclusion}


def test_cutting_stops_at_brackets_and_binders() -> None:
    plus = frozenset({"+"})
    parts = split_top(tokenize("a + (b + c) + d"), plus)
    assert [" ".join(part) for part in parts] == ["a", "( b + c )", "d"]
    assert len(split_top(tokenize("a + forall x, x + b"), plus)) == 2


def test_deep_brackets_and_long_terms_are_survived() -> None:
    assert read_term("(" * 3000 + "x" + ")" * 3000).root == "x"
    assert read_term("forall x, " * 2000 + "P").root == "forall"


def test_brackets_around_brackets_are_read_in_one_go() -> None:
    deep = "(" * 20_000 + "a + b = c" + ")" * 20_000
    assert root(tokenize(deep)) == "="
    assert root(tokenize("((a) = (b))")) == "="
    assert root(tokenize("((a) -> (b))")) == "->"
    assert root(tokenize("((a = b) -> c")) == "("
