"""Search trees on the toy whose every step is known by hand."""

import pytest
from tests.unit.search.problems import (
    PLAIN,
    AbstractProposer,
    AbstractSession,
    FailingSession,
    audited,
    texts,
    toy_session,
    trace,
)

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.steps import RefusalReason
from holdfast.models.toy import EnumeratingProposer, TableProposer
from holdfast.search.best_first import Budget, SearchSettings, best_first
from holdfast.value.toy import TableValue

pytestmark = pytest.mark.asyncio

SWAP = r"A /\ B -> B /\ A"
SWAP_TABLE = {
    SWAP: [("intro", -0.1), ("split", -2.0)],
    r"B /\ A": [("split", -0.2), ("destruct H", -0.5)],
    "B": [("assumption", -0.1), ("destruct H", -0.3)],
    "A": [("assumption", -0.1), ("destruct H", -0.3)],
}


async def test_the_likeliest_step_anywhere_comes_first() -> None:
    seen = await trace(SWAP, SWAP_TABLE)
    assert seen.steps == [
        (SWAP, "intro", "advanced"),  # -0.1 / 1
        (r"B /\ A", "split", "advanced"),  # -0.3 / 2, ahead of the root's other step at -2
        ("B", "assumption", "refused"),  # -0.4 / 3
        ("A", "assumption", "refused"),  # -0.4 / 3, later arrival
        ("B", "destruct H", "advanced"),  # -0.6 / 3
        ("A", "destruct H", "advanced"),  # -0.6 / 3, later arrival
        ("B", "assumption", "proved"),  # -0.7 / 4
        ("A", "assumption", "proved"),  # -0.7 / 4
    ]
    assert texts(seen.result) == ["intro", "split", "destruct H", "assumption", "destruct H", "assumption"]
    assert await audited(seen.result, SWAP) == "proved"


async def test_the_record_adds_up() -> None:
    result = (await trace(SWAP, SWAP_TABLE)).result
    counts = result.counts
    assert (result.ended, result.nodes, result.found_nodes) == ("proved", 8, 8)
    assert (counts.applied, counts.proved, counts.advanced, counts.undecided) == (8, 2, 4, 0)
    assert counts.refused == {RefusalReason.NOT_APPLICABLE: 2}
    assert (counts.goals, counts.merged, counts.asked, counts.dead) == (6, 0, 6, 0)
    # Each toy inference costs a millisecond; the six steps of the proof were replayed before it counted.
    assert result.cpu_s == pytest.approx(0.014)
    assert result.found_cpu_s == result.cpu_s
    assert result.found_steps == 6


async def test_a_proof_is_found_at_its_recorded_budget_and_not_below() -> None:
    found = (await trace(SWAP, SWAP_TABLE)).result.found_nodes
    assert found is not None
    assert (await trace(SWAP, SWAP_TABLE, budget=Budget(nodes=found))).result.ended == "proved"
    short = (await trace(SWAP, SWAP_TABLE, budget=Budget(nodes=found - 1))).result
    assert (short.ended, short.proof, short.nodes) == ("budget", None, found - 1)


async def test_a_cpu_budget_ends_the_search() -> None:
    result = (await trace(SWAP, SWAP_TABLE, budget=Budget(cpu_s=0.0035))).result
    assert (result.ended, result.nodes) == ("budget", 4)


async def test_a_search_may_go_on_until_both_budgets_are_used_up() -> None:
    async def nodes(*, cpu_s: float, steps: int) -> int:
        budget = Budget(cpu_s=cpu_s, nodes=steps, both=True)
        return (await trace(SWAP, SWAP_TABLE, budget=budget)).result.nodes

    assert (await nodes(cpu_s=0.0035, steps=2), await nodes(cpu_s=0.0015, steps=4)) == (4, 4)


async def test_goals_at_the_depth_limit_are_not_expanded() -> None:
    seen = await trace(SWAP, SWAP_TABLE, budget=Budget(depth=2))
    assert seen.result.ended == "budget"
    assert {conclusion for conclusion, _, _ in seen.steps} == {SWAP, r"B /\ A"}


