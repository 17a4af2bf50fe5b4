"""Tactic sentences, sorted and taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.models.sequents import subgoal, subgoals

from holdfast.core.goals import Subgoal
from holdfast.models.rocq_steps import heads, is_move, normalize, pattern, shape, step_kind


@pytest.mark.parametrize(
    "step", ["-", "++", "*", "{", "}", "2: {", "[x]: {", "Proof", "Proof using A", "Qed", "Abort"]
)
def test_structure_is_no_move(step: str) -> None:
    assert not is_move(step)


@pytest.mark.parametrize("step", ["auto", "Proofs_tac", "- auto", "2: auto", "intros"])
def test_all_else_is_a_move(step: str) -> None:
    assert is_move(step)


def test_white_space_and_the_period_do_not_matter() -> None:
    assert normalize("  apply\n  foo.bar . ") == "apply foo.bar"
    assert normalize("auto") == "auto"


@pytest.mark.parametrize(
    ("step", "beginnings"),
    [
        ("auto", ()),
        ("intros; simpl; auto", ("intros; simpl", "intros")),
        ("now (simpl; ring)", ("simpl; ring", "simpl")),
        ("by apply H", ("apply H",)),
        ("split; [a; b | c]", ("split",)),
        ('idtac "x;y"; auto', ('idtac "x;y"',)),
        ("case x; (a; b)", ("case x",)),
        (";", ()),
        ("", ()),
    ],
)
def test_beginnings_are_cut_outside_brackets_and_strings(step: str, beginnings: tuple[str, ...]) -> None:
    assert heads(step) == beginnings


@given(st.text(alphabet='ab ;()[]{}"|now', max_size=30))
def test_beginnings_are_shorter_and_not_empty(step: str) -> None:
    for head in heads(step):
        assert head.strip()
        assert head != step
        assert len(head) < len(step)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("apply H", "apply H"),
        ("apply lemma", "apply"),
        ("now rewrite <- H", "rewrite <- H"),
        ("rewrite plus_comm", "rewrite"),
        ("try (repeat auto)", "auto"),
        ("!!", "!"),
        ("", ""),
    ],
)
def test_kinds(step: str, kind: str) -> None:
    assert step_kind(step, frozenset({"H"})) == kind


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("destruct H", "destruct H:or"),
        ("destruct x", "destruct _"),
        ("auto", "auto"),
        ("now auto", "auto now"),
        ("rewrite <- H; auto", "rewrite <- H:or ;"),
        ("now", "now"),
        ("", ""),
    ],
)
def test_patterns(step: str, found: str) -> None:
    assert pattern(step, {"H": "or"}) == found


@pytest.mark.parametrize(
    ("one", "shapes"),
    [
        (subgoal("n + 0 = n"), ("=", "= n")),
        (subgoal("n = n"), ("=!", "=! n")),
        (subgoal("(a <= b)"), ("<=", "<= a")),
        (subgoal("P", "H : P"), ("P!h", "P P!h")),
        (subgoal("P", "H : False", "K : P"), ("P!h!f", "P P!h!f")),
        (subgoal(""), ("", " ")),
    ],
)
def test_shapes_mark_what_is_plain_to_see(one: Subgoal, shapes: tuple[str, str]) -> None:
    assert shape(one) == shapes


@given(subgoals)
def test_every_goal_has_a_shape_and_the_coarse_one_begins_the_fine_one(one: Subgoal) -> None:
    coarse, fine = shape(one)
    assert fine.startswith(coarse.partition("!")[0])
