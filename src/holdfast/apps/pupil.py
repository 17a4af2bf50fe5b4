"""The learner of one document: made beside other work, told what the document shows, made anew when asked."""

import asyncio
from collections.abc import Callable, Iterable

from holdfast.core.seams import Learner
from holdfast.core.trajectories import Declared, Observed

__all__ = ["MakeLearner", "Pupil", "taught"]

MakeLearner = Callable[[], Learner]
_KEPT = 20_000
"""How many told names and steps are kept to teach a new learner with."""


class Pupil:
    """Single-user, for one event loop; only making the learner happens in another thread.

    Loading what was learned from libraries takes seconds, in which the checker can read the text.
    """

    def __init__(self) -> None:
        """There is no learner yet."""
        self._making: asyncio.Task[Learner] | None = None
        self._told: list[Observed | Declared] = []
        self._fresh: list[Observed | Declared] = []
        """What the learner at hand has not been told yet."""

    def begin(self, make: MakeLearner) -> None:
        """Have `make` run in a thread, unless it was before."""
        if self._making is None:
            self._fresh = list(self._told)
            self._making = asyncio.create_task(asyncio.to_thread(make))
            self._making.add_done_callback(_look_at)

    async def ready(self) -> Learner:
        """The learner that was begun, told everything.

        Raises what `make` has raised; the next `begin` tries again.
        """
        assert self._making is not None
        try:
            learner = await asyncio.shield(self._making)
        except Exception:
            self.forget()
            raise
        for item in self._fresh:
            learner.learn(item)
        self._fresh.clear()
        return learner

    def tell(self, item: Observed | Declared) -> None:
        """Something that the text shows: each learner of the document is told of it."""
        if len(self._told) < _KEPT:
            self._told.append(item)
        self.teach(item)

    def teach(self, item: Observed | Declared) -> None:
        """Something that the learner at hand is told, and later ones know of by themselves."""
        if self._making is not None:
            self._fresh.append(item)

    def forget(self) -> None:
        """Let the next `begin` make another learner."""
        self._making = None


def taught(make: MakeLearner, accepted: Callable[[], Iterable[Observed]]) -> MakeLearner:
    """What makes a learner that knows which steps were accepted before it was made."""

    def make_taught() -> Learner:
        learner = make()
        for item in accepted():
            learner.learn(item)
        return learner

    return make_taught


def _look_at(task: "asyncio.Task[Learner]") -> None:
    """Nobody may be waiting for it, and nobody is to be told of what it raised then."""
    if not task.cancelled():
        task.exception()
