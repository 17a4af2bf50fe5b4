"""A live Rocq that reads a trusted text sentence by sentence, and survives the death of its process.

The process runs in an empty folder of its own, because some tactics write cache files where they run.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from holdfast.checkers.rocq import coqidetop
from holdfast.checkers.rocq.coqidetop import Answer
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sandboxed import hidden, start
from holdfast.core.errors import CheckerError, UserError
from holdfast.core.goals import Goal
from holdfast.runtime.child import Child, Limits, Reply
from holdfast.runtime.crowd import Crowd

__all__ = ["Attempt", "Look", "RejectedError", "Toplevel", "ToplevelSettings"]

_FLAGS = ("-q", "-main-channel", "stdfds", "-async-proofs", "off")
_PRINTING = ("-set", "Printing Width=1000000", "-set", "Printing Depth=10000")
_VARIABLES = {"OCAMLRUNPARAM": "s=1M,o=400"}
"""Small heaps to begin with, and a lazy collector: many workers side by side, as fast as any."""
_NOWHERE = -1
_LOOK = 64
"""How many requests pass between two looks at the memory of the process."""
_WORTH = 20
"""How many times as long as reading the text the steps took when a process may be replaced for growth."""


class ToplevelSettings(BaseModel):
    """Limits of one Rocq process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_mb: int = Field(default=6000, gt=0)
    """Memory beyond which allocation fails inside the process."""
    growth_mb: int = Field(default=100, gt=0)
    """Resident memory that steps may add to what the text needs; then the process is replaced, where its
    steps took so much longer than reading the text again that the replacement costs little."""
    most_growth_mb: int = Field(default=2000, gt=0)
    """Resident memory that steps may add at all."""
    sentence_wall_s: float = Field(default=600.0, gt=0)
    """Longest wait for one sentence of the trusted text."""
    step_cpu_s: float = Field(default=1.0, gt=0)
    """CPU seconds that one step may use."""
    goal_bytes: int = Field(default=2_000_000, gt=0)
    """Size beyond which the goals that a step leaves are too large to be worked on, with markup."""
    step_wall_s: float = Field(default=20.0, gt=0)
    """Longest wait for one step, for machines that are busy."""


class RejectedError(UserError):
    """Rocq refuses a sentence of the trusted text; nothing was changed.

    Attributes:
        message: Rocq's own words.
        start: the first character of the sentence that Rocq points at, 0 when it points nowhere.
        end: one past the last such character.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending one sentence."""

    added: Answer
    """The answer to parsing it."""
    done: Answer
    """The answer to executing it."""
    cpu_s: float
    interrupted: bool
    """Whether it reached its limit."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of running a sentence whose effects were forgotten."""

    answer: Answer
    cpu_s: float
    interrupted: bool
    """Whether it reached its limit."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a process had used when the text was read and no step was taken."""

    rss_mb: float
    cpu_s: float


