"""One Rocq file that somebody works on: kept read and warm from one question about it to the next."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from holdfast.apps.workbench import Workbench
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.libraries import Library, Require, requires
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.scan import FindingKind, scan
from holdfast.checkers.rocq.sentences import Positions, Sentence
from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import ToplevelSettings
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.shards import Shard

__all__ = ["LiveDocument", "LiveSettings", "NoGoalError", "Place"]

_KEPT = 20_000
"""How many told names and steps are kept to teach a new learner with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """What a document is read with."""

    arguments: tuple[str, ...] = ()
    """Options of Rocq."""
    library: str = ""
    """The logical name of the text, empty for a text on its own."""
    step_cpu_s: float = 1.0
    """CPU seconds that one suggestion may use."""
    sentence_s: float = 600.0
    """Longest wait for one sentence of the text."""
    memory_mb: int = 6000
    vouched: bool = True
    """Whether the text is the user's own; one that is not may not act on the machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """A proof, open at the place that was asked about."""

    session: RocqSession
    goal: Goal
    """Has an open subgoal."""
    learner: Learner


class NoGoalError(SourceError):
    """There is no goal at the place: no proof is open there, or nothing is left of it."""


class LiveDocument:
    """A document that is read to one place after another. Single-user; an async context manager."""

    def __init__(
        self,
        bench: Workbench,
        make_learner: Callable[[Sequence[Shard]], Learner],
        settings: LiveSettings | None = None,
        *,
        unread: Callable[[Sequence[Library]], None] = lambda _: None,
    ) -> None:
        """Read nothing yet; `unread` is told what the file rests on whenever that changes."""
        self._settings = settings or LiveSettings()
        limits = ToplevelSettings(
            step_cpu_s=self._settings.step_cpu_s,
            step_wall_s=max(2.0, 4 * self._settings.step_cpu_s),
            sentence_wall_s=self._settings.sentence_s,
            memory_mb=self._settings.memory_mb,
        )
        self._checker = RocqChecker(
            bench.installation, self._settings.arguments, settings=limits, library=self._settings.library
        )
        self._bench = bench
        self._make_learner = make_learner
        self._unread = unread
        self._stack = contextlib.AsyncExitStack()
        self._reader: RocqReader | None = None
        self._required: tuple[Require, ...] | None = None
        self._libraries: Sequence[Library] = ()
        self._learner: Learner | None = None
        self._told: list[Observed | Declared] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the Rocq process."""
        self._reader = None
        await self._stack.aclose()

    def forget_learner(self) -> None:
        """Make another learner before the next place, for what has been learned meanwhile."""
        self._learner = None

    def teach(self, item: Observed) -> None:
        """Tell the learner a step that somebody took."""
        if self._learner is not None:
            self._learner.learn(item)

    async def at(self, source: Source, offset: int) -> Place:
        """The proof that is open before character `offset`.

        Raises SourceError where Rocq does not accept the text before, or it may not be run; NoGoalError
        where no proof is open or nothing is left to do there; CheckerError where there is no answer.
        """
        if self._reader is None:
            opened = self._checker.open(Source(source.name, ""), self._tell)
            self._reader = await self._stack.enter_async_context(opened)
        cut, sentences = self._reader.cut(source, offset)
        if not self._settings.vouched:
            _refuse_acts(cut, sentences)
        learner = self._ready_learner(cut, sentences)
        try:
            session = await self._reader.enter_at(source, offset)
        except SourceError:
            raise
        except UserError as error:
            raise _no_goal(str(error), source, offset) from None
        _refuse_done(session.root, source, offset)
        return Place(session, session.root, learner)

    def _ready_learner(self, cut: Source, sentences: Sequence[Sentence]) -> Learner:
        needed = requires(cut, sentences)
        if needed != self._required:
            self._required = needed
            self._libraries = self._bench.closure(needed)
            self._learner = None
        if self._learner is None:
            self._unread(self._libraries)
            self._learner = self._make_learner(self._bench.shards(self._libraries))
            for item in self._told:
                self._learner.learn(item)
        return self._learner

    def _tell(self, item: Observed | Declared) -> None:
        assert self._learner is not None
        self._learner.learn(item)
        if len(self._told) < _KEPT:
            self._told.append(item)


def _refuse_acts(cut: Source, sentences: Sequence[Sentence]) -> None:
    for finding in scan(cut, sentences):
        if finding.kind is FindingKind.FORBIDDEN:
            raise _at(f"{finding.message}, which a text sent here may not do", cut, finding.start)


def _refuse_done(goal: Goal, source: Source, offset: int) -> None:
    if goal.subgoals:
        return
    left = sum(map(len, goal.background))
    if left:
        goals = "a goal is" if left == 1 else f"{left} goals are"
        text = f"the goal in focus is proved and {goals} left behind it: go on with a bullet or a brace"
    elif goal.shelved:
        text = "only shelved goals are left here: bring them back with Unshelve"
    else:
        text = "nothing is left to prove here"
    raise _no_goal(text, source, offset)


def _no_goal(message: str, source: Source, offset: int) -> NoGoalError:
    line, column = Positions(source.text).line_column(min(offset, len(source.text)))
    return NoGoalError(message, file=source.name, line=line, column=column)


def _at(message: str, source: Source, offset: int) -> SourceError:
    line, column = Positions(source.text).line_column(min(offset, len(source.text)))
    return SourceError(message, file=source.name, line=line, column=column)
