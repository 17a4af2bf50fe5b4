"""Replay the proofs of a library sentence by sentence in a live Rocq, in one pass over its source."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.document import Document
from holdfast.checkers.rocq.extraction import Extracted
from holdfast.checkers.rocq.sentences import Sentence, SentenceKind
from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal

__all__ = ["Replayed", "Stepped", "replay"]

_STRIDE = 64
"""How many sentences outside proofs are sent to Rocq at a time."""
_OUTSIDE = Goal(())


@dataclass(frozen=True, slots=True)
class Stepped:
    """One sentence of a proof, between the statement and what ends the proof."""

    text: str
    """As written."""
    kind: SentenceKind
    start: int
    """Its first character in the source."""
    end: int
    """One past its last."""
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
    toplevel: Toplevel, document: Document, theorems: Sequence[Extracted]
) -> AsyncIterator[Replayed]:
    """Read a source to its end and tell what the proof of each of `theorems` does.

    A proof that Rocq does not accept is told as such and admitted, so that the rest can be read.

    Raises:
        SourceError: Rocq does not accept a sentence outside those proofs.
        CheckerError: Rocq gave no answer.
    """
    reading = _Reading(toplevel, document)
    by_start: Mapping[int, Extracted] = {theorem.start: theorem for theorem in theorems}
    for theorem in document.theorems:
        wanted = by_start.get(document.sentences[theorem.statement].start)
        if wanted is not None and theorem.end is not None:
            await reading.read_to(theorem.statement)
            yield await reading.prove(wanted, theorem.statement, theorem.end)
    await reading.read_to(len(document.sentences))


@dataclass(slots=True)
class _Reading:
    """How far a source has been read."""

    toplevel: Toplevel
    document: Document
    next: int = 0

    async def read_to(self, index: int) -> None:
        """Read what lies between proofs, many sentences at a time."""
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

    async def prove(self, theorem: Extracted, statement: int, end: int) -> Replayed:
        """Read a theorem: its statement, each step of its proof, and its end."""
        try:
            first = await self.toplevel.execute(self.document.text(statement)) or _OUTSIDE
        except RejectedError as error:
            raise self._refused(error, self.document.sentences[statement]) from None
        steps: list[Stepped] = []
        used_s, failure, goal = self.toplevel.cpu_s(), "", first
        began_s = used_s
        for index in range(statement + 1, end + 1):
            sentence, text = self.document.sentences[index], self.document.text(index)
            try:
                after = await self.toplevel.execute(text, want_goal=index < end)
            except RejectedError as error:
                failure = f"{' '.join(text.split())}: {' '.join(error.message.split())}"
                await self.toplevel.execute("Admitted.", want_goal=False)
                break
            before_s, used_s = used_s, self.toplevel.cpu_s()
            if after is not None and self._is_step(index):
                steps.append(
                    Stepped(text, sentence.kind, sentence.start, sentence.end, goal, after, used_s - before_s)
                )
            goal = goal if after is None else after
        self.next = end + 1
        return Replayed(theorem, first, tuple(steps), self.toplevel.cpu_s() - began_s, failure)

    def _is_step(self, index: int) -> bool:
        return not self.document.text(index).startswith("Proof")

    def _refused(self, error: RejectedError, sentence: Sentence) -> SourceError:
        line, column = self.document.positions.line_column(sentence.start + error.start)
        message = f"Rocq does not accept this: {' '.join(error.message.split())}"
        return SourceError(message, file=self.document.source.name, line=line, column=column)
