"""Opens the holes of a .lean file, and tells what its finished proofs do."""

from collections.abc import Callable, Sequence

from holdfast.checkers.lean.document import Command, Document, Theorem
from holdfast.checkers.lean.goal_text import read_goal
from holdfast.checkers.lean.holes import locate
from holdfast.checkers.lean.path_session import PathSession
from holdfast.checkers.lean.places import find_spot
from holdfast.checkers.lean.session import Frame, LeanSession, NoGoalShownError
from holdfast.checkers.lean.steppers import Stepper, agree
from holdfast.checkers.lean.steps import written_steps
from holdfast.checkers.lean.worker import Diagnostic, Worker
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import CheckerError, SourceError, UserError
from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["LeanReader"]

_ERROR = 1
_UNSOLVED = 1


class LeanReader:
    """Fills the `Reader` seam. The text itself runs as it stands, in the sandbox of its worker."""

    def __init__(
        self,
        worker: Worker,
        document: Document,
        observe: Callable[[Observed | Declared], None] | None,
        stepper: Stepper | None = None,
    ) -> None:
        """Read `document` in `worker`, and tell `observe` of it; `stepper` steps, None for the worker."""
        self._worker = worker
        self._stepper = stepper
        self._document = document
        self._observe = observe
        self._session: LeanSession | PathSession | None = None
        self._errors: Sequence[Diagnostic] | None = None
        self._told = 0
        """How many theorems of this version of the text were told."""
        self._known: dict[str, int] = {}
        """By theorem that was told: the words of its proof."""

    async def enter(self, hole: Hole) -> LeanSession | PathSession:
        """Open a hole. Raises SourceError where Lean does not accept the text before it.

        What is wrong inside of other proofs does not matter: the audit judges each by itself.
        """
        await self.aclose()
        document = self._document
        place = locate(document, hole)
        command = document.command_of(place.theorem)
        await self._accept(command.start)
        await self._tell(command.start)
        text = document.source.text
        # What follows the theorem has no say in it.
        frame = Frame(text[: hole.start], place, text[hole.end : command.end])
        return await self._open(frame, is_hole=True)

    async def enter_at(self, source: Source, offset: int) -> LeanSession | PathSession:
        """Open the proof that is open before character `offset` of any version of the text.

        Raises SourceError where Lean does not accept what precedes, UserError where no proof is open. What is
        wrong inside of earlier proofs does not matter.
        """
        await self.aclose()
        spot = find_spot(source, offset)
        self._document, self._told = spot.document, 0
        text = spot.document.source.text
        said = await self._worker.read(text, is_step=False)
        self._errors = [each for each in said if each.severity == _ERROR and _UNSOLVED not in each.tags]
        self._refuse(self._is_outside_of_proofs)
        if spot.place is None:
            raise UserError("no proof is open here")
        await self._tell(spot.document.commands[-1].start)
        try:
            return await self._open(Frame(spot.before, spot.place, "\n"))
        except NoGoalShownError:
            begun = spot.place.theorem.body_start
            self._refuse(lambda at: begun <= at < len(text.rstrip()))
            raise UserError("no proof is open here: nothing is left to do") from None

    async def _open(self, frame: Frame, *, is_hole: bool = False) -> LeanSession | PathSession:
        """The hole in Lean's own server, and then in the program that is to step through it."""
        self._session = first = await LeanSession.open(self._worker, frame, is_hole=is_hole)
        if self._stepper is None:
            return first
        self._session = session = await self._stepper.open(frame)
        agree(first.root, session.root)
        return session

    def _is_outside_of_proofs(self, at: int) -> bool:
        if at >= len(self._document.source.text.rstrip()):
            return False
        around = (each for each in self._document.commands if each.start <= at < each.end)
        theorem = next((each.theorem for each in around), None)
        return theorem is None or not theorem.body or at < theorem.body_start

    async def end_process(self) -> None:
        """End the processes at hand; the next question starts others."""
        await self._worker.aclose()
        if isinstance(self._session, PathSession):
            await self._session.end_process()

    async def polish(self, proof: Proof) -> Proof:
        """`proof` as it is."""
        return proof

    async def finish(self) -> None:
        """Read all of the text. Raises SourceError where Lean does not accept it, proofs aside."""
        await self.aclose()
        await self._accept(len(self._document.source.text))
        await self._tell(len(self._document.source.text))

    async def aclose(self) -> None:
        """Close the proof at hand; the document stays."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.aclose()

    async def _accept(self, end: int) -> None:
        """Have Lean read the text as it stands, once; an error before `end` in no proof is the text's."""
        if self._errors is None:
            said = await self._worker.read(self._document.source.text, is_step=False)
            self._errors = [each for each in said if each.severity == _ERROR]
        self._refuse(lambda at: at < end and self._is_outside_of_proofs(at))

    def _refuse(self, counts: Callable[[int], bool]) -> None:
        """Raise SourceError for the first error whose place counts."""
        for error in self._errors or ():
            line, character = error.range.start.line, error.range.start.character
            if counts(self._document.positions.offset(line + 1, character)):
                raise SourceError(
                    " ".join(error.message.split())[:300],
                    file=self._document.source.name,
                    line=line + 1,
                    column=character + 1,
                )

    async def _tell(self, end: int) -> None:
        """Tell of the theorems that end before a place, each once."""
        if self._observe is None:
            return
        waiting = [each for each in self._document.commands if each.theorem is not None and each.end <= end]
        fresh, self._told = waiting[self._told :], max(self._told, len(waiting))
        if fresh and any(True for each in fresh for _ in self._steps(each)):
            await self._worker.read(self._document.source.text, is_step=False)
        for command in fresh:
            assert command.theorem is not None
            await self._tell_of(command, command.theorem)

    async def _tell_of(self, command: Command, theorem: Theorem) -> None:
        assert self._observe is not None
        if self._known.get(theorem.name) == len(theorem.body):
            return  # a text that is read again in another version
        self._known[theorem.name] = len(theorem.body)
        for step, (line, character) in self._steps(command):
            texts = await self._worker.goals(line, character)
            try:
                subgoals = tuple(read_goal(text) for text in texts or ())
            except ValueError as error:
                raise CheckerError("a goal of Lean cannot be read") from error
            if subgoals:
                self._observe(Observed(theorem.name, Goal(subgoals), step))
        if theorem.is_example or any(token.text in {"sorry", "admit"} for token in theorem.body):
            return  # whoever uses what is open proves nothing
        text = self._document.source.text
        end = theorem.body_start if theorem.body else command.end
        statement = " ".join(text[theorem.start : end].split()).removesuffix(":=").strip()
        self._observe(Declared(theorem.name, "theorem", statement))

    def _steps(self, command: Command) -> Sequence[tuple[str, tuple[int, int]]]:
        text = self._document.source.text
        assert command.theorem is not None
        found = []
        for step in written_steps(text, command.theorem):
            start = text.rfind("\n", 0, step.start) + 1
            character = len(text[start : step.start].encode("utf-16-le")) // 2
            found.append((step.text, (text.count("\n", 0, step.start), character)))
        return found