async def test_more_proposals_are_asked_for_until_there_are_none() -> None:
    statement = "A -> A"
    useless = [("idtac", -0.1), ("split", -0.2), ("left", -0.3), ("right", -0.4), ("trivial", -0.5)]
    table = {statement: [*useless, ("intro", -3.0)], "A": [("assumption", -0.1)]}
    settings = SearchSettings(exponent=1.0, sibling_cost=0.0, chunk=1, batch=1)
    seen = await trace(statement, table, settings=settings)
    assert seen.result.ended == "proved"
    # The root is asked for 1, 2, 4 and 8 proposals, the second goal for 1.
    assert seen.result.counts.asked == 5
    assert len(seen.steps) == len(set(seen.steps)) == 7


async def test_one_more_proposal_is_asked_for_at_a_time_where_that_is_wished() -> None:
    table = {"A -> A": [("idtac", -0.1), ("split", -0.2), ("intro", -3.0)], "A": [("assumption", -0.1)]}
    settings = SearchSettings(exponent=1.0, sibling_cost=0.0, chunk=1, batch=1, further=1)
    seen = await trace("A -> A", table, settings=settings)
    assert seen.result.ended == "proved"
    # The root is asked for 1, 2 and 3 proposals.
    assert seen.result.counts.asked == 4


async def test_a_chunk_is_applied_before_the_next_goal_has_its_turn() -> None:
    two = SearchSettings(exponent=1.0, sibling_cost=0.0, chunk=2, patience=5.0)
    seen = await trace(SWAP, SWAP_TABLE, settings=two)
    assert [step for _, step, _ in seen.steps[:4]] == ["intro", "split", "split", "destruct H"]


async def test_a_turn_ends_early_where_the_next_step_is_much_less_likely() -> None:
    # After `intro`, the root's `split` is at -2.0, its child at -0.1.
    for patience, second in ((1.8, r"B /\ A"), (2.0, SWAP)):
        one = SearchSettings(exponent=1.0, sibling_cost=0.0, chunk=9, patience=patience)
        assert (await trace(SWAP, SWAP_TABLE, settings=one)).steps[1][0] == second


async def test_a_goal_whose_own_steps_are_unlikely_waits_for_its_turn() -> None:
    table = {"A -> B -> A": [("intro", -0.1), ("exfalso", -0.5)], "B -> A": [("intro", -5.0)]}
    seen = await trace("A -> B -> A", table)
    assert [step for _, step, _ in seen.steps] == ["intro", "exfalso", "intro"]


async def test_equal_goals_are_merged_whatever_their_hypotheses_are_called() -> None:
    table = {
        "A -> B -> A": [("intro", -0.1), ("intro x", -0.2), ("intro y", -0.3)],
        "B -> A": [("idtac", -1.0)],
    }
    seen = await trace("A -> B -> A", table)
    assert seen.result.ended == "exhausted"
    assert (seen.result.counts.goals, seen.result.counts.merged) == (2, 2)
    # The merged goal was judged once.
    assert seen.steps.count(("B -> A", "idtac", "refused")) == 1


async def test_a_proof_is_carried_over_to_an_equal_goal_by_renaming() -> None:
    statement = r"(P -> P \/ Q) /\ (True /\ P -> P \/ Q)"
    table = {
        statement: [("split", -0.1)],
        r"P -> P \/ Q": [("intro a", -0.1)],
        r"True /\ P -> P \/ Q": [("intro c", -0.1)],
        r"P \/ Q": [("destruct c t b", -0.1), ("clear t", -0.2), ("left", -0.3)],
        "P": [("exact a", -0.1)],
    }
    result = (await trace(statement, table)).result
    assert (result.ended, result.counts.discarded) == ("proved", 0)
    # `exact b` was never proposed: it is `exact a` in the other goal's names.
    assert "exact a" in texts(result)
    assert "exact b" in texts(result)
    assert await audited(result, statement) == "proved"


