"""A live proof in Pantograph: states live in one process, so each node keeps the way to it as well.

That no goal is left is a claim: dormant goals, coupled metavariables and unchecked terms are all possible.
The audit of the whole file decides.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.checkers.lean.guard import object_to
from holdfast.checkers.lean.messages import classify
from holdfast.checkers.lean.pantograph import Pantograph, PantographError, StepReply, WireGoal
from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict

__all__ = ["PantographSession"]

_STEP_ERRORS = {"parsing": RefusalReason.SYNTAX, "elab": RefusalReason.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class _Node:
    """A state as we know it, whatever process it is in."""

    goal: Goal
    parent: int
    move: str | int
    """The tactic that led here from the parent, or the subgoal of the parent that is in focus."""


@dataclass(frozen=True, slots=True)
class _Live:
    """A state in the process at hand."""

    state: int
    goals: tuple[str, ...]
    """Names of the goals in focus, in order."""
    hidden: frozenset[str]
    """Names of those that are not."""


class PantographSession:
    """Fills `holdfast.core.seams.Session`, from a statement on.

    Holds one process. One that failed or is worn is replaced, and the way to a goal is gone again.
    """

    def __init__(self, start: Callable[[], Awaitable[Pantograph]], statement: str) -> None:
        """Use `open`."""
        self._start = start
        self._statement = statement
        self._process: Pantograph | None = None
        self._nodes: list[_Node] = []
        self._live: dict[int, _Live] = {}
        self._newest = -1
        self._spent = 0.0

    @classmethod
    async def open(cls, start: Callable[[], Awaitable[Pantograph]], statement: str) -> "PantographSession":
        """A session on a closed proposition; `start` starts a process. Raises CheckerError."""
        session = cls(start, statement)
        root = Goal((Subgoal((), " ".join(statement.split())),), handle=0)
        session._nodes.append(_Node(root, -1, ""))
        await session._state(0)
        return session

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        return self._nodes[0].goal

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step; see `holdfast.core.seams.Session.apply`."""
        if not 0 <= goal.handle < len(self._nodes):
            raise ValueError("the goal is not of this session")
        if not goal.subgoals:
            return Refused(RefusalReason.NOT_APPLICABLE, "no goal is left here")
        objection = object_to(step.text)
        if objection is not None:
            return Refused(objection.reason, objection.message)
        try:
            live = await self._state(goal.handle)
            before = self._cpu_s()
            return await self._judge(goal, live, step.text, before)
        except CheckerError:
            await self._drop()
            raise

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal with only subgoal `index` in focus; IndexError where there is none."""
        alone = Goal((goal.subgoals[index],), handle=len(self._nodes))
        self._nodes.append(_Node(alone, goal.handle, index))
        return alone

    async def aclose(self) -> None:
        """End the process."""
        await self._drop()

    async def _judge(self, goal: Goal, live: _Live, tactic: str, before: float) -> Verdict:
        assert self._process is not None
        try:
            reply = await self._process.step(live.state, live.goals[0], tactic)
        except PantographError as error:
            return self._refused_by(error, before)
        cpu_s = self._cpu_s() - before
        refused = _refused(reply, cpu_s)
        if refused is not None:
            if reply.state is not None:
                await self._process.forget(reply.state)
            return refused
        after = self._after(reply, live)
        left = Goal(tuple(_subgoal(each) for each in after[1]), handle=len(self._nodes))
        if left == goal:
            return Refused(RefusalReason.NO_PROGRESS, "the goals are what they were", cpu_s)
        if not after[1]:
            doubt = await self._doubt(after[0])
            if doubt:
                await self._process.forget(after[0].state)
                return Refused(RefusalReason.OTHER, doubt, self._cpu_s() - before)
        self._live[len(self._nodes)] = after[0]
        self._nodes.append(_Node(left, goal.handle, tactic))
        return Advanced(left, cpu_s) if left.subgoals else Proved(left, cpu_s)

    def _after(self, reply: StepReply, live: _Live) -> tuple[_Live, Sequence[WireGoal]]:
        """The state that a tactic led to, and its goals in focus."""
        if reply.state is None or reply.goals is None:
            raise CheckerError("Pantograph says neither what is left nor what is wrong")
        if reply.state <= self._newest:
            raise CheckerError("Pantograph gives a state the number of an older one")
        self._newest = reply.state
        shown = [each for each in reply.goals if each.name not in live.hidden]
        names = tuple(each.name for each in shown)
        return _Live(reply.state, names, live.hidden), shown

    async def _doubt(self, live: _Live) -> str:
        """Why a state without goals is no proof of its root, empty where nothing speaks against it."""
        if live.hidden:
            return ""  # the root has holes: those of the goals that are out of focus
        assert self._process is not None
        flags = {"rootExpr": True, "parentExprs": False, "goals": False, "extraMVars": []}
        said: Any = await self._process.ask("goal.print", {"stateId": live.state, **flags})
        if "root" not in said:
            return "nothing was assigned to the root"
        for flag, words in (
            ("rootHasMVar", "something in the proof is left open"),
            ("rootHasSorry", "the proof has a hole"),
            ("rootHasUnsafe", "the proof rests on unsafe code"),
        ):
            if said.get(flag, True):
                return words
        return ""

    def _refused_by(self, error: PantographError, before: float) -> Verdict:
        cpu_s = self._cpu_s() - before
        if error.kind == "internal" and "interrupt" in str(error):
            return Refused(RefusalReason.TIMEOUT, "the tactic took too long", cpu_s)
        if error.kind in _STEP_ERRORS:
            return Refused(_STEP_ERRORS[error.kind], str(error), cpu_s)
        raise CheckerError(f"Pantograph failed ({error.kind}): {error}")

    async def _state(self, at: int) -> _Live:
        """A node's state in the process at hand, which is started and led there where it has to be."""
        if self._process is not None and self._process.is_worn:
            await self._drop()
        if self._process is None:
            self._process = await self._start()
        if at not in self._live:
            self._live[at] = await self._led(at)
        return self._live[at]

    async def _led(self, at: int) -> _Live:
        node = self._nodes[at]
        if node.parent < 0:
            return await self._begun()
        live = await self._state(node.parent)
        if isinstance(node.move, int):
            name = live.goals[node.move]
            return _Live(live.state, (name,), live.hidden | set(live.goals) - {name})
        assert self._process is not None
        try:
            reply = await self._process.step(live.state, live.goals[0], node.move)
        except PantographError as error:
            raise CheckerError(f"Pantograph does not repeat a step: {error}") from None
        after, shown = self._after(reply, live)
        if tuple(map(_subgoal, shown)) != node.goal.subgoals:
            raise CheckerError("Pantograph does not come to the same goals again")
        return after

    async def _begun(self) -> _Live:
        assert self._process is not None
        try:
            said = await self._process.ask("goal.start", {"expr": self._statement})
            state, root = int(said["stateId"]), str(said["root"])
        except PantographError as error:
            raise CheckerError(f"Pantograph does not take the statement: {error}") from None
        except (KeyError, ValueError) as error:
            raise CheckerError("Pantograph's answer to a statement cannot be read") from error
        self._newest = state
        return _Live(state, (root,), frozenset())

    def _cpu_s(self) -> float:
        return self._spent + (0.0 if self._process is None else self._process.process.cpu_s())

    async def _drop(self) -> None:
        """End the process; what was in it is led to again when it is needed."""
        self._live.clear()
        self._newest = -1
        if self._process is not None:
            process, self._process = self._process, None
            await process.aclose()
            self._spent += process.process.cpu_s()


def _refused(reply: StepReply, cpu_s: float) -> Refused | None:
    """What speaks against a step, None where nothing does: a goal list alone is no success."""
    if reply.unread is not None:
        return Refused(RefusalReason.SYNTAX, reply.unread or "it cannot be read", cpu_s)
    if reply.complaint:
        return Refused(classify(reply.complaint), reply.complaint, cpu_s)
    if reply.has_sorry:
        return Refused(RefusalReason.FORBIDDEN, "the step leaves a hole behind", cpu_s)
    if reply.has_unsafe:
        return Refused(RefusalReason.FORBIDDEN, "the step rests on unsafe code", cpu_s)
    return None


def _subgoal(goal: WireGoal) -> Subgoal:
    hypotheses = tuple(
        Hypothesis(
            (f"{each.userName}✝" if each.isInaccessible else each.userName,),
            each.type.pp if each.type else "",
            each.value.pp if each.value else None,
        )
        for each in goal.vars
    )
    return Subgoal(hypotheses, " ".join(goal.target.pp.split()), handle=goal.name)
