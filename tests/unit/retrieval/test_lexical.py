"""BM25 over mathematical text."""

import itertools

import pytest

from holdfast.retrieval.lexical import LexicalIndex, words

DOCUMENTS = ["addnC n m : n + m = m + n", "mulnC n m : n * m = m * n", "leq_trans : m <= n", ""]


def test_signs_and_parts_of_names_are_words() -> None:
    assert words("leq_trans_P n.+1 ≤ αβ") == ["leq", "trans", "p", "n", ".+", "1", "≤", "αβ"]


@pytest.mark.parametrize(("query", "first"), [("n + k", 0), ("a * b = b * a", 1), ("transitivity leq", 2)])
def test_the_nearest_comes_first(query: str, first: int) -> None:
    found = LexicalIndex(DOCUMENTS).search(query, 2)
    assert found[0][0] == first
    assert all(one[1] >= two[1] for one, two in itertools.pairwise(found))


def test_what_shares_no_word_is_not_found() -> None:
    assert LexicalIndex(DOCUMENTS).search("quaternion", 4) == []
    assert LexicalIndex(["", ""]).search("x", 2) == []
    with pytest.raises(ValueError, match="document"):
        LexicalIndex([])