async def test_a_carried_proof_that_does_not_replay_is_discarded_and_the_search_goes_on() -> None:
    statement = r"(A -> B -> A) /\ (A /\ A -> B -> A)"
    table = {
        statement: [("split", -0.1)],
        "A -> B -> A": [("intro H", -0.1)],
        r"A /\ A -> B -> A": [("intro P", -0.1)],
        "B -> A": [("destruct P K M", -0.1), ("intro K", -0.2), ("intro L", -2.0)],
        "A": [("exact H", -0.1), ("exact K", -0.2)],
    }
    result = (await trace(statement, table)).result
    # `intro K; exact H` proves the first half; in the second, K is taken.
    assert (result.ended, result.counts.discarded) == ("proved", 1)
    assert "intro L" in texts(result)
    assert await audited(result, statement) == "proved"


async def test_a_step_back_to_an_ancestor_is_dropped() -> None:
    statement = "(A -> B) -> (B -> A) -> A"
    table = {
        statement: [("intro f", -0.1)],
        "(B -> A) -> A": [("intro g", -0.1)],
        "A": [("apply g", -0.1)],
        "B": [("apply f", -0.1)],
    }
    result = (await trace(statement, table)).result
    assert (result.ended, result.nodes) == ("exhausted", 4)
    assert (result.counts.loops, result.counts.no_progress) == (1, 0)
    assert (result.counts.goals, result.counts.dead) == (4, 4)


async def test_a_step_back_to_its_own_goal_is_dropped() -> None:
    table = {"(A -> A) -> A": [("intro f", -0.1)], "A": [("apply f", -0.1), ("assumption", -0.2)]}
    result = (await trace("(A -> A) -> A", table)).result
    assert (result.ended, result.counts.no_progress, result.counts.goals) == ("exhausted", 1, 2)


async def test_a_hypothesis_that_repeats_another_is_no_progress() -> None:
    axioms = ["triple : (A /\\ A -> B) -> B"]
    table = {"A -> B": [("intro a", -0.1)], "B": [("idtac", -1.0)]}
    seen = await trace("A -> A -> B", {"A -> A -> B": [("intro", -0.1)], **table}, axioms=axioms)
    assert (seen.result.counts.no_progress, seen.result.counts.loops) == (0, 0)
    # `a : A, H : A |- B` is the goal `H : A |- B`, had it been met before.
    assert seen.result.counts.goals == 3


async def test_a_dead_subgoal_ends_the_work_on_its_siblings() -> None:
    seen = await trace(r"A /\ B", {r"A /\ B": [("split", -0.1)], "B": [("assumption", -0.1)]})
    assert seen.steps == [(r"A /\ B", "split", "advanced")]
    assert (seen.result.ended, seen.result.counts.dead) == ("exhausted", 2)


async def test_a_goal_known_to_be_dead_makes_a_step_hopeless() -> None:
    table = {"r": [["a"], ["b"]], "a": [["x"]], "b": [["c"]], "c": [["x"]]}
    result = await best_first(
        AbstractSession(table, "r"), AbstractProposer(2), budget=Budget(), settings=PLAIN
    )
    assert (result.ended, result.counts.hopeless) == ("exhausted", 1)


async def test_subgoals_that_share_a_placeholder_are_one_goal() -> None:
    statement = "(P -> Q) -> (Q -> R) -> P -> R"
    axioms = ["trans : (A -> B) -> (B -> C) -> A -> C"]
    table = {
        statement: [("intro f", -0.1)],
        "(Q -> R) -> P -> R": [("intro g", -0.1)],
        "P -> R": [("apply trans", -0.1)],
        "P -> ?B1": [("exact f", -0.2), ("exact g", -0.1)],
        "Q -> R": [("exact g", -0.1)],
    }
    async with toy_session(statement, axioms) as session:
        sizes = []
        result = await best_first(
            session,
            TableProposer(table | {"*": table["P -> ?B1"]}),
            budget=Budget(nodes=50),
            observe=lambda judged: sizes.append(len(judged.goal.subgoals)),
            settings=PLAIN,
        )
    assert result.ended == "proved"
    assert texts(result) == ["intro f", "intro g", "apply trans", "exact f", "exact g"]
    assert max(sizes) == 2
    assert await audited(result, statement, axioms) == "proved"


