"""Lean fills every seam of a checker, on a real Lean."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from tests.contract.checker_suite import CheckerCase, CheckerSuite, LiveReaderSuite
from tests.contract.session_suite import SessionCase, SessionSuite
from tests.lean.installation import installed

from holdfast.checkers.lean.checker import LeanChecker
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Step

TEXT = """/-! Three holes and one finished theorem. -/
theorem id_of (p : Prop) : p → p := by
  intro h
  exact h

theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry

theorem or_swap (p q : Prop) : p ∨ q → q ∨ p := by
  intro h
  cases h
  · right
    sorry
  · sorry   -- the last half
"""


def chain(*texts: str) -> Proof:
    *first, last = texts
    proof = Proof(Step(last))
    for text in reversed(first):
        proof = Proof(Step(text), (proof,))
    return proof


@asynccontextmanager
async def opened() -> AsyncIterator[Session]:
    source = Source("t.lean", "theorem t (p q : Prop) : p ∧ q → q ∧ p := by\n  sorry\n")
    checker = LeanChecker(await installed())
    async with checker.open(source) as reader:
        yield await reader.enter(checker.holes(source)[0])


class TestLeanSession(SessionSuite):
    @pytest.fixture
    def case(self) -> SessionCase:
        return SessionCase(
            open=opened,
            proof=(Step("intro h"), Step("cases h"), Step("constructor <;> assumption")),
            fork=(Step("intro k"), Step("cases k"), Step("constructor")),
            closers=(Step("assumption"), Step("assumption")),
            inapplicable=Step("assumption"),
            unknown_name=Step("exact no_such_lemma"),
            nonsense=Step("exact ("),
            forbidden=Step("sorry"),
            idle=Step("skip"),
        )


class TestLeanChecker(CheckerSuite, LiveReaderSuite):
    @pytest_asyncio.fixture
    async def case(self) -> CheckerCase:
        return CheckerCase(
            checker=LeanChecker(await installed()),
            source=Source("case.lean", TEXT),
            finished="id_of",
            step="exact h",
            proofs={
                "id_of": chain("intro k", "assumption"),
                "swap": Proof(Step("constructor"), (chain("exact h.2"), chain("exact h.1"))),
                "or_swap": chain("assumption"),
                "or_swap#2": chain("left", "assumption"),
            },
            wrong=Proof(Step("constructor"), (chain("exact h.1"), chain("exact h.1"))),
            unreadable=Source("bad.lean", "-- fine\ntheorem t : no_such_thing := rfl\n"),
            changed=(
                "or_swap (p q : Prop) : p ∨ q → q ∨ p := by",
                "or_swap (p r : Prop) : p ∨ r → r ∨ p := by",
            ),
            assumed=("theorem swap", "axiom any : ∀ p : Prop, p\ntheorem swap"),
            uses_assumption=chain("apply any"),
        )
