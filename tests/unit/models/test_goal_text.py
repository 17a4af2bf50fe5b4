"""Goals as text and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.models.goal_text import fewer_hypotheses, goal_from_text, goal_text

GOAL = Goal(
    (
        Subgoal((Hypothesis(("n", "m"), "nat"), Hypothesis(("x",), "nat", "3")), "n + m = x"),
        Subgoal((), "True"),
    )
)
LEAN = "n m : nat\nx : nat := 3\n⊢ n + m = x\n\n⊢ True"
ROCQ = f"n, m : nat\nx := 3 : nat\n{'=' * 28}\nn + m = x\n\n{'=' * 28}\nTrue"


def test_both_styles() -> None:
    assert goal_text(GOAL, "turnstile") == LEAN
    assert goal_text(GOAL, "bar") == ROCQ


@pytest.mark.parametrize("text", [LEAN, ROCQ, LEAN.replace("⊢", "|-"), LEAN.replace("\n", "\r\n")])
def test_text_is_understood(text: str) -> None:
    assert goal_from_text(text) == GOAL


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("fix add (n : nat) : nat := add n", "nat -> nat"),
        ("fix add n : nat := match n with 0 => 0 | S m => add m end", "forall n : nat, nat"),
        ("fun (A : Type) (x : A) => x", "forall A : Type, A -> A"),
        ("let y : nat := 2 in y + y", "nat"),
        ("exist even 2 (two : even 2)", "{n : nat | even n}"),
        ("fix add (n : nat) : nat :=\n      match n with\n      | 0 => 0\n      end", "nat -> nat"),
    ],
)
def test_definitions_come_back_whole(body: str, kind: str) -> None:
    before = Goal((Subgoal((Hypothesis(("f",), kind, body), Hypothesis(("x",), "nat")), "f x = f x"),))
    assert goal_from_text(goal_text(before, "bar")) == before


def test_what_provers_print_around_goals_is_left_out() -> None:
    text = (
        "2 goals\n\n  n : nat\n  IHn : forall m : nat,\n        n + m = m + n\n  " + "=" * 26 + "\n  S n = n"
    )
    (subgoal,) = goal_from_text(text.replace("2 goals\n\n", "2 goals\n")).subgoals
    assert [each.names for each in subgoal.hypotheses] == [("n",), ("IHn",)]
    assert subgoal.hypotheses[1].type.startswith("forall m : nat,")
    assert subgoal.conclusion == "S n = n"
    (one,) = goal_from_text(f"  n : nat\n  x := 3 : nat\n  {'=' * 28}\n  n = x").subgoals
    assert one.hypotheses == (Hypothesis(("n",), "nat"), Hypothesis(("x",), "nat", "3"))
    (case,) = goal_from_text("case succ\nn✝ : ℕ\nh₁ : n✝ = 0\n⊢ False").subgoals
    assert [each.names for each in case.hypotheses] == [("n✝",), ("h₁",)]


def test_what_is_not_understood_is_kept_as_it_is() -> None:
    text = "something : else {\n!!\n⊢ False"
    assert goal_text(goal_from_text(text), "turnstile") == text
    assert goal_text(goal_from_text("just words"), "turnstile") == "⊢ just words"


@given(st.text(max_size=80))
def test_any_text_is_some_goal(text: str) -> None:
    goal = goal_from_text(text)
    assert all(subgoal.conclusion for subgoal in goal.subgoals)
    assert bool(goal.subgoals) == bool(text.strip())


@pytest.mark.parametrize(("keep", "names"), [(0, []), (1, ["x"]), (2, ["n", "x"]), (9, ["n", "x"])])
def test_the_oldest_hypotheses_go_first(keep: int, names: list[str]) -> None:
    shorter = fewer_hypotheses(GOAL, keep)
    (subgoal,) = shorter.subgoals
    assert [each.names[0] for each in subgoal.hypotheses] == names
    assert subgoal.conclusion == "n + m = x"


def test_no_goal() -> None:
    assert goal_from_text("") == Goal(())
    assert fewer_hypotheses(Goal(()), 3) == Goal(())
