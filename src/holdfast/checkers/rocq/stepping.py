"""Replay the proofs of a library sentence by sentence in a live Rocq, in one pass over its source."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.document import Document, Theorem
from holdfast.checkers.rocq.extraction import Extracted
from holdfast.checkers.rocq.sentences import Sentence
from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal

__all__ = ["Reading", "Replayed", "Stepped", "replay"]

_STRIDE = 64
"""How many sentences outside proofs are sent to Rocq at a time."""
_OUTSIDE = Goal(())


@dataclass(frozen=True, slots=True)
class Stepped:
    """One sentence of a proof, between the statement and what ends the proof."""

    text: str
    before: Goal
    after: Goal
    cpu_s: float
    """CPU seconds of Rocq, printing the goal included."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A theorem and what its proof did."""

    theorem: Extracted
    first: Goal
    """The goal that the statement opens."""
    steps: tuple[Stepped, ...]
    cpu_s: float
    """CPU seconds of Rocq for all of the proof, its end included."""
    failure: str = ""
    """What Rocq said where a sentence of the proof was not accepted; the theorem was then admitted."""


async def replay(
    toplevel: Toplevel,
    document: Document,
    theorems: Sequence[Extracted],
    written: Mapping[int, Sequence[str]] | None = None,
) -> AsyncIterator[Replayed]:
    """Read a source up to the last of `theorems` and tell what the proof of each does.

    A proof that Rocq does not accept is told as such and admitted, so that the rest can be read.

    Args:
        toplevel: a document without sentences, set up for the source.
        document: the source.
        theorems: those wanted, of this source.
        written: other sentences to put in the place of the body of a proof, by the start of its theorem.

    Raises:
        SourceError: Rocq does not accept a sentence outside those proofs.
        CheckerError: Rocq gave no answer.
    """
    reading = Reading(toplevel, document)
    by_start: Mapping[int, Extracted] = {theorem.start: theorem for theorem in theorems}
    for theorem in document.theorems:
        wanted = by_start.get(document.sentences[theorem.statement].start)
        if wanted is not None and theorem.end is not None:
            lines = (written or {}).get(wanted.start, wanted.body)
            yield await reading.prove(wanted, theorem, lines)


@dataclass(slots=True)
class Reading:
    """A source on its way through a live Rocq."""

    toplevel: Toplevel
    document: Document
    next: int = 0
    """The sentence to be read next."""

    async def read_to(self, index: int) -> None:
        """Read on up to a sentence, many at a time. Raises SourceError where Rocq does not accept one."""
        while self.next < index:
            chunk = range(self.next, min(index, self.next + _STRIDE))
            texts = [self.document.text(each) for each in chunk]
            accepted = await self.toplevel.execute_many(texts, [False] * len(texts))
            self.next += len(accepted)
            if len(accepted) < len(texts):
                await self._read_one(texts[len(accepted)])

    async def _read_one(self, text: str) -> None:
        try:
            await self.toplevel.execute(text, want_goal=False)
        except RejectedError as error:
            raise self._refused(error, self.document.sentences[self.next]) from None
        self.next += 1

    async def prove(self, wanted: Extracted, theorem: Theorem, lines: Sequence[str]) -> Replayed:
        """Read a theorem: its statement, each of `lines` as its proof, and its end."""
        assert theorem.end is not None
        await self.read_to(theorem.statement + 1 if theorem.proof is None else theorem.proof + 1)
        first = await self.toplevel.goal() or _OUTSIDE
        began_s, steps, failure = self.toplevel.cpu_s(), list[Stepped](), ""
        try:
            async for step in self._step(lines, first):
                steps.append(step)
            await self.toplevel.execute(self.document.text(theorem.end), want_goal=False)
        except RejectedError as error:
            failure = " ".join(error.message.split())
            await self.toplevel.execute("Admitted.", want_goal=False)
        self.next = theorem.end + 1
        return Replayed(wanted, first, tuple(steps), self.toplevel.cpu_s() - began_s, failure)

    async def _step(self, lines: Sequence[str], goal: Goal) -> AsyncIterator[Stepped]:
        used_s = self.toplevel.cpu_s()
        for line in lines:
            after = await self.toplevel.execute(line) or _OUTSIDE
            before_s, used_s = used_s, self.toplevel.cpu_s()
            yield Stepped(line, goal, after, used_s - before_s)
            goal = after

    def _refused(self, error: RejectedError, sentence: Sentence) -> SourceError:
        line, column = self.document.positions.line_column(sentence.start + error.start)
        message = f"Rocq does not accept this: {' '.join(error.message.split())}"
        return SourceError(message, file=self.document.source.name, line=line, column=column)
