"""Sessions on a real Rocq, with steps that hang, blow up, lie, hide and kill."""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.odds import Odds
from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import Toplevel, ToplevelSettings
from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError, UserError
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict
from holdfast.runtime.child import Limits

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

SWAP = ("Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.",)
LIMITED = ToplevelSettings(step_cpu_s=0.3)


@asynccontextmanager
async def _session(
    text: Sequence[str], settings: ToplevelSettings = LIMITED
) -> AsyncIterator[tuple[RocqSession, Toplevel]]:
    async with Toplevel(await find_installation(), settings=settings) as toplevel:
        for sentence in text:
            await toplevel.execute(sentence)
        yield await RocqSession.open(toplevel), toplevel


async def _goal(session: RocqSession, goal: Goal, *steps: str) -> Goal:
    for step in steps:
        verdict = await session.apply(goal, Step(step))
        assert isinstance(verdict, Advanced), (step, verdict)
        goal = verdict.goal
    return goal


async def _refused(session: RocqSession, goal: Goal, step: str) -> Refused:
    verdict = await session.apply(goal, Step(step))
    assert isinstance(verdict, Refused), verdict
    return verdict


async def _works(session: RocqSession) -> None:
    verdict = await session.apply(session.root, Step("intros [a b]; exact (conj b a)"))
    assert isinstance(verdict, Proved), verdict


@pytest.mark.parametrize(
    "step",
    [
        "do 1000000000 idtac; fail",
        "repeat (assert True by exact I)",
        "repeat (pose proof I)",
    ],
)
async def test_a_step_that_does_not_end_is_a_timeout_and_the_session_lives(step: str) -> None:
    async with _session(SWAP) as (session, toplevel):
        boots = toplevel.boots
        verdict = await _refused(session, session.root, step)
        assert verdict.reason is RefusalReason.TIMEOUT
        assert verdict.cpu_s >= 0.3
        await _works(session)
        assert toplevel.boots == boots


async def test_a_native_loop_is_stopped_one_way_or_the_other() -> None:
    async with _session(("Require Import NArith.", *SWAP)) as (session, _):
        for step in (
            "let x := eval vm_compute in (N.iter (2 ^ 40) N.succ 0)%N in idtac",
            "assert (N.iter (2 ^ 40) N.succ 0 = 0)%N by (vm_compute; reflexivity)",
        ):
            try:
                verdict: Verdict | None = await session.apply(session.root, Step(step))
            except CheckerTimeoutError:
                verdict = None
            assert verdict is None or (
                isinstance(verdict, Refused) and verdict.reason is RefusalReason.TIMEOUT
            )
            await _works(session)


async def test_deep_recursion_is_told_as_memory() -> None:
    settings = ToplevelSettings(step_cpu_s=20)
    async with _session(SWAP, settings) as (session, _):
        verdict = await _refused(session, session.root, "let x := eval compute in (Nat.pow 2 40) in idtac")
        assert verdict.reason is RefusalReason.MEMORY
        await _works(session)


async def test_a_memory_blow_up_ends_in_a_refusal_or_without_a_verdict() -> None:
    settings = ToplevelSettings(step_cpu_s=60, step_wall_s=120, memory_mb=400)
    async with _session(SWAP, settings) as (session, _):
        step = "let x := eval vm_compute in (Nat.pow 2 27) in idtac"
        try:
            verdict: Verdict | None = await session.apply(session.root, Step(step))
        except CheckerError:
            verdict = None
        assert verdict is None or (isinstance(verdict, Refused) and verdict.reason is RefusalReason.MEMORY)
        await _works(session)


@pytest.mark.parametrize("text", ["</value>", '<value val="good"><option val="none"/></value>', "&nbsp;&lt;"])
async def test_forged_output_stays_text(text: str) -> None:
    quoted = text.replace('"', '""')
    async with _session(SWAP) as (session, _):
        verdict = await _refused(session, session.root, f'fail "{quoted}"')
        assert text in verdict.message
        verdict = await _refused(session, session.root, f'idtac "{quoted}"')
        assert verdict.reason is RefusalReason.NO_PROGRESS
        await _works(session)


