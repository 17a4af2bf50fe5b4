"""Names behind the words of a tactic, as somebody writes them."""

import pytest

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.mixture import MixtureProposer
from holdfast.search.suggest import offers

pytestmark = pytest.mark.asyncio

LEMMAS = {
    "L.List.app_nil_r": "forall (A : Type) (l : list A), l ++ nil = l",
    "L.List.app_comm_cons": "forall (A : Type) (x y : list A) (a : A), a :: x ++ y = (a :: x) ++ y",
    "L.List.rev_involutive": "forall (A : Type) (l : list A), rev (rev l) = l",
    "L.Nat.N.abs_eq": "forall n : nat, abs n = n",
}
GOAL = Goal(
    (
        Subgoal(
            (Hypothesis(("A",), "Type"), Hypothesis(("m", "app_me"), "list A")),
            "rev m ++ nil = rev (rev (rev m))",
        ),
    )
)


def _learner() -> MixtureProposer:
    learner = MixtureProposer.from_shards([])
    for name, statement in LEMMAS.items():
        learner.learn(Declared(name, "theorem", statement))
    # How a name is written is learned from proofs.
    learner.learn(Observed("t", Goal((Subgoal((), "abs 1 = 1"),)), "rewrite N.abs_eq"))
    return learner


async def _texts(prefix: str, count: int = 5) -> list[str]:
    found: list[Proposal] = list(await offers(_learner(), GOAL, count, prefix))
    assert [one.logprob for one in found] == sorted((one.logprob for one in found), reverse=True)
    assert len({one.step.text for one in found}) == len(found) <= count
    assert all(one.step.text.startswith(prefix.lstrip()) and one.logprob <= 0 for one in found)
    return [one.step.text for one in found]


async def test_names_that_fit_the_goal_come_first_and_hypotheses_with_them() -> None:
    found = await _texts("apply app_")
    assert found[0] == "apply app_nil_r"
    assert {"apply app_comm_cons", "apply app_me"} < set(found)
    assert (await _texts("rewrite <- r"))[0] == "rewrite <- rev_involutive"


async def test_steps_go_on_in_the_middle_and_brackets_are_closed() -> None:
    assert "intros; rewrite (app_nil_r)" in await _texts("intros; rewrite (app_n")
    assert "destruct m" in await _texts("  destruct ")
    assert "rewrite app_nil_r, rev_involutive" in await _texts("rewrite app_nil_r, rev")


async def test_names_are_written_as_people_write_them() -> None:
    assert "rewrite N.abs_eq" in await _texts("rewrite N.a")
    assert (await _texts("apply a"))[-1] == "apply abs_eq"


@pytest.mark.parametrize(
    "prefix", ["reflexiv", "appl", "apply", "no_such_tactic x", "apply zz", "∀ λ", "(* apply", "\0"]
)
async def test_whatever_is_written_nothing_else_is_offered(prefix: str) -> None:
    found = await _texts(prefix)
    assert (found == ["reflexivity"]) == (prefix == "reflexiv")


async def test_many_proposals_are_looked_through_and_not_only_the_likeliest() -> None:
    learner = MixtureProposer.from_shards([])
    for number in range(300):
        learner.learn(Declared(f"L.q{number:03}", "theorem", "forall l : nat, rev l = rev (rev (rev l))"))
    learner.learn(Declared("L.rare", "theorem", "forall l : nat, other l = other l"))
    assert [one.step.text for one in await offers(learner, GOAL, 1, "apply rar")] == ["apply rare"]
    assert len(await offers(learner, GOAL, 50, "apply q1")) == 50
