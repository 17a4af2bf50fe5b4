"""Where holes are found, what they are called and what opens them."""

import pytest

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.holes import Place, find_holes, find_places, focus_after, locate
from holdfast.core.documents import HoleKind, Source
from holdfast.core.errors import SourceError, UserError


def places(text: str, *theorems: str) -> tuple[Place, ...]:
    return find_places(read_document(Source("f.v", text)), theorems)


def taken(text: str, *theorems: str) -> list[tuple[str, str]]:
    """Each hole's name and the text that a proof would take the place of."""
    found = find_holes(Source("f.v", text), theorems)
    return [(hole.name, text[hole.start : hole.end]) for hole in found]


@pytest.mark.parametrize(
    ("proof", "replaced", "before", "focus"),
    [
        ("Admitted.", " Admitted.", 1, ()),
        ("\nProof.\nAdmitted.", "\nAdmitted.", 2, ()),
        ("Proof. intros. (* note. *)\n  Admitted.", "\n  Admitted.", 3, ()),
        ("Proof. split. - auto. - Admitted.", " Admitted.", 6, ("-",)),
        ("Proof. split. - { split. + Admitted.", " Admitted.", 7, ("-", "{", "+")),
        ("Proof using a. 2: { b. } c. (**) Admitted.", " Admitted.", 6, ()),
    ],
)
def test_admitted(proof: str, replaced: str, before: int, focus: tuple[str, ...]) -> None:
    text = f"Lemma a : b. {proof} Check c."
    (place,) = places(text)
    assert place.hole.kind is HoleKind.ADMITTED
    assert text[place.hole.start : place.hole.end] == replaced
    assert (place.before, place.focus, place.opening, place.optional) == (before, focus, (), False)


@pytest.mark.parametrize(
    ("body", "replaced", "opening", "obstacle"),
    [
        ("admit.", "admit.", (), False),
        ("- admit. - auto.", "admit.", (), False),
        ("{ give_up. } auto.", "give_up.", (), False),
        ("split. admit. auto.", "admit.", ("{",), False),
        ("split. - auto. admit. - auto.", "admit.", (), False),
        ("split. admit. - auto.", "admit.", ("{",), False),
        ("split. 2: admit. auto.", "2: admit.", ("2: {",), False),
        ("split. [x]: give_up. auto.", "[x]: give_up.", ("[x]: {",), False),
        ("split. all: admit.", "all: admit.", (), False),
        ("split. all: admit. auto.", "all: admit.", (), True),
        ("a. split; admit. b.", "split; admit.", ("{", "split."), False),
        ("split; (admit).", "split; (admit).", ("split.",), False),
        ("a. 3: split; admit. b.", "3: split; admit.", ("3: {", "split."), False),
        ("assert (x : y) by admit. b.", "assert (x : y) by admit.", ("assert (x : y).", "{"), False),
        ("a. have x : y by admit. b.", "have x : y by admit.", ("have x : y.", "{"), False),
        ("split; [b | admit].", "split; [b | admit].", (), False),
        ("by apply: a; admit. (* last *)", "by apply: a; admit.", ("by apply: a.",), False),
        ("a. split; [b | admit]. c.", "split; [b | admit].", (), True),
        ("a. try admit. c.", "try admit.", (), True),
        ("admit; [b | admit]. c.", "admit; [b | admit].", (), True),
    ],
)
def test_admit(body: str, replaced: str, opening: tuple[str, ...], obstacle: bool) -> None:
    text = f"Lemma a : b. Proof. {body} Qed."
    place = places(text)[0]
    assert place.hole.kind is HoleKind.ADMIT
    assert text[place.hole.start : place.hole.end] == replaced
    assert bool(place.obstacle) is obstacle
    assert obstacle or place.opening == opening


@pytest.mark.parametrize(
    "body",
    [
        "apply admit_all.",
        "apply x.admit.",
        "exact admitted.",
        'idtac "; admit".',
        "(* admit. *) auto.",
        "foo admit.",
    ],
)
def test_what_only_looks_like_admit(body: str) -> None:
    assert taken(f"Lemma a : b. Proof. {body} Qed.") == []


