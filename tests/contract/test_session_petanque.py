"""Petanque sessions on the fake that ships: the contract over both transports, and every fault."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.contract.session_suite import SessionCase, SessionSuite

from holdfast.checkers.rocq.petanque.document import PetanqueDocument, PetanqueSettings
from holdfast.checkers.rocq.petanque.fake import FAULTS
from holdfast.checkers.rocq.petanque.session import PetanqueSession
from holdfast.core.errors import CheckerError, MissingToolError
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step

FAKE = (sys.executable, "-m", "holdfast.checkers.rocq.petanque.fake")
TEXT = ("Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.", "Proof.")
PROOF = (Step("intros H"), Step("destruct H as [a b]."), Step("split"), Step("exact b"), Step("exact a"))


@asynccontextmanager
async def opened(settings: PetanqueSettings) -> AsyncIterator[PetanqueSession]:
    document = PetanqueDocument(settings)
    try:
        yield await PetanqueSession.open(document, TEXT)
    finally:
        await document.aclose()


def piped(*words: str, **limits: float) -> PetanqueSettings:
    return PetanqueSettings(argv=(*FAKE, *words), longest_bytes=1 << 20, **limits)  # type: ignore[arg-type]


@asynccontextmanager
async def _session(settings: PetanqueSettings) -> AsyncIterator[Session]:
    async with opened(settings) as session:
        yield session


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """A fake pet-server that many sessions share."""
    with subprocess.Popen((*FAKE, "--port", "0"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield "127.0.0.1", int(process.stdout.readline())
        process.kill()


class TestPetanqueSession(SessionSuite):
    @pytest.fixture(params=["pet", "pet-server"])
    def case(self, request: pytest.FixtureRequest) -> SessionCase:
        settings = piped()
        if request.param == "pet-server":
            settings = PetanqueSettings(server=request.getfixturevalue("server"))
        return SessionCase(
            open=partial(_session, settings),
            proof=PROOF,
            fork=(Step("intros [a b]"), Step("split")),
            closers=(Step("exact b"), Step("exact a")),
            inapplicable=Step("reflexivity"),
            unknown_name=Step("apply no_such_lemma"),
            nonsense=Step("apply ("),
            forbidden=Step("admit"),
            idle=Step("idtac"),
        )


HARMLESS = {"slow", "notes", "finished"}
REFUSED = {"anomaly": RefusalReason.OTHER, "root_state": RefusalReason.FORBIDDEN}


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_a_fault_proves_nothing_and_the_proof_goes_on(fault: str, tmp_path: Path) -> None:
    words = ("--fault", fault, "--at", "3", "--once", str(tmp_path / "once"))
    wall_s = 6.0 if fault in {"silence", "half_frame", "not_an_object"} else 60.0
    async with opened(piped(*words, step_wall_s=wall_s)) as session:
        goal = session.root
        for step in PROOF[:2]:
            verdict = await session.apply(goal, step)
            assert isinstance(verdict, Advanced)
            goal = verdict.goal
        if fault in HARMLESS:
            assert isinstance(await session.apply(goal, PROOF[2]), Advanced)
        elif fault in REFUSED:
            refused = await session.apply(goal, PROOF[2])
            assert isinstance(refused, Refused)
            assert refused.reason is REFUSED[fault]
        else:
            with pytest.raises(CheckerError):
                await session.apply(goal, PROOF[2])
        for step in PROOF[2:-1]:
            verdict = await session.apply(goal, step)
            assert isinstance(verdict, Advanced)
            goal = verdict.goal
        assert isinstance(await session.apply(goal, PROOF[-1]), Proved)


@pytest.mark.asyncio
async def test_a_worn_process_is_replaced_and_the_way_is_gone_again() -> None:
    async with opened(piped(requests=3)) as session:
        goal = session.root
        for step in PROOF[:-1]:
            verdict = await session.apply(goal, step)
            assert isinstance(verdict, Advanced)
            goal = verdict.goal
        assert isinstance(await session.apply(goal, PROOF[-1]), Proved)
        assert session._document.generation > 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "step", ["Abort", "Admitted.", "idtac. Admitted", "Qed", "give_up", "}", "Timeout 9 split"]
)
async def test_no_step_leaves_the_proof(step: str) -> None:
    async with opened(piped()) as session:
        assert isinstance(await session.apply(session.root, Step(step)), Refused)


@pytest.mark.asyncio
async def test_a_brace_around_a_focus_cannot_be_closed_from_inside() -> None:
    async with opened(piped()) as session:
        goal = session.root
        for step in PROOF[:3]:
            verdict = await session.apply(goal, step)
            assert isinstance(verdict, Advanced)
            goal = verdict.goal
        focused = await session.focus(goal, 1)
        done = await session.apply(focused, PROOF[-1])
        assert isinstance(done, Proved)
        assert isinstance(await session.apply(done.goal, Step("}")), Refused)


@pytest.mark.asyncio
async def test_a_text_that_petanque_does_not_take_is_nobodys_refusal() -> None:
    document = PetanqueDocument(piped())
    try:
        with pytest.raises(CheckerError, match="coqidetop"):
            await PetanqueSession.open(document, ("Check nat.",))
        with pytest.raises(CheckerError, match="no open proof"):
            await PetanqueSession.open(document, ())
        session = await PetanqueSession.open(document, TEXT)
        assert session.root.subgoals[0].conclusion == "A /\\ B -> B /\\ A"
        assert document.generation == 1
    finally:
        await document.aclose()


@pytest.mark.asyncio
async def test_a_server_that_is_not_there_is_told(server: tuple[str, int]) -> None:
    document = PetanqueDocument(PetanqueSettings(server=("127.0.0.1", 1)))
    try:
        with pytest.raises(MissingToolError, match="pet-server"):
            await document.client()
    finally:
        await document.aclose()
