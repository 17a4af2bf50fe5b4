"""The seams between layers. Each has two fillers or more and one contract suite that all of them run."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from holdfast.core.assignments import Assigned, Outcome
from holdfast.core.audits import AuditReport
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.documents import Hole, Source
from holdfast.core.encodings import EncodeSpec
from holdfast.core.events import Event
from holdfast.core.goals import Goal
from holdfast.core.identity import CheckerIdentity
from holdfast.core.proofs import Proof
from holdfast.core.steps import Proposal, Step, Verdict
from holdfast.core.trajectories import Declared, JudgedStep, Observed

if TYPE_CHECKING:  # numpy comes with it, and most commands start without it
    from holdfast.core.vectors import Vector

__all__ = [
    "Checker",
    "Encoder",
    "EventSink",
    "Executor",
    "Index",
    "LanguageModel",
    "Learner",
    "LiveReader",
    "MakeWorker",
    "Proposer",
    "Reader",
    "Session",
    "Value",
    "Work",
]

_T = TypeVar("_T")
_R = TypeVar("_R")


class Session(Protocol):
    """One live proof. Single-user: calls are made one at a time."""

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        ...

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step at any goal this session has given out.

        `Proved` means that nothing is left in the focus of `goal`, nothing was shelved or given up. It is
        a claim: only an audit proves. Raises CheckerError when there is no verdict; the session has then
        replaced its process, and goals given out before stay usable.
        """
        ...

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal that has only subgoal `index` (0-based) of `goal` in focus.

        Subgoals are independent when they share no existential variable; only those may be solved apart.
        """
        ...


class Reader(Protocol):
    """A live document, read forward: what precedes a hole is in force when the hole is entered."""

    async def enter(self, hole: Hole) -> Session:
        """Read on to `hole` and open it; a session entered before is closed. Holes are entered in order.

        Raises SourceError when the text before the hole is not accepted.
        """
        ...

    async def polish(self, proof: Proof) -> Proof:
        """A proof of the hole entered last as people would write it: the same steps, shorter names."""
        ...

    async def finish(self) -> None:
        """Read what is left of the document. Raises SourceError where it is not accepted."""
        ...


class LiveReader(Reader, Protocol):
    """A reader that goes back and forth, and along with a text that is being written."""

    async def enter_at(self, source: Source, offset: int) -> Session:
        """Open the proof that is open before character `offset` of `source`; an earlier session is closed.

        `source` is any version of the text: what it begins with as the version before did is not read
        again, and what stands behind `offset` need not be accepted or whole. A sentence that `offset` is
        inside of has not been read. Unfinished proofs before it may be taken as admitted. Raises
        SourceError when the text before is not accepted, UserError where no proof is open.
        """
        ...


class Checker(Protocol):
    """A judge of one language."""

    async def identity(self) -> CheckerIdentity:
        """Tool, version and libraries. Raises MissingToolError where the tool is not installed."""
        ...

    def holes(self, source: Source, theorems: Sequence[str] = ()) -> Sequence[Hole]:
        """The holes of a source in order; with `theorems`, just those theorems, proved already or not.

        Raises SourceError on a text that cannot be read, UserError on an unknown theorem.
        """
        ...

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[Reader]:
        """A reader on `source`; `observe` is told each name and proof step read on the way to a hole."""
        ...

    def fill(self, source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
        """`source` with the proofs printed into their holes, every other character unchanged.

        None stands for a hole of kind ADMITTED at which nothing is left to prove.
        """
        ...

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        """Re-check a whole file in a fresh process, trusting nothing that search said.

        With `original`, the statements and assumptions are those of `original`, and only what it already
        assumed may be assumed. Raises InfrastructureError when the audit could not run.
        """
        ...


class Proposer(Protocol):
    """Ranks steps for a goal."""

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """At most `count` proposals for the first subgoal of `goal`, likeliest first, each step once.

        None where no subgoal is left.
        """
        ...


class Learner(Proposer, Protocol):
    """A proposer that learns online: what it is told is in force at the next call of `propose`."""

    def learn(self, item: Observed | Declared) -> None:
        """Take in one name or one step of an existing proof."""
        ...

    def judged(self, step: JudgedStep) -> None:
        """Take in the verdict on a step that was proposed."""
        ...


class LanguageModel(Protocol):
    """Text in, text out, from any server or library. Many calls may be under way at once.

    Every call raises a ModelError of `holdfast.core.errors`; an answer that is not what was asked for is one.
    """

    @property
    def name(self) -> str:
        """What it is called where it comes from, for people and records."""
        ...

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Exactly `sampling.count` continuations of `prompt`."""
        ...

    def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        """The answer to a chat in pieces as they come; their concatenation is the answer.

        The last piece is an `Ending` where the model tells how it ended; its text is empty.
        `sampling.count` is 1. Closing the iterator, or cancelling who reads it, ends the work at the server.
        """
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """One vector a text, all of one length; raises rather than give a vector of zeros."""
        ...

    async def aclose(self) -> None:
        """Release what is held; the model cannot be asked afterwards."""
        ...


