"""A live proof: every state is a script of steps, and every question a version of the document."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from holdfast.checkers.lean.goal_text import read_goal
from holdfast.checkers.lean.guard import object_to
from holdfast.checkers.lean.holes import Place, script
from holdfast.checkers.lean.messages import classify
from holdfast.checkers.lean.worker import Diagnostic, Worker
from holdfast.core.errors import CheckerError, CheckerTimeoutError
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict

__all__ = ["Frame", "LeanSession", "NoGoalShownError"]


class NoGoalShownError(CheckerError):
    """There is nothing to prove where a session was to be opened."""


_MARKER = "skip"
"""A tactic that does nothing, in front of which goals are asked for."""
_ERROR = 1


@dataclass(frozen=True, slots=True)
class Frame:
    """A text around one hole."""

    before: str
    place: Place
    after: str


@dataclass(frozen=True, slots=True)
class _Focus:
    """Subgoal `index` alone; those before it are left out."""

    index: int


_Move: TypeAlias = str | _Focus


class LeanSession:
    """Fills `holdfast.core.seams.Session`. After a crash, the next question is put to a new process."""

    def __init__(self, worker: Worker, frame: Frame) -> None:
        """Use `open`."""
        self._worker = worker
        self._frame = frame
        self._paths: list[tuple[_Move, ...]] = []
        self._closed = False
        self._root = Goal(())

    @classmethod
    async def open(cls, worker: Worker, frame: Frame, *, is_hole: bool = False) -> "LeanSession":
        """A session on the goals at a place; where `is_hole`, on the first, for which alone `sorry` stands.

        Raises CheckerError where Lean shows none.
        """
        session = cls(worker, frame)
        asked = _Asked(frame, (), "")
        await worker.read(asked.text, is_step=False)
        goals = await session._goals(asked)
        if not goals:
            raise NoGoalShownError(f"Lean shows no goal at {frame.place.hole.name}")
        is_first = is_hole and len(goals) > 1
        session._root = session._keep(goals[:1] if is_first else goals, (_Focus(0),) if is_first else ())
        return session

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        return self._root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step; see `holdfast.core.seams.Session.apply`."""
        path = self._path(goal)
        if not goal.subgoals:
            return Refused(RefusalReason.NOT_APPLICABLE, "no goal is left here")
        objection = object_to(step.text)
        if objection is not None:
            return Refused(objection.reason, objection.message)
        before = self._worker.cpu_s()
        asked = _Asked(self._frame, path, step.text)
        try:
            said = await self._worker.read(asked.text)
        except CheckerTimeoutError:
            cpu_s = self._worker.cpu_s() - before
            if cpu_s < self._worker.step_cpu_s:
                raise  # the machine was too busy: nothing is known
            return Refused(RefusalReason.TIMEOUT, f"it ran for {cpu_s:.1f} CPU seconds", cpu_s)
        error = asked.complaint(said)
        if error is not None:
            reason = classify(error.message, str(error.code))
            return Refused(reason, error.message, self._worker.cpu_s() - before)
        texts = await self._goals(asked)
        cpu_s = self._worker.cpu_s() - before
        if texts is None:
            return Refused(RefusalReason.SYNTAX, "Lean does not read this as a step", cpu_s)
        left = self._keep(texts, (*path, step.text))
        if left == goal:
            return Refused(RefusalReason.NO_PROGRESS, "the goals are what they were", cpu_s)
        return Advanced(left, cpu_s) if left.subgoals else Proved(left, cpu_s)

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal with only subgoal `index` in focus; IndexError where there is none."""
        path = self._path(goal)
        self._paths.append((*path, _Focus(index)))
        return Goal((goal.subgoals[index],), handle=len(self._paths) - 1)

    async def aclose(self) -> None:
        """Use up the session: its reader went on."""
        self._closed = True

    async def _goals(self, asked: "_Asked") -> Sequence[str] | None:
        return await self._worker.goals(*asked.marker)

    def _keep(self, texts: Sequence[str], path: tuple[_Move, ...]) -> Goal:
        try:
            subgoals = tuple(read_goal(text) for text in texts)
        except ValueError as error:
            raise CheckerError("a goal of Lean cannot be read") from error
        self._paths.append(path)
        return Goal(subgoals, handle=len(self._paths) - 1)

    def _path(self, goal: Goal) -> tuple[_Move, ...]:
        if self._closed:
            raise ValueError("the session is closed")
        if not 0 <= goal.handle < len(self._paths):
            raise ValueError("the goal is not of this session")
        return self._paths[goal.handle]


class _Asked:
    """A document with a path of steps in its hole, one more step, and the marker behind it."""

    def __init__(self, frame: Frame, path: Sequence[_Move], step: str) -> None:
        # The first line of a block starts where the hole does: what is asked about stands further down.
        lines = list(_lines([*path, *([step] if step else []), _MARKER]))
        old = len(list(_lines(path)))
        printed = script(frame.place, lines)
        self.text = frame.before + printed + frame.after
        self._breaks = [at for at, character in enumerate(self.text) if character == "\n"]
        starts = [len(frame.before) + at for at in _starts(printed, len(lines))]
        # That a block is not finished is said of the dot in front of it, and is no fault of the step.
        self._first = self.text.index(step.split("\n")[0], starts[old]) if step else starts[-1]
        self._marker = self.text.index(_MARKER, starts[-1])

    @property
    def marker(self) -> tuple[int, int]:
        """Line and character of the marker, from 0, characters in units of UTF-16."""
        line = bisect.bisect_left(self._breaks, self._marker)
        start = self._breaks[line - 1] + 1 if line else 0
        return line, len(self.text[start : self._marker].encode("utf-16-le")) // 2

    def complaint(self, said: Sequence[Diagnostic]) -> Diagnostic | None:
        """The first error in the step, or where the step runs into what follows."""
        end = self._marker + len(_MARKER)
        errors = [each for each in said if each.severity == _ERROR and self._first <= self._at(each) <= end]
        return min(errors, key=self._at, default=None)

    def _at(self, diagnostic: Diagnostic) -> int:
        place = diagnostic.range.start
        if place.line > len(self._breaks):
            return len(self.text)
        start = self._breaks[place.line - 1] + 1 if place.line else 0
        stop = self._breaks[place.line] if place.line < len(self._breaks) else len(self.text)
        line = self.text[start:stop].encode("utf-16-le")
        return start + len(line[: 2 * place.character].decode("utf-16-le", errors="ignore"))


def _lines(path: Sequence[_Move]) -> Iterator[str]:
    """A path as lines of tactics: each focus opens a block of its own behind a dot."""
    margin, dot = "", ""
    for move in path:
        if isinstance(move, _Focus):
            if dot:
                yield f"{margin}{dot}skip"
                margin += "  "
            yield from [f"{margin}· sorry"] * move.index
            dot = "· "
            continue
        first, *rest = move.split("\n")
        yield f"{margin}{dot}{first}"
        margin, dot = margin + " " * len(dot), ""
        yield from (f"{margin}{line}" for line in rest)


def _starts(printed: str, count: int) -> Sequence[int]:
    """Where each of the last `count` lines begins."""
    starts = [0, *(at + 1 for at, character in enumerate(printed) if character == "\n")]
    return starts[-count:]
