"""A live proof in petanque: any state can be gone on from at once, as long as its process lives.

The rules are those of the other backend: a step passes the guard, and what it leaves is judged by the same
functions. That petanque calls a proof finished means nothing, and is not looked at.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.guard import guard
from holdfast.checkers.rocq.judging import Focus, focus_of, is_closed, is_done, objection
from holdfast.checkers.rocq.petanque.document import PetanqueDocument
from holdfast.checkers.rocq.petanque.wire import PetError
from holdfast.checkers.rocq.reasons import classify
from holdfast.core.errors import CheckerError, CheckerTimeoutError
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict
from holdfast.runtime.child import Limits

__all__ = ["PetanqueSession", "agree"]

_RECURSION = re.compile(r"(?<![\w'])(?:co)?fix(?![\w'])")
_TACTIC = re.compile(r"(?:all|!|\[?\s*[\w']+\s*\]?|[\d\s,-]+)\s*:(?!=)")
_GRACE = 4
"""How many times the CPU time of a step a process may use until it is killed: Rocq itself stops it before."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A goal as we know it, whatever process its state is in."""

    parent: int
    sentence: str
    goal: Goal
    focus: Focus


class PetanqueSession:
    """Fills the `Session` seam behind a trusted text, inside an open proof."""

    def __init__(self, document: PetanqueDocument, sentences: Sequence[str]) -> None:
        """Use `open`."""
        self._document = document
        self._sentences = tuple(sentences)
        self._nodes: list[_Node] = []
        self._states: dict[int, int] = {}
        self._generation = -1

    @classmethod
    async def open(cls, document: PetanqueDocument, sentences: Sequence[str]) -> "PetanqueSession":
        """A session behind `sentences`. Raises CheckerError where petanque does not take them."""
        session = cls(document, sentences)
        state = await document.reach(session._sentences)
        goal = await session._goal(state)
        if goal is None:
            raise CheckerError("petanque sees no open proof here; use --rocq-backend coqidetop")
        session._generation = document.generation
        session._keep(_Node(-1, "", goal, focus_of(goal)), state)
        return session

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        return self._nodes[0].goal

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step; see `holdfast.core.seams.Session.apply`."""
        node = self._nodes[goal.handle]
        if is_closed(goal, node.focus):
            return Refused(RefusalReason.NOT_APPLICABLE, "no goal is left")
        sentence = guard(step.text)
        if isinstance(sentence, Refused):
            return sentence
        before = self._document.cpu_s()
        try:
            return await self._judge(goal, node, sentence, before)
        except BaseException:
            await self._document.drop()
            raise

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal with only subgoal `index` in focus; IndexError where there is none."""
        if not 0 <= index < len(goal.subgoals):
            raise IndexError(index)
        sentence = f"{index + 1}: {{"
        try:
            state, found = await self._run(goal.handle, sentence)
        except PetError as error:
            raise CheckerError(f"petanque cannot focus: {error}") from None
        if found is None:
            raise CheckerError("petanque loses the proof when it focuses")
        return self._keep(_Node(goal.handle, sentence, found, focus_of(found)), state)

    async def _judge(self, goal: Goal, node: _Node, sentence: str, before: float) -> Verdict:
        document = self._document
        try:
            state, found = await self._run(goal.handle, self._bounded(sentence))
        except PetError as error:
            return self._refused(error, document.cpu_s() - before)
        except CheckerTimeoutError:
            await document.drop()
            spent = document.cpu_s() - before
            if spent < document.settings.step_cpu_s:
                raise  # the machine was too busy: nothing is known
            return Refused(RefusalReason.TIMEOUT, f"it ran for {spent:.1f} seconds", spent)
        cpu_s = document.cpu_s() - before
        against = objection(found, node.goal, node.focus)
        if found is None or against is not None:
            return Refused(*(against or (RefusalReason.FORBIDDEN, "the step ends the proof")), cpu_s)
        arrived = self._keep(_Node(goal.handle, sentence, found, node.focus), state)
        if not is_done(found, node.focus):
            return Advanced(arrived, cpu_s)
        return await self._unless_unguarded(arrived, state, cpu_s)

    def _bounded(self, sentence: str) -> str:
        """The sentence with a limit for Rocq itself; bullets and braces take none."""
        if not _TACTIC.match(sentence) or sentence.rstrip().endswith("{"):
            return sentence
        return f"Timeout {math.ceil(2 * self._document.settings.step_cpu_s)} {sentence}"

    def _refused(self, error: PetError, cpu_s: float) -> Refused:
        """What Rocq says of a step. Raises CheckerError where that is nothing."""
        if error.code == PetError.INTERRUPTED:
            raise CheckerTimeoutError("petanque was interrupted")
        if not error.is_of_text:
            raise CheckerError(f"petanque failed ({error.code}): {error}")
        message = error.message.removeprefix("Coq: ").removeprefix("Parsing: ").strip()
        reason = RefusalReason.SYNTAX if error.code == PetError.PARSING else classify(message)
        if reason is RefusalReason.TIMEOUT and cpu_s < self._document.settings.step_cpu_s:
            raise CheckerTimeoutError("the machine was too busy for a step of petanque")
        return Refused(reason, message or "it does not hold", cpu_s)

    async def _unless_unguarded(self, closed: Goal, state: int, cpu_s: float) -> Verdict:
        """`Proved`, unless a fixpoint that a step on the way made is one that the kernel will refuse."""
        handle, recursive = closed.handle, False
        while handle > 0 and not recursive:
            recursive = _RECURSION.search(self._nodes[handle].sentence) is not None
            handle = self._nodes[handle].parent
        if recursive:
            client = self._document.live()
            try:
                await client.run(state, "Guarded.", Limits(wall_s=self._document.settings.reply_s))
            except PetError as error:
                return Refused(RefusalReason.NOT_APPLICABLE, error.message, cpu_s)
        return Proved(closed, cpu_s)

    def _keep(self, node: _Node, state: int) -> Goal:
        goal = node.goal
        named = Goal(goal.subgoals, goal.background, goal.shelved, goal.given_up, len(self._nodes))
        self._nodes.append(_Node(node.parent, node.sentence, named, node.focus))
        self._states[named.handle] = state
        return named

    async def _run(self, handle: int, sentence: str) -> tuple[int, Goal | None]:
        """Run a sentence at a goal. Raises PetError where Rocq refuses it, CheckerError."""
        state = await self._state(handle)
        settings = self._document.settings
        limits = Limits(cpu_s=_GRACE * settings.step_cpu_s, wall_s=settings.step_wall_s)
        client = self._document.live()
        result = await client.run(state, sentence, limits)
        return result.st, await self._goal(result.st)

    async def _goal(self, state: int) -> Goal | None:
        client = self._document.live()
        try:
            return await client.goal(state, Limits(wall_s=self._document.settings.reply_s))
        except PetError as error:
            raise CheckerError(f"petanque does not show its goals: {error}") from None

    async def _state(self, handle: int) -> int:
        """A goal's state in the process at hand, which is started and led there where it has to be."""
        await self._document.client()
        if self._document.generation != self._generation:
            self._generation = self._document.generation
            self._states = {0: await self._document.reach(self._sentences)}
        way = []
        while handle not in self._states:
            way.append(handle)
            handle = self._nodes[handle].parent
        for node in reversed(way):
            self._states[node] = await self._again(self._nodes[node])
            handle = node
        return self._states[handle]

    async def _again(self, node: _Node) -> int:
        """The state of a node whose parent has one."""
        client = self._document.live()
        limits = Limits(wall_s=2 * self._document.settings.step_wall_s)
        try:
            state = (await client.run(self._states[node.parent], node.sentence, limits)).st
        except PetError as error:
            raise CheckerError(f"a step that held does not hold again: {node.sentence} ({error})") from None
        found = await self._goal(state)
        if found != node.goal:
            raise CheckerError("petanque does not come to the same goals again")
        return state


def agree(ours: Goal, theirs: Goal) -> None:
    """Raise CheckerError where petanque is at another goal than Rocq's own toplevel."""
    if _shape(ours) != _shape(theirs):
        raise CheckerError(
            f"Rocq shows {_shape(ours)[0]!r}, petanque {_shape(theirs)[0]!r}: use --rocq-backend coqidetop"
        )


def _shape(goal: Goal) -> tuple[str, ...]:
    """The first conclusion, whatever its blanks, and what is known in front of it."""
    if not goal.subgoals:
        return ("nothing",)
    first = goal.subgoals[0]
    names = (name for each in first.hypotheses for name in each.names)
    return ("".join(first.conclusion.split()), *names)
