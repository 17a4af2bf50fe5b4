"""Steps made to fit another goal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.models.sequents import subgoal, subgoals

from holdfast.core.goals import Subgoal
from holdfast.models.adapt import Adapted, Template, fit, make_template, read_context

HERE = subgoal("n + m = m + n", "n m : nat", "H : n <= m", "l : list nat")


def adapted(step: str, there: Subgoal, here: Subgoal) -> list[Adapted]:
    """A step that was taken `there`, for `here`."""
    return fit(make_template(read_context(there), step), read_context(here))


def texts(step: str, there: Subgoal, here: Subgoal) -> list[str]:
    return [one.text for one in adapted(step, there, here)]


def test_a_step_without_names_of_the_goal_stays_as_it_is() -> None:
    assert adapted("rewrite <- app_assoc; auto", HERE, subgoal("P")) == [
        Adapted("rewrite <- app_assoc; auto", 1.0)
    ]


def test_a_context_describes_names_by_type_part_and_place() -> None:
    context = read_context(subgoal("m = n", "n m : nat", "H : n <= m"))
    n, m, h = (context.locals[name] for name in ("n", "m", "H"))
    assert (n.type, m.type) == ("nat", "nat")
    assert h.type == "@nat <= @nat", "names in a type are described by their own type's root"
    assert (m.rank, n.rank, h.rank) == (0, 1, -1), "in the order of the conclusion; absent is -1"
    assert (n.place, m.place, h.place) == (2, 1, 0), "counted from the youngest"
    assert context.roots == {"n": "nat", "m": "nat", "H": "<="}


def test_names_are_matched_by_type() -> None:
    there = subgoal("P", "xs : list A", "e : x = y")
    here = subgoal("P", "H0 : a = b", "k : list B")
    assert texts("rewrite e", there, here)[0] == "rewrite H0"
    assert texts("induction xs", there, here)[0] == "induction k"


def test_of_one_type_the_part_in_the_conclusion_decides() -> None:
    there = subgoal("a + b = c", "c b a : nat")
    here = subgoal("x + y = z", "x y z : nat")
    assert texts("induction b", there, here)[0] == "induction y"
    assert texts("rewrite (f a c)", there, here)[0] == "rewrite (f x z)"


def test_two_names_never_become_one() -> None:
    there = subgoal("P", "H : A -> B", "H0 : A")
    here = subgoal("P", "K : A -> B", "K0 : A")
    assert texts("exact (H H0)", there, here)[0] == "exact (K K0)"


def test_what_has_no_place_to_go_is_no_step() -> None:
    there = subgoal("P", "a b : nat")
    assert texts("exact (f a b)", there, subgoal("P", "x : nat")) == []
    assert texts("exact (f a)", there, subgoal("P")) == []


def test_the_runner_up_is_offered_second_and_scores_less() -> None:
    here = subgoal("P", "H1 : x = y", "H2 : y = z")
    first, second = adapted("rewrite H", subgoal("P", "H : a = b"), here)
    assert {first.text, second.text} == {"rewrite H1", "rewrite H2"}
    assert 0.0 < second.fit < first.fit <= 1.0


def test_a_name_that_is_there_again_is_kept() -> None:
    there = subgoal("P", "IHn : n = n", "E : n = n")
    here = subgoal("P", "E : k = k", "IHn : k = k")
    assert texts("rewrite IHn", there, here)[0] == "rewrite IHn"


def test_a_quantified_name_is_matched_by_its_place() -> None:
    there, here = subgoal("forall a b : nat, a = b"), subgoal("forall x y : nat, x <= y")
    assert adapted("induction b", there, here) == [Adapted("induction y", 1.0)]
    (kept,) = adapted("intros a b", there, subgoal("forall x : nat, P x"))
    assert kept.text == "intros x b"
    assert kept.fit < 1.0


def test_only_whole_names_are_exchanged() -> None:
    there, here = subgoal("P", "n : nat"), subgoal("P", "k : nat")
    step = 'rewrite n, n\', xn, M.n, (n.m), n; idtac "n"'
    assert texts(step, there, here) == ['rewrite k, n\', xn, M.n, (n.m), k; idtac "k"']


def test_at_its_own_goal_a_step_is_itself() -> None:
    for step in ("induction n", "rewrite H", "exact (f n m l H)", "destruct l as [|x l]"):
        first = adapted(step, HERE, HERE)[0]
        assert (first.text, first.fit) == (step, pytest.approx(1.0))


@given(subgoals, subgoals, st.lists(st.sampled_from(["n", "m", "x", "H", "apply", "(", " ", ";", "é"])))
def test_any_step_at_any_goals(there: Subgoal, here: Subgoal, words: list[str]) -> None:
    step = " ".join(words)
    template = make_template(read_context(there), step)
    assert template.text == step
    found = fit(template, read_context(here))
    assert len(found) <= 2
    assert all(0.0 <= one.fit <= 1.0 for one in found)
    assert len({one.text for one in found}) == len(found)
    names = {name for hypothesis in here.hypotheses for name in hypothesis.names}
    for one in found if len(template.slots) == 1 else ():
        (slot,) = template.slots
        if slot.type != "∀":
            assert any(one.text == _exchanged(words, slot.name, name) for name in names)


def _exchanged(words: list[str], old: str, new: str) -> str:
    return " ".join(new if word == old else word for word in words)


def test_templates_are_values() -> None:
    context = read_context(HERE)
    assert make_template(context, "rewrite H") == make_template(read_context(HERE), "rewrite H")
    assert make_template(context, "auto") == Template("auto")


def test_names_that_stand_twice_are_survived() -> None:
    there = subgoal("P", "n : ", "n n : ∀", "m : nat")
    assert texts("exact n", there, subgoal("P")) == ["exact n"]
