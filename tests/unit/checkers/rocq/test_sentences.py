"""The splitter on hard cases and on generated text: every character comes back, at the right boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.sentences import (
    Positions,
    SentenceKind,
    bare,
    code_spans,
    skip_blanks,
    split,
)
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

KINDS = {
    SentenceKind.COMMAND: "c",
    SentenceKind.BULLET: "b",
    SentenceKind.BRACE_OPEN: "o",
    SentenceKind.BRACE_CLOSE: "x",
}


def pieces(text: str) -> list[str]:
    return [text[item.start : item.end] for item in split(Source("f.v", text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\r\n(* only. a comment *)\n", []),
        ("Check a.", ["Check a."]),
        ("Check a.b.c. Check d.", ["Check a.b.c.", "Check d."]),
        ("A.\r\nB.\tC.\rD.", ["A.", "B.", "C.", "D."]),
        ("Check 1.5. Check 1.", ["Check 1.5.", "Check 1."]),
        ("Check x.(f). Check y.+1.", ["Check x.(f).", "Check y.+1."]),
        ("Check p.1. Check p.2.", ["Check p.1.", "Check p.2."]),
        ("Proof with auto. intros... split...", ["Proof with auto.", "intros...", "split..."]),
        (
            "Notation f := (cons x .. (cons y nil) ..). A.",
            ["Notation f := (cons x .. (cons y nil) ..).", "A."],
        ),
        ("forall x .. y , P. B.", ["forall x .. y , P.", "B."]),
        ('Notation "a . b" := (a b). C.', ['Notation "a . b" := (a b).', "C."]),
        ('Check "say ""a. b"" now". D.', ['Check "say ""a. b"" now".', "D."]),
        ("A (* one. (* two. *) three. *) b. C.", ["A (* one. (* two. *) three. *) b.", "C."]),
        ('A (* a string " *) . " here *) b. C.', ['A (* a string " *) . " here *) b.', "C."]),
        ("(**) A. (***) B. (*)*) C.", ["A.", "B.", "C."]),
        (
            "- a. + b. * c. -- d. +++ e. **** f.",
            ["-", "a.", "+", "b.", "*", "c.", "--", "d.", "+++", "e.", "****", "f."],
        ),
        ("-+ a.", ["-", "+", "a."]),
        ("rewrite -a. x-y. a+b. c*d.", ["rewrite -a.", "x-y.", "a+b.", "c*d."]),
        ("{ a. } { b. }", ["{", "a.", "}", "{", "b.", "}"]),
        ("{a.}", None),
        ("{a. }}", ["{", "a.", "}", "}"]),
        ("exact {| f := 1 |}. g.", ["exact {| f := 1 |}.", "g."]),
        ("2: { a. } [x]: { b. } all : {", ["2: {", "a.", "}", "[x]: {", "b.", "}", "all : {"]),
        ("1-3, 5: { x.", ["1-3, 5: {", "x."]),
        ("1 : (* . *) { a.", ["1 : (* . *) {", "a."]),
        ("2: auto. all: idtac. [x]: auto.", ["2: auto.", "all: idtac.", "[x]: auto."]),
        ("#[local, program] Lemma a : b. c.", ["#[local, program] Lemma a : b.", "c."]),
        ("Lemma é∀ : λ. ∃'. b.", ["Lemma é∀ : λ.", "∃'.", "b."]),
        ("\ufeffCheck a.", ["Check a."]),
        ("Check\ufeff a.", ["Check\ufeff a."]),
        ("a.\u00a0b. c.", ["a.\u00a0b.", "c."]),
        (
            "Elpi Accumulate lp:{{ p X :- q. {{ r. }} }}. B.",
            ["Elpi Accumulate lp:{{ p X :- q. {{ r. }} }}.", "B."],
        ),
        ("help:{{. B.", ["help:{{.", "B."]),
        (":{{ a. b.", [":{{ a.", "b."]),
    ],
)
def test_boundaries(text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(SourceError):
            split(Source("f.v", text))
    else:
        assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("Check a", 1, 1, "sentence"),
        ("A.\n  Check b", 2, 3, "sentence"),
        ("A.\n  Check b.(* c *)", 2, 3, "sentence"),
        ("A. tac....", 1, 4, "sentence"),
        ("A.\n\n (* (* *)", 3, 2, "comment"),
        ("A. é (* (* *) b.", 1, 6, "comment"),
        ('A.\r\nCheck "b. ', 2, 7, "string"),
        ('A. (* " *) ', 1, 7, "string"),
        ("Elpi lp:{{ a. ", 1, 6, "quotation"),
    ],
)
def test_what_does_not_end_is_placed_where_it_begins(text: str, line: int, column: int, word: str) -> None:
    with pytest.raises(SourceError) as caught:
        split(Source("f.v", text))
    assert (caught.value.file, caught.value.line, caught.value.column) == ("f.v", line, column)
    assert word in caught.value.message


WRITTEN = """
    . .. ... (* *) " "" { } 2:{ [x]:{ - + * -- a b' A.b 1.5 ( ) [ ] | := : ; lp:{{ }} #[local] é ∀ Qed. Proof.
