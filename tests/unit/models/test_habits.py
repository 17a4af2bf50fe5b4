"""What is usual, whatever the goal."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.habits import Habits, Situation, Taken, tactic

SHAPES = ("=", "= n")
ELSEWHERE = ("forall", "forall x")


def situation(*before: str, shapes: tuple[str, str] = SHAPES) -> Situation:
    """After these steps, the last one last."""
    last, earlier = (*reversed(before), "", "")[:2]
    return Situation(shapes, last, (tactic(last), tactic(earlier)))


def told(steps: Iterable[tuple[str, Situation]]) -> Habits:
    habits = Habits()
    for number, (text, where) in enumerate(steps):
        habits.add(number, Taken(text, tactic(text), closed=True), where)
    return habits


def chances(habits: Habits, text: str, where: Situation) -> list[float]:
    """Of late, after the step, at the shape; then of its pattern after one, two, at the shape and of late."""
    return [column[0] for column in habits.chances([text], [tactic(text)], where)]


def test_the_tactic_is_the_first_word() -> None:
    assert [tactic(step) for step in ("intros x y", "simpl; auto", "auto", "")] == [
        "intros",
        "simpl",
        "auto",
        "",
    ]


def test_what_came_after_a_step_is_likely_after_it() -> None:
    habits = told([("simpl", situation("intros")), ("auto", situation("simpl"))] * 5)
    after_intros = chances(habits, "simpl", situation("intros"))
    after_simpl = chances(habits, "simpl", situation("simpl"))
    for place in (1, 3, 4, 5):
        assert after_intros[place] > after_simpl[place]
    assert after_intros[0] == after_simpl[0] == 6


def test_what_came_at_a_shape_is_likely_at_it() -> None:
    habits = told([("ring", situation()), ("intros", situation(shapes=ELSEWHERE))] * 5)
    here, there = chances(habits, "ring", situation()), chances(habits, "ring", situation(shapes=ELSEWHERE))
    for place in (2, 5, 6):
        assert here[place] > there[place]


def test_the_coarse_shape_speaks_where_the_fine_one_is_new() -> None:
    habits = told([("ring", situation())] * 5)
    known = chances(habits, "ring", situation(shapes=("=", "= zzz")))
    unknown = chances(habits, "ring", situation(shapes=("<>", "<> zzz")))
    assert known[2] > unknown[2]


def test_what_is_of_late_passes() -> None:
    early, late = ("ring", situation()), ("lia", situation())
    habits = told([early] * 50 + [late] * 400)
    assert chances(habits, "ring", situation())[0] == 1
    assert chances(habits, "lia", situation())[0] == 401
    assert chances(habits, "ring", situation())[3] > 0.05, "counts over all time stay"


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b x", "c"]), st.sampled_from(["", "a", "b x"])), max_size=30),
    st.lists(st.sampled_from(["a", "b x", "c", "never seen"]), max_size=6),
)
def test_every_chance_is_a_chance(steps: list[tuple[str, str]], asked: list[str]) -> None:
    habits = told([(text, situation(before)) for text, before in steps])
    columns = list(habits.chances(asked, [tactic(text) for text in asked], situation("a")))
    assert len(columns) == 7
    assert all(len(column) == len(asked) for column in columns)
    assert all(0.0 < chance < 1.0 for column in columns[1:] for chance in column)


def test_popular_steps_are_closed_ones_at_the_shape_the_fine_one_first() -> None:
    habits = Habits()
    habits.add(0, Taken("apply H", "apply H:", closed=False), situation())
    habits.add(1, Taken("ring", "ring", closed=True), situation(shapes=("=", "= m")))
    habits.add(2, Taken("lia", "lia", closed=True), situation())
    habits.add(3, Taken("intros", "intros", closed=True), situation(shapes=ELSEWHERE))
    assert habits.popular(SHAPES) == [("lia", "lia"), ("ring", "ring")]
    assert habits.popular(("<>", "<> x")) == []


def test_successors_are_the_latest_few() -> None:
    habits = told([("auto", situation("intros"))] * 20 + [("lia", situation())])
    assert habits.successors("intros") == [14, 15, 16, 17, 18, 19]
    assert habits.successors("") == habits.successors("auto") == []


@pytest.mark.parametrize("shapes", [SHAPES, ELSEWHERE])
def test_asking_changes_nothing(shapes: tuple[str, str]) -> None:
    habits = told([("auto", situation("intros"))])
    where = situation("intros", shapes=shapes)
    assert chances(habits, "auto", where) == chances(habits, "auto", where)