async def test_a_state_falls_apart_once_nothing_is_shared() -> None:
    statement = "(P -> Q) -> (Q -> R) -> P -> R"
    axioms = ["mix : (A -> B) -> (B -> C) -> True -> A -> C"]
    table = {
        statement: [("intro f", -0.1)],
        "(Q -> R) -> P -> R": [("intro g", -0.1)],
        "P -> R": [("apply mix", -0.1)],
        "*": [("exact f", -0.1)],
        "Q -> R": [("exact g", -0.1)],
        "True": [("trivial", -0.1)],
    }
    result = (await trace(statement, table, axioms=axioms)).result
    assert result.proof is not None
    chain = result.proof.children[0].children[0]
    assert chain.step.text == "apply mix"
    (entangled,) = chain.children
    assert [child.step.text for child in entangled.children] == ["exact g", "trivial"]
    assert await audited(result, statement, axioms) == "proved"


async def test_a_state_that_only_forgot_something_is_stuck() -> None:
    axioms = ["odd : (A -> True) -> B"]
    table = {"B": [("apply odd", -0.1)], "True": [("trivial", -0.1)], "*": [("intro", -0.1)]}
    result = (await trace("B", table, axioms=axioms)).result
    assert (result.ended, result.counts.stuck) == ("exhausted", 1)


async def test_a_goal_that_lost_its_purpose_is_taken_up_again_when_it_has_one() -> None:
    # The first way to `deep` dies with `gone`, before `deep` had a turn; the second needs it.
    table = {
        "r": [["one"], ["two"]],
        "one": [["gone", "high"]],
        "high": [["deep"]],
        "two": [["three"]],
        "three": [["high"]],
        "deep": [[], []],
    }
    for settings in (PLAIN, SearchSettings()):
        result = await best_first(
            AbstractSession(table, "r"), AbstractProposer(2), budget=Budget(), settings=settings
        )
        assert result.ended == "proved"


async def test_a_step_without_a_verdict_is_passed_over() -> None:
    async with toy_session(SWAP) as session:
        failing = FailingSession(session, lambda call: call == 1)
        table = {**SWAP_TABLE, SWAP: [("intro", -0.1), ("intro H", -0.2)]}
        result = await best_first(
            failing, TableProposer(table), budget=Budget(nodes=50), settings=SearchSettings(chunk=1)
        )
    assert (result.ended, result.counts.undecided) == ("proved", 1)
    assert texts(result)[0] == "intro H"
    counts = result.counts
    assert counts.applied == counts.proved + counts.advanced + counts.undecided + sum(counts.refused.values())


@pytest.mark.parametrize("failing_from", [1, 2, 3, 9])
async def test_a_checker_that_keeps_failing_ends_the_search_undecided(failing_from: int) -> None:
    async with toy_session(SWAP) as session:
        failing = FailingSession(session, lambda call: call >= failing_from)
        result = await best_first(failing, EnumeratingProposer(), budget=Budget(nodes=50))
    assert (result.ended, result.proof) == ("undecided", None)
    # Three failures in a row: of steps, or of attempts to put a subgoal in focus.
    assert failing.calls == failing_from + 2


async def test_failures_here_and_there_end_the_search_as_well() -> None:
    statement = r"~ ~ (A /\ B) -> A /\ B"
    async with toy_session(statement) as session:
        failing = FailingSession(session, lambda call: call % 3 == 0)
        result = await best_first(
            failing,
            EnumeratingProposer(),
            budget=Budget(nodes=500),
            settings=SearchSettings(undecided_in_all=5),
        )
    assert (result.ended, failing.calls) == ("undecided", 15)


class Blurred(AbstractSession):
    """A session that can not put the subgoal `b` in focus."""

    async def focus(self, goal: Goal, index: int) -> Goal:
        if goal.subgoals[index].conclusion == "b":
            raise CheckerError("no focus")
        return await super().focus(goal, index)


async def test_a_goal_that_cannot_be_put_in_focus_is_left_out() -> None:
    stuck = {"r": [["a", "b"]], "a": [[]], "b": [[]]}
    result = await best_first(Blurred(stuck, "r"), AbstractProposer(2), budget=Budget(), settings=PLAIN)
    assert (result.ended, result.counts.undecided) == ("undecided", 0)
    around = {**stuck, "r": [["a", "b"], ["c"]], "c": [["a"]]}
    result = await best_first(Blurred(around, "r"), AbstractProposer(2), budget=Budget(), settings=PLAIN)
    assert result.ended == "proved"


