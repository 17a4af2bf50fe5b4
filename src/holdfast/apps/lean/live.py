"""One Lean file that somebody works on: a Lean kept warm from one question about it to the next."""

import contextlib
import os
from collections.abc import AsyncIterator

from holdfast.apps.lean.backends import LeanBackend, find_stepper
from holdfast.apps.lean.here import find_lean
from holdfast.apps.lean.learner import make_learner
from holdfast.apps.lean.lessons import learned_shards
from holdfast.apps.live import NoGoalError, Opening, Place
from holdfast.apps.pupil import MakeLearner, Pupil, taught
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.lexer import Positions
from holdfast.checkers.lean.reader import LeanReader
from holdfast.checkers.lean.worker import WorkerSettings
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.trajectories import Observed
from holdfast.models.prompts import Language

__all__ = ["LeanLive", "open_live"]


class LeanLive:
    """Fills `LiveDocument`: steps are tactics, judged by Lean."""

    language: Language = "lean"

    def __init__(self, checker: LeanChecker, make: MakeLearner | None) -> None:
        """Start nothing yet; without `make`, the embedded proposers are not wanted."""
        self._checker = checker
        self._make = make
        self._stack = contextlib.AsyncExitStack()
        self._reader: LeanReader | None = None
        self._pupil = Pupil()

    async def at(self, source: Source, offset: int) -> Place:
        """The proof that is open before character `offset`; see `LiveDocument.at`."""
        if self._reader is None:
            opened = self._checker.open(Source(source.name, ""), self._pupil.tell)
            self._reader = await self._stack.enter_async_context(opened)
        if self._make is not None:
            self._pupil.begin(self._make)
        try:
            session = await self._reader.enter_at(source, offset)
        except SourceError:
            raise
        except UserError as error:
            line, column = Positions(source.text).line_column(min(offset, len(source.text)))
            raise NoGoalError(str(error), file=source.name, line=line, column=column) from None
        learner = None if self._make is None else await self._pupil.ready()
        return Place(session, session.root, learner, source.text[:offset])

    def teach(self, item: Observed) -> None:
        """Tell the learner a step that somebody took."""
        self._pupil.teach(item)

    def forget_learner(self) -> None:
        """Make another learner before the next place."""
        self._pupil.forget()

    async def aclose(self) -> None:
        """End the Lean process."""
        self._reader = None
        await self._stack.aclose()


@contextlib.asynccontextmanager
async def open_live(opening: Opening) -> AsyncIterator[LeanLive]:
    """The file, read as it is asked about. Raises as `find_lean` does."""
    lean = await find_lean(opening.path, opening.cache, unsafe=opening.unsafe, sink=opening.sink)
    settings = WorkerSettings(step_cpu_s=opening.step_s)
    backend, limit_s = LeanBackend(opening.lean_backend), opening.step_s
    stepper = await find_stepper(backend, lean, os.environ, sink=opening.sink, step_cpu_s=limit_s)
    checker = LeanChecker(lean, settings=settings, stepper=stepper)
    make = None
    if opening.embedded:
        identity = await checker.identity()
        make = taught(lambda: make_learner(learned_shards(opening.cache, identity)), opening.accepted)
    async with contextlib.aclosing(LeanLive(checker, make)) as live:
        yield live