async def test_a_killed_process_costs_one_verdict_and_no_goal() -> None:
    async with _session(SWAP) as (session, toplevel):
        split = await _goal(session, session.root, "intros [a b]", "split")
        assert toplevel.pid is not None
        os.kill(toplevel.pid, signal.SIGKILL)
        with pytest.raises(CheckerDiedError):
            await session.apply(split, Step("exact b"))
        again = await _goal(session, split, "exact b")
        assert again.subgoals == split.subgoals[1:]
        await _works(session)


async def test_the_process_is_replaced_when_it_has_grown() -> None:
    async with _session(SWAP, ToplevelSettings(most_growth_mb=1)) as (session, toplevel):
        goal = await _goal(session, session.root, "intros [a b]", "split")
        for _ in range(150):
            await session.apply(goal, Step("exact c"))
        assert toplevel.boots == 1
        await session.apply(goal, Step("do 1000 assert True by trivial"))
        for _ in range(150):
            await session.apply(goal, Step("exact c"))
        assert toplevel.boots > 1
        await _goal(session, goal, "exact b")


async def test_shelved_goals_are_seen_and_are_no_proof() -> None:
    async with _session(SWAP) as (session, _):
        goal = await _goal(session, session.root, "intros [a b]", "shelve")
        assert not goal.subgoals
        assert [item.conclusion for item in goal.shelved] == ["B /\\ A"]


async def test_an_existential_variable_left_open_is_no_proof() -> None:
    async with _session(("Lemma l : exists n : nat, n = n.",)) as (session, _):
        goal = await _goal(session, session.root, "eexists", "exact (eq_refl _)")
        assert not goal.subgoals
        assert [item.conclusion for item in goal.shelved] == ["nat"]
        assert isinstance(await session.apply(session.root, Step("exists 0; reflexivity")), Proved)


async def test_goals_given_up_before_are_seen_and_giving_up_is_no_step() -> None:
    text = ("Ltac cheat := give_up.", "Lemma l : True /\\ True.", "split.", "admit.")
    async with _session(text) as (session, _):
        assert [item.conclusion for item in session.root.given_up] == ["True"]
        verdict = await _refused(session, session.root, "cheat")
        assert verdict.reason is RefusalReason.FORBIDDEN
        assert isinstance(await session.apply(session.root, Step("exact I")), Proved)


async def test_focus_levels_are_visible_and_cannot_be_left() -> None:
    text = ("Lemma l : (True /\\ True) /\\ 1 = 1.", "split.", "-")
    async with _session(text) as (session, _):
        assert [[item.conclusion for item in level] for level in session.root.background] == [["1 = 1"]]
        both = await _goal(session, session.root, "split")
        inner = await _goal(session, both, "+")
        assert len(inner.background) == 2
        closed = await _goal(session, inner, "exact I")
        assert not closed.subgoals
        last = await _goal(session, closed, "+")
        assert isinstance(await session.apply(last, Step("exact I")), Proved)
        done = await session.apply(both, Step("all: exact I"))
        assert isinstance(done, Proved)
        for step in ("-", "}", "reflexivity"):
            await _refused(session, done.goal, step)


async def test_background_goals_keep_their_order() -> None:
    text = ("Lemma l n : n = 1 /\\ n = 2 /\\ n = 3 /\\ n = 4 /\\ n = 5.", "repeat split.")
    async with _session(text) as (session, _):
        focused = await session.focus(session.root, 2)
        assert [item.conclusion for item in focused.subgoals] == ["n = 3"]
        (level,) = focused.background
        assert [item.conclusion for item in level] == ["n = 1", "n = 2", "n = 4", "n = 5"]
        with pytest.raises(IndexError):
            await session.focus(session.root, 5)


async def test_an_abandoned_branch_can_be_taken_up_again() -> None:
    async with _session(("Lemma l n : n + 0 = n.",)) as (session, toplevel):
        deep = await _goal(session, session.root, "induction n", "2: simpl", "2: rewrite IHn")
        other = await _goal(session, session.root, "destruct n", "2: simpl")
        assert toplevel.boots == 1
        last = await _goal(session, deep, "reflexivity")
        assert isinstance(await session.apply(last, Step("reflexivity")), Proved)
        assert len((await _goal(session, other, "reflexivity")).subgoals) == 1


@pytest.mark.parametrize(
    "step", ["1: Axiom c : False", "1: Check nat", "admit", "1: vm_cast_no_check I", "idtac. idtac"]
)
async def test_ways_around_the_checker_are_refused(step: str) -> None:
    async with _session(SWAP) as (session, _):
        assert (await _refused(session, session.root, step)).reason is RefusalReason.FORBIDDEN
        await _works(session)


