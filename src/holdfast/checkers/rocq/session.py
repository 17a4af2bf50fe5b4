"""One live proof: steps tried from any goal seen before, with Rocq going back and replaying as needed.

Rocq can go back to an ancestor of where it stands, and nowhere else. So each goal knows its parent and the
sentence that led to it; a goal off the present path is reached from its nearest ancestor on the path.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.coqidetop import Answer
from holdfast.checkers.rocq.guard import guard
from holdfast.checkers.rocq.judging import Focus, focus_of, is_closed, is_done, objection
from holdfast.checkers.rocq.odds import Odds
from holdfast.checkers.rocq.reasons import classify
from holdfast.checkers.rocq.toplevel import Attempt, Look, RejectedError, Toplevel
from holdfast.core.errors import CheckerError, UserError
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict
from holdfast.runtime.child import Limits

__all__ = ["RocqSession"]

_IS_PROPOSITION = "1: match goal with |- ?G => let sort := type of G in constr_eq sort Prop end."
_RECURSION = re.compile(r"(?<![\w'])(?:co)?fix(?![\w'])")

_REMEMBERED = 10_000
"""How many texts of steps a session remembers what the guard said of."""


@dataclass(frozen=True, slots=True)
class _Node:
    parent: int
    sentence: str
    goal: Goal
    focus: Focus
    cpu_s: float


class RocqSession:
    """Fills the `Session` seam at the end of a toplevel's document, inside an open proof.

    Executing further sentences in the toplevel closes it; the document is not changed by it.
    """

    def __init__(self, toplevel: Toplevel, goal: Goal, limits: Limits) -> None:
        """Use `RocqSession.open`; `goal` is the goal at the tip, `limits` are those of a step."""
        self._toplevel = toplevel
        self._length = toplevel.length
        self._boots = -1
        self._nodes: list[_Node] = []
        self._guarded: dict[str, str | Refused] = {}
        self._path: list[int] = []
        self._states: list[int] = []
        self._odds = Odds()
        self._limits = limits
        self._root = self._keep(-1, "", goal, focus_of(goal), 0.0)

    @classmethod
    async def open(
        cls, toplevel: Toplevel, opening: Sequence[str] = (), limits: Limits | None = None
    ) -> "RocqSession":
        """A session on the proof at the tip, after the trusted sentences of `opening`.

        `limits` are those of a step, None for those of the toplevel's settings.

        Raises UserError outside proofs, and where Rocq refuses a sentence of `opening`.
        """
        goal = await toplevel.goal()
        if goal is None:
            raise UserError("no proof is open here")
        settings = toplevel.settings
        session = cls(
            toplevel, goal, limits or Limits(cpu_s=settings.step_cpu_s, wall_s=settings.step_wall_s)
        )
        for sentence in opening:
            await session._prepare(sentence)
        return session

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        return self._root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step. `cpu_s` of the verdict includes the steps replayed to get to `goal`.

        Raises CheckerError when there is no verdict; the next call starts another process.
        """
        node = self._nodes[goal.handle]
        if is_closed(goal, node.focus):
            return Refused(RefusalReason.NOT_APPLICABLE, "no goal is left")
        sentence = self._guard(step.text)
        if isinstance(sentence, Refused):
            return sentence
        looked_s = 0.0
        if self._odds.are_poor(step.text):
            look, looked_s = await self._look(sentence, goal.handle)
            if not look.answer.good:
                self._odds.failed(step.text)
                return _refusal(look.answer, looked_s, interrupted=look.interrupted)
        attempt, replay_s = await self._send(sentence, goal.handle)
        cpu_s = attempt.cpu_s + replay_s + looked_s
        if attempt.added.good and attempt.done.good:
            self._odds.held(step.text, attempt.cpu_s)
            return await self._judge(node, sentence, goal.handle, attempt, cpu_s)
        self._odds.failed(step.text)
        failed = attempt.done if attempt.added.good else attempt.added
        return _refusal(failed, cpu_s, interrupted=attempt.interrupted)

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal that has only subgoal `index` in focus. Raises IndexError where there is none."""
        if not 0 <= index < len(goal.subgoals):
            raise IndexError(index)
        sentence = f"{index + 1}: {{"
        attempt, _ = await self._send(sentence, goal.handle)
        found = self._toplevel.read_goal(attempt.done) if attempt.done.good else None
        if found is None:
            raise CheckerError(f"Rocq cannot focus: {attempt.done.error}")
        return self._arrive(goal.handle, sentence, found, focus_of(found), attempt)

    async def query(self, goal: Goal, text: str) -> str:
        """What a query such as `Show Proof.` prints at a goal. Raises RejectedError, CheckerError."""
        await self._reach(goal.handle)
        return await self._toplevel.query(text, self._states[-1])

    async def is_proposition(self, goal: Goal) -> bool:
        """Whether the first conclusion of a goal has no content but its truth. Raises CheckerError."""
        look, _ = await self._look(_IS_PROPOSITION, goal.handle)
        return look.answer.good

    async def _prepare(self, sentence: str) -> None:
        """Move the root behind a sentence."""
        attempt, _ = await self._send(sentence, self._root.handle)
        found = self._toplevel.read_goal(attempt.done) if attempt.added.good and attempt.done.good else None
        if found is None:
            failed = attempt.done if attempt.added.good else attempt.added
            raise UserError(f"{sentence} does not hold here: {failed.error.strip()}")
        self._root = self._arrive(self._root.handle, sentence, found, focus_of(found), attempt)

    def _guard(self, text: str) -> str | Refused:
        """What `guard` says; search offers the same few steps at many goals."""
        found = self._guarded.get(text)
        if found is None:
            if len(self._guarded) >= _REMEMBERED:
                self._guarded.clear()
            found = self._guarded[text] = guard(text)
        return found

    async def _judge(
        self, node: _Node, sentence: str, handle: int, attempt: Attempt, cpu_s: float
    ) -> Verdict:
        if len(attempt.done.raw) > self._toplevel.settings.goal_bytes:
            return Refused(RefusalReason.MEMORY, "the goals that the step leaves are too large", cpu_s)
        goal = self._toplevel.read_goal(attempt.done)
        focus = node.focus
        found = objection(goal, node.goal, focus)
        if goal is None or found is not None:
            return Refused(*(found or (RefusalReason.FORBIDDEN, "the step ends the proof")), cpu_s)
        arrived = self._arrive(handle, sentence, goal, focus, attempt)
        if not is_done(goal, focus):
            return Advanced(arrived, cpu_s)
        return await self._unless_unguarded(arrived, cpu_s)

    async def _unless_unguarded(self, closed: Goal, cpu_s: float) -> Verdict:
        """`Proved`, unless a fixpoint that a step on the way made is one that the kernel will refuse."""
        handle, recursive = closed.handle, False
        while handle > 0 and not recursive:
            recursive = _RECURSION.search(self._nodes[handle].sentence) is not None
            handle = self._nodes[handle].parent
        if recursive:
            try:
                await self.query(closed, "Guarded.")
            except RejectedError as error:
                return Refused(RefusalReason.NOT_APPLICABLE, error.message, cpu_s)
        return Proved(closed, cpu_s)

    def _keep(self, parent: int, sentence: str, goal: Goal, focus: Focus, cpu_s: float) -> Goal:
        named = Goal(goal.subgoals, goal.background, goal.shelved, goal.given_up, len(self._nodes))
        self._nodes.append(_Node(parent, sentence, named, focus, cpu_s))
        return named

    def _arrive(self, parent: int, sentence: str, goal: Goal, focus: Focus, attempt: Attempt) -> Goal:
        named = self._keep(parent, sentence, goal, focus, attempt.cpu_s)
        self._path.append(named.handle)
        self._states.append(attempt.added.state)
        return named

    async def _send(self, sentence: str, handle: int) -> tuple[Attempt, float]:
        """Try a sentence at a goal; with it, the CPU seconds spent to get there."""
        replay_s = await self._reach(handle)
        attempt = await self._toplevel.attempt(sentence, self._states[-1], self._limits)
        return attempt, replay_s

    async def _look(self, sentence: str, handle: int) -> tuple[Look, float]:
        """Run a sentence at a goal and forget it; with it, the CPU seconds spent, those to get there too."""
        await self._stand()
        replay_s = 0.0 if handle in self._path else await self._reach(handle)
        state = self._states[self._path.index(handle)]
        look = await self._toplevel.look(sentence, state, self._limits)
        return look, look.cpu_s + replay_s

    async def _stand(self) -> None:
        """See to it that the path is one of the present process."""
        tip = await self._toplevel.tip()
        if self._toplevel.length != self._length:
            raise RuntimeError("this session is closed: its document was continued")
        if self._toplevel.boots != self._boots:
            self._boots = self._toplevel.boots
            self._path, self._states = [0], [tip]

    async def _reach(self, handle: int) -> float:
        """Make `handle` the end of the path; the CPU seconds spent on replay."""
        await self._stand()
        if self._path[-1] == handle:
            return 0.0
        missing = []
        on_path = frozenset(self._path)
        while handle not in on_path:
            missing.append(handle)
            handle = self._nodes[handle].parent
        keep = self._path.index(handle) + 1
        del self._path[keep:], self._states[keep:]
        return sum([await self._replay(again) for again in reversed(missing)])

    async def _replay(self, handle: int) -> float:
        node = self._nodes[handle]
        limits = Limits(wall_s=self._limits.wall_s * 2)
        attempt = await self._toplevel.attempt(node.sentence, self._states[-1], limits, want_goal=False)
        if not (attempt.added.good and attempt.done.good):
            raise CheckerError(f"a step that held does not hold again: {node.sentence}")
        self._path.append(handle)
        self._states.append(attempt.added.state)
        return attempt.cpu_s


def _refusal(answer: Answer, cpu_s: float, *, interrupted: bool) -> Refused:
    message = answer.error.strip()
    reason = RefusalReason.TIMEOUT if interrupted else classify(message)
    return Refused(reason, message, cpu_s)
