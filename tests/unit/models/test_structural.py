"""Moves that a goal's form suggests."""

import math

import pytest
from hypothesis import given
from tests.unit.models.sequents import goal, offered, subgoal, subgoals, taken

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.trajectories import Declared
from holdfast.models.rocq_forms import moves
from holdfast.models.rocq_steps import step_kind
from holdfast.models.shards import Shard
from holdfast.models.structural import StructuralProposer


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (
            goal("forall n m : nat, n + m = m + n"),
            {"intros", "intro", "induction n", "induction m", "destruct n"},
        ),
        (goal("A -> B"), {"intros", "intro"}),
        (goal("A /\\ B"), {"split"}),
        (goal("A \\/ B"), {"left", "right"}),
        (goal("exists x, x = n", "n : nat"), {"eexists", "exists n"}),
        (goal("a = b"), {"symmetry", "f_equal", "reflexivity"}),
        (goal("P n", "n : nat", "H : Q n"), {"induction n", "destruct n", "revert H; induction n; intros"}),
        (goal("P", "H : A \\/ B"), {"destruct H", "inversion H"}),
        (goal("P x", "H : forall y, Q y -> P y"), {"apply H", "eapply H"}),
        (goal("f a = c", "H : a = b"), {"rewrite H", "rewrite <- H", "discriminate H", "injection H as"}),
        (goal("False", "H : ~ A"), {"apply H"}),
        (goal("P (if foo b then 1 else 2)"), {"destruct (foo b)", "destruct (foo b) eqn:?"}),
        (goal("P (match x with 0 => 1 | S _ => 2 end)"), {"destruct x eqn:?"}),
        (goal("my_def n", "n : nat", "H : other m"), {"unfold my_def", "unfold other in H"}),
        (goal("P"), {"simpl", "assumption", "exfalso"}),
        (goal("f t = c", "IHl : f l = c"), {"simpl; rewrite IHl"}),
        (goal("f t = c", "IHl : f l = c", "IHr : forall n, f r = n"), {"simpl; rewrite ?IHl, ?IHr"}),
    ],
)
@pytest.mark.asyncio
async def test_the_form_suggests(asked: Goal, wanted: set[str]) -> None:
    assert wanted <= set(await offered(StructuralProposer(), asked))


@pytest.mark.parametrize(
    ("asked", "unwanted"),
    [
        (goal("A /\\ B"), {"intros", "left", "symmetry", "eexists"}),
        (goal("P", "A : Type", "H : A"), {"induction A", "destruct A", "inversion A"}),
        (goal("n = n", "n : nat"), {"unfold n", "apply n"}),
        (goal("P x", "H : Q x"), {"apply H"}),
    ],
)
@pytest.mark.asyncio
async def test_the_form_rules_out(asked: Goal, unwanted: set[str]) -> None:
    assert not unwanted & set(await offered(StructuralProposer(), asked))


@pytest.mark.asyncio
async def test_each_variable_of_data_gets_its_induction() -> None:
    found = await offered(StructuralProposer(), goal("P n l", "n m : nat", "l : list A"))
    assert {"induction n", "induction m", "induction l"} <= set(found)
    assert found.index("induction n") < found.index("induction m"), "what the conclusion mentions comes first"


@pytest.mark.asyncio
async def test_a_move_suggested_twice_comes_once_with_its_greater_chance() -> None:
    """The match suggests `destruct x`, and so does the variable."""
    one = goal("P (match x with 0 => 1 | S _ => 2 end)", "x : nat", "y : nat")
    floors = [move.floor for move in moves(one.subgoals[0]) if move.step == "destruct x"]
    assert len(set(floors)) > 1
    proposals = await StructuralProposer().propose(one, 200)
    chances = [math.exp(each.logprob) for each in proposals if each.step.text == "destruct x"]
    assert chances == [pytest.approx(max(floors))]


@pytest.mark.asyncio
async def test_cases_of_what_is_stuck_then_induction_come_first() -> None:
    stuck = await offered(StructuralProposer(), goal("f (if p x then 1 else 2) = y", "x : nat", "y : nat"))
    assert stuck[:2] == ["destruct (p x) eqn:?", "destruct (p x)"]
    fresh = await offered(StructuralProposer(), goal("length (rev l) = length l", "l : list A"))
    assert fresh[0] == "induction l"


@pytest.mark.asyncio
async def test_inside_an_induction_its_hypothesis_is_used_before_another_is_begun() -> None:
    case = goal("f (S n) = g n m", "n m : nat", "IHn : f n = g n m")
    found = await offered(StructuralProposer(), case)
    assert {"simpl", "rewrite IHn"} <= set(found[: found.index("induction m")])


@pytest.mark.asyncio
async def test_what_people_do_moves_ahead() -> None:
    asked = goal("a = b", "a b : nat")
    proposer = StructuralProposer()
    assert (await offered(proposer, asked))[0] != "f_equal"
    for _ in range(20):
        proposer.learn(taken("f_equal", goal("x = y", "x y : nat")))
    assert (await offered(proposer, asked))[0] == "f_equal"


@pytest.mark.asyncio
async def test_a_shard_teaches_what_reading_teaches() -> None:
    stream = [taken("f_equal", goal("x = y", "x y : nat")), taken("induction n", goal("P n", "n : nat"))] * 5
    read = StructuralProposer()
    for item in stream:
        read.learn(item)
    asked = goal("a = b", "a b : nat")
    loaded = StructuralProposer([Shard.from_stream(stream)])
    assert await loaded.propose(asked, 50) == await read.propose(asked, 50)


@given(subgoals)
def test_every_goal_has_moves_and_they_are_whole(one: Subgoal) -> None:
    found = list(moves(one))
    assert found == list(moves(one))
    assert all(move.weight > 0 and move.step == move.step.strip() != "" for move in found)
    assert all(
        move.step.count("(") == move.step.count(")") for move in found if "match" not in one.conclusion
    )


def test_kinds_are_those_that_real_steps_are_counted_under() -> None:
    one = subgoal("f n = g n", "n : nat", "H : n = m", "K : A /\\ B", "IH : forall k, f k = g k")
    names = frozenset({"n", "H", "K", "IH"})
    wrong = {
        move.step: move.kind
        for move in moves(one)
        if move.kind != step_kind(move.step, names) and not move.step.startswith("simpl")
    }
    assert wrong == {}


@pytest.mark.asyncio
async def test_derivations_are_taken_apart_once_their_predicate_is_known() -> None:
    proposer = StructuralProposer()
    sum_is_even = goal("even (n + m)", "n m : nat", "H : even (S n)", "H0 : even m")
    before = await offered(proposer, sum_is_even)
    proposer.learn(Declared("here.even", "inductive", "nat -> Prop"))
    after = await offered(proposer, sum_is_even)
    for step in ("induction H", "induction H0", "constructor", "inversion H; subst; clear H"):
        assert after.index(step) < 6, step
        assert step not in before or before.index(step) > after.index(step)


@pytest.mark.asyncio
async def test_what_exists_may_be_the_least_or_the_next() -> None:
    found = await offered(StructuralProposer(), goal("exists k, n = k + k", "n x : nat"))
    assert {"exists x", "exists (S x)", "exists 0", "exists []"} <= set(found)
