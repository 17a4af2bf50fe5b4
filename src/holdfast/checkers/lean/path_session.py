"""A live proof whose states live in one process: each node keeps the way to it, so that no process matters.

That no goal is left is a claim: the audit of the whole file decides.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from holdfast.checkers.lean.guard import object_to
from holdfast.core.errors import CheckerError, CheckerTimeoutError
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict

__all__ = ["Engine", "Live", "PathSession"]


@dataclass(frozen=True, slots=True)
class Live:
    """A state in a process."""

    state: int
    """The process's own number for it."""
    names: tuple[str, ...]
    """What the process calls the goals in focus, in order."""
    subgoals: tuple[Subgoal, ...]
    """The same goals."""
    hidden: tuple[str, ...] = ()
    """What it calls the goals that are not in focus, in order."""


class Engine(Protocol):
    """A process that holds the states of one proof. What it is asked after an error is not answered."""

    @property
    def is_worn(self) -> bool:
        """Whether it should be replaced."""
        ...

    def cpu_s(self) -> float:
        """CPU seconds of the process so far."""
        ...

    async def begin(self) -> Live:
        """The state before the first step. Raises CheckerError."""
        ...

    async def step(self, live: Live, tactic: str) -> Live | Refused:
        """What a tactic makes of the first goal in focus. Raises CheckerError where there is no verdict."""
        ...

    async def focus(self, live: Live, index: int) -> Live:
        """The state with only one of the goals in focus. Raises CheckerError."""
        ...

    async def aclose(self) -> None:
        """End the process."""
        ...


@dataclass(frozen=True, slots=True)
class _Node:
    """A state as we know it, whatever process it is in."""

    goal: Goal
    parent: int
    move: str | int
    """The tactic that led here from the parent, or the subgoal of the parent that is in focus."""


class PathSession:
    """Fills `holdfast.core.seams.Session`.

    Holds one process. One that failed or is worn is replaced, and the way to a goal is gone again.
    """

    def __init__(self, start: Callable[[], Awaitable[Engine]], step_cpu_s: float) -> None:
        """Use `open`."""
        self._start = start
        self._step_cpu_s = step_cpu_s
        self._engine: Engine | None = None
        self._nodes: list[_Node] = []
        self._live: dict[int, Live] = {}
        self._spent = 0.0
        self._closed = False

    @classmethod
    async def open(cls, start: Callable[[], Awaitable[Engine]], *, step_cpu_s: float = 5.0) -> "PathSession":
        """A session on what the processes begin with that `start` starts.

        A step that used `step_cpu_s` CPU seconds when its time was up is refused. Raises CheckerError.
        """
        session = cls(start, step_cpu_s)
        try:
            session._engine = await start()
            live = await session._engine.begin()
        except BaseException:
            await session.aclose()
            raise
        session._nodes.append(_Node(Goal(live.subgoals, handle=0), -1, ""))
        session._live[0] = live
        return session

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        return self._nodes[0].goal

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step; see `holdfast.core.seams.Session.apply`."""
        self._check(goal)
        if not goal.subgoals:
            return Refused(RefusalReason.NOT_APPLICABLE, "no goal is left here")
        objection = object_to(step.text)
        if objection is not None:
            return Refused(objection.reason, objection.message)
        try:
            live = await self._state(goal.handle)
            return await self._judge(goal, live, step.text)
        except BaseException:
            await self._drop()
            raise

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal with only subgoal `index` in focus; IndexError where there is none."""
        self._check(goal)
        alone = Goal((goal.subgoals[index],), handle=len(self._nodes))
        self._nodes.append(_Node(alone, goal.handle, index))
        return alone

    def cpu_s(self) -> float:
        """CPU seconds of all processes so far."""
        return self._spent + (0.0 if self._engine is None else self._engine.cpu_s())

    async def end_process(self) -> None:
        """End the process at hand; the next question starts another one."""
        await self._drop()

    async def aclose(self) -> None:
        """Use up the session, and end its process."""
        self._closed = True
        await self._drop()

    def _check(self, goal: Goal) -> None:
        if self._closed:
            raise ValueError("the session is closed")
        if not 0 <= goal.handle < len(self._nodes):
            raise ValueError("the goal is not of this session")

    async def _judge(self, goal: Goal, live: Live, tactic: str) -> Verdict:
        assert self._engine is not None
        before = self.cpu_s()
        try:
            found = await self._engine.step(live, tactic)
        except CheckerTimeoutError:
            await self._drop()
            cpu_s = self.cpu_s() - before
            if cpu_s < self._step_cpu_s:
                raise  # the machine was too busy: nothing is known
            return Refused(RefusalReason.TIMEOUT, f"it ran for {cpu_s:.1f} CPU seconds", cpu_s)
        cpu_s = self.cpu_s() - before
        if isinstance(found, Refused):
            return replace(found, cpu_s=cpu_s)
        left = Goal(found.subgoals, handle=len(self._nodes))
        if left == goal:
            return Refused(RefusalReason.NO_PROGRESS, "the goals are what they were", cpu_s)
        self._live[len(self._nodes)] = found
        self._nodes.append(_Node(left, goal.handle, tactic))
        return Advanced(left, cpu_s) if left.subgoals else Proved(left, cpu_s)

    async def _state(self, at: int) -> Live:
        """A node's state in the process at hand, which is started and led there where it has to be."""
        if self._engine is not None and self._engine.is_worn:
            await self._drop()
        if self._engine is None:
            self._engine = await self._start()
        way = []
        while at not in self._live and at >= 0:
            way.append(at)
            at = self._nodes[at].parent
        for node in reversed(way):
            self._live[node] = await self._led(self._nodes[node])
            at = node
        return self._live[at]

    async def _led(self, node: _Node) -> Live:
        """The state of a node whose parent is live."""
        assert self._engine is not None
        if node.parent < 0:
            found: Live | Refused = await self._engine.begin()
        elif isinstance(node.move, int):
            found = await self._engine.focus(self._live[node.parent], node.move)
        else:
            found = await self._engine.step(self._live[node.parent], node.move)
        if isinstance(found, Refused):
            raise CheckerError(f"Lean does not repeat a step: {found.message}")
        if found.subgoals != node.goal.subgoals:
            raise CheckerError("Lean does not come to the same goals again")
        return found

    async def _drop(self) -> None:
        """End the process; what was in it is led to again when it is needed."""
        self._live.clear()
        if self._engine is not None:
            engine, self._engine = self._engine, None
            await engine.aclose()
            self._spent += engine.cpu_s()
