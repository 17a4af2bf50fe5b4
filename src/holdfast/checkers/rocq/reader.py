"""Reads a .v file forward in a live Rocq, tells what it sees, and opens sessions at holes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from holdfast.checkers.rocq.declarations import local_declarations
from holdfast.checkers.rocq.document import Document, read_document
from holdfast.checkers.rocq.holes import locate
from holdfast.checkers.rocq.names import shorten
from holdfast.checkers.rocq.petanque.document import PetanqueDocument
from holdfast.checkers.rocq.petanque.session import PetanqueSession, agree
from holdfast.checkers.rocq.sentences import Lexer, Sentence, SentenceKind, bare
from holdfast.checkers.rocq.session import RocqSession
from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.trajectories import Declared, Observed

__all__ = ["RocqReader"]

_STATEMENT = re.compile(
    r"(?:#\[[^]]*\]\s*)*(?:(?:Local|Global|Polymorphic|Monomorphic|Cumulative|Private|Program)\s+)*"
    r"(?!Goal|Next|Obligation)[A-Z]\w+\s+(?P<name>[^\W\d][\w']*)"
)
_NOT_A_STEP = re.compile(
    r"(?:Proof|Qed|Defined|Admitted|Abort|Save|Show|Check|Search\w*|Print|About|Locate|Set|Unset|Unshelve|Next"
    r"|Optimize|Guarded|Validate|Undo|Restart|Focus|Unfocus|Local|Global|Time|Timeout|Fail|Succeed)\b"
    r"|\d+\s*:|\[[^]]*\]\s*:|!\s*:|par\s*:"
)

_DEFINING = frozenset({"Definition", "Fixpoint", "CoFixpoint", "Let", "SubClass"})
_STRIDE = 64
"""How many sentences are sent to Rocq at a time."""


class RocqReader:
    """Fills the `Reader` seam. The text itself is trusted: it is executed as it stands."""

    def __init__(
        self,
        toplevel: Toplevel,
        document: Document,
        observe: Callable[[Observed | Declared], None] | None,
        library: str = "",
        *,
        petanque: PetanqueDocument | None = None,
    ) -> None:
        """Read `document` in `toplevel`, and tell `observe` of it.

        Sessions step in `petanque` where one is given; who made it closes it. `library` is the
        full name of the text where it is a library module; what it declares is then
        named in full.
        """
        self._toplevel = toplevel
        self._document = document
        self._observe = observe
        self._prefix = f"{library}." if library else ""
        self._petanque = petanque
        self._next = 0
        self._stride = _STRIDE
        self._goal: Goal | None = None
        self._theorem = ""
        self._declared: set[str] = set()
        self._live = False
        self._lexer = Lexer()
        self._told: set[tuple[str, str, str] | None] = set()
        self._declared_at = -1

    @property
    def toplevel(self) -> Toplevel:
        """The live Rocq that the text is read in."""
        return self._toplevel

    async def enter(self, hole: Hole) -> Session:
        """Read on to `hole` and open it.

        Raises SourceError where Rocq does not accept the text, UserError where the hole cannot be opened.
        """
        place = locate(self._document, hole)
        if place.obstacle:
            raise UserError(f"{hole.name}: {place.obstacle}")
        await self._read_to(place.before)
        await self._declare()
        session = await RocqSession.open(self._toplevel, place.opening)
        if hole.kind is HoleKind.ADMITTED:
            _refuse_unfocused(hole, session)
            if place.theorem.keyword in _DEFINING:
                await _refuse_data(hole, session)
        return await self._stepping(session, place.opening)

    async def enter_at(self, source: Source, offset: int) -> Session:
        """Open the proof that is open before character `offset` of any version of the text.

        Raises SourceError where Rocq does not accept what precedes, UserError where no proof is open.
        """
        self._live = True
        cut, sentences = self.cut(source, offset)
        if cut.text != self._document.source.text:
            await self._revise(read_document(cut, sentences=sentences))
        await self._read_to(len(self._document.sentences))
        finished = sum(item.end is not None for item in self._document.theorems)
        if self._declared_at != (marker := finished + len(self._document.declarations)):
            await self._declare()
            self._declared_at = marker
        return await self._stepping(await RocqSession.open(self._toplevel))

    async def _stepping(self, session: RocqSession, opening: Sequence[str] = ()) -> Session:
        """The session, or one in petanque on the same goal."""
        if self._petanque is None:
            return session
        found = await PetanqueSession.open(self._petanque, (*self._toplevel.sentences, *opening))
        agree(session.root, found.root)
        return found

    def cut(self, source: Source, offset: int) -> tuple[Source, tuple[Sentence, ...]]:
        """What `enter_at` would read of a text, and its sentences."""
        sentences = self._lexer.upto(source, offset)
        end = sentences[-1].end if sentences else 0
        return Source(source.name, source.text[:end]), sentences

    async def _revise(self, document: Document) -> None:
        """Go on in another text: back to where it begins to differ from what was read."""
        old = self._document
        most = min(self._next, len(document.sentences))
        same = next((at for at in range(most) if old.text(at) != document.text(at)), most)
        await self._toplevel.rewind(same)
        self._document, self._next, self._stride = document, same, _STRIDE
        if self._observe is not None:
            self._goal = await self._toplevel.goal()
            around = [item.name for item in document.theorems if item.statement < same]
            self._theorem = around[-1] if around and self._goal is not None else ""

    async def polish(self, proof: Proof) -> Proof:
        """`proof`, found at the hole entered last, with every name as short as it can be there."""
        return await shorten(proof, self._toplevel.query)

    async def finish(self) -> None:
        """Read what is left of the text. Raises SourceError where Rocq does not accept it."""
        await self._read_to(len(self._document.sentences))
        await self._declare()

    async def _declare(self) -> None:
        if self._observe is None:
            return
        assumed = await self._assumed()
        for item in await local_declarations(self._toplevel, self._declared):
            if item.name in assumed:
                self._declared.discard(item.name)
            else:
                self._observe(replace(item, name=self._prefix + item.name))

    async def _assumed(self) -> set[str]:
        """The names in the context of the open proof: they are gone at the next place."""
        goal = await self._toplevel.goal()
        subgoals = goal.subgoals if goal is not None else ()
        return {name for item in subgoals for entry in item.hypotheses for name in entry.names}

    async def _read_to(self, index: int) -> None:
        while self._next < index:
            await self._read_some(range(self._next, min(index, self._next + self._stride)))

    async def _read_some(self, chunk: range) -> None:
        """Read a few sentences in one go, and where that stops short the next one on its own."""
        texts = [self._document.text(index) for index in chunk]
        wanted = [self._is_goal_wanted(index) for index in chunk]
        goals = await self._toplevel.execute_many(texts, wanted)
        for at, goal in enumerate(goals):
            self._take(goal, wanted=wanted[at])
        if len(goals) == len(chunk):
            return
        at = len(goals)
        self._stride = max(1, self._stride // 2)
        try:
            goal = await self._toplevel.execute(texts[at], want_goal=wanted[at])
        except RejectedError as error:
            if not (self._live and await self._admits(chunk[at])):
                raise self._error(error, self._document.sentences[chunk[at]]) from None
            goal = None
        self._take(goal, wanted=wanted[at])

    async def _admits(self, index: int) -> bool:
        """Whether an unfinished proof that the sentence ends could be admitted in its stead.

        Somebody works on the text: a proof that waits to be finished must not keep them from what follows.
        """
        command = self._document.commands[index]
        if command is None or command.keyword not in {"Qed", "Defined"}:
            return False
        try:
            await self._toplevel.execute("Admitted.", want_goal=False)
        except RejectedError:
            return False
        return True

    def _is_goal_wanted(self, index: int) -> bool:
        """Whether the goal after a sentence matters: it may have opened or ended a proof, or a step follows.

        Printing goals is most of what watching costs. What begins in lower case or is no command neither
        opens a proof nor ends one.
        """
        if self._observe is None:
            return False
        first = self._document.text(index)[:1]
        return first.isupper() or first == "#" or self._step(index + 1) is not None

    def _step(self, index: int) -> str | None:
        """A sentence as a step of a proof, None where it can be none."""
        if (
            index >= len(self._document.sentences)
            or self._document.sentences[index].kind is not SentenceKind.COMMAND
        ):
            return None
        step = bare(self._document.text(index)).rstrip(".").rstrip()
        return None if _NOT_A_STEP.match(step) else step

    def _take(self, goal: Goal | None, *, wanted: bool) -> None:
        """Go one sentence on."""
        if self._observe is not None:
            self._notice(self._next, self._goal, goal)
        self._next += 1
        if wanted:
            self._goal = goal

    def _notice(self, index: int, before: Goal | None, after: Goal | None) -> None:
        assert self._observe is not None
        if before is None:
            if after is not None:
                found = _STATEMENT.match(bare(self._document.text(index)))
                self._theorem = found["name"] if found else ""
        elif before.subgoals and (step := self._step(index)) is not None:
            # A text that is read again in another version tells the same step once.
            key = (self._theorem, before.subgoals[0].conclusion, step) if self._live else None
            if key not in self._told:
                self._observe(Observed(self._theorem, before, step))
            if key is not None:
                self._told.add(key)

    def _error(self, error: RejectedError, sentence: Sentence) -> SourceError:
        at = sentence.start + error.start
        line, column = self._document.positions.line_column(at)
        message = f"Rocq does not accept this: {' '.join(error.message.split())}"
        return SourceError(message, file=self._document.source.name, line=line, column=column)


def _refuse_unfocused(hole: Hole, session: RocqSession) -> None:
    """Raise UserError where `Admitted` stands for goals outside the bullet or brace that it stands in."""
    count = sum(map(len, session.root.background))
    if count:
        goals = "a goal is" if count == 1 else f"{count} goals are"
        raise UserError(
            f"{hole.name}: {goals} left outside the bullet or brace before Admitted; begin each with a bullet"
            " and admit it there"
        )


async def _refuse_data(hole: Hole, session: RocqSession) -> None:
    """Raise UserError where any value of a plain type would do: hardly would it be the one that is meant."""
    root = session.root
    if not root.subgoals or "{" in root.subgoals[0].conclusion:
        return
    if not await session.is_proposition(root):
        raise UserError(
            f"{hole.name}: its type says nothing of the value that is meant; name it to have any one found"
        )
