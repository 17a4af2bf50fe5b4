"""The states of one proof in a Pantograph process, from a statement on or from a hole in a text.

That Pantograph names no goal is no proof: dormant goals, coupled metavariables and unchecked terms are all
possible, so it is asked what became of the root as well.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.messages import classify
from holdfast.checkers.lean.pantograph import (
    Pantograph,
    PantographError,
    PantographSettings,
    SorryUnit,
    StepReply,
    WireGoal,
)
from holdfast.checkers.lean.path_session import Live
from holdfast.checkers.lean.written import Written
from holdfast.core.errors import CheckerError
from holdfast.core.goals import Hypothesis, Subgoal
from holdfast.core.steps import RefusalReason, Refused

__all__ = ["PantographEngine", "pantograph_starter"]

_STEP_ERRORS = {"parsing": RefusalReason.SYNTAX, "elab": RefusalReason.NOT_APPLICABLE}


def pantograph_starter(
    settings: PantographSettings, target: str | Written, lean: Installation | None = None
) -> Callable[[], Awaitable["PantographEngine"]]:
    """What starts a process for a proof of `target`: a closed proposition, or a hole."""

    async def start() -> PantographEngine:
        return PantographEngine(await Pantograph.start(settings, lean), target)

    return start


class PantographEngine:
    """Fills `holdfast.checkers.lean.path_session.Engine`."""

    def __init__(self, process: Pantograph, target: str | Written) -> None:
        """Ask nothing yet; `process` becomes the engine's own."""
        self._process = process
        self._target = target
        self._newest = -1

    @property
    def is_worn(self) -> bool:
        """Whether it should be replaced."""
        return self._process.is_worn

    def cpu_s(self) -> float:
        """CPU seconds of the process so far."""
        return self._process.process.cpu_s()

    async def aclose(self) -> None:
        """End the process."""
        await self._process.aclose()

    async def begin(self) -> Live:
        """The state before the first step. Raises CheckerError."""
        try:
            if isinstance(self._target, str):
                return await self._begin_statement(self._target)
            return await self._begin_hole(self._target)
        except PantographError as error:
            raise CheckerError(f"Pantograph does not take the goal: {error}") from None

    async def step(self, live: Live, tactic: str) -> Live | Refused:
        """What a tactic makes of the first goal in focus; see `Engine.step`."""
        try:
            reply = await self._process.step(live.state, live.names[0], tactic)
        except PantographError as error:
            return _refused_by(error)
        refused = _refused(reply)
        if refused is None:
            after = self._after(reply, live)
            if after.names or live.hidden:
                return after  # while goals are out of focus the root has holes: theirs
            refused = await self._doubt(after)
            if refused is None:
                return after
        if reply.state is not None:
            await self._process.forget(reply.state)
        return refused

    async def focus(self, live: Live, index: int) -> Live:
        """The state with only one of the goals in focus: Pantograph keeps all, and is told which is meant."""
        others = tuple(name for name in live.names if name != live.names[index])
        return Live(live.state, (live.names[index],), (live.subgoals[index],), (*live.hidden, *others))

    async def _begin_statement(self, statement: str) -> Live:
        said = await self._process.ask("goal.start", {"expr": statement})
        try:
            state, root = int(said["stateId"]), str(said["root"])
        except (KeyError, ValueError) as error:
            raise CheckerError("Pantograph's answer to a statement cannot be read") from error
        self._newest = state
        return Live(state, (root,), (Subgoal((), " ".join(statement.split())),))

    async def _begin_hole(self, target: Written) -> Live:
        """Versions until 0.3.4 tell of holes with the text, later ones by a request of its own."""
        await self._process.elaborate(target.before, inherit=True)
        units = await self._process.elaborate(target.text, sorrys=True)
        for unit in units:
            if unit.state is not None and target.byte in {begin for begin, _ in unit.places}:
                places = [begin for begin, _ in unit.places]
                return self._begun(unit, places.index(target.byte))
        states = await self._process.distil(target.alone())
        if not states:
            raise CheckerError("Pantograph finds no hole in the text")
        return self._begun(states[-1], target.holes_before())

    def _begun(self, unit: SorryUnit, at: int) -> Live:
        """The hole is one goal of a state, the others are out of focus."""
        if unit.state is None or at >= len(unit.goals):
            raise CheckerError("Pantograph does not show the goal of the hole")
        self._newest = unit.state
        goal = unit.goals[at]
        hidden = tuple(each.name for each in unit.goals if each is not goal)
        return Live(unit.state, (goal.name,), (_subgoal(goal),), hidden)

    def _after(self, reply: StepReply, live: Live) -> Live:
        """The state that a tactic led to."""
        if reply.state is None or reply.goals is None:
            raise CheckerError("Pantograph says neither what is left nor what is wrong")
        if reply.state <= self._newest:
            raise CheckerError("Pantograph gives a state the number of an older one")
        self._newest = reply.state
        shown = [each for each in reply.goals if each.name not in live.hidden]
        names = tuple(each.name for each in shown)
        return Live(reply.state, names, tuple(map(_subgoal, shown)), live.hidden)

    async def _doubt(self, live: Live) -> Refused | None:
        """Why a state without goals is no proof of its root, None where nothing speaks against it."""
        flags = {"rootExpr": True, "parentExprs": False, "goals": False, "extraMVars": []}
        try:
            said: Mapping[str, Any] = await self._process.ask("goal.print", {"stateId": live.state, **flags})
        except PantographError as error:
            return _refused_by(error)
        if "root" not in said:
            return Refused(RefusalReason.OTHER, "nothing was assigned to the root")
        for flag, words in (
            ("rootHasMVar", "something in the proof is left open"),
            ("rootHasSorry", "the proof has a hole"),
            ("rootHasUnsafe", "the proof rests on unsafe code"),
        ):
            if said.get(flag, True):
                return Refused(RefusalReason.OTHER, words)
        return None


def _refused_by(error: PantographError) -> Refused:
    if error.kind == "internal" and "interrupt" in str(error):
        return Refused(RefusalReason.TIMEOUT, "the tactic took too long")
    if error.kind in _STEP_ERRORS:
        return Refused(_STEP_ERRORS[error.kind], str(error))
    raise CheckerError(f"Pantograph failed ({error.kind}): {error}")


def _refused(reply: StepReply) -> Refused | None:
    """What speaks against a step, None where nothing does: a goal list alone is no success."""
    if reply.unread is not None:
        return Refused(RefusalReason.SYNTAX, reply.unread or "it cannot be read")
    if reply.complaint:
        return Refused(classify(reply.complaint), reply.complaint)
    if reply.has_sorry:
        return Refused(RefusalReason.FORBIDDEN, "the step leaves a hole behind")
    if reply.has_unsafe:
        return Refused(RefusalReason.FORBIDDEN, "the step rests on unsafe code")
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
