"""Reads propositional theorems out of a .lean text, for fakes that are asked about the holes in one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from holdfast.checkers.lean.document import Document, Theorem, read_document
from holdfast.checkers.lean.fake_proofs import FakeGoal, TacticError, UnreadError, run_tactic
from holdfast.core.documents import Source

__all__ = ["FakeHole", "fake_holes"]


@dataclass(frozen=True, slots=True)
class FakeHole:
    """A `sorry`, and what is open where it stands."""

    command: int
    """Which command of the text it is in, from 0."""
    start: int
    """Its first character."""
    end: int
    goals: tuple[FakeGoal, ...]
    """The first is the one that it stands for."""


@dataclass(slots=True)
class _Block:
    column: int
    goals: list[FakeGoal] = field(default_factory=list)


def fake_holes(text: str) -> Sequence[FakeHole]:
    """The holes of all theorems in order, as far as the proofs before them can be followed."""
    document = read_document(Source("", text))
    found: list[FakeHole] = []
    for number, command in enumerate(document.commands):
        if command.theorem is not None and command.theorem.body:
            found += _of(document, number, command.theorem)
    return found


def _of(document: Document, number: int, theorem: Theorem) -> Iterator[FakeHole]:
    text = document.source.text
    head = text[theorem.start : theorem.body_start].rstrip().removesuffix(":=")
    goal = _goal(head.split(None, 2)[2])
    first = theorem.body[0]
    if first.text == "sorry":
        yield FakeHole(number, first.start, first.end, (goal,))
    if first.text != "by":
        return
    begin = text.rfind("\n", 0, theorem.start) + 1
    blocks = [_Block(0, [goal])]
    for offset, column, line in _lines(text, first.end, theorem.body_end, begin):
        try:
            yield from _line(blocks, number, offset, column, line)
        except (TacticError, UnreadError, IndexError):
            return


def _lines(text: str, start: int, end: int, begin: int) -> Iterator[tuple[int, int, str]]:
    """Offset, column and words of each line that holds any; `begin` is where the command's line does."""
    at = start
    for line in text[start:end].splitlines(keepends=True):
        words = line.partition("--")[0].strip()
        if words:
            offset = at + line.index(words)
            yield offset, offset - max(text.rfind("\n", 0, offset) + 1, begin), words
        at += len(line)


def _line(blocks: list[_Block], number: int, offset: int, column: int, words: str) -> Iterator[FakeHole]:
    while len(blocks) > 1 and blocks[-1].column > column:
        if blocks.pop().goals:
            raise TacticError("unsolved goals")
    while words.startswith("·"):
        rest = words[1:].lstrip()
        width = len(words) - len(rest)
        blocks.append(_Block(column + width, [blocks[-1].goals.pop(0)]))
        offset, column, words = offset + width, column + width, rest
    for step in words.split("; "):
        goals = blocks[-1].goals
        if step == "sorry":
            yield FakeHole(number, offset, offset + len(step), tuple(goals))
        goals[:1] = run_tactic(goals[0], step)
        offset += len(step) + 2


def _goal(head: str) -> FakeGoal:
    """`(p q : Prop) (h : p) : q` as a goal."""
    hypotheses: list[tuple[str, str]] = []
    head = head.strip()
    while head.startswith("("):
        end = _closing(head)
        names, _, kind = head[1:end].partition(" : ")
        hypotheses += [(name, kind.strip()) for name in names.split()]
        head = head[end + 1 :].strip()
    return FakeGoal(" ".join(head.removeprefix(":").split()), tuple(hypotheses))


def _closing(text: str) -> int:
    depth = 0
    for at, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return at
    return len(text)
