"""Reading a toy file forward: what is in force, what each script does, where a hole opens."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from holdfast.checkers.toy.document import (
    Axiom,
    Document,
    Sentence,
    Theorem,
    cut_document,
    parse_document,
)
from holdfast.checkers.toy.formulas import Formula
from holdfast.checkers.toy.session import ToySession
from holdfast.checkers.toy.states import State, close_level, focus_state, goal_of, start_state
from holdfast.checkers.toy.steps import StepError, run_step, skip_subgoal
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import UserError
from holdfast.core.proofs import Proof
from holdfast.core.trajectories import Declared, Observed

__all__ = ["ScriptError", "ToyReader", "advance", "known_before", "run_script"]


class ScriptError(Exception):
    """A sentence of a script does not hold."""

    def __init__(self, message: str, sentence: Sentence) -> None:
        """Keep the sentence beside the message."""
        self.sentence = sentence
        super().__init__(message)


def advance(state: State, sentence: Sentence, known: Mapping[str, Formula]) -> State:
    """The state after one sentence of a script. Raises ScriptError where it does not hold."""
    after: State | None
    match sentence.text:
        case "{":
            after = focus_state(state, 0) if state.levels[0] else None
        case "}":
            after = close_level(state)
        case "sorry":
            after = skip_subgoal(state)
        case text:
            try:
                after, _ = run_step(state, text, known)
            except StepError as error:
                raise ScriptError(str(error), sentence) from None
    if after is None:
        raise ScriptError(f"{sentence.text} has nothing to act on here", sentence)
    return after


def run_script(theorem: Theorem, known: Mapping[str, Formula]) -> Iterator[tuple[State, Sentence]]:
    """Each sentence of the script with the state it acts on, then `theorem.last` with the final state.

    Raises:
        ScriptError: a sentence does not hold, or `qed` finds something open.
    """
    state = start_state(theorem.statement)
    for sentence in theorem.script:
        yield state, sentence
        state = advance(state, sentence, known)
    if theorem.last.text == "qed" and state.levels != ((),):
        raise ScriptError("qed finds open subgoals or braces", theorem.last)
    yield state, theorem.last


def known_before(document: Document, name: str) -> dict[str, Formula]:
    """Statements of the axioms and theorems that stand before `name`."""
    known: dict[str, Formula] = {}
    for item in document.items:
        if item.name == name:
            break
        known[item.name] = item.statement
    return known


@dataclass(slots=True)
class ToyReader:
    """Fills `holdfast.core.seams.Reader`."""

    document: Document
    observe: Callable[[Observed | Declared], None] | None = None
    position: int = 0
    """How many axioms and theorems are in force."""
    told: int = -1
    """End of the last sentence that was shown to `observe`, so that none is shown twice."""
    session: ToySession | None = None

    async def enter(self, hole: Hole) -> ToySession:
        """Read on to `hole` and open it; ValueError where it stands before the last one."""
        self._close()
        index = self._theorem_of(hole)
        if index < self.position:
            raise ValueError(f"{hole.name} stands before what was read")
        self._read_to(index)
        theorem = self.document.items[index]
        assert isinstance(theorem, Theorem)
        known = known_before(self.document, theorem.name)
        self.session = ToySession(self._state_at(theorem, hole, known), known)
        return self.session

    async def enter_at(self, source: Source, offset: int) -> ToySession:
        """Open the proof that is open before character `offset`; UserError where there is none."""
        self._close()
        cut, is_open = cut_document(source, offset)
        self.document = parse_document(cut)
        self.position = min(self.position, len(self.document.items))
        self._read_to(len(self.document.items) - is_open)
        theorem = self.document.items[-1] if is_open else None
        if not isinstance(theorem, Theorem):
            raise UserError("no proof is open here")
        known = known_before(self.document, theorem.name)
        state = start_state(theorem.statement)
        try:
            for sentence in theorem.script:
                state = advance(state, sentence, known)
        except ScriptError as error:
            raise self.document.error(str(error), error.sentence) from None
        self.session = ToySession(state, known)
        return self.session

    async def polish(self, proof: Proof) -> Proof:
        """`proof` as it is: the toy has no long names."""
        return proof

    async def finish(self) -> None:
        """Read what is left; SourceError where it is not accepted."""
        self._close()
        self._read_to(len(self.document.items))

    def _close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def _theorem_of(self, hole: Hole) -> int:
        for index, item in enumerate(self.document.items):
            if isinstance(item, Theorem) and item.head.end <= hole.start and hole.end <= item.last.end:
                return index
        raise ValueError(f"{hole.name} is no hole of {self.document.source.name}")

    def _read_to(self, index: int) -> None:
        while self.position < index:
            item = self.document.items[self.position]
            if isinstance(item, Theorem):
                self._state_at(item, None, known_before(self.document, item.name))
            self._tell(item)
            self.position += 1

    def _tell(self, item: Axiom | Theorem) -> None:
        if self.observe is not None:
            kind = "theorem" if isinstance(item, Theorem) else "axiom"
            self.observe(Declared(item.name, kind, str(item.statement)))

    def _state_at(self, theorem: Theorem, hole: Hole | None, known: Mapping[str, Formula]) -> State:
        """The state in which `hole` stands, or the last one; steps on the way are shown."""
        state = start_state(theorem.statement)
        if hole is not None and hole.kind is HoleKind.NAMED:
            return state
        try:
            for state, sentence in run_script(theorem, known):
                if hole is not None and sentence.start >= hole.start:
                    break
                self._show(theorem, state, sentence)
        except ScriptError as error:
            raise self.document.error(str(error), error.sentence) from None
        if hole is not None and hole.kind is HoleKind.ADMITTED and len(state.levels) > 1:
            raise self.document.error("the proof is admitted inside a brace", theorem.last)
        is_admit = hole is not None and hole.kind is HoleKind.ADMIT
        return focus_state(state, 0) if is_admit and state.levels[0] else state

    def _show(self, theorem: Theorem, state: State, sentence: Sentence) -> None:
        is_step = sentence.text not in {"{", "}", "sorry", "qed", "admitted"}
        if self.observe is not None and is_step and sentence.end > self.told:
            self.told = sentence.end
            self.observe(Observed(theorem.name, goal_of(state, -1), sentence.text))
