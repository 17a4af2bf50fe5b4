"""The protocol: calls are escaped, answers are read exactly, nonsense is told apart."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq import coqidetop
from holdfast.checkers.rocq.coqidetop import GoalParser, answers, parse_hypothesis
from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal, Hypothesis, Subgoal


def _text(text: str) -> str:
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    body = body.replace(" ", "&nbsp;").replace("nat", "<constr.variable>nat</constr.variable>")
    return f"<richpp><_><pp>{body}</pp></_></richpp>"


def _goal(handle: str, hypotheses: list[str], conclusion: str) -> str:
    context = f"<list>{''.join(map(_text, hypotheses))}</list>" if hypotheses else "<list/>"
    return f'<goal><string>{handle}</string>{context}{_text(conclusion)}<option val="none"/></goal>'


def _list(*items: str) -> str:
    return f"<list>{''.join(items)}</list>" if items else "<list/>"


def _read(*lists: str) -> Goal | None:
    body = f'<value val="good"><option val="some"><goals>{"".join(lists)}</goals></option></value>'
    (answer,) = answers(body.encode())
    return GoalParser().goal(answer)


def test_all_four_lists_are_read() -> None:
    one, two, three, four = (_goal(str(n), ["n, m : nat"], f"n = {n}") for n in range(4))
    level = f"<pair>{_list(two, three)}{_list(four)}</pair>"
    goal = _read(_list(one), _list(level, "<pair><list/><list/></pair>"), _list(two), _list(three, four))
    context = (Hypothesis(("n", "m"), "nat"),)
    names = [Subgoal(context, f"n = {n}") for n in range(4)]
    assert goal == Goal((names[0],), ((names[2], names[1], names[3]), ()), (names[1],), (names[2], names[3]))
    assert [subgoal.handle for subgoal in goal.given_up] == ["2", "3"]


def test_sequents_without_hypotheses_and_with_markup_in_the_text() -> None:
    goal = _read(
        _list(_goal("7", [], "a < b -> <goal> & </goal>"), _goal("8", ["H : P"], "Q")), *["<list/>"] * 3
    )
    assert goal is not None
    assert [subgoal.conclusion for subgoal in goal.subgoals] == ["a < b -> <goal> & </goal>", "Q"]
    assert goal.subgoals[0].hypotheses == ()
    assert goal.subgoals[1].hypotheses == (Hypothesis(("H",), "P"),)


def test_no_goals_and_no_proof_are_different_things() -> None:
    (outside,) = answers(b'<value val="good"><option val="none"/></value>')
    assert GoalParser().goal(outside) is None
    assert _read(*["<list/>"] * 4) == Goal(())


def test_forced_line_breaks_are_folded() -> None:
    goal = _read(
        _list(_goal("1", ["H : match n with\n    | 0 => 1\n    end = 1"], "f\n  x")), *["<list/>"] * 3
    )
    assert goal is not None
    assert goal.subgoals == (Subgoal((Hypothesis(("H",), "match n with | 0 => 1 end = 1"),), "f x"),)


def test_a_parser_that_forgets_reads_the_same() -> None:
    body = "".join(
        f'<value val="good"><option val="some"><goals>{_list(_goal("1", [f"x{n} : nat"], f"x{n} = {n}"))}'
        "<list/><list/><list/></goals></option></value>"
        for n in range(50)
    )
    small, large = GoalParser(memory=3), GoalParser()
    for answer in answers((body * 2).encode()):
        assert small.goal(answer) == large.goal(answer)


@pytest.mark.parametrize(
    ("text", "names", "body", "type_"),
    [
        ("n, m : nat", ("n", "m"), None, "nat"),
        ("x := 3 : nat", ("x",), "3", "nat"),
        ("f := fun y : nat => y : nat -> nat", ("f",), "fun y : nat => y", "nat -> nat"),
        ("g := (f : nat -> nat) : nat -> nat", ("g",), "(f : nat -> nat)", "nat -> nat"),
        (
            "p := forall x : A, exists y : B, x = y : Prop",
            ("p",),
            "forall x : A, exists y : B, x = y",
            "Prop",
        ),
        ("a := let z : nat := 0 in z : nat", ("a",), "let z : nat := 0 in z", "nat"),
        ("h := fix g (n : nat) : nat := n : nat -> nat", ("h",), "fix g (n : nat) : nat := n", "nat -> nat"),
        ("s := 1 :: nil : list nat", ("s",), "1 :: nil", "list nat"),
        ("H' : {x : nat | x > 0}", ("H'",), None, "{x : nat | x > 0}"),
        ("α : ∀ x : nat, x = x", ("α",), None, "∀ x : nat, x = x"),
        ("strange", (), None, "strange"),
    ],
)
def test_hypotheses(text: str, names: tuple[str, ...], body: str | None, type_: str) -> None:
    assert parse_hypothesis(text) == Hypothesis(names, type_, body)


@given(st.text(max_size=60))
def test_reading_a_hypothesis_loses_nothing(text: str) -> None:
    found = parse_hypothesis(text)
    names = ", ".join(found.names)
    if found.body is None:
        assert text == (f"{names} : {found.type}" if names else found.type)
    else:
        assert text.startswith(f"{names} := {found.body}")
        assert text.endswith(found.type)


@given(st.text(max_size=40))
def test_a_sentence_cannot_leave_its_place_in_a_call(text: str) -> None:
    call = coqidetop.add(text, 7).decode("utf-8", "surrogateescape")
    start, end = call.index("<string>") + 8, call.index("</string>")
    assert unescape(call[start:end]) == text or "&" in text or "\r" in text
    assert "<" not in call[start:end]
    assert call[end:] == coqidetop.add("", 7).decode()[call.index("<string>") + 8 :]


def test_failures_carry_message_place_and_state() -> None:
    raw = (
        b'<feedback object="state" route="0"><state_id val="4"/><feedback_content val="message"><message>'
        b'<message_level val="warning"/><option val="none"/><richpp><_><pp>look&nbsp;out</pp></_></richpp>'
        b'</message></feedback_content></feedback><value val="fail" loc_s="3" loc_e="6"><state_id val="2"/>'
        b"<richpp><_><pp>No&nbsp;&lt;such&gt;&nbsp;thing.</pp></_></richpp></value>"
    )
    (answer,) = answers(raw)
    assert not answer.good
    assert answer.error == "No <such> thing."
    assert answer.location == (3, 6)
    assert answer.state == 2
    assert answer.messages == (("warning", "look out"),)


@pytest.mark.parametrize(
    "raw", [b"hello</value>", b'<value val="odd"></value>', b"</value>", b"\xff\xfe</value>"]
)
def test_nonsense_is_no_answer(raw: bytes) -> None:
    with pytest.raises(CheckerError):
        answers(raw)


def test_goals_cut_short_are_no_goals() -> None:
    with pytest.raises(CheckerError):
        _read(_list(_goal("1", [], "a")), "<list/>")
