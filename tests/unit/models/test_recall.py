"""Theorems for prompts: which are found, in which order, and how they are written."""

from collections.abc import Sequence

import pytest

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.recall import Recall, goal_query, premise_line
from holdfast.retrieval.lexical import LexicalIndex

GOAL = Goal(
    (Subgoal((Hypothesis(("xs",), "list nat"), Hypothesis(("H",), "xs <> nil")), "rev (rev xs) = xs"),)
)


def theorem(name: str, statement: str) -> Declared:
    return Declared(name, "theorem", statement)


INVOLUTIVE = theorem("L.rev_involutive", "forall (A : Type) (l : list A), rev (rev l) = l")
LENGTH = theorem("L.rev_length", "forall (A : Type) (l : list A), length (rev l) = length l")
ADD = theorem("L.add_comm", "forall n m : nat, n + m = m + n")


class Libraries:
    """Theorems that are found in a fixed order, all with one score; keeps what it was asked."""

    def __init__(self, *found: Declared) -> None:
        self.found = found
        self.asked: list[str] = []

    async def near(self, query: str, count: int) -> Sequence[tuple[Declared, float]]:
        self.asked.append(query)
        return [(each, 1.0) for each in self.found][:count]


@pytest.mark.asyncio
async def test_what_fits_the_goal_comes_before_what_only_shares_words_with_it() -> None:
    libraries = Libraries(ADD, LENGTH, INVOLUTIVE)
    recall = Recall(libraries.near, LexicalIndex, 2)
    assert await recall.near(GOAL) == [INVOLUTIVE, ADD]
    assert await recall.near(Goal(())) == []
    (query,) = libraries.asked
    assert (query.count("rev"), query.count("nat"), "xs" in query.split()) == (4, 1, False)


@pytest.mark.asyncio
async def test_the_text_and_the_libraries_take_turns_and_the_text_counts_as_far_as_it_is_read() -> None:
    recall = Recall(Libraries(INVOLUTIVE, LENGTH, ADD).near, LexicalIndex, 4)
    assert {each.name for each in await recall.near(GOAL)} == {INVOLUTIVE.name, LENGTH.name, ADD.name}
    mine = theorem("rev_app", "forall l m : list nat, rev (l ++ m) = rev m ++ rev l")
    recall.learn(Observed("rev_app", GOAL, "reflexivity"))
    recall.learn(mine)
    recall.learn(Declared("rev", "definition", "list nat -> list nat"))
    assert (await recall.near(GOAL))[:2] == [mine, INVOLUTIVE]
    recall.learn(theorem("later", "forall l : list nat, rev (rev l) = l"))
    names = [each.name for each in await recall.near(GOAL)]
    assert names[0] == "later"
    assert len(names) == 4


def test_what_is_assumed_or_bound_is_not_searched_for() -> None:
    goal = Goal((Subgoal((Hypothesis(("rev",), "nat"),), "forall n : nat, P (fun k => k + rev) n"),))
    assert set(goal_query(goal).split()) == {"nat", "P", "+"}


def test_a_line_is_one_line_and_not_long() -> None:
    assert premise_line(theorem("a", "forall n,\n  n = n")) == "a : forall n, n = n"
    line = premise_line(theorem("a", "n + " * 1000))
    assert (len(line), line[-4:]) == (240, " ...")
