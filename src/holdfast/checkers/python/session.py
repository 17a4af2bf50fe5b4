"""One function that waits for its body: steps are bodies, verdicts come from its tests.

A step is a whole body, or a sketch with `...` in it, which later steps fill from the top. What is complete is
graded on the tests that were shown, in the sandbox; what passes these has to pass the hidden ones as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfast.checkers.python.bodies import BodyError, compose, is_sketch, normal, parse_body
from holdfast.checkers.python.brief import goal_of
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.guard import customs_of, objection
from holdfast.checkers.python.names import bound_in, unknown_name
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.checkers.python.rote import by_rote
from holdfast.checkers.python.suite import Case, Suite
from holdfast.checkers.python.tested import Entry
from holdfast.checkers.python.verdicts import CaseVerdict, Reason
from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proved, RefusalReason, Refused, Step, Verdict

__all__ = ["PythonSession"]

_REASONS = {
    Reason.SYNTAX: RefusalReason.SYNTAX,
    Reason.WRONG_TYPE: RefusalReason.TYPE_MISMATCH,
    Reason.TIMEOUT: RefusalReason.TIMEOUT,
    Reason.MEMORY: RefusalReason.MEMORY,
    Reason.OUTPUT: RefusalReason.MEMORY,
    Reason.FORBIDDEN: RefusalReason.FORBIDDEN,
    Reason.NO_ANSWER: RefusalReason.OTHER,
}
_EXCEPTIONS = {
    "NameError": RefusalReason.UNKNOWN_NAME,
    "TypeError": RefusalReason.TYPE_MISMATCH,
    "MemoryError": RefusalReason.MEMORY,
}
_QUOTED = 3
"""How many failed tests a refusal tells of."""
_ASKED_TOO_OFTEN = "the hidden tests were asked too often: {} bodies passed the tests that were shown"


def _search_limits() -> CallLimits:
    return CallLimits(call_cpu_s=2.0, call_wall_s=10.0)


@dataclass(slots=True)
class PythonSession:
    """Fills the `Session` seam."""

    entry: Entry
    grader: Grader
    limits: CallLimits = field(default_factory=_search_limits)
    """What a body may use in search; an audit allows more."""
    lenient: bool = False
    """Whether bodies that seem to know the tests by rote may pass."""
    selections: int = 8
    """How many bodies may be put to the hidden tests: each answer tells a proposer a little about them."""
    _bodies: list[str | None] = field(default_factory=list)
    """What is written so far, for each goal by its handle; None at the root."""
    _selected: set[str] = field(default_factory=set)
    _closed: bool = False
    _root: Goal = field(init=False)

    def __post_init__(self) -> None:
        self._root = self._keep(None)

    @property
    def root(self) -> Goal:
        """The goal to write the whole body."""
        return self._root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """Judge one step; see `holdfast.core.seams.Session.apply`.

        A refusal's message is that of the first few tests that failed, a line each, and its reason that of
        the first; hidden tests are not quoted.
        """
        sketch = self._body(goal)
        if not goal.subgoals:
            return Refused(RefusalReason.NOT_APPLICABLE, "the body is complete")
        if normal(step.text) == "...":
            return Refused(RefusalReason.NO_PROGRESS, "the hole is filled with a hole")
        try:
            body = compose(sketch, step.text)
            candidate = self.entry.candidate(body)
        except BodyError as error:
            return Refused(RefusalReason.SYNTAX, str(error))
        return self._looked_at(body) or await self._graded(body, candidate)

    async def focus(self, goal: Goal, index: int) -> Goal:
        """The goal itself, which has one subgoal; IndexError where there is none."""
        self._body(goal)
        if index != 0 or not goal.subgoals:
            raise IndexError(index)
        return goal

    def close(self) -> None:
        """Use up the session: its reader went on."""
        self._closed = True

    def _body(self, goal: Goal) -> str | None:
        if self._closed:
            raise ValueError("the session is closed")
        if not 0 <= goal.handle < len(self._bodies):
            raise ValueError("the goal is not of this session")
        return self._bodies[goal.handle]

    def _keep(self, body: str | None) -> Goal:
        self._bodies.append(body)
        return goal_of(self.entry.brief, body, len(self._bodies) - 1)

    def _looked_at(self, body: str) -> Verdict | None:
        """What can be said without running it."""
        statements = parse_body(body)
        document, function = self.entry.document, self.entry.function
        if said := objection(statements, customs_of(document, function)):
            return Refused(RefusalReason.FORBIDDEN, said)
        if name := unknown_name(statements, bound_in(document, function)):
            return Refused(RefusalReason.UNKNOWN_NAME, f"name {name!r} is not defined")
        if is_sketch(statements):
            return Advanced(self._keep(body))
        told = self.entry.specification
        said = "" if self.lenient else by_rote(statements, self.entry.brief, told.shown, told.hidden)
        return Refused(RefusalReason.OTHER, said) if said else None

    async def _graded(self, body: str, candidate: Candidate) -> Verdict:
        failed, cpu_s = await self._failures(candidate, self.entry.specification.shown, _QUOTED)
        if failed:
            message = "\n".join(f"{each.name}: {each.message}" for each in failed)
            return Refused(_reason(failed[0]), message, cpu_s)
        hidden = self.entry.specification.hidden
        if hidden:
            self._selected.add(body)
            if len(self._selected) > self.selections:
                message = _ASKED_TOO_OFTEN.format(self.selections)
                return Refused(RefusalReason.OTHER, message, cpu_s)
            failed, more_s = await self._failures(candidate, hidden, 1)
            cpu_s += more_s
            if failed:
                message = "it passes the tests that were shown, and fails one that was not"
                return Refused(RefusalReason.NOT_APPLICABLE, message, cpu_s)
        done = Goal((), handle=len(self._bodies))
        self._bodies.append(body)
        return Proved(done, cpu_s)

    async def _failures(
        self, candidate: Candidate, cases: Sequence[Case], most: int
    ) -> tuple[Sequence[CaseVerdict], float]:
        """The first tests that a program does not pass, and the CPU seconds used."""
        suite = Suite(tuple(cases))
        graded = await self.grader.grade(
            candidate, suite, limits=self.limits, first_failure=True, failures=most
        )
        # Tests that were not reached say nothing, unless no other failed.
        told = [each for each in graded.failures if each.reason is not Reason.NO_ANSWER]
        return (told or graded.failures)[:most], graded.cpu_s


def _reason(failed: CaseVerdict) -> RefusalReason:
    if failed.reason is Reason.RAISED:
        return _EXCEPTIONS.get(failed.shown.partition(":")[0], RefusalReason.NOT_APPLICABLE)
    return _REASONS.get(failed.reason, RefusalReason.NOT_APPLICABLE) if failed.reason else RefusalReason.OTHER
