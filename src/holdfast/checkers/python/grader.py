"""Grades programs: runs them in sandboxes, judges what comes back here.

Expected values never enter the sandbox of a program, its tests are taken out of its text, inputs arrive one
by one in an order that it cannot know, and a test that has no answer has failed.
"""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from holdfast.checkers.python.answers import Answer
from holdfast.checkers.python.asking import Asking
from holdfast.checkers.python.hosts import Hosts, open_hosts
from holdfast.checkers.python.judge import judge, judge_run
from holdfast.checkers.python.outline import exported, parse_module
from holdfast.checkers.python.program import CallLimits, Candidate, Partner
from holdfast.checkers.python.scripts import ScriptRun
from holdfast.checkers.python.strip import without_tests
from holdfast.checkers.python.suite import Call, CallCase, Case, ProgramCase, Script, ScriptCase, Suite
from holdfast.checkers.python.verdicts import CaseVerdict, Graded, Reason
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Grader", "open_grader"]

T = TypeVar("T")
_COSTLY = frozenset({Reason.TIMEOUT, Reason.MEMORY, Reason.OUTPUT, Reason.DIED, Reason.IMPORT})
"""Failures after which no other is looked for where one is enough."""


class Grader:
    """Judges programs by suites of tests. Belongs to one event loop; gradings may run side by side."""

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
        limits = limits or CallLimits()
        text = without_tests(Source(candidate.name, candidate.text))
        asking = Asking(lambda: self._hosts.program(candidate.beside.files, limits), candidate, text, limits)
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
        failures: int = 1,
        beside: bool = False,
    ) -> Graded:
        """The verdict on a program; with `first_failure`, tests are not run after `failures` of them failed.

        With `beside`, test programs that fail apart are run once more in one process with the program; what
        passes there is weak.

        Raises InfrastructureError where the sandbox itself fails; whatever the program does is a verdict.
        """
        grading = _Grading(self._hosts, candidate, limits or CallLimits(), self._rng, beside=beside)
        return await grading.grade(suite, most=failures if first_failure else None)


@asynccontextmanager
async def open_grader(
    sandbox: Sandbox,
    *,
    packages: Sequence[Path] = (),
    libraries: Sequence[Path] = (),
    preload: Sequence[str] = (),
    rng: random.Random | None = None,
    hash_seed: int = 0,
) -> AsyncIterator[Grader]:
    """A grader for this event loop.

    Args:
        sandbox: where all of it runs.
        packages: folders of libraries that tests, and only they, find.
        libraries: folders of libraries that programs and tests find.
        preload: modules of `libraries` that programs are going to import.
        rng: orders tests, unpredictably where it is None.
        hash_seed: decides the order in which programs and tests walk through sets of texts.

    Raises InfrastructureError where the sandbox does not start.
    """
    opened = open_hosts(sandbox, packages=packages, libraries=libraries, preload=preload, hash_seed=hash_seed)
    async with opened as hosts:
        yield Grader(hosts, rng=rng)


class _Grading:
    """The grading of one program."""

    def __init__(
        self, hosts: Hosts, candidate: Candidate, limits: CallLimits, rng: random.Random, *, beside: bool
    ) -> None:
        self._hosts = hosts
        self._beside = beside
        self._candidate = candidate
        self._limits = limits
        self._rng = rng
        self._names: tuple[str, ...] = ()
        self._text = ""
        self._askings: list[Asking] = []
        self._broken = ""
        self._verdicts: dict[str, CaseVerdict] = {}

    async def grade(self, suite: Suite, *, most: int | None) -> Graded:
        started = time.monotonic()
        try:
            source = Source("", self._candidate.text)
            self._text, self._names = without_tests(source), exported(parse_module(source))
        except SourceError as error:
            verdicts = [_unrun(case, Reason.SYNTAX, str(error)) for case in suite.cases]
            return Graded(verdicts=tuple(verdicts), wall_s=time.monotonic() - started)
        for work in self._shuffled(list(self._works(suite, most))):
            await work()
            if self._has_failed(most):
                break
        faults = [one.unloadable.message for one in self._askings if one.unloadable is not None]
        return Graded(
            verdicts=tuple(
                self._verdicts.get(case.name) or _unrun(case, Reason.NO_ANSWER, "not run")
                for case in suite.cases
            ),
            unloadable=faults[0] if faults else "",
            broken=self._broken,
            cpu_s=sum(one.cpu_s for one in self._askings),
            wall_s=time.monotonic() - started,
            level=self._hosts.level,
        )

    def _has_failed(self, most: int | None) -> bool:
        """Whether so many tests have failed, or one in a way that costs a process each time."""
        return _are_enough(most, self._verdicts.values())

    def _works(self, suite: Suite, most: int | None) -> Iterator[Callable[[], Awaitable[None]]]:
        """What there is to do, in pieces that share no process."""
        calls: dict[str, list[CallCase]] = {}
        scripts: dict[Script, list[ScriptCase]] = {}
        for case in suite.cases:
            match case:
                case CallCase():
                    calls.setdefault(case.group, []).append(case)
                case ScriptCase():
                    scripts.setdefault(case.script, []).append(case)
                case ProgramCase():
                    yield partial(self._program, case)
        yield from (partial(self._calls, group, most) for group in calls.values())
        yield from (partial(self._script, script, cases, most) for script, cases in scripts.items())

    async def _calls(self, cases: list[CallCase], most: int | None) -> None:
        def take(case: CallCase, answer: Answer) -> bool:
            self._verdicts[case.name] = judge(case, answer)
            return not self._has_failed(most)

        asking = self._asking(self._hosts.program)
        await asking.run(((case, case.call) for case in self._shuffled(cases)), take)

    async def _script(self, script: Script, cases: list[ScriptCase], most: int | None) -> None:
        asking = self._asking(self._hosts.objects)
        run = ScriptRun(script, self._hosts, asking, self._names, self._limits, self._candidate.beside)
        for verdict in await run.judge(cases, partial(_are_enough, most)):
            self._verdicts[verdict.name] = verdict
        judged = [case for case in cases if case.name in self._verdicts]
        left = [case for case in judged if not self._verdicts[case.name].passed]
        if self._beside and left:
            for verdict in await run.judge_beside(left):
                if verdict.passed:
                    self._verdicts[verdict.name] = verdict
        self._broken = self._broken or run.broken

    async def _program(self, case: ProgramCase) -> None:
        ran = await self._hosts.run(self._candidate, case.stdin.encode(), self._limits)
        self._verdicts[case.name] = judge_run(case, ran)
        asking = self._asking(self._hosts.program)
        asking.cpu_s = ran.cpu_s

    def _asking(self, start: Callable[[Mapping[str, bytes], CallLimits], Partner]) -> Asking:
        asking = Asking(
            lambda: start(self._candidate.beside.files, self._limits),
            self._candidate,
            self._text,
            self._limits,
        )
        if self._askings:
            # What cannot be imported once is not tried again.
            asking.unloadable = self._askings[-1].unloadable
        self._askings.append(asking)
        return asking

    def _shuffled(self, items: list[T]) -> list[T]:
        return self._rng.sample(items, len(items))


def _are_enough(most: int | None, verdicts: Iterable[CaseVerdict]) -> bool:
    if most is None:
        return False
    failed = [verdict.reason for verdict in verdicts if not verdict.passed]
    return len(failed) >= most or any(one in _COSTLY for one in failed)


def _unrun(case: Case, reason: Reason, message: str) -> CaseVerdict:
    return CaseVerdict(case.name, passed=False, reason=reason, message=message)
