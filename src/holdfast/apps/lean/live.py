"""One Lean file that somebody works on: a Lean kept warm from one question about it to the next."""

import contextlib
import os
from collections.abc import AsyncIterator

from holdfast.apps.lean.backends import LeanBackend, find_stepper
from holdfast.apps.lean.here import find_lean
from holdfast.apps.lean.learner import make_learner
from holdfast.apps.live import NoGoalError, Opening, Place
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.lexer import Positions
from holdfast.checkers.lean.reader import LeanReader
from holdfast.checkers.lean.worker import WorkerSettings
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.seams import Learner
from holdfast.core.trajectories import Declared, Observed

__all__ = ["LeanLive", "open_live"]

_KEPT = 20_000
"""How many told names and steps are kept to teach a new learner with."""


class LeanLive:
    """Fills `LiveDocument`: steps are tactics, judged by Lean."""

    def __init__(self, checker: LeanChecker, *, embedded: bool = True) -> None:
        """Start nothing yet; `embedded` is whether the embedded proposers are wanted."""
        self._checker = checker
        self._embedded = embedded
        self._stack = contextlib.AsyncExitStack()
        self._reader: LeanReader | None = None
        self._learner: Learner | None = None
        self._told: list[Observed | Declared] = []

    async def at(self, source: Source, offset: int) -> Place:
        """The proof that is open before character `offset`; see `LiveDocument.at`."""
        if self._reader is None:
            opened = self._checker.open(Source(source.name, ""), self._tell)
            self._reader = await self._stack.enter_async_context(opened)
        learner = self._ready_learner()
        try:
            session = await self._reader.enter_at(source, offset)
        except SourceError:
            raise
        except UserError as error:
            line, column = Positions(source.text).line_column(min(offset, len(source.text)))
            raise NoGoalError(str(error), file=source.name, line=line, column=column) from None
        return Place(session, session.root, learner, source.text[:offset])

    def teach(self, item: Observed) -> None:
        """Tell the learner a step that somebody took."""
        if self._learner is not None:
            self._learner.learn(item)

    def forget_learner(self) -> None:
        """Make another learner before the next place."""
        self._learner = None

    async def aclose(self) -> None:
        """End the Lean process."""
        self._reader = None
        await self._stack.aclose()

    def _ready_learner(self) -> Learner | None:
        if self._embedded and self._learner is None:
            self._learner = make_learner()
            for item in self._told:
                self._learner.learn(item)
        return self._learner

    def _tell(self, item: Observed | Declared) -> None:
        if self._learner is not None:
            self._learner.learn(item)
        if len(self._told) < _KEPT:
            self._told.append(item)


@contextlib.asynccontextmanager
async def open_live(opening: Opening) -> AsyncIterator[LeanLive]:
    """The file, read as it is asked about. Raises as `find_lean` does."""
    lean = await find_lean(opening.path, opening.cache, unsafe=opening.unsafe)
    settings = WorkerSettings(step_cpu_s=opening.step_s)
    backend, limit_s = LeanBackend(opening.lean_backend), opening.step_s
    stepper = await find_stepper(backend, lean, os.environ, sink=opening.sink, step_cpu_s=limit_s)
    live = LeanLive(LeanChecker(lean, settings=settings, stepper=stepper), embedded=opening.embedded)
    try:
        yield live
    finally:
        await live.aclose()