def test_holes_of_one_theorem_are_numbered_and_the_last_may_be_no_hole() -> None:
    text = "Lemma a : b. split. - admit. - split. + admit. + auto. Admitted."
    found = places(text)
    assert [place.hole.name for place in found] == ["a", "a#2", "a#3"]
    assert [place.optional for place in found] == [False, False, True]
    assert taken("Lemma a : b. split. - auto. - { admit. } Admitted.") == [("a", "admit.")]


def test_theorems_of_one_name_go_by_path_and_then_by_line() -> None:
    text = "Lemma a : b. Admitted. Module M. Lemma a : c. Admitted. End M.\n\n"
    text += "Goal d. Admitted.\nGoal e. Admitted."
    assert [name for name, _ in taken(text)] == ["a", "M.a", "Unnamed_thm@3", "Unnamed_thm@4"]


def test_no_hole_where_nothing_is_claimed_or_missing() -> None:
    assert taken("Axiom a : b. Lemma c : d. admit. Abort. Lemma e : f. Proof g. Parameter h : i.") == []


FILE = """Lemma one : a. Proof. auto. Qed.
Module M. Lemma one : b. auto. Defined. Definition two : c. Proof with d. Admitted. End M.
Lemma three : e with four : f. Proof using g. admit. Qed.
Axiom five : h. Definition six := i. Lemma seven : j. Abort. Lemma seven : k. Proof (l)."""


@pytest.mark.parametrize(
    ("name", "replaced", "before"),
    [
        ("one", " auto. Qed.", 2),
        ("M.one", " auto. Defined.", 6),
        ("M.two", " Admitted.", 10),
        ("two", " Admitted.", 10),
        ("three", " admit. Qed.", 14),
        ("four", " admit. Qed.", 14),
        ("seven", " Proof (l).", 21),
    ],
)
def test_named_theorems_lose_their_proof(name: str, replaced: str, before: int) -> None:
    (place,) = places(FILE, name)
    assert place.hole.kind is HoleKind.NAMED
    assert FILE[place.hole.start : place.hole.end] == replaced
    assert place.before == before


def test_named_theorems_come_once_and_in_the_order_of_the_file() -> None:
    assert [name for name, _ in taken(FILE, "four", "M.two", "three")] == ["two", "three"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("five", ["five", "line 4", "Axiom"]),
        ("six", ["six", "Definition"]),
        ("tree", ["tree", "three"]),
        ("nothing_like_it", ["f.v has no theorem nothing_like_it"]),
        ("", ["no theorem"]),
        ("N.one", ["no theorem"]),
    ],
)
def test_names_that_are_no_theorems(name: str, words: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        places(FILE, name)
    assert all(word in str(caught.value) for word in words)


def test_a_name_that_stands_for_two() -> None:
    with pytest.raises(UserError, match=r"M\.a \(line 1\), N\.a \(line 2\)"):
        places("Module M. Lemma a : b. Qed. End M.\nModule N. Lemma a : b. Qed. End N.", "a")


def test_a_proof_that_does_not_end_is_placed() -> None:
    with pytest.raises(SourceError) as caught:
        places("Check a.\n  Lemma b : c. Proof. auto.")
    assert (caught.value.line, caught.value.column) == (2, 3)
    assert "b" in caught.value.message


def test_holes_are_located_again() -> None:
    document = read_document(Source("f.v", FILE))
    for place in (*find_places(document), *find_places(document, ["one", "four"])):
        assert locate(document, place.hole) == place
    with pytest.raises(UserError):
        locate(read_document(Source("f.v", "Check a.")), find_places(document, ["one"])[0].hole)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("- - +", "- +"),
        ("- + * +", "- +"),
        ("- { - + }", "-"),
        ("- { - } +", "- +"),
        ("{ - { - - } -", "{ -"),
        ("}", ""),
        ("- -- +", "- -- +"),
        ("1:{ - }", ""),
    ],
)
def test_focus(marks: str, expected: str) -> None:
    document = read_document(Source("f.v", marks))
    assert " ".join(focus_after(document, range(len(document.sentences)))) == expected
