"""A live toy proof: states are kept in a list, so any goal can be continued for nothing."""

from collections.abc import Mapping

from holdfast.checkers.toy.formulas import Formula
from holdfast.checkers.toy.states import State, focus_state, goal_of
from holdfast.checkers.toy.steps import STEP_CPU_S, StepError, run_step
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, Refused, Step, Verdict

__all__ = ["ToySession"]


class ToySession:
    """Fills `holdfast.core.seams.Session`; its CPU seconds are declared, not measured."""

    def __init__(self, state: State, known: Mapping[str, Formula]) -> None:
        """Open on `state`, with the axioms and theorems `known` in force."""
        self._known = dict(known)
        self._states: list[State] = []
        self._closed = False
        self._root = self._keep(state)

    @property
    def root(self) -> Goal:
        """The goal that the session was opened on."""
        return self._root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step; see `holdfast.core.seams.Session.apply`."""
        try:
            after, cost = run_step(self._state(goal), step.text, self._known)
        except StepError as error:
            return Refused(error.reason, str(error), error.cost * STEP_CPU_S)
        left = self._keep(after)
        forgotten = [subgoal for subgoal in left.shelved if subgoal not in self._root.shelved]
        if left.subgoals or forgotten:
            return Advanced(left, cost * STEP_CPU_S)
        return Proved(left, cost * STEP_CPU_S)

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal with only subgoal `index` in focus; IndexError where there is none."""
        return self._keep(focus_state(self._state(goal), index))

    def close(self) -> None:
        """Use up the session: its reader went on."""
        self._closed = True
        self._states.clear()

    def _state(self, goal: Goal) -> State:
        if self._closed:
            raise ValueError("the session is closed")
        if not 0 <= goal.handle < len(self._states):
            raise ValueError("the goal is not of this session")
        return self._states[goal.handle]

    def _keep(self, state: State) -> Goal:
        self._states.append(state)
        return goal_of(state, len(self._states) - 1)
