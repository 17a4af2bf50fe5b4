"""Grades programs: runs them in sandboxes, judges what comes back here.

Expected values never enter the sandbox of a program, its tests are taken out of its text, inputs arrive one
by one in an order that it cannot know, and a test that has no answer has failed.
"""

import random
import time
from collections.abc import Sequence
from typing import TypeVar

from holdfast.checkers.python.answers import Answer
from holdfast.checkers.python.asking import Asking
from holdfast.checkers.python.hosts import Hosts
from holdfast.checkers.python.judge import judge
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.checkers.python.strip import without_tests
from holdfast.checkers.python.suite import Call, CallCase, Case, Suite
from holdfast.checkers.python.verdicts import CaseVerdict, Graded, Reason
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["Grader"]

T = TypeVar("T")


class Grader:
    """Judges programs by suites of tests. Belongs to no event loop; gradings may run side by side."""

    def __init__(self, hosts: Hosts, *, rng: random.Random | None = None) -> None:
        """Run everything in `hosts`; `rng` orders tests, unpredictably where it is None."""
        self._hosts = hosts
        self._rng = rng or random.SystemRandom()

    async def ask(
        self, candidate: Candidate, calls: Sequence[Call], limits: CallLimits | None = None
    ) -> tuple[Answer, ...]:
        """What comes of each call, in one process as long as it lives.

        Raises SourceError where the program is not Python, InfrastructureError where the sandbox fails.
        """
        asking = self._asking(candidate, without_tests(Source(candidate.name, candidate.text)), limits)
        answers: list[Answer] = []

        def take(_: None, answer: Answer) -> bool:
            answers.append(answer)
            return True

        await asking.run(((None, call) for call in calls), take)
        return tuple(answers)

    async def grade(
        self,
        candidate: Candidate,
        suite: Suite,
        *,
        limits: CallLimits | None = None,
        first_failure: bool = False,
    ) -> Graded:
        """The verdict on a program; with `first_failure`, tests after one that failed are not run.

        Raises InfrastructureError where the sandbox itself fails; whatever the program does is a verdict.
        """
        started = time.monotonic()
        try:
            text = without_tests(Source("", candidate.text))
        except SourceError as error:
            verdicts = [_unrun(case, Reason.SYNTAX, str(error)) for case in suite.cases]
            return Graded(verdicts=tuple(verdicts), wall_s=time.monotonic() - started)
        asking = self._asking(candidate, text, limits)
        verdicts_by_name = await self._groups(asking, suite, first_failure=first_failure)
        return Graded(
            verdicts=tuple(
                verdicts_by_name.get(case.name) or _unrun(case, Reason.NO_ANSWER, "not run")
                for case in suite.cases
            ),
            unloadable="" if asking.unloadable is None else asking.unloadable.message,
            cpu_s=asking.cpu_s,
            wall_s=time.monotonic() - started,
            level=self._hosts.level,
        )

    def _asking(self, candidate: Candidate, text: str, limits: CallLimits | None) -> Asking:
        limits = limits or CallLimits()
        return Asking(lambda: self._hosts.program(candidate.files, limits), candidate.name, text, limits)

    async def _groups(self, asking: Asking, suite: Suite, *, first_failure: bool) -> dict[str, CaseVerdict]:
        groups: dict[str, list[CallCase]] = {}
        for case in suite.calls():
            groups.setdefault(case.group, []).append(case)
        verdicts: dict[str, CaseVerdict] = {}

        def take(case: CallCase, answer: Answer) -> bool:
            verdicts[case.name] = verdict = judge(case, answer)
            return verdict.passed or not first_failure

        for group in self._shuffled(list(groups.values())):
            await asking.run(((case, case.call) for case in self._shuffled(group)), take)
            if first_failure and any(not verdict.passed for verdict in verdicts.values()):
                break
        return verdicts

    def _shuffled(self, items: list[T]) -> list[T]:
        return self._rng.sample(items, len(items))


def _unrun(case: Case, reason: Reason, message: str) -> CaseVerdict:
    return CaseVerdict(case.name, passed=False, reason=reason, message=message)
