"""Proofs printed into files: the layout, and that nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.holes import find_holes, find_places
from holdfast.checkers.rocq.printing import Style, enclose, print_proof, style_of
from holdfast.checkers.rocq.script import fill
from holdfast.checkers.rocq.sentences import split
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import UserError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step


def tree(text: str, *children: Proof) -> Proof:
    return Proof(Step(text), children)


ONE = tree("auto")
LINE = tree("intros x.", tree("simpl", tree("auto.")))
FORK = tree("split", tree("a", tree("b")), tree("split", tree("c"), tree("d")))


def filled(text: str, proof: Proof | None, *theorems: str, using: str = "") -> str:
    source = Source("f.v", text)
    holes = find_holes(source, theorems)
    return fill(source, dict.fromkeys(holes, proof), using=dict.fromkeys(holes, using) if using else {}).text


@pytest.mark.parametrize(
    ("text", "proof", "expected"),
    [
        ("Lemma a : b. Admitted.", ONE, "Lemma a : b. Proof. auto. Qed."),
        ("Lemma a : b.\nAdmitted.\n", ONE, "Lemma a : b.\nProof.\n  auto.\nQed.\n"),
        ("  Lemma a : b.\n  Admitted.", ONE, "  Lemma a : b.\n  Proof.\n    auto.\n  Qed."),
        ("Lemma a : b.\r\nProof.\r\nAdmitted.", LINE,
         "Lemma a : b.\r\nProof.\r\n  intros x.\r\n  simpl.\r\n  auto.\r\nQed."),
        ("Lemma a : b. Proof. Admitted.", LINE, "Lemma a : b. Proof. intros x. simpl. auto. Qed."),
        ("Lemma a : b. Proof. Admitted.", FORK,
         "Lemma a : b. Proof.\n  split.\n  - a.\n    b.\n  - split.\n    + c.\n    + d.\nQed."),
        ("Lemma a : b.\nProof.\n    x. (* note *)\n\nAdmitted.", LINE,
         "Lemma a : b.\nProof.\n    x. (* note *)\n    intros x.\n    simpl.\n    auto.\nQed."),
        ("Lemma a : b.\nProof.\n  x.\n  - y.\n  - Admitted.", FORK,
         "Lemma a : b.\nProof.\n  x.\n  - y.\n"
         "  - split.\n    + a.\n      b.\n    + split.\n      * c.\n      * d.\nQed."),
        ("Lemma a : b.\nProof.\n  x.\n  { - y.\n    - z.\nAdmitted.", LINE,
         "Lemma a : b.\nProof.\n  x.\n  { - y.\n    - z.\n"
         "      intros x.\n      simpl.\n      auto. }\nQed."),
        ("Lemma a : b.\nProof.\n\tx.\nAdmitted.", ONE, "Lemma a : b.\nProof.\n\tx.\n\tauto.\nQed."),
        ("Lemma a : b.\nProof.\n x.\n y.\nTime Admitted (* e *).", ONE,
         "Lemma a : b.\nProof.\n x.\n y.\n auto.\nTime Qed (* e *)."),
    ],
)  # fmt: skip
def test_admitted(text: str, proof: Proof, expected: str) -> None:
    assert filled(text, proof) == expected


@pytest.mark.parametrize(
    ("body", "proof", "expected"),
    [
        ("- admit. - x.", ONE, "- auto. - x."),
        ("- admit. - x.", LINE, "- intros x. simpl. auto. - x."),
        ("\n  - admit.\n  - x.\n", LINE, "\n  - intros x.\n    simpl.\n    auto.\n  - x.\n"),
        ("\n  - admit.\n  - x.\n", FORK,
         "\n  - split.\n    + a.\n      b.\n    + split.\n      * c.\n      * d.\n  - x.\n"),
        ("y. admit. x.", ONE, "y. auto. x."),
        ("y. admit. x.", LINE, "y. { intros x. simpl. auto. } x."),
        ("y. 2: admit. x.", ONE, "y. 2: { auto. } x."),
        ("y. z; admit. x.", ONE, "y. { z. auto. } x."),
        ("y; admit.", FORK, "y.\nsplit.\n- a.\n  b.\n- split.\n  + c.\n  + d."),
        ("assert (x : y) by admit. z.", ONE, "assert (x : y). { auto. } z."),
        ("{ { admit. } }", FORK, "{ { split.\n    - a.\n      b.\n    - split.\n      + c.\n      + d. } }"),
    ],
)  # fmt: skip
def test_admit(body: str, proof: Proof, expected: str) -> None:
    before = "Lemma a : b. Proof.\n"
    assert filled(f"{before}{body}\nQed. Check c.", proof) == f"{before}{expected}\nQed. Check c."


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Lemma a : b. Proof. old. Qed.", "a", "Lemma a : b. Proof. auto. Qed."),
        (
            "Lemma a : b.\nProof. (* why *)\n  old.\n  older.\nDefined.",
            "a",
            "Lemma a : b.\nProof.\n  auto.\nDefined.",
        ),
        ("Lemma a : b. old. Save a.", "a", "Lemma a : b. auto. Save a."),
        ("Lemma a : b. Proof (old).", "a", "Lemma a : b. Proof. auto. Qed."),
        ("Lemma a : b. Proof. old. Abort.", "a", "Lemma a : b. Proof. auto. Qed."),
        ("Lemma a : b. Proof using c. admit. Admitted.", "a", "Lemma a : b. Proof using c. auto. Qed."),
    ],
)
def test_named(text: str, name: str, expected: str) -> None:
    assert filled(text, ONE, name) == expected


def test_admitted_becomes_qed_with_the_last_hole_of_the_theorem() -> None:
    source = Source("f.v", "Lemma a : b.\nProof.\n  s.\n  - admit.\n  - admit.\nAdmitted.")
    first, second = find_holes(source)
    assert fill(source, {first: ONE}).text.endswith("  - auto.\n  - admit.\nAdmitted.")
    assert fill(source, {second: ONE}).text.endswith("  - admit.\n  - auto.\nAdmitted.")
    assert fill(source, {first: ONE, second: ONE}).text.endswith("  - auto.\n  - auto.\nQed.")


def test_an_admitted_behind_admits_is_a_hole_of_its_own() -> None:
    source = Source("f.v", "Lemma a : b.\nProof.\n  s. { admit. } { u.\nAdmitted.")
    first, tail = find_holes(source)
    assert fill(source, {first: ONE}).text == source.text.replace("admit", "auto")
    assert fill(source, {tail: ONE}).text.endswith("{ admit. } { u.\n                  auto. }\nAdmitted.")
    assert fill(source, {first: ONE, tail: ONE}).text.endswith(
        "{ auto. } { u.\n                  auto. }\nQed."
    )
    assert fill(source, {first: ONE, tail: None}).text.endswith("{ auto. } { u.\n} Qed.")


def test_braces_that_only_the_end_closes() -> None:
    assert filled("Lemma a : b. s. { admit. Admitted.", ONE) == "Lemma a : b. s. { auto. } Qed."


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        ("Proof. Admitted.", "Proof using All. auto. Qed."),
        ("Proof with x. y. Admitted.", "Proof using All with x. y. auto. Qed."),
        ("Proof using z. Admitted.", "Proof using z. auto. Qed."),
        ("Admitted.", "Proof using All. auto. Qed."),
        ("y. Admitted.", "Proof using All. y. auto. Qed."),
        ("admit. Admitted.", "Proof using All. auto. Qed."),
    ],
)
def test_using_is_written_once_and_in_sections_only(proof: str, expected: str) -> None:
    assert filled(f"Section S. Lemma a : b. {proof} End S.", ONE, using="All") == (
        f"Section S. Lemma a : b. {expected} End S."
    )
    outside = filled(f"Lemma a : b. {proof}", ONE, using="All")
    assert "using All" not in outside


def test_style_is_that_of_the_file() -> None:
    document = read_document(Source("f.v", "Lemma a : b.\n Proof.\n    c.\nQed.\nLemma d : e.\n f.\nQed."))
    assert style_of(document) == Style(indent=3, proof=True)
    bare = "Lemma a : b.\r\n f.\r\nQed.\r\n"
    assert style_of(read_document(Source("f.v", bare))) == Style(indent=1, proof=False, newline="\r\n")
    assert filled(f"{bare}Lemma c : d.\r\nAdmitted.", ONE) == f"{bare}Lemma c : d.\r\n auto.\r\nQed."


def test_bullets_avoid_those_in_use_and_give_way_to_braces() -> None:
    deep = tree("another")
    for _ in range(11):
        deep = tree("s", deep, ONE)
    firsts = [line.split("s.")[0].split()[-1:] for line in print_proof(deep) if "s." in line]
    marks = [mark for found in firsts for mark in found]
    assert marks == ["-", "+", "*", "--", "++", "**", "---", "+++", "***", "{"]
    assert print_proof(tree("s", ONE, tree("b")), ("-", "*")) == ("s.", "+ auto.", "+ b.")
    assert print_proof(tree("", ONE, LINE)) == ("- auto.", "- intros x.", "  simpl.", "  auto.")
    assert enclose(("-", "x.", "2: {"), ("a.", "b.")) == ("- x.", "  2: { a.", "    b. }")


@pytest.mark.parametrize(
    "step", ["a. b", "a (* ", 'a "', "- a", "} Qed", "(* *)", "auto. (* x *)", "a.\nAdmitted", "."]
)
def test_what_is_not_one_sentence_is_not_printed(step: str) -> None:
    with pytest.raises(UserError, match="cannot be printed"):
        print_proof(tree(step))


def test_holes_that_are_none_or_overlap_are_refused() -> None:
    source = Source("f.v", "Lemma a : b. x. Admitted. Lemma c : d. y; [admit | z]. w. Admitted.")
    (named,), (admitted, buried, _) = find_holes(source, ["a"]), find_holes(source)
    for proofs in ({named: ONE, admitted: ONE}, {buried: ONE}):
        with pytest.raises(UserError):
            fill(source, proofs)
    with pytest.raises(UserError, match="has no hole"):
        fill(Source("f.v", "Check a."), {admitted: ONE})


STEPS = st.sampled_from(
    ["auto", "intros x.", "exact {| f := 1 |}", 'idtac "a. b"', "apply x...", "now rewrite -> a.b"]
)
PROOFS = st.recursive(
    STEPS.map(tree),
    lambda inner: st.builds(lambda step, children: tree(step, *children), STEPS, st.lists(inner, max_size=3)),
    max_leaves=8,
)
BLANKS = st.sampled_from([" ", "\n", "\n  ", "\r\n\t", " (* c. *) ", "\n(* admit. Admitted. *)\n"])
SENTENCES = st.sampled_from(
    ["intros.", "admit.", "x; admit.", "2: admit.", "-", "+", "{", "}", "auto.", 'idtac "}".']
)
LEMMAS = st.tuples(
    st.sampled_from(["", "Proof.", "Proof with auto."]),
    st.lists(SENTENCES, max_size=6),
    st.sampled_from(["Admitted.", "Qed."]),
)


@st.composite
def files(draw: st.DrawFn) -> str:
    words = [draw(st.sampled_from(["", "Section s.", "Check a."]))]
    for number, (proof, body, end) in enumerate(draw(st.lists(LEMMAS, max_size=3))):
        words += [f"Lemma l{number} : x.", proof, *body, end]
    return "".join(word + draw(BLANKS) for word in words if word)


def kept(text: str, holes: list[Hole]) -> list[str]:
    at, parts = 0, []
    for hole in holes:
        parts.append(text[at : hole.start])
        at = hole.end
    return [*parts, text[at:]]


@given(files(), st.data())
def test_everything_outside_the_holes_stays(text: str, data: st.DataObject) -> None:
    source = Source("f.v", text)
    holes = list(find_holes(source))
    chosen = [hole for hole in holes if data.draw(st.booleans())]
    proofs = {hole: data.draw(PROOFS) for hole in chosen}
    if any(place.obstacle for place in find_places(read_document(source)) if place.hole in chosen):
        with pytest.raises(UserError):
            fill(source, proofs)
        return
    result = fill(source, proofs).text
    split(Source("f.v", result))
    at = 0
    for part in kept(text, chosen):
        for piece in part.split("Admitted"):
            assert piece in result[at:]
            at = result.index(piece, at) + len(piece)
    if not chosen:
        assert result == text


@pytest.mark.parametrize(
    ("proof", "lines"),
    [
        (("destruct b", "easy", "easy"), ["destruct b; easy."]),
        (("destruct b.", "auto with *.", "auto with *"), ["destruct b; auto with *."]),
        (("destruct b", "easy", "auto"), ["destruct b.", "- easy.", "- auto."]),
        (("destruct b", "a; b", "a; b"), ["destruct b.", "- a; b.", "- a; b."]),
        (("2: destruct b", "easy", "easy"), ["2: destruct b.", "- easy.", "- easy."]),
    ],
)
def test_children_that_are_all_alike_stand_behind_a_semicolon(
    proof: tuple[str, ...], lines: list[str]
) -> None:
    first, *children = proof
    assert list(print_proof(tree(first, *map(tree, children)))) == lines
