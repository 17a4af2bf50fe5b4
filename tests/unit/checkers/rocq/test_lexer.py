"""A text split again after each change is split as if it were new."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.sentences import Lexer, end_before, split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

PIECES = [
    "Lemma a : b.",
    "  - ",
    "{ ",
    "} ",
    "auto.",
    " ",
    "\n",
    "(* c. *)",
    "(*",
    "*)",
    '"',
    ".",
    "..",
    "x",
    "2: {",
    "é",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def _fresh(text: str, offset: int) -> list[tuple[int, int]]:
    """The sentences up to an offset, by splitting ever longer beginnings that are whole."""
    return [(one.start, one.end) for one in Lexer().upto(Source("f", text), offset)]


@given(st.lists(st.tuples(TEXTS, st.integers(0, 60)), min_size=1, max_size=6))
def test_what_was_split_before_does_not_matter(steps: list[tuple[str, int]]) -> None:
    lexer = Lexer()
    for text, offset in steps:
        found = [(one.start, one.end) for one in lexer.upto(Source("f", text), offset)]
        assert found == _fresh(text, offset)


@given(TEXTS, TEXTS, TEXTS, st.integers(0, 60))
def test_a_change_in_the_middle_is_seen(head: str, old: str, new: str, offset: int) -> None:
    lexer = Lexer()
    lexer.upto(Source("f", head + old), 1000)
    found = lexer.upto(Source("f", head + new), offset)
    assert [(one.start, one.end) for one in found] == _fresh(head + new, offset)


@given(TEXTS, st.integers(0, 100))
def test_whole_texts_are_split_as_ever(text: str, offset: int) -> None:
    try:
        whole = split(Source("f", text))
    except SourceError:
        return
    wanted = tuple(one for one in whole if one.end <= offset)
    assert Lexer().upto(Source("f", text), offset) == wanted
    assert end_before(Source("f", text), offset) == (wanted[-1].end if wanted else 0)


def test_what_is_not_whole_is_left_out() -> None:
    text = "Lemma a : Nat.le 1 2. Proof. (* never. ended"
    assert text[: end_before(Source("f", text), len(text))] == "Lemma a : Nat.le 1 2. Proof."
    assert end_before(Source("f", text), text.index("Nat.") + 4) == 0
