"""The `Session` contract on a real Rocq."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.contract.session_suite import SessionCase, SessionSuite
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.seams import Session
from holdfast.core.steps import Step


@asynccontextmanager
async def _open() -> AsyncIterator[Session]:
    async with Toplevel(await find_installation()) as toplevel:
        await toplevel.execute("Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.")
        yield await RocqSession.open(toplevel)


@pytest.mark.rocq
class TestRocqSession(SessionSuite):
    @pytest.fixture
    def case(self) -> SessionCase:
        return SessionCase(
            open=_open,
            proof=(Step("intros H"), Step("destruct H as [a b]."), Step("exact (conj b a)")),
            fork=(Step("intros [a b]"), Step("split")),
            closers=(Step("exact b"), Step("exact a")),
            inapplicable=Step("reflexivity"),
            unknown_name=Step("apply no_such_lemma"),
            nonsense=Step("apply ("),
            forbidden=Step("admit"),
            idle=Step("idtac"),
        )
