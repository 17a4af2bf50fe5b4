"""The way to a goal."""

import pytest
from tests.unit.models.sequents import goal, judged, subgoal, taken

from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused
from holdfast.models import trail as trail_module
from holdfast.models.trail import Trail

A, B, C = goal("A"), goal("B"), goal("C")


def test_a_goal_that_was_never_reached_begins_a_proof() -> None:
    assert Trail().before(A) == ()
    assert Trail().before(Goal(())) == ()


def test_steps_of_one_proof_follow_each_other() -> None:
    trail = Trail()
    assert trail.learn(taken(" intros  x. ", A, "one")) == ()
    assert trail.learn(taken("auto", B, "one")) == ("intros x",)
    assert trail.learn(taken("lia", A, "two")) == ()


def test_a_followed_proof_lends_its_steps_to_what_is_asked() -> None:
    trail = Trail()
    trail.learn(taken("intros", A, "one"))
    assert trail.before(B) == ()
    trail.follow("one")
    assert trail.before(B) == ("intros",)
    trail.follow("two")
    assert trail.before(B) == ()


def test_verdicts_lead_from_goal_to_goal() -> None:
    trail = Trail()
    trail.judged(judged("intros", A, Advanced(B)))
    trail.judged(judged("simpl", B, Advanced(C)))
    assert trail.before(C) == ("intros", "simpl")


def test_the_first_way_found_is_kept() -> None:
    trail = Trail()
    trail.judged(judged("intros", A, Advanced(B)))
    trail.judged(judged("revert x; intros", C, Advanced(B)))
    assert trail.before(B) == ("intros",)


def test_subgoals_that_the_step_did_not_make_are_left_alone() -> None:
    trail = Trail()
    both = Goal((subgoal("A"), subgoal("B")))
    trail.judged(judged("left", both, Advanced(Goal((subgoal("C"), subgoal("B"))))))
    assert trail.before(C) == ("left",)
    assert trail.before(B) == ()


@pytest.mark.parametrize("verdict", [Proved(Goal(())), Refused(RefusalReason.OTHER, "no")])
def test_a_step_that_leaves_nothing_leads_nowhere(verdict: Proved | Refused) -> None:
    trail = Trail()
    trail.judged(judged("auto", A, verdict))
    assert trail.before(A) == ()


def test_what_is_remembered_is_bounded() -> None:
    trail = Trail()
    most = trail_module._REMEMBERED
    for number in range(most + 2):
        trail.judged(judged("step", A, Advanced(goal(f"G {number}"))))
    assert trail.before(goal("G 1")) == ()
    assert trail.before(goal(f"G {most + 1}")) == ("step",)