class Toplevel:
    """A document in a Rocq process. Single-user: calls are made one at a time.

    When the process dies or has to be killed, CheckerError is raised; the next call starts another process
    and replays the accepted sentences first.
    """

    def __init__(
        self,
        installation: Installation,
        arguments: Sequence[str] = (),
        settings: ToplevelSettings | None = None,
        *,
        crowd: Crowd | None = None,
    ) -> None:
        """Prepare a document; the process starts with the first call.

        Toplevels that work at the same time in one event loop must share a `crowd`.

        `arguments` are options of Rocq, such as `-Q folder Name` with absolute folders, or `-topfile file`.
        """
        self.settings = settings or ToplevelSettings()
        self._installation = installation
        self._argv = (installation.toplevel, *_FLAGS, *_PRINTING, *arguments)
        self._crowd = crowd
        self._folder = tempfile.TemporaryDirectory(prefix="holdfast-")
        self._sentences: list[str] = []
        self._states: list[int] = []
        self._goals = coqidetop.GoalParser()
        self._child: Child | None = None
        self._root = _NOWHERE
        self._tip = _NOWHERE
        self._position = _NOWHERE
        self._newest = 0
        self._spent_s = 0.0
        self._ground: _Ground | None = None
        self.boots = 0
        """How many processes were started; a state is valid in the process that gave it only."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the process and remove its folder."""
        if self._child is not None:
            await self._child.aclose()
        self._folder.cleanup()

    @property
    def length(self) -> int:
        """How many sentences the document holds."""
        return len(self._sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The document."""
        return tuple(self._sentences)

    @property
    def pid(self) -> int | None:
        """The number of the present process."""
        return None if self._child is None else self._child.pid

    @property
    def alive(self) -> bool:
        """Whether a process serves the document at present."""
        return self._child is not None and self._child.alive

    @property
    def requests(self) -> int:
        """How many requests the present process has served."""
        return 0 if self._child is None else self._child.requests

    @property
    def age_s(self) -> float:
        """Seconds since the present process was started."""
        return 0.0 if self._child is None else self._child.age_s

    def rss_mb(self) -> float:
        """Resident memory of the present process in MB (2**20 bytes)."""
        return 0.0 if self._child is None else self._child.rss_mb()

    def cpu_s(self) -> float:
        """CPU seconds that the processes of this document have used, the present and the former ones."""
        return self._spent_s + (0.0 if self._child is None else self._child.cpu_s())

    async def execute(self, sentence: str, *, want_goal: bool = True) -> Goal | None:
        """Append a sentence to the document; the goal after it, None outside proofs or when not wanted.

        The text is trusted: it is not guarded. Raises RejectedError when Rocq refuses it, CheckerError when
        there is no answer; the sentence is then not part of the document.
        """
        tip = await self.tip()
        limits = Limits(wall_s=self.settings.sentence_wall_s)
        attempt = await self.attempt(sentence, tip, limits, want_goal=want_goal)
        if not (attempt.added.good and attempt.done.good):
            answer = attempt.done if attempt.added.good else attempt.added
            raise _rejected(answer, sentence, hidden(self._installation, self._argv, sentence))
        self._ground = None
        self._tip = self._position
        self._append(sentence)
        return self._goals.goal(attempt.done) if want_goal else None

    async def execute_many(self, sentences: Sequence[str], want_goals: Sequence[bool]) -> list[Goal | None]:
        """Append sentences one after the other; cheaper than `execute` on each, by far.

        All are sent at once, on the guess how Rocq numbers its states. The result is shorter than
        `sentences` where the guess or Rocq said no: what it covers was accepted, and `execute` on the next
        sentence tells why it was not. Raises CheckerError as `execute`.
        """
        tip = await self.tip()
        states = [tip, *range(self._newest + 1, self._newest + 1 + len(sentences))]
        calls = [
            coqidetop.add(sentence, state) + (coqidetop.GOAL if wanted else coqidetop.STATUS)
            for sentence, state, wanted in zip(sentences, states, want_goals, strict=False)
        ]
        prefix = self._move(tip)
        self._ground = None
        found, _ = await self._ask(prefix + b"".join(calls), 2 * len(calls) + bool(prefix))
        pairs = found[bool(prefix) :]
        goals: list[Goal | None] = []
        for at, sentence in enumerate(sentences):
            added, done = pairs[2 * at : 2 * at + 2]
            if not (added.good and done.good and added.state == states[at + 1]):
                self._position = _NOWHERE
                break
            self._tip = self._position = self._newest = added.state
            self._append(sentence)
            goals.append(self._goals.goal(done) if want_goals[at] else None)
        return goals

    async def rewind(self, length: int) -> None:
        """Drop all but the first `length` sentences of the document. Raises CheckerError as `execute`."""
        if length >= len(self._sentences):
            return
        del self._sentences[length:], self._states[length:]
        self._ground = None
        if self._child is None or not self._child.alive:
            return
        self._tip = self._states[-1] if self._states else self._root
        moved, _ = await self._ask(coqidetop.edit_at(self._tip), 1)
        if not moved[0].good:
            raise await self._nonsense(moved[0])
        self._position = self._tip

    def _append(self, sentence: str) -> None:
        self._sentences.append(sentence)
        self._states.append(self._tip)

    async def query(self, text: str, at: int | None = None) -> str:
        """What a query such as `About nat.` prints at a state, None for the tip.

        Raises RejectedError, CheckerError.
        """
        state = await self.tip() if at is None else at
        answer, _ = await self._ask(coqidetop.query(text, state), 1)
        if not answer[0].good:
            raise _rejected(answer[0], text)
        return "\n".join(message for _, message in answer[0].messages)

    async def goal(self) -> Goal | None:
        """The goal at the tip, None outside proofs."""
        tip = await self.tip()
        prefix = self._move(tip)
        found, _ = await self._ask(prefix + coqidetop.GOAL, 2 if prefix else 1)
        self._position = tip
        return self.read_goal(found[-1])

    def read_goal(self, answer: Answer) -> Goal | None:
        """The goal in an answer."""
        return self._goals.goal(answer)

    async def tip(self) -> int:
        """The state at the end of the document, in a process that is alive."""
        child = self._child
        if child is not None and child.requests % _LOOK == 0 and self._has_outgrown(child):
            await child.aclose()
        if child is None or not child.alive:
            await self._boot()
        return self._tip

    def _has_outgrown(self, child: Child) -> bool:
        """Rocq keeps something of each step, taken back or not, so a long search would fill the memory."""
        now = _Ground(child.rss_mb(), child.cpu_s())
        if self._ground is None:
            self._ground = now
        grown_mb = now.rss_mb - self._ground.rss_mb
        worth_it = now.cpu_s - self._ground.cpu_s > _WORTH * self._ground.cpu_s
        return grown_mb > self.settings.most_growth_mb or (worth_it and grown_mb > self.settings.growth_mb)

    async def attempt(self, sentence: str, at: int, limits: Limits, *, want_goal: bool = True) -> Attempt:
        """Send a sentence to the state `at`, which must be an ancestor of the position.

        The position moves to the new state when all is well. Raises CheckerError when there is no answer.
        """
        prefix = self._move(at)
        calls = coqidetop.add(sentence, at) + (coqidetop.GOAL if want_goal else coqidetop.STATUS)
        found, reply = await self._ask(prefix + calls, 3 if prefix else 2, limits)
        *moved, added, done = found
        if not all(answer.good for answer in moved):
            raise await self._nonsense(moved[0])
        good = added.good and done.good
        self._newest = max(self._newest, added.state)
        self._position = added.state if good else _NOWHERE
        return Attempt(added, done, reply.cpu_s, reply.interrupted)

    async def look(self, sentence: str, at: int, limits: Limits) -> Look:
        """Run a sentence at a state of the path to the position, and forget its effects.

        The position stays where it is. Raises CheckerError when there is no answer.
        """
        found, reply = await self._ask(coqidetop.query(sentence, at), 1, limits)
        return Look(found[0], reply.cpu_s, reply.interrupted)

    def _move(self, state: int) -> bytes:
        return b"" if self._position == state else coqidetop.edit_at(state)

    async def _ask(
        self, calls: bytes, count: int, limits: Limits | None = None
    ) -> tuple[list[Answer], Reply]:
        assert self._child is not None
        limits = limits or Limits(wall_s=self.settings.sentence_wall_s)
        reply = await self._child.request(calls, limits=limits, answers=count)
        if reply.interrupted:
            # The interrupt may have come after the answer, and would then strike the next request.
            await self._child.request(coqidetop.STATUS, limits=Limits(wall_s=self.settings.sentence_wall_s))
        try:
            return coqidetop.answers(reply.data), reply
        except CheckerError:
            await self._child.aclose()
            raise

    async def _nonsense(self, answer: Answer) -> CheckerError:
        if self._child is not None:
            await self._child.aclose()
        return CheckerError(f"Rocq lost its place: {answer.error[:200]}")

    async def _boot(self) -> None:
        self.boots += 1
        self._ground = None
        self._spent_s = self.cpu_s()
        self._child = start(
            self._installation,
            self._argv,
            variables=_VARIABLES,
            memory_mb=self.settings.memory_mb,
            folder=Path(self._folder.name),
            crowd=self._crowd,
        )
        started, _ = await self._ask(coqidetop.INIT, 1)
        self._tip = self._position = self._newest = self._root = started[0].state
        self._states.clear()
        for sentence in self._sentences:
            added, _ = await self._ask(coqidetop.add(sentence, self._tip), 1)
            if not added[0].good:
                raise await self._nonsense(added[0])
            self._tip = self._position = self._newest = added[0].state
            self._states.append(self._tip)
        if self._sentences:
            done, _ = await self._ask(coqidetop.STATUS, 1)
            if not done[0].good:
                raise await self._nonsense(done[0])


def _rejected(answer: Answer, sentence: str, unseen: Path | None = None) -> RejectedError:
    start, end = answer.location or (0, 0)
    data = sentence.encode("utf-8", "surrogateescape")
    advice = ""
    if unseen is not None:
        advice = f" (the sandbox does not show {unseen}: name its folder in a _CoqProject, with -Q or -I)"
    return RejectedError(
        answer.error.strip() + advice,
        len(data[:start].decode("utf-8", "ignore")),
        len(data[:end].decode("utf-8", "ignore")),
    )
