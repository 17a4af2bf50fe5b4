"""One Rocq file that somebody works on: kept read and warm from one question about it to the next."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

from holdfast.apps.live import NoGoalError, Opening, Place
from holdfast.apps.pupil import Pupil, taught
from holdfast.apps.rocq.backends import RocqBackend, find_petanque
from holdfast.apps.rocq.recalling import MakeRecall, local_theorems, open_recall
from holdfast.apps.rocq.workbench import Workbench, make_learner, open_workbench, project_roots
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.libraries import Library, Require, requires
from holdfast.checkers.rocq.petanque.document import PetanqueSettings
from holdfast.checkers.rocq.project import load_project
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.scan import FindingKind, scan
from holdfast.checkers.rocq.sentences import Positions, Sentence, end_before
from holdfast.checkers.rocq.toplevel import ToplevelSettings
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner
from holdfast.core.trajectories import Observed
from holdfast.models.prompts import Language
from holdfast.models.recall import Recall
from holdfast.models.shards import Shard

__all__ = ["RocqLive", "RocqLiveSettings", "open_live", "refuse_acts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RocqLiveSettings:
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
    embedded: bool = True
    """Whether the embedded proposers are wanted; where not, nothing is read or learned for them."""
    premises: int = 0
    """How many theorems prompts name; they are searched for where that is above 0."""
    petanque: PetanqueSettings | None = None
    """Who steps through proofs in place of Rocq's own toplevel."""


class RocqLive:
    """Fills `LiveDocument`; an async context manager."""

    language: Language = "rocq"

    def __init__(
        self,
        bench: Workbench,
        make_learner: Callable[[Sequence[Shard]], Learner],
        settings: RocqLiveSettings | None = None,
        *,
        unread: Callable[[Sequence[Library]], None] = lambda _: None,
        open_recall: Callable[[Source], MakeRecall | None] = lambda _: None,
    ) -> None:
        """Read nothing yet.

        `unread` is told what the file rests on whenever that changes; `open_recall` is asked in a thread for
        what finds theorems behind a text, whenever that requires something else.
        """
        self._settings = settings or RocqLiveSettings()
        limits = ToplevelSettings(
            step_cpu_s=self._settings.step_cpu_s,
            step_wall_s=max(2.0, 4 * self._settings.step_cpu_s),
            sentence_wall_s=self._settings.sentence_s,
            memory_mb=self._settings.memory_mb,
        )
        self._checker = RocqChecker(
            bench.installation,
            self._settings.arguments,
            settings=limits,
            library=self._settings.library,
            petanque=self._settings.petanque,
        )
        self._bench = bench
        self._make_learner = make_learner
        self._unread = unread
        self._stack = contextlib.AsyncExitStack()
        self._reader: RocqReader | None = None
        self._required: tuple[Require, ...] | None = None
        self._libraries: Sequence[Library] = ()
        self._pupil = Pupil()
        self._open_recall = open_recall
        self._recalled: tuple[Require, ...] | None = None
        self._make_recall: MakeRecall | None = None

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
        self._pupil.forget()

    def teach(self, item: Observed) -> None:
        """Tell the learner a step that somebody took."""
        self._pupil.teach(item)

    async def at(self, source: Source, offset: int) -> Place:
        """The proof that is open before character `offset`; see `LiveDocument.at`."""
        if self._reader is None:
            opened = self._checker.open(Source(source.name, ""), self._pupil.tell)
            self._reader = await self._stack.enter_async_context(opened)
        cut, sentences = self._reader.cut(source, offset)
        if not self._settings.vouched:
            refuse_acts(cut, sentences)
        if self._settings.embedded:
            self._begin_learner(cut, sentences)
        try:
            session = await self._reader.enter_at(source, offset)
        except SourceError:
            raise
        except UserError as error:
            raise _no_goal(str(error), source, offset) from None
        _refuse_done(session.root, source, offset)
        learner = await self._pupil.ready() if self._settings.embedded else None
        recall = partial(self._recall, cut, sentences)
        return Place(session, session.root, learner, source.text[:offset], recall=recall)

    async def _recall(self, cut: Source, sentences: Sequence[Sentence]) -> Recall | None:
        needed = requires(cut, sentences)
        if not self._settings.premises:
            return None
        if needed != self._recalled:
            self._make_recall = await asyncio.to_thread(self._open_recall, cut)
            self._recalled = needed
        if self._make_recall is None:
            return None
        recall = self._make_recall(self._settings.premises)
        for theorem in local_theorems(cut):
            recall.learn(theorem)
        return recall

    def _begin_learner(self, cut: Source, sentences: Sequence[Sentence]) -> None:
        needed = requires(cut, sentences)
        if needed != self._required:
            self._required = needed
            self._libraries = self._bench.closure(needed)
            self._pupil.forget()
        self._pupil.begin(partial(self._made_learner, self._libraries))

    def _made_learner(self, libraries: Sequence[Library]) -> Learner:
        self._unread(libraries)
        return self._make_learner(self._bench.shards(libraries))


@contextlib.asynccontextmanager
async def open_live(opening: Opening) -> AsyncIterator[RocqLive]:
    """A file of the user's; what it rests on is read first, where that was not done before."""
    project = load_project(opening.path)
    bench = await open_workbench(
        opening.cache,
        roots=project_roots(project),
        arguments=project.argv(),
        sink=opening.sink,
    )
    if opening.embedded and opening.learn_s > 0:
        await _study(bench, opening)
    settings = RocqLiveSettings(
        arguments=project.argv(),
        library=project.logical_name(opening.path) or "",
        step_cpu_s=opening.step_s,
        embedded=opening.embedded,
        premises=opening.premises,
        petanque=find_petanque(
            RocqBackend(opening.rocq_backend), os.environ, sink=opening.sink, step_cpu_s=opening.step_s
        ),
    )

    def make(shards: Sequence[Shard]) -> Learner:
        return taught(lambda: make_learner(shards), opening.accepted)()

    def recall(before: Source) -> MakeRecall | None:
        return open_recall(
            bench,
            before,
            len(before.text),
            cache=opening.cache,
            sink=opening.sink,
            own=opening.path,
        )

    async with RocqLive(bench, make, settings, open_recall=recall) as document:
        yield document


async def _study(bench: Workbench, opening: Opening) -> None:
    source = opening.source
    before = Source(source.name, source.text[: end_before(source, opening.offset)])
    libraries = bench.closure(requires(before))
    await bench.study(libraries, sink=opening.sink, jobs=os.cpu_count() or 1, wall_s=opening.learn_s)


def refuse_acts(cut: Source, sentences: Sequence[Sentence]) -> None:
    """Raise SourceError where a text has commands that act on the machine."""
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
