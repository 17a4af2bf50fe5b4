"""One file that somebody works on, whatever its language: the proof or function at a place, ready to try."""

import importlib
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from holdfast.apps.advice import FindRecall, no_recall
from holdfast.apps.languages import language_of
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal
from holdfast.core.seams import EventSink, Learner, Session
from holdfast.core.trajectories import Observed
from holdfast.models.prompts import Language

__all__ = ["LiveDocument", "NoGoalError", "Opening", "Place", "open_live"]


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be done at the place that was asked about."""

    session: Session
    goal: Goal
    """Has an open subgoal."""
    learner: Learner | None
    """The embedded proposers; None where they are not wanted."""
    context: str
    """The text before the place, as far as a language model may see it."""
    notes: tuple[str, ...] = ()
    """Sentences on what should be known of the place."""
    judged: bool = True
    """Whether steps can be judged here; where not, a note says why."""
    recall: FindRecall = no_recall
    """Makes what finds theorems for prompts, None where they are not wanted; the first time takes long."""


class NoGoalError(SourceError):
    """There is nothing to do at the place: no proof is open there, or nothing is left of it."""


class LiveDocument(Protocol):
    """A document that is asked about at one place after another. Single-user."""

    @property
    def language(self) -> Language:
        """What it is written in."""
        ...

    async def at(self, source: Source, offset: int) -> Place:
        """What is to be done before character `offset` of any version of the text.

        Places given out before are used up. Raises SourceError where the text before is not accepted, or may
        not be run; NoGoalError where there is nothing to do; CheckerError where there is no answer.
        """
        ...

    def teach(self, item: Observed) -> None:
        """Tell the learner a step that somebody took."""
        ...

    def forget_learner(self) -> None:
        """Make another learner before the next place, for what has been learned meanwhile."""
        ...

    async def aclose(self) -> None:
        """End what runs for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A file of the user's, to be worked on."""

    path: Path
    source: Source
    offset: int
    """The place that is asked about first, in characters."""
    sink: EventSink
    """Told of what is noticed while the file is opened."""
    cache: Path
    """The folder for what is kept from one run to the next."""
    embedded: bool = True
    """Whether the embedded proposers are wanted; where not, nothing is read or learned for them."""
    premises: int = 0
    """How many theorems prompts for a language model name, 0 for none; for Rocq."""
    learn_s: float = 30.0
    """Seconds that reading libraries may take; for Rocq."""
    step_s: float = 1.0
    """CPU seconds that one suggestion may use; for Rocq."""
    search_s: float = 2.0
    """CPU seconds that the embedded proposer may look for bodies; for Python."""
    tests: tuple[Source, ...] = ()
    """Test files; for Python."""
    accepted: Callable[[], Iterable[Observed]] = tuple
    """Steps that users took, in this and other files, for a new learner; asked in any thread."""
    unsafe: bool = False
    """Whether code may run without a sandbox where none works."""
    lean_backend: str = "auto"
    """What steps through Lean proofs: a word of `holdfast.apps.lean.backends.LeanBackend`."""
    rocq_backend: str = "coqidetop"
    """What steps through Rocq proofs: a word of `holdfast.apps.rocq.backends.RocqBackend`."""


def open_live(opening: Opening) -> AbstractAsyncContextManager[LiveDocument]:
    """The file, read as it is asked about; what runs for it ends with the context.

    Raises UserError where its name says no language, MissingToolError or SandboxUnavailableError where what
    judges it is not there.
    """
    module = importlib.import_module(f"holdfast.apps.{language_of(opening.path)}.live")
    opened: AbstractAsyncContextManager[LiveDocument] = module.open_live(opening)
    return opened
