"""Sources of steps side by side."""

import asyncio
from collections.abc import Sequence

import pytest

from holdfast.core.errors import ModelUnreachableError
from holdfast.core.steps import Proposal, Step
from holdfast.models.race import Race

pytestmark = pytest.mark.asyncio


class Queued:
    """A source that has what it was given; it waits for `gate` before each offer."""

    def __init__(
        self, steps: Sequence[str], logprob: float = -1.0, gate: asyncio.Event | None = None
    ) -> None:
        self.steps = list(steps)
        self.logprob = logprob
        self.gate = gate
        self.ended = False

    async def next(self) -> Proposal | None:
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.ended = True
            raise
        return Proposal(Step(self.steps.pop(0)), self.logprob, "queued") if self.steps else None


def texts(offers: Sequence[Proposal]) -> list[str]:
    return [each.step.text for each in offers]


async def test_nobody_waits_for_the_slowest() -> None:
    gate = asyncio.Event()
    quick, slow = Queued(["a", "b"]), Queued(["c", "d"], gate=gate)
    race = Race((slow, quick))
    assert texts(await race.offers(2)) == ["a", "b"]
    waiting = asyncio.ensure_future(race.offers(3))
    await asyncio.sleep(0)
    assert not waiting.done(), "the slow one may still have something"
    gate.set()
    assert texts(await waiting) == ["a", "b", "c"]
    assert texts(await race.offers(9)) == ["a", "b", "c", "d"]
    quick.steps.append("e")
    assert texts(await race.offers(5)) == ["a", "b", "c", "d", "e"], "who had nothing is asked again later"


async def test_both_are_heard_in_turn_and_a_step_once() -> None:
    race = Race((Queued(["a", "b", "c"], -2.0), Queued(["b", "x", "y"], -1.0)))
    offers = await race.offers(9)
    assert texts(offers) == ["a", "b", "x", "c", "y"]
    logprobs = [each.logprob for each in offers]
    assert logprobs == sorted(logprobs, reverse=True)


async def test_what_one_raises_is_raised() -> None:
    class Broken:
        async def next(self) -> Proposal | None:
            raise ModelUnreachableError("gone")

    race = Race((Queued([]), Broken()))
    with pytest.raises(ModelUnreachableError):
        await race.offers(1)
    await race.aclose()


async def test_the_end_breaks_off_what_is_under_way() -> None:
    slow = Queued(["c"], gate=asyncio.Event())
    race = Race((slow, Queued(["a"])))
    assert texts(await race.offers(1)) == ["a"]
    await race.aclose()
    assert slow.ended
    assert texts(await race.offers(4)) == ["a"]