"""
TOKENS = st.sampled_from(
    [*WRITTEN.split(), " ", "\n", "\r\n", "\t", ". ", "- ", "\udce9", "\ufeff", "\u00a0", "\f"]
)
SOUP = st.lists(TOKENS, max_size=40).map("".join)


@given(SOUP)
def test_sentences_cover_the_text_without_gaps(text: str) -> None:
    try:
        sentences = split(Source("f.v", text))
    except SourceError:
        return
    at = 0
    for item in sentences:
        assert item.lead == at
        assert item.lead <= item.start < item.end
        at = item.end
    rest = Source("f.v", text[at:])
    assert text[at:] == "\ufeff" or skip_blanks(rest, text[at:].startswith("\ufeff") and not at) == len(
        rest.text
    )


@given(SOUP)
def test_each_sentence_is_one_sentence_by_itself(text: str) -> None:
    try:
        sentences = split(Source("f.v", text))
    except SourceError:
        return
    for item in sentences:
        own = text[item.start : item.end]
        if not own.startswith("\ufeff"):
            assert [(part.kind, part.start, part.end) for part in split(Source("f.v", own))] == [
                (item.kind, 0, len(own))
            ]


WORDS = ["Check", "a.b", "1.5", '"x. ""y"" (* "', "(* c. (* d. *) *)", "x.(f)", "..", "{|", "[", "é", "->"]
COMMANDS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(
    lambda parts: f"Go {' '.join(parts)}."
)
MARKS = st.sampled_from(
    [("-", "b"), ("++", "b"), ("***", "b"), ("{", "o"), ("}", "x"), ("3: {", "o"), ("all:{", "o")]
)
BLANKS = st.lists(st.sampled_from([" ", "\n", "\r\n", "\t", '(* a. " b. " *)']), max_size=3).map(
    lambda parts: " " + "".join(parts) + " "
)


@given(st.lists(st.tuples(BLANKS, st.one_of(MARKS, COMMANDS.map(lambda text: (text, "c"))))))
def test_written_sentences_are_read_back(written: list[tuple[str, tuple[str, str]]]) -> None:
    text = "".join(blank + sentence for blank, (sentence, _) in written)
    found = [(text[item.start : item.end], KINDS[item.kind]) for item in split(Source("f.v", text))]
    assert found == [sentence for _, sentence in written]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a (* b *)c\n\t d  . ", "a c d ."),
        ('Notation "x   y"  := (* " *) " *) z .', 'Notation "x   y" := z .'),
        ("(* a *) x.", "x."),
        ("a\u00a0 b.", "a\u00a0 b."),
    ],
)
def test_bare_drops_comments_and_folds_blanks_outside_strings(text: str, expected: str) -> None:
    assert bare(text) == expected


def test_code_spans_are_what_is_no_comment() -> None:
    text = 'a (* b (* c *) *) "(* d *)" (**)e'
    assert [text[start:end] for start, end in code_spans(text)] == ["a ", ' "(* d *)" ', "e"]


TEXTS = st.text(st.sampled_from("a\n\r é∀\U0001d538\udce9\udc80") | st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_positions_agree_with_encoding(text: str) -> None:
    positions = Positions(text)
    for offset in range(len(text) + 1):
        byte = len(text[:offset].encode("utf-8", "surrogateescape"))
        line, column = positions.line_column(offset)
        assert positions.byte(offset) == byte
        assert positions.from_byte(byte) == offset
        assert line == text.count("\n", 0, offset) + 1
        assert column == offset - (text.rfind("\n", 0, offset) + 1) + 1
        assert positions.offset(line, column) == offset


def test_a_byte_inside_a_character_belongs_to_it() -> None:
    positions = Positions("é∀\U0001d538x")
    assert [positions.from_byte(byte) for byte in range(11)] == [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4]


def test_long_hostile_texts_take_linear_time() -> None:
    size = 200_000
    assert len(pieces("a" + "(" * size + ".")) == 1
    assert len(pieces("(* *) " * (size // 10) + "a.")) == 1
    assert len(pieces("a " + "." * size + "b.")) == 1
    for text in ("(*" * size, '"' * (size + 1), "1," * size, "{" * size + "lp:{{"):
        with pytest.raises(SourceError):
            split(Source("f.v", text))
