"""Found proofs made shorter: a step that is not needed is left out, a subtree gives way to one step."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.seams import Session
from holdfast.core.steps import Proved, Step
from holdfast.search.replay import Broken, Meter, Played, play, proof_of, size

__all__ = ["tidy"]

_MOST_CLOSERS = 4


async def tidy(
    session: Session,
    played: Played,
    *,
    cpu_s: float,
    nodes: int,
    known: Callable[[Goal, Step], bool] = lambda _goal, _step: False,
) -> tuple[Played, Meter]:
    """A proof of the same goal that has at most as many steps, and what it took to find.

    Args:
        session: the session that `played` was played in.
        played: the proof.
        cpu_s: CPU seconds of the checker that may be used; looked at before each trial.
        nodes: steps that may be applied.
        known: whether a step is known not to close a goal, so that it need not be tried there.
    """
    work = _Tidying(session, _closers(played), known, cpu_s, nodes)
    before = size([played]) + 1
    try:
        while size([played]) < before and not work.spent():
            before = size([played])
            played = await work.shorten(played)
    except CheckerError:
        # Nothing is lost: what the last whole pass left holds.
        return played, work.meter
    return played, work.meter


def _closers(played: Played) -> tuple[Step, ...]:
    """The steps that close most of the proof's own goals."""
    counts = Counter(_leaves(played))
    return tuple(step for step, _ in counts.most_common(_MOST_CLOSERS))


def _leaves(played: Played) -> Iterator[Step]:
    if not played.children:
        yield played.step
    for child in played.children:
        yield from _leaves(child)


@dataclass(slots=True)
class _Tidying:
    session: Session
    closers: Sequence[Step]
    known: Callable[[Goal, Step], bool]
    cpu_s: float
    nodes: int
    meter: Meter = field(default_factory=Meter)
    failed: set[tuple[int, str]] = field(default_factory=set)
    """Goals, by handle, and closing steps or whole proofs that failed there."""

    def spent(self) -> bool:
        return self.meter.cpu_s >= self.cpu_s or self.meter.nodes >= self.nodes

    async def shorten(self, played: Played) -> Played:
        """One pass, parents before children."""
        if not played.children:
            return played
        shorter = await self.close(played.goal) or await self.skip(played)
        if shorter is not None:
            return await self.shorten(shorter)
        children = [await self.shorten(child) for child in played.children]
        return Played(played.goal, played.step, tuple(children))

    async def close(self, goal: Goal) -> Played | None:
        """One known step in place of a whole subtree."""
        for step in self.closers:
            key = (goal.handle, step.text)
            if self.spent() or key in self.failed or self.known(goal, step):
                continue
            verdict = await self.session.apply(goal, step)
            self.meter.nodes += 1
            self.meter.cpu_s += verdict.cpu_s
            if isinstance(verdict, Proved):
                return Played(goal, step)
            self.failed.add(key)
        return None

    async def skip(self, played: Played) -> Played | None:
        """The proof without its first step, where that step has one continuation."""
        if len(played.children) != 1 or self.spent():
            return None
        rest = proof_of(played.children[0])
        key = (played.goal.handle, repr(rest))
        if key in self.failed:
            return None
        shorter = await play(self.session, played.goal, rest, self.meter)
        if isinstance(shorter, Broken):
            self.failed.add(key)
            return None
        return shorter
