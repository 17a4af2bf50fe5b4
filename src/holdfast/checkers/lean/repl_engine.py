"""The states of one proof in a process of the community's REPL, from a hole in a text on.

That the REPL names no goal is no proof: it has named none for terms that do not check. Only what it calls
completed is, and that is a claim for the audit.
"""

from collections.abc import Awaitable, Callable

from holdfast.checkers.lean.goal_text import read_goal
from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.messages import classify
from holdfast.checkers.lean.path_session import Live
from holdfast.checkers.lean.repl import Repl, ReplError, ReplSettings, ReplStep
from holdfast.checkers.lean.written import Written
from holdfast.core.errors import CheckerError
from holdfast.core.steps import RefusalReason, Refused

__all__ = ["ReplEngine", "repl_starter"]

_COMPLETED = "Completed"


def repl_starter(
    settings: ReplSettings, target: Written, lean: Installation | None = None
) -> Callable[[], Awaitable["ReplEngine"]]:
    """What starts a process for a proof of the hole in `target`."""

    async def start() -> ReplEngine:
        return ReplEngine(Repl.start(settings, lean), target)

    return start


class ReplEngine:
    """Fills `holdfast.checkers.lean.path_session.Engine`."""

    def __init__(self, process: Repl, target: Written) -> None:
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
            found = await self._process.read(self._target.text)
        except ReplError as error:
            raise CheckerError(f"Lean's REPL does not read the text: {error}") from None
        line, column = self._target.line_column
        for each in found:
            if each.pos is not None and (each.pos.line, each.pos.column) == (line, column):
                if each.state is None:
                    break
                self._newest = max(self._newest, *(other.state or 0 for other in found))
                return _live(each.state, (each.goal,))
        raise CheckerError("Lean's REPL shows no goal at the hole")

    async def step(self, live: Live, tactic: str) -> Live | Refused:
        """What a tactic makes of the first goal in focus; see `Engine.step`."""
        try:
            reply = await self._process.step(live.state, tactic)
        except ReplError as error:
            return _refused_by(str(error))
        refused = _refused(reply)
        if refused is not None:
            return refused
        return self._after(reply, live.hidden)

    async def focus(self, live: Live, index: int) -> Live:
        """The state with only one of the goals in focus: the REPL works on the first, so it is put there."""
        names = live.names
        if index == 0:
            return _live(live.state, names[:1], (*names[1:], *live.hidden))
        try:
            reply = await self._process.step(live.state, f"rotate_left {index}")
        except ReplError as error:
            raise CheckerError(f"Lean's REPL does not turn to another goal: {error}") from None
        turned = (*names[index:], *live.hidden, *names[:index])
        if reply.state is None or reply.goals != turned:
            raise CheckerError("Lean's REPL does not turn to another goal")
        self._newest = reply.state
        return _live(reply.state, turned[:1], turned[1:])

    def _after(self, reply: ReplStep, hidden: tuple[str, ...]) -> Live | Refused:
        """The state that a tactic led to."""
        if reply.state is None or reply.goals is None:
            raise CheckerError("Lean's REPL says neither what is left nor what is wrong")
        if reply.state <= self._newest:
            raise CheckerError("Lean's REPL gives a state the number of an older one")
        self._newest = reply.state
        count = len(reply.goals) - len(hidden)
        if count < 0 or reply.goals[count:] != hidden:
            return Refused(RefusalReason.OTHER, "it changes goals that are out of focus")
        if not reply.goals and reply.status != _COMPLETED:
            return Refused(
                RefusalReason.OTHER, reply.status or "this REPL does not say whether it is complete"
            )
        return _live(reply.state, reply.goals[:count], hidden)


def _live(state: int, names: tuple[str, ...], hidden: tuple[str, ...] = ()) -> Live:
    try:
        return Live(state, names, tuple(read_goal(name) for name in names), hidden)
    except ValueError as error:
        raise CheckerError("a goal of Lean's REPL cannot be read") from error


def _refused_by(words: str) -> Refused:
    text = words.removeprefix("Lean error:").strip()
    if text == words.strip():  # about the request, not about the tactic
        raise CheckerError(f"Lean's REPL failed: {words}")
    return Refused(classify(text), text)


def _refused(reply: ReplStep) -> Refused | None:
    """What speaks against a step, None where nothing does."""
    if reply.complaint:
        return Refused(classify(reply.complaint), reply.complaint)
    if reply.sorries or "sorry" in reply.status:
        return Refused(RefusalReason.FORBIDDEN, "the step leaves a hole behind")
    if reply.status.startswith("Error"):
        return Refused(RefusalReason.OTHER, reply.status)
    return None
