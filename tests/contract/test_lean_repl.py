"""Sessions in the community's REPL, on the fake that ships: the contract, every fault, other clients."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.contract.session_suite import SessionCase, SessionSuite

from holdfast.checkers.lean.fake_repl import REPL_FAULTS
from holdfast.checkers.lean.path_session import PathSession
from holdfast.checkers.lean.repl import ReplSettings
from holdfast.checkers.lean.repl_engine import repl_starter
from holdfast.checkers.lean.written import Written
from holdfast.core.errors import CheckerError
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, Refused, Step

TEXT = "theorem t (p q : Prop) : p ∧ q → q ∧ p := by\n  sorry\n"
FAKE = (sys.executable, "-m", "holdfast.checkers.lean.fake_repl")


@asynccontextmanager
async def opened(*words: str, **limits: float) -> AsyncIterator[PathSession]:
    settings = ReplSettings(argv=(*FAKE, *words), longest_bytes=1 << 20, **limits)  # type: ignore[arg-type]
    session = await PathSession.open(repl_starter(settings, Written(TEXT, TEXT.index("sorry"), 0)))
    try:
        yield session
    finally:
        await session.aclose()


@asynccontextmanager
async def plain() -> AsyncIterator[Session]:
    async with opened() as session:
        yield session


class TestReplSession(SessionSuite):
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


REFUSED = {name for name in REPL_FAULTS if name.startswith("done_")}


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", sorted(REPL_FAULTS))
async def test_a_fault_proves_nothing_and_the_proof_goes_on(fault: str, tmp_path: Path) -> None:
    words = ("--fault", fault, "--at", "3", "--once", str(tmp_path / "once"))
    reply_s = 6.0 if fault in {"silence", "half_line"} else 60.0
    async with opened(*words, reply_s=reply_s) as session:
        first = await session.apply(session.root, Step("intro h"))
        assert isinstance(first, Advanced)
        second = await session.apply(first.goal, Step("cases h"))
        assert isinstance(second, Advanced)
        if fault in REFUSED or fault == "slow":
            verdict = await session.apply(second.goal, Step("constructor"))
            assert isinstance(verdict, Refused if fault in REFUSED else Advanced)
        else:
            with pytest.raises(CheckerError):
                await session.apply(second.goal, Step("constructor"))
        third = await session.apply(second.goal, Step("constructor"))
        assert isinstance(third, Advanced)
        last = await session.focus(third.goal, 1)
        assert isinstance(await session.apply(last, Step("assumption")), Proved)
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


def test_the_package_that_others_use_understands_the_fake(tmp_path: Path) -> None:
    lean_interact = pytest.importorskip("lean_interact")
    program = tmp_path / ".lake" / "build" / "bin" / "repl"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {" ".join(FAKE)} "$@"\n', encoding="utf-8")
    lake = tmp_path / "lake"
    lake.write_text('#!/bin/sh\nshift\nexec "$@"\n', encoding="utf-8")
    for file in (program, lake):
        file.chmod(0o755)
    (tmp_path / "lean-toolchain").write_text("leanprover/lean4:v4.35.0\n", encoding="utf-8")
    config = lean_interact.LeanREPLConfig(local_repl_path=tmp_path, build_repl=False, lake_path=lake)
    with lean_interact.LeanServer(config) as server:
        read = server.run(lean_interact.Command(cmd=TEXT))
        (hole,) = read.sorries
        assert (hole.start_pos.line, hole.start_pos.column) == (2, 2)
        said = server.run(lean_interact.ProofStep(tactic="intro h", proof_state=hole.proof_state))
        assert said.goals == ["p : Prop\nq : Prop\nh : p ∧ q\n⊢ q ∧ p"]
        assert said.proof_status == "Incomplete: open goals remain"
        refused = server.run(lean_interact.ProofStep(tactic="rfl", proof_state=0))
        assert isinstance(refused, lean_interact.interface.LeanError)
