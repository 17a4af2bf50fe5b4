"""Pantograph sessions on the fake that ships: the contract, every fault, every way to a false proof."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.contract.session_suite import SessionCase, SessionSuite

from holdfast.checkers.lean.fake_pantograph import FAULTS
from holdfast.checkers.lean.pantograph import Pantograph, PantographSettings
from holdfast.checkers.lean.pantograph_engine import pantograph_starter
from holdfast.checkers.lean.path_session import PathSession
from holdfast.core.errors import CheckerError
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step

STATEMENT = "p ∧ q → q ∧ p"
FAKE = (sys.executable, "-m", "holdfast.checkers.lean.fake_pantograph")


def settings(*words: str, **limits: float) -> PantographSettings:
    return PantographSettings(argv=(*FAKE, *words), longest_bytes=1 << 20, **limits)  # type: ignore[arg-type]


@asynccontextmanager
async def opened(*words: str, **limits: float) -> AsyncIterator[PathSession]:
    session = await PathSession.open(pantograph_starter(settings(*words, **limits), STATEMENT))
    try:
        yield session
    finally:
        await session.aclose()


@asynccontextmanager
async def plain() -> AsyncIterator[Session]:
    async with opened() as session:
        yield session


class TestPantographSession(SessionSuite):
    @pytest.fixture
    def case(self) -> SessionCase:
        return SessionCase(
            open=plain,
            proof=(
                *(Step("intro h"), Step("cases h"), Step("constructor")),
                *(Step("assumption"), Step("assumption")),
            ),
            fork=(Step("intro k"), Step("cases k"), Step("constructor")),
            closers=(Step("assumption"), Step("assumption")),
            inapplicable=Step("assumption"),
            unknown_name=Step("exact nothing"),
            nonsense=Step("nonsense"),
            forbidden=Step("sorry"),
            idle=Step("skip"),
        )


HARMLESS = {"slow"}
REFUSED = {
    *("done_with_error", "done_with_text", "done_with_old_errors", "done_with_hole", "done_unsafe"),
    *("done_unread", "done_silently", "interrupt"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_a_fault_proves_nothing_and_the_proof_goes_on(fault: str, tmp_path: Path) -> None:
    words = ("--fault", fault, "--at", "3", "--once", str(tmp_path / "once"))
    reply_s = 6.0 if fault in {"silence", "half_line"} else 60.0
    async with opened(*words, reply_s=reply_s) as session:
        first = await session.apply(session.root, Step("intro h"))
        assert isinstance(first, Advanced)
        second = await session.apply(first.goal, Step("cases h"))
        assert isinstance(second, Advanced)
        if fault in REFUSED | HARMLESS:
            verdict = await session.apply(second.goal, Step("constructor"))
            assert isinstance(verdict, Refused if fault in REFUSED else Advanced)
        else:
            with pytest.raises(CheckerError):
                await session.apply(second.goal, Step("constructor"))
        third = await session.apply(second.goal, Step("constructor"))
        assert isinstance(third, Advanced)
        assert len(third.goal.subgoals) == 2
        fourth = await session.apply(third.goal, Step("assumption"))
        assert isinstance(fourth, Advanced)
        assert isinstance(await session.apply(fourth.goal, Step("assumption")), Proved)


@pytest.mark.asyncio
async def test_a_worn_process_is_replaced_and_the_way_is_gone_again() -> None:
    async with opened(requests=4) as session:
        goal = session.root
        for text in ("intro h", "cases h", "constructor", "assumption"):
            verdict = await session.apply(goal, Step(text))
            assert isinstance(verdict, Advanced)
            goal = verdict.goal
        focused = await session.focus(goal, 0)
        assert isinstance(await session.apply(focused, Step("assumption")), Proved)


@pytest.mark.asyncio
@pytest.mark.parametrize("first", ["PANIC", "", "Ready", '{"error": "main"}'])
async def test_another_first_line_means_that_it_is_not_ready(first: str) -> None:
    with pytest.raises(CheckerError, match="not ready"):
        await Pantograph.start(settings("--ready", first))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "step",
    [
        *("sorry", "admit", "exact sorry", "exact?", "apply?", "·", "· sorry", "", " ", "\n", "-- done"),
        *("native_decide", "exact sorryAx _ true", "run_tac pure ()", "stop", "exact (by", "intro h /-"),
    ],
)
async def test_steps_that_once_counted_as_proofs_are_never_sent(step: str) -> None:
    async with opened() as session:
        verdict = await session.apply(session.root, Step(step))
        assert isinstance(verdict, Refused)
        assert verdict.reason in {RefusalReason.FORBIDDEN, RefusalReason.SYNTAX}


@pytest.mark.asyncio
async def test_a_goal_out_of_focus_is_not_forgotten() -> None:
    async with opened() as session:
        goal = session.root
        for text in ("intro h", "cases h", "constructor"):
            verdict = await session.apply(goal, Step(text))
            assert isinstance(verdict, Advanced)
            goal = verdict.goal
        for index in (1, 0):
            focused = await session.focus(goal, index)
            assert isinstance(await session.apply(focused, Step("assumption")), Proved)
        half = await session.apply(goal, Step("assumption"))
        assert isinstance(half, Advanced)
        assert half.goal.subgoals == goal.subgoals[1:]
