"""Toy files: what is read, what is refused and where, what the audit lets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.checkers.toy.document import parse_document
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Proved, Step
from holdfast.core.trajectories import Declared, Observed


def source(text: str) -> Source:
    return Source("f.toy", text)


def chain(*texts: str) -> Proof:
    *first, last = texts
    proof = Proof(Step(last))
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


async def verdict(text: str, name: str, original: str | None = None) -> str:
    """`proved`, or the audit's reason."""
    report = await ToyChecker().audit(source(text), None if original is None else source(original))
    (found,) = [theorem for theorem in report.theorems if theorem.name == name]
    return found.reason or found.verdict


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("axiom a : A", (1, 1), "period"),
        ("axiom a : A.\n  theorem", (2, 3), "period"),
        ("axiom a A.", (1, 1), "must begin here"),
        ("lemma a : A.", (1, 1), "must begin here"),
        ("axiom 1 : A.", (1, 1), "must begin here"),
        ("axiom a : A /\\ .", (1, 15), "missing"),
        ("axiom a :\n  A & B.", (2, 4), "unexpected character"),
        ("axiom a : A.\naxiom a : B.", (2, 1), "taken"),
        ("theorem t : A.\nintro.", (1, 1), "not ended"),
        ("theorem t : A.\naxiom b : B.", (2, 1), "not ended"),
        ("theorem t : A.\n sorry.\n admitted.", (3, 2), "sorry"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        parse_document(source(text))
    assert (caught.value.line, caught.value.column) == place


@given(st.text(alphabet="axiom theorem qed.:#{}/\\~>-(AB)\n sorry", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = parse_document(source(text))
    except SourceError:
        return
    ends = [0, *(end for item in document.items for end in (item.head.start, item.head.end))]
    assert ends == sorted(ends)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("theorem t : A -> A.\nintro.\nexact K.\nqed.", 3),
        ("theorem t : A -> A.\nintro.\nqed.", 3),
        ("theorem t : A.\n}\nqed.", 2),
        ("theorem t : True.\n{ trivial.\nqed.", 3),
        ("theorem t : True.\ntrivial. {\nqed.", 2),
        ("theorem t : True.\ntrivial.\nsorry.\nqed.", 3),
        ("theorem t : A.\nexact t.\nqed.", 2),
        ("theorem t : A.\nexact u.\nqed.\naxiom u : A.", 2),
    ],
)
async def test_a_script_that_does_not_hold_is_refused_at_its_place(text: str, line: int) -> None:
    async with ToyChecker().open(source(text)) as reader:
        with pytest.raises(SourceError) as caught:
            await reader.finish()
    assert caught.value.line == line
    assert await verdict(text, "t") in {"not_a_proof", "hole"}


@pytest.mark.asyncio
async def test_a_proof_admitted_inside_a_brace_cannot_be_continued() -> None:
    text = source("theorem t : A /\\ B.\nsplit. {\nadmitted.")
    checker = ToyChecker()
    async with checker.open(text) as reader:
        with pytest.raises(SourceError, match="brace"):
            await reader.enter(checker.holes(text)[0])


@pytest.mark.asyncio
async def test_holes_are_entered_in_order_and_a_session_ends_with_the_next() -> None:
    text = source("theorem a : A -> A.\nadmitted.\ntheorem b : B -> B.\nadmitted.\n")
    checker = ToyChecker()
    first, second = checker.holes(text)
    async with checker.open(text) as reader:
        session = await reader.enter(first)
        later = await reader.enter(second)
        assert later.root.subgoals[0].conclusion == "B -> B"
        with pytest.raises(ValueError, match="closed"):
            await session.apply(session.root, Step("intro"))
        with pytest.raises(ValueError, match="before"):
            await reader.enter(first)


@pytest.mark.asyncio
async def test_each_step_is_told_once_however_many_holes_follow_it() -> None:
    text = source("theorem t : A /\\ B.\nsplit. { sorry. } { exfalso. sorry. }\nqed.\n")
    checker, told = ToyChecker(), list[Observed | Declared]()
    async with checker.open(text, told.append) as reader:
        for hole in checker.holes(text):
            await reader.enter(hole)
        await reader.finish()
    assert [item.step for item in told if isinstance(item, Observed)] == ["split", "exfalso"]
    assert [item.name for item in told if isinstance(item, Declared)] == ["t"]


def test_an_unknown_theorem_is_answered_with_a_near_one() -> None:
    with pytest.raises(UserError, match="did you mean swap"):
        ToyChecker().holes(source("theorem swap : A -> A.\nadmitted."), ["swop"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theorem t : A -> A.\nadmitted.\n", "theorem t : A -> A.\n  intro a. exact a.\nqed.\n"),
        ("theorem t : A -> A. admitted.", "theorem t : A -> A. intro a. exact a.\nqed."),
        (
            "  theorem t : A -> A.\n    sorry.\n  qed.",
            "  theorem t : A -> A.\n    { intro a. exact a. }\n  qed.",
        ),
    ],
)
def test_a_proof_is_printed_as_the_file_is_written(text: str, expected: str) -> None:
    checker = ToyChecker()
    holes = checker.holes(source(text))
    assert checker.fill(source(text), {holes[0]: chain("intro a", "exact a")}).text == expected


def test_a_named_theorem_gets_a_proof_in_place_of_its_own() -> None:
    text = source("# head\ntheorem t : A -> A.   # why\n  tauto.\nqed.\naxiom x : X.\n")
    checker = ToyChecker()
    (hole,) = checker.holes(text, ["t"])
    filled = checker.fill(text, {hole: chain("intro a", "exact a")}).text
    assert filled == "# head\ntheorem t : A -> A.\n  intro a. exact a.\nqed.\naxiom x : X.\n"


ORIGINAL = "axiom em : A \\/ ~A.\ntheorem lemma : P -> P.\nadmitted.\ntheorem t : Q \\/ ~Q.\nadmitted.\n"


def filled(script: str, lemma: str = "admitted.") -> str:
    return f"axiom em : A \\/ ~A.\ntheorem lemma : P -> P.\n{lemma}\ntheorem t : Q \\/ ~Q.\n{script} qed.\n"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (filled("apply em."), "proved"),
        (filled("sorry."), "hole"),
        (filled("tauto."), "not_a_proof"),
        (filled("exact t."), "not_a_proof"),
        (filled("left."), "not_a_proof"),
        ("axiom em : A.\n" + filled("apply em.").partition("\n")[2], "changed"),
        (filled("apply em.").replace("Q \\/ ~Q", "Q -> Q \\/ ~Q"), "changed"),
        (filled("apply any.").replace("theorem t", "axiom any : Z.\ntheorem t"), "changed"),
        (filled("apply em.").replace("theorem lemma : P -> P.\nadmitted.\n", ""), "changed"),
        (
            filled("apply em.").replace("theorem lemma : P -> P.\nadmitted.", "axiom lemma : P -> P."),
            "changed",
        ),
        (filled("apply em.") + "axiom more : False.\n", "changed"),
    ],
)
async def test_the_audit_compares_with_the_original(text: str, expected: str) -> None:
    assert await verdict(text, "t", ORIGINAL) == expected


