"""The learner of a document: made in a thread, told everything once, made anew when it is forgotten."""

import threading
from collections.abc import Sequence

import pytest

from holdfast.apps.pupil import Pupil, taught
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Declared, JudgedStep, Observed

pytestmark = pytest.mark.asyncio


class Heard:
    """A learner that keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        return []

    def learn(self, item: Observed | Declared) -> None:
        assert isinstance(item, Observed)
        self.steps.append(item.step)

    def judged(self, step: JudgedStep) -> None:
        raise AssertionError


def seen(step: str) -> Observed:
    return Observed("a", Goal(()), step)


async def test_it_is_told_what_came_before_while_and_after_it_is_made() -> None:
    pupil = Pupil()
    pupil.tell(seen("before"))
    pupil.teach(seen("known to those who make learners"))
    go_on = threading.Event()

    def make() -> Heard:
        assert go_on.wait(60)
        return Heard()

    pupil.begin(make)
    pupil.tell(seen("while"))
    go_on.set()
    first = await pupil.ready()
    assert isinstance(first, Heard)
    pupil.begin(make)
    pupil.teach(seen("after"))
    assert await pupil.ready() is first
    assert first.steps == ["before", "while", "after"]
    pupil.forget()
    pupil.begin(taught(Heard, lambda: [seen("accepted")]))
    second = await pupil.ready()
    assert isinstance(second, Heard)
    assert second.steps == ["accepted", "before", "while"]


async def test_what_could_not_be_made_is_made_when_asked_again() -> None:
    pupil = Pupil()

    def fail() -> Heard:
        raise OSError("no disk")

    pupil.begin(fail)
    with pytest.raises(OSError, match="no disk"):
        await pupil.ready()
    pupil.begin(Heard)
    assert isinstance(await pupil.ready(), Heard)