@pytest.mark.parametrize(
    "command",
    [
        "Axiom c : False",
        "Unset Guard Checking",
        "Definition d := 0",
        "Qed",
        "Reset Initial",
        'Cd "/"',
        "Notation x := 0",
    ],
)
async def test_rocq_itself_refuses_commands_behind_a_selector(command: str) -> None:
    async with _session(SWAP) as (session, toplevel):
        attempt = await toplevel.attempt(f"1: {command}.", await toplevel.tip(), Limits(wall_s=60))
        assert not (attempt.added.good and attempt.done.good)
        await _works(session)


async def test_the_document_goes_on_after_a_session() -> None:
    async with _session(SWAP) as (session, toplevel):
        await _goal(session, session.root, "intros [a b]", "split")
        after = await toplevel.execute("intros H.")
        assert after is not None
        assert [item.names for item in after.subgoals[0].hypotheses] == [("A", "B"), ("H",)]
        with pytest.raises(RuntimeError, match="closed"):
            await session.apply(session.root, Step("intros"))
        await toplevel.execute("destruct H; split; assumption.")
        assert await toplevel.execute("Qed.") is None
        with pytest.raises(UserError, match="no proof is open"):
            await RocqSession.open(toplevel)
        assert "swap" in await toplevel.query("About swap.")


async def test_goals_too_large_to_work_on_are_refused() -> None:
    settings = ToplevelSettings(step_cpu_s=60, step_wall_s=120, goal_bytes=3_000)
    async with _session(SWAP, settings) as (session, _):
        step = "intros H; do 200 (let H0 := fresh in assert (H0 := conj H H))"
        assert (await _refused(session, session.root, step)).reason is RefusalReason.MEMORY
        await _works(session)


async def test_progress_inside_what_rocq_leaves_out_is_progress() -> None:
    async with _session(("Lemma l n : Nat.pow 2 6 + (n + 0) = 0.", "simpl.")) as (session, _):
        assert "..." in session.root.subgoals[0].conclusion
        await _goal(session, session.root, "rewrite <- plus_n_O")


class _Fixed(Odds):
    """Looks always or never."""

    def __init__(self, *, poor: bool) -> None:
        super().__init__()
        self._poor = poor

    def are_poor(self, step: str) -> bool:
        return self._poor


LOOKED_AT = (
    "intros", "intros [a b]", "split", "idtac", "auto", "tauto", "firstorder", "apply no_such", "exact I",
    "clear", "destruct A", "shelve", "give_up", "admit", "1: {", "- idtac", "}", "eexists", "cut True",
    "revert A", "fix H 1", "assert (A -> A)", "assert True by exact I", "refine (fun H => _)", "exact (fun",
    "intros x; fail 0 \"said\"", "match goal with |- ?G => idtac G end", "intros; split; [ | fail ]",
    "repeat split", "abstract tauto", "let x := constr:(0) in idtac x; fail 3", "do 1000000000 idtac; fail",
)  # fmt: skip


async def test_a_look_before_a_step_changes_no_verdict() -> None:
    async with _session(SWAP) as (looking, _), _session(SWAP) as (blind, _):
        looking._odds, blind._odds = _Fixed(poor=True), _Fixed(poor=False)
        for before in ((), ("intros [a b]",), ("intros [a b]", "split")):
            start = await _goal(looking, looking.root, *before), await _goal(blind, blind.root, *before)
            for step in LOOKED_AT:
                looked = await looking.apply(start[0], Step(step))
                assert _without_time(looked) == _without_time(await blind.apply(start[1], Step(step))), step


def _without_time(verdict: Verdict) -> tuple[object, ...]:
    match verdict:
        case Refused(reason, message):
            return Refused, reason, message
        case Advanced(goal) | Proved(goal):
            return type(verdict), goal


async def test_a_look_leaves_the_session_where_it_stands() -> None:
    async with _session(SWAP) as (session, toplevel):
        session._odds = _Fixed(poor=False)
        inner = await _goal(session, session.root, "intros [a b]", "split")
        stands = toplevel._position
        session._odds = _Fixed(poor=True)
        for goal in (session.root, inner):
            await _refused(session, goal, "apply no_such")
        assert toplevel._position == stands
