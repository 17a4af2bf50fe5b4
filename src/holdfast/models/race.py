"""Several sources of steps for one goal, asked at the same time: whoever has something is heard first."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from holdfast.core.steps import Proposal

__all__ = ["Race", "Source"]


class Source(Protocol):
    """Offers steps one by one."""

    async def next(self) -> Proposal | None:
        """The next offer; None where there is none for now."""
        ...


class Race:
    """The offers of several sources in the order in which they come; belongs to one event loop.

    A source that takes its time works on while what others offered is judged. It is not asked for the next
    offer before the last one was taken, so that none runs far ahead.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        """Ask nobody yet."""
        self._sources = tuple(sources)
        self._asked: dict[int, asyncio.Task[Proposal | None]] = {}
        self._given: Counter[int] = Counter()
        self._offers: list[Proposal] = []

    async def offers(self, count: int) -> Sequence[Proposal]:
        """The first `count` offers, fewer only where no source has more for now; a step comes once.

        Raises what a source raises.
        """
        resting: set[int] = set()
        while len(self._offers) < count:
            self._ask(resting)
            if not self._asked:
                break
            await asyncio.wait(self._asked.values(), return_when=asyncio.FIRST_COMPLETED)
            # Of several that are ready, the one that was heard least.
            ready = [at for at, task in self._asked.items() if task.done()]
            at = min(ready, key=lambda each: (self._given[each], each))
            offer = self._asked.pop(at).result()
            if offer is None:
                resting.add(at)
            else:
                self._given[at] += 1
                self._take(offer)
        return tuple(self._offers[:count])

    def _ask(self, resting: set[int]) -> None:
        for at, source in enumerate(self._sources):
            if at not in self._asked and at not in resting:
                self._asked[at] = asyncio.ensure_future(source.next())

    def _take(self, offer: Proposal) -> None:
        """What comes later is worth no more than what came before: that is the order of proposals."""
        if all(offer.step.text != known.step.text for known in self._offers):
            least = self._offers[-1].logprob if self._offers else 0.0
            self._offers.append(replace(offer, logprob=min(offer.logprob, least)))

    def stop(self) -> None:
        """Ask nobody any more, and break off what is under way."""
        self._sources = ()
        for task in self._asked.values():
            task.cancel()

    async def aclose(self) -> None:
        """The same, and wait until it is broken off."""
        self.stop()
        for task in self._asked.values():
            # Nobody wants to know any more what it was going to say.
            with suppress(asyncio.CancelledError, Exception):
                await task
        self._asked.clear()
