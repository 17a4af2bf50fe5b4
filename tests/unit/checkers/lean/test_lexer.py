"""Lean's lexical rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.lean.lexer import tokens
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError


def texts(text: str) -> list[str]:
    return [token.text for token in tokens(Source("t.lean", text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("theorem A.«odd one».x' : p", ["theorem", "A.«odd one».x'", ":", "p"]),
        ("a /- b /- c -/ sorry -/ d -- sorry", ["a", "d"]),
        ('"-- no comment" x', ['"-- no comment"', "x"]),
        ('r#"a"sorry"# x', ['r#"a"sorry"#', "x"]),
        ("λsorry", ["λ", "sorry"]),
        ("1sorry h.1sorry", ["1", "sorry", "h", ".", "1", "sorry"]),
        ("x₁ n.succ h.1 exact? #eval", ["x₁", "n.succ", "h.1", "exact?", "#eval"]),
        ("f '' s 'a' '\"' x'", ["f", "''", "s", "'a'", "'\"'", "x'"]),
        ("x \xa0 y", ["x", "y"]),
        ("⟨a,b⟩:=@[simp]", ["⟨", "a", ",", "b", "⟩", ":=", "@[", "simp", "]"]),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert texts(text) == found


@pytest.mark.parametrize(("text", "line"), [("a\n/- b /- c -/", 2), ('\n\n "abc', 3), ('x "a\\"', 1)])
def test_what_does_not_end_is_told_at_its_place(text: str, line: int) -> None:
    with pytest.raises(SourceError) as caught:
        tokens(Source("t.lean", text))
    assert caught.value.line == line


@given(st.text(alphabet="ab'\"\\/-«»λ1.#r{}⟨⟩ \n", max_size=40))
def test_tokens_stand_where_they_say_and_leave_nothing_but_blanks_and_comments(text: str) -> None:
    try:
        found = tokens(Source("t.lean", text))
    except SourceError:
        return
    at = 0
    for token in found:
        assert token.start >= at
        assert text[token.start : token.end] == token.text
        between = text[at : token.start].strip()
        assert not between or between.startswith(("--", "/-"))
        at = token.end
