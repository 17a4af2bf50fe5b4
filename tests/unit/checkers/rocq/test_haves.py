"""Taking sentences apart at their haves."""

import pytest

from holdfast.checkers.rocq.haves import Refusal, cut


@pytest.mark.parametrize(
    ("sentence", "prefix", "have", "proofs"),
    [
        ("have H : a = b by [].", "", "have H : a = b.", [("by [].", "")]),
        ("by have H : a = b by lia.", "", "have H : a = b.", [("by lia.", "by [].")]),
        (
            "by move=> x; have [y /eqP Hy] : exists y, y == x by exists x; rewrite Hy.",
            "move=> x.",
            "have [y /eqP Hy] : exists y, y == x.",
            [("by exists x.", "by rewrite Hy."), ("by exists x; rewrite Hy.", "by [].")],
        ),
        (
            "have f n (lt : n < 2) : n = 0; [by lia | rewrite f].",
            "",
            "have f n (lt : n < 2) : n = 0.",
            [("by lia.", "rewrite f.")],
        ),
        (
            "have H : a; first by have K : b by []; last exact: K.",
            "",
            "have H : a.",
            [("by have K : b by [].", "exact: K.")],
        ),
        ("have H : a; lia.", "", "have H : a.", [("lia.", "lia.")]),
        ("have -> : let y := 1 in y = 1 by [].", "", "have -> : let y := 1 in y = 1.", [("by [].", "")]),
        ('have H : f "; by :" = 1 by [].', "", 'have H : f "; by :" = 1.', [("by [].", "")]),
        ("have H :\n  a = b.", "", "have H : a = b.", []),
    ],
)
def test_a_sentence_is_cut_at_its_first_have(
    sentence: str, prefix: str, have: str, proofs: list[tuple[str, str]]
) -> None:
    parts = cut(sentence)
    assert parts is not None
    assert (parts.prefix, parts.have, list(parts.proofs)) == (prefix, have, proofs)


@pytest.mark.parametrize(
    "sentence",
    [
        "by rewrite addnC.",
        "have H := addnC a b.",
        "have H : a = b := eq_refl.",
        "case: (have_it x); apply: behave.",
        "- by [].",
        "{",
    ],
)
def test_other_sentences_are_left_alone(sentence: str) -> None:
    assert cut(sentence) is None


def test_a_have_whose_proof_comes_last_is_refused() -> None:
    with pytest.raises(Refusal, match="last"):
        cut("have H : a; last by rewrite H.")
