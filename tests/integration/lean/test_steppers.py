"""Programs that step beside Lean's server: fakes take the steps, a real Lean reads and judges the files."""

import sys

import pytest
from tests.lean.installation import installed

from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.pantograph import PantographSettings
from holdfast.checkers.lean.pantograph_engine import pantograph_starter
from holdfast.checkers.lean.path_session import PathSession
from holdfast.checkers.lean.repl import ReplSettings
from holdfast.checkers.lean.session import Frame
from holdfast.checkers.lean.steppers import PantographStepper, ReplStepper, Stepper
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step
from holdfast.search.replay import Meter, Played, play

TEXT = """/-! Holes of each kind, in a namespace: α, β. -/
namespace Some.Place
section
open Nat

theorem whole (p q : Prop) (h : p ∧ q) : q ∧ p := sorry

private theorem inside (p q : Prop) : p ∨ q → q ∨ p := by
  intro h
  cases h
  · right
    sorry
  · sorry   -- the last half

theorem two (p q : Prop) (h : p) (k : q) : p ∧ q := by
  constructor
  sorry
  sorry

end
end Some.Place
"""
PROOFS = {
    "Some.Place.whole": ("constructor", ("exact h.2",), ("exact h.1",)),
    "Some.Place.inside": ("assumption",),
    "Some.Place.inside#2": ("left", ("assumption",)),
    "Some.Place.two": ("exact h",),
    "Some.Place.two#2": ("exact k",),
}


def tree(words: tuple[object, ...]) -> Proof:
    first, *rest = words
    return Proof(Step(str(first)), tuple(tree(each) for each in rest if isinstance(each, tuple)))


def pantograph(*words: str) -> Stepper:
    argv = (sys.executable, "-m", "holdfast.checkers.lean.fake_pantograph", *words)
    return PantographStepper(PantographSettings(argv=argv))


STEPPERS = {
    "server": None,
    "pantograph": pantograph(),
    "pantograph since 0.3.5": pantograph("--distils"),
    "repl": ReplStepper(ReplSettings(argv=(sys.executable, "-m", "holdfast.checkers.lean.fake_repl"))),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", STEPPERS)
async def test_holes_of_files_are_stepped_through_and_the_audit_passes_what_was_found(name: str) -> None:
    source = Source("t.lean", TEXT)
    checker = LeanChecker(await installed(), stepper=STEPPERS[name])
    holes = checker.holes(source)
    proofs = {hole: tree(PROOFS[hole.name]) for hole in holes}
    async with checker.open(source) as reader:
        for hole in holes:
            session = await reader.enter(hole)
            assert len(session.root.subgoals) == 1, hole
            assert isinstance(await play(session, session.root, proofs[hole], Meter()), Played), hole
        place = await reader.enter_at(source, TEXT.index("right") + 2)
        assert [goal.conclusion for goal in place.root.subgoals] == ["q ∨ p"]
    report = await checker.audit(checker.fill(source, proofs), source)
    assert [each.verdict for each in report.theorems] == ["proved"] * 3, report


class Elsewhere:
    """Steps through another theorem than the one that it is asked about."""

    async def open(self, frame: Frame) -> PathSession:
        settings = PantographSettings(argv=(sys.executable, "-m", "holdfast.checkers.lean.fake_pantograph"))
        return await PathSession.open(pantograph_starter(settings, "p → p"))


@pytest.mark.asyncio
async def test_a_program_that_shows_another_goal_than_lean_is_not_believed() -> None:
    source = Source("t.lean", "theorem t (p : Prop) : p := by\n  sorry\n")
    checker = LeanChecker(await installed(), stepper=Elsewhere())
    async with checker.open(source) as reader:
        with pytest.raises(CheckerError, match="--lean-backend server"):
            await reader.enter(checker.holes(source)[0])
