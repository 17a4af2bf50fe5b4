"""Nearest neighbours: what was done at goals like this one."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.models.sequents import goal, judged, offered, subgoals, taken

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Advanced
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.knn import KnnProposer
from holdfast.models.shards import Shard

pytestmark = pytest.mark.asyncio

EVEN = goal("even (n + n)", "n : nat")
ODD = goal("In x (y :: l)", "x y : A", "l : list A")


def taught(items: Sequence[Observed | Declared]) -> KnnProposer:
    proposer = KnnProposer()
    for item in items:
        proposer.learn(item)
    return proposer


def lessons(count: int) -> list[Observed]:
    """Steps at goals of some kinds, always the same."""
    generator = random.Random(3)
    kinds = [EVEN, ODD, goal("a <= b", "a b : nat", "H : a < b"), goal("forall n : nat, n = n")]
    steps = [
        "induction n",
        "destruct l",
        "apply H",
        "intros n",
        "auto",
        "now simpl; lia",
        "right; assumption",
    ]
    return [
        taken(generator.choice(steps), generator.choice(kinds), f"theorem{number // 3}")
        for number in range(count)
    ]


async def test_what_was_done_at_the_same_goal_comes_first() -> None:
    proposer = taught([taken("double_induction n", EVEN), taken("unusual l", ODD)])
    assert (await offered(proposer, EVEN))[0] == "double_induction n"
    assert (await offered(proposer, ODD))[0] == "unusual l"


async def test_a_lesson_is_in_force_at_the_next_question() -> None:
    proposer = taught(lessons(50))
    assert "brand new" not in await offered(proposer, EVEN)
    proposer.learn(taken("brand new", EVEN))
    assert "brand new" in await offered(proposer, EVEN, 10)
    assert len(proposer) == 51


async def test_names_are_those_of_the_goal_at_hand() -> None:
    proposer = taught([taken("induction n", EVEN)])
    found = await offered(proposer, goal("even (k + k)", "k : nat"))
    assert found[0] == "induction k"
    assert "induction n" not in found


async def test_compound_steps_are_also_offered_without_their_ends() -> None:
    proposer = taught([taken("induction n; [auto | now rewrite IHn]", EVEN)])
    found = await offered(proposer, EVEN)
    assert found.index("induction n; [auto | now rewrite IHn]") < found.index("induction n")


async def test_what_the_conclusion_quantifies_over_is_introduced_by_name() -> None:
    found = await offered(taught([taken("auto", EVEN)]), goal("forall a b : nat, a = b"))
    assert {"intros a", "intros a b"} <= set(found)


async def test_bullets_and_names_teach_nothing() -> None:
    proposer = taught(
        [taken("-", EVEN), taken("{", EVEN), taken("Proof", EVEN), Declared("lemma", "theorem", "True")]
    )
    proposer.learn(Observed("earlier", Goal(()), "auto"))
    assert len(proposer) == 0
    assert await offered(proposer, EVEN) == []


async def test_the_step_before_counts_where_a_proof_is_followed() -> None:
    """Two proofs go the same goals' way with other steps; which one it is shows in the step before."""
    items = []
    for number in range(20):
        for first, second in (("red", "finish_red"), ("blue", "finish_blue")):
            name = f"{first}{number}"
            items += [taken(first, ODD, name), taken(second, EVEN, name)]
    for first in ("red", "blue"):
        proposer = taught([*items, taken(first, ODD, "now")])
        proposer.follow("now")
        assert (await offered(proposer, EVEN))[0] == f"finish_{first}"


async def test_in_a_search_the_way_to_a_goal_counts() -> None:
    items = []
    for number in range(20):
        for first, second in (("red", "finish_red"), ("blue", "finish_blue")):
            name = f"{first}{number}"
            items += [taken(first, ODD, name), taken(second, EVEN, name)]
    for first in ("red", "blue"):
        proposer = taught(items)
        proposer.judged(judged(first, ODD, Advanced(EVEN)))
        assert (await offered(proposer, EVEN))[0] == f"finish_{first}"


async def test_the_rankers_learn_from_what_they_were_asked_about() -> None:
    proposer = taught(lessons(60))
    before = proposer.weights
    proposer.learn(taken("auto", EVEN))
    assert proposer.weights == before, "it was not asked"
    await proposer.propose(EVEN, 10)
    proposer.learn(taken("auto", EVEN))
    assert proposer.weights != before


async def test_the_same_lessons_and_questions_have_the_same_answers() -> None:
    answers = []
    for _ in range(2):
        proposer = KnnProposer()
        answers.append([])
        for item in lessons(80):
            proposer.follow(item.theorem)
            answers[-1].append(list(await proposer.propose(item.goal, 12)))
            proposer.learn(item)
    assert answers[0] == answers[1]


async def test_what_a_shard_holds_is_what_reading_teaches() -> None:
    read = taught(lessons(80))
    loaded = KnnProposer([Shard.from_stream(lessons(80))])
    assert len(loaded) == len(read) == 80
    for proposer in (loaded, read):
        for begun in lessons(80)[:2]:
            proposer.learn(taken(begun.step, begun.goal, "now"))
        proposer.follow("now")
    for asked in (EVEN, ODD):
        assert list(await loaded.propose(asked, 50)) == list(await read.propose(asked, 50))


async def test_shards_go_on_from_each_other() -> None:
    one, other = lessons(60)[:30], lessons(60)[30:]
    loaded = KnnProposer([Shard.from_stream(one), Shard.from_stream(other)])
    assert await offered(loaded, EVEN) == await offered(taught([*one, *other]), EVEN)


@settings(max_examples=40)
@given(st.lists(st.tuples(subgoals, st.text(max_size=12)), max_size=6), subgoals, st.integers(0, 20))
async def test_anything_learned_anything_asked(
    items: list[tuple[Subgoal, str]], asked: Subgoal, count: int
) -> None:
    proposer = taught([taken(step, Goal((one,)), "t") for one, step in items])
    proposals = await proposer.propose(Goal((asked,)), count)
    texts = [proposal.step.text for proposal in proposals]
    logprobs = [proposal.logprob for proposal in proposals]
    assert len(texts) == len(set(texts)) <= count
    assert logprobs == sorted(logprobs, reverse=True)
    assert all(math.isfinite(logprob) and logprob <= 0.0 for logprob in logprobs)