class Encoder(Protocol):
    """Goals to vectors, always the same way."""

    @property
    def spec(self) -> EncodeSpec:
        """How the vectors are made; nothing that was learned from others' vectors fits these."""
        ...

    async def encode(self, texts: Sequence[str]) -> "Sequence[Vector | None]":
        """One vector a goal, each goal as text; all of one length, finite, and None where there is none.

        Raises ModelError where nothing can be encoded at present, whatever the text.
        """
        ...

    async def encode_goals(self, goals: Sequence[Goal]) -> "Sequence[Vector | None]":
        """The same for goals that are no text yet."""
        ...


class Value(Protocol):
    """Estimates how likely it is that a goal can be proved with the means at hand."""

    @property
    def weight(self) -> float:
        """What an estimate counts beside the log-probability of the path; at least 0."""
        ...

    async def estimate(self, goals: Sequence[Goal], root: Goal) -> Sequence[float | None]:
        """For each goal the natural logarithm of its chance, None where that is unknown.

        `root` is the goal that the search began with. Never raises: what fails is unknown.
        """
        ...


class Index(Protocol):
    """Documents, numbered from 0, that can be asked which of them are near a text."""

    def __len__(self) -> int:
        """How many documents there are."""
        ...

    async def find(self, query: str, count: int) -> Sequence[tuple[int, float]]:
        """At most `count` documents with their scores, nearest first; higher is nearer.

        Those that are equally near come in the order of the documents, and what has nothing in common with
        the query is left out, as far as the index can tell. Raises ModelError where a model has to be asked
        and gives no answer.
        """
        ...


class EventSink(Protocol):
    """Takes small frozen events; draws, stores or drops them. Never raises."""

    def emit(self, event: Event) -> None:
        """Take one event."""
        ...


Work: TypeAlias = Callable[[_T], AsyncIterator[_R]]
"""What a worker does with a task: a stream of results, each of which can be pickled."""

MakeWorker: TypeAlias = Callable[[], AbstractAsyncContextManager[Work[_T, _R]]]
"""Sets up a worker where it will run; what it holds is given back when the context ends.

It travels by pickle: a function of a module, or a `functools.partial` of one over frozen values.
"""


class Executor(Protocol):
    """Shares tasks out among workers that each hold something costly, such as a warm checker."""

    def map(
        self, make_worker: MakeWorker[_T, _R], tasks: Iterable[Assigned[_T]]
    ) -> AsyncGenerator[Outcome[_R], None]:
        """What becomes of the tasks, as it comes; each ends in exactly one `Finished` or `Failed`.

        Tasks are taken from `tasks` when a worker is free for them. A task whose worker dies is given to
        another; one that raises has failed, and its worker goes on with the next. What setting up a worker
        raises comes through here and ends the call. Closing the generator (`contextlib.aclosing`), or
        cancelling who reads it, ends the workers.
        """
        ...
