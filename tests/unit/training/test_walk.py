"""Walks along proofs of the toy: what is recorded can be taken again, and says what the checker said."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from tests.unit.search.test_tracks import proof_holds, taken_again

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerDiedError
from holdfast.core.goals import Goal
from holdfast.core.seams import Session
from holdfast.core.steps import Proved, Refused, Step, Verdict
from holdfast.core.trajectories import Declared, Explored, Observed
from holdfast.models.toy import EnumeratingProposer
from holdfast.training.walk import Walk, WalkSettings, walk

TEXT = r"""
theorem id : A -> A.
  intro h. exact h.
qed.
theorem swap : A /\ (B \/ B) -> (B \/ C) /\ A.
  intro h. destruct h a b. split.
  { left. destruct b c. { exact c. } { exact c. } }
  { exact a. }
qed.
"""
TRUE_STEPS = 8


class Deaf:
    """A session that gives no verdict on some steps."""

    def __init__(self, session: Session, deaf: Callable[[Step], bool]) -> None:
        self.session, self.deaf = session, deaf

    @property
    def root(self) -> Goal:
        return self.session.root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        if self.deaf(step):
            raise CheckerDiedError("gone")
        return await self.session.apply(goal, step)

    async def focus(self, goal: Goal, index: int) -> Goal:
        return await self.session.focus(goal, index)


def walked(
    text: str = TEXT,
    settings: WalkSettings | None = None,
    deaf: Callable[[Step], bool] = lambda _step: False,
    truth: Sequence[str] = (),
) -> Walk:
    """The walk along the proof of `swap`, each recorded step of which was taken again."""
    checker, source = ToyChecker(), Source("swap.toy", text)

    async def run() -> Walk:
        seen: list[Observed | Declared] = []
        async with checker.open(source, seen.append) as reader:
            await reader.finish()
        steps = [each for each in seen if isinstance(each, Observed) and each.theorem == "swap"]
        for at, step in enumerate(truth):
            steps[at] = Observed("swap", steps[at].goal, step)
        learner = EnumeratingProposer()
        told: list[Explored] = []
        (hole,) = checker.holes(source, ["swap"])
        async with checker.open(source, learner.learn) as reader:
            session = await reader.enter(hole)
            found = await walk(
                Deaf(session, deaf), steps, learner, settings, observe=learner.judged, record=told.append
            )
            assert tuple(told) == found.steps
            await taken_again(session, found.steps)
        return found

    return asyncio.run(run())


def is_true(step: Explored) -> bool:
    """Whether a step is one of the proof that was walked."""
    return step.proposal.source == "source"


def test_the_true_proof_is_taken_whole_and_every_step_can_be_taken_again() -> None:
    found = walked()
    assert (len(found.taken), found.stopped) == (TRUE_STEPS, "")
    assert proof_holds(found.steps, found.fates.proof)
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))
    true = [step for step in found.steps if is_true(step)]
    assert [step.number for step in true] == list(found.fates.proof)
    proof = found.proof()
    assert proof is not None
    steps = [step.text for step in proof.steps()]
    assert steps == [step.proposal.step.text for step in true]


def test_other_routes_are_proofs_and_never_given_up() -> None:
    found = walked()
    assert found.routes
    for route in found.routes:
        assert proof_holds(found.steps, found.along([route]))
        assert set(route.steps) <= set(found.fates.solved)
    assert not set(found.fates.solved) & set(found.fates.given_up)


def test_another_route_passes_the_audit() -> None:
    found = walked()
    checker, source = ToyChecker(), Source("swap.toy", TEXT)
    (hole,) = checker.holes(source, ["swap"])
    together = found.apart(found.routes[::-1])
    assert len(together) > 1
    assert proof_holds(found.steps, found.along(together))
    for routes in [*([route] for route in found.routes), together]:
        filled = checker.fill(source, {hole: found.proof(routes)})
        report = asyncio.run(checker.audit(filled, source))
        assert [each.verdict for each in report.theorems] == ["proved", "proved"]


def refused_depths(steps: Sequence[Explored]) -> set[int]:
    """The depths of the true proof at which a candidate was refused."""
    true = {0} | {step.number for step in steps if is_true(step)}
    return {
        step.depth
        for step in steps
        if step.proposed and step.parent in true and isinstance(step.verdict, Refused)
    }


def test_few_negatives_are_spread_over_the_depths() -> None:
    found = walked(settings=WalkSettings(negatives=TRUE_STEPS))
    assert len(refused_depths(found.steps)) >= 4
    none = walked(settings=WalkSettings(negatives=0))
    assert all(is_true(step) for step in none.steps)


def test_a_candidate_without_a_verdict_is_undecided_and_nothing_is_lost() -> None:
    found = walked(deaf=lambda step: step.text == "trivial" or step.text.startswith("apply"))
    assert (len(found.taken), found.stopped) == (TRUE_STEPS, "")
    undecided = [step for step in found.steps if step.verdict is None]
    assert undecided
    assert not {step.number for step in undecided} & set(found.fates.given_up)


@pytest.mark.parametrize(
    ("truth", "stopped"),
    [(["intro h", "exact h"], "does not hold here"), (["intro other", "exact other"], "does not hold here")],
)
def test_a_proof_that_does_not_hold_here_is_no_proof_and_what_came_before_is_kept(
    truth: Sequence[str], stopped: str
) -> None:
    found = walked(truth=truth)
    assert stopped in found.stopped
    assert (len(found.taken), found.proof(), found.fates.proof, found.routes) == (1, None, (), ())
    assert any(isinstance(step.verdict, Refused) for step in found.steps)


def test_a_true_step_without_a_verdict_ends_the_walk() -> None:
    found = walked(deaf=lambda step: step.text == "split")
    assert "no verdict" in found.stopped
    assert 0 < len(found.taken) < TRUE_STEPS
    assert found.undecided
    assert not any(isinstance(step.verdict, Proved) and is_true(step) for step in found.steps)