async def test_nothing_is_exhausted_where_a_step_has_no_verdict() -> None:
    table = {SWAP: [("intro", -0.1)], r"B /\ A": [("idtac", -0.1), ("idtac H", -0.2)]}
    async with toy_session(SWAP) as session:
        failing = FailingSession(session, lambda call: call == 2)
        result = await best_first(failing, TableProposer(table), budget=Budget())
    assert (result.ended, result.counts.undecided) == ("undecided", 1)


async def test_a_failure_while_tidying_loses_nothing() -> None:
    async with toy_session("A -> A") as session:
        failing = FailingSession(session, lambda call: call > 4)
        table = {"A -> A": [("intro", -0.1)], "A": [("assumption", -0.1)]}
        result = await best_first(failing, TableProposer(table), budget=Budget())
    assert texts(result) == ["intro", "assumption"]


async def test_a_proof_is_rid_of_steps_that_it_does_not_need() -> None:
    statement = r"A -> B /\ C -> A"
    table = {
        statement: [("intro a", -0.1)],
        r"B /\ C -> A": [("intro b", -0.1)],
        "A": [("destruct b", -0.1), ("clear b0", -0.1), ("clear b", -0.2), ("exact a", -9.0)],
    }
    result = (await trace(statement, table)).result
    assert result.found_steps > 3
    assert texts(result) == ["intro a", "intro b", "exact a"]
    assert await audited(result, statement) == "proved"


async def test_a_subtree_gives_way_to_one_step_that_the_proof_uses_anyway() -> None:
    statement = r"(A -> A) /\ (A -> A \/ B)"
    table = {
        statement: [("split", -0.1), ("tauto", -50.0)],
        "A -> A": [("tauto", -0.1)],
        r"A -> A \/ B": [("intro", -0.1)],
        r"A \/ B": [("left", -0.1)],
        "A": [("assumption", -0.1)],
    }
    result = (await trace(statement, table)).result
    assert result.found_steps == 5
    assert texts(result) == ["tauto"]
    assert await audited(result, statement) == "proved"


async def test_the_same_search_twice_gives_the_same_result() -> None:
    statement = r"(A \/ B) /\ C -> (A /\ C) \/ (B /\ C)"
    results = []
    for _ in range(2):
        async with toy_session(statement) as session:
            results.append(await best_first(session, EnumeratingProposer(), budget=Budget(cpu_s=5.0)))
    assert results[0] == results[1]
    assert results[0].ended == "proved"


async def test_a_value_moves_hopeful_goals_ahead() -> None:
    table = {"r": [["a"], ["b"]], "a": [["a2"]], "a2": [["a3"]], "b": [[]]}
    steps = []
    for value in (None, TableValue({"a": -5.0, "b": 0.0}), TableValue({"a": -5.0, "b": 0.0}, weight=0.0)):
        result = await best_first(
            AbstractSession(table, "r"), AbstractProposer(2), budget=Budget(), value=value, settings=PLAIN
        )
        assert result.ended == "proved"
        steps.append(result.nodes)
    assert steps[1] < steps[0] == steps[2]


async def test_a_goal_that_the_value_does_not_know_counts_like_the_one_it_came_from() -> None:
    chain = {f"a{at}": [[f"a{at + 1}"]] for at in range(9)}
    table = {"r": [["a0"], ["b"]], **chain, "b": [["c"]], "c": [[]]}
    known = {"r": 0.0, "a0": -3.0, "b": -2.0}
    results = []
    for told in (known, known | dict.fromkeys(chain, -3.0) | {"c": -2.0}, known | dict.fromkeys(chain, 0.0)):
        result = await best_first(
            AbstractSession(table, "r"),
            AbstractProposer(2),
            budget=Budget(),
            value=TableValue(told | {"a0": -3.0}),
            settings=SearchSettings(exponent=0.0, sibling_cost=0.0, chunk=1),
        )
        results.append(result.nodes)
    assert results[0] == results[1] < results[2]