@pytest.mark.asyncio
async def test_the_audit_tells_what_a_proof_rests_on() -> None:
    text = (
        "axiom em : A \\/ ~A.\naxiom other : O.\n"
        "theorem one : P \\/ ~P.\napply em.\nqed.\n"
        "theorem open : R.\nadmitted.\n"
        "theorem two : (Q \\/ ~Q) /\\ R.\nsplit. { apply one. } { apply open. }\nqed.\n"
    )
    report = await ToyChecker().audit(source(text))
    assert [(theorem.verdict, theorem.axioms) for theorem in report.theorems] == [
        ("proved", ("em",)),
        ("refused", ()),
        ("proved", ("em", "open")),
    ]
    assert [theorem.line for theorem in report.theorems] == [3, 6, 8]


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_read_is_a_problem_of_the_whole() -> None:
    report = await ToyChecker().audit(source("axiom"))
    assert report.theorems == ()
    assert len(report.problems) == 1


@pytest.mark.asyncio
async def test_a_later_hole_of_a_theorem_can_be_proved_while_an_earlier_one_is_open() -> None:
    text = source("theorem t : True /\\ (A -> A).\nsplit. { sorry. } { sorry. }\nqed.\n")
    checker = ToyChecker()
    async with checker.open(text) as reader:
        session = await reader.enter(checker.holes(text)[1])
        assert len(session.root.given_up) == 1
        assert isinstance(await session.apply(session.root, Step("tauto")), Proved)
