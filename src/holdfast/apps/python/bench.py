"""Python files: their tests, the sandbox that runs them, the embedded synthesiser."""

import os
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from holdfast.apps.bench import Bench, Task
from holdfast.apps.isolation import find_sandbox
from holdfast.apps.python.files import imports_of, surroundings
from holdfast.apps.python.learner import MakeProposer, PythonLearner, Work, synthesis_task, why_no_task
from holdfast.apps.python.libraries import find_libraries, own_libraries, preloaded
from holdfast.checkers.python.audit import WEAK
from holdfast.checkers.python.bodies import body_of
from holdfast.checkers.python.brief import context_of, goal_of
from holdfast.checkers.python.checker import PythonChecker
from holdfast.checkers.python.document import nested_stubs
from holdfast.checkers.python.grader import Grader, open_grader
from holdfast.checkers.python.holes import function_of
from holdfast.checkers.python.imports import check_import, check_tests
from holdfast.checkers.python.program import Surroundings
from holdfast.checkers.python.reader import obstacle
from holdfast.checkers.python.session import PythonSession
from holdfast.checkers.python.strengthen import Question, distinguish
from holdfast.checkers.python.telling import Telling, telling_properties
from holdfast.checkers.python.tested import Entry
from holdfast.checkers.python.trivial import first_trivial
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.core.goals import Subgoal
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import EventSink, Learner
from holdfast.core.steps import Proved
from holdfast.core.trajectories import is_learnable
from holdfast.models.enumerative import EnumerativeProposer, EnumerativeSettings
from holdfast.pipelines.fill import NOTHING_LEFT
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.search.best_first import SearchSettings

__all__ = ["PythonBench", "make_checker", "make_synthesiser", "open_bench"]

_PROPOSALS = 8
"""How many bodies are compared where tests are to be strengthened."""


@asynccontextmanager
async def open_bench(task: Task) -> AsyncIterator[Bench]:
    """What it takes to work on one Python file.

    Raises SandboxUnavailableError where no sandbox works, unless running without one was accepted.
    """
    sandbox = await find_sandbox(task.cache, accept_unsafe=task.unsafe, sink=task.sink)
    libraries = find_libraries(task.path, task.python, os.environ)
    checker = make_checker(sandbox, task.tests, path=task.path, libraries=libraries, lenient=task.accept)
    make = make_synthesiser(sandbox, task.budget_s, libraries=libraries, beside=checker.beside)
    yield PythonBench(task, checker, await checker.identity(), make, str(sandbox.level))


def make_checker(
    sandbox: Sandbox,
    tests: Sequence[Source],
    *,
    path: Path | None = None,
    libraries: Sequence[Path] = (),
    lenient: bool = False,
) -> PythonChecker:
    """A checker whose programs and tests run in `sandbox` and find `libraries`.

    `path` is where the file lies; without one, nothing stands beside it.
    """
    preload = () if path is None else preloaded(imports_of(path), libraries)

    def opened(rng: random.Random | None) -> AbstractAsyncContextManager[Grader]:
        return open_grader(
            sandbox,
            packages=own_libraries(),
            libraries=libraries,
            preload=preload,
            rng=rng,
            # What holds in one order of sets alone is not what was asked for.
            hash_seed=0 if rng else 1,
        )

    beside = None if path is None else surroundings(path, [Path(each.name) for each in tests])
    return PythonChecker(opened, tests, beside=beside, lenient=lenient)


def make_synthesiser(
    sandbox: Sandbox, budget_s: float, *, libraries: Sequence[Path] = (), beside: Surroundings | None = None
) -> MakeProposer:
    """What makes the embedded proposer of one hole, which has so many CPU seconds for it.

    The functions of the file that bodies may call find `libraries` and what is `beside` the file.
    """
    settings = EnumerativeSettings(cpu_s=max(budget_s, 0.1))
    files = {} if beside is None else beside.files
    return lambda wanted: EnumerativeProposer(wanted, sandbox, settings, files=files, libraries=libraries)


@dataclass(slots=True)
class PythonBench:
    """Fills `Bench`."""

    task: Task
    checker: PythonChecker
    identity: CheckerIdentity
    make_proposer: MakeProposer
    level: str
    """How programs are kept apart from the machine."""
    # Each body is judged as it comes: the next one takes longer than its tests.
    settings: SearchSettings | None = field(default_factory=lambda: SearchSettings(batch=1, further=1))
    _works: dict[tuple[Subgoal, ...], Work] = field(default_factory=dict)
    """By the goal of a hole."""
    _entries: dict[str, Entry] = field(default_factory=dict)
    _trivial: dict[str, str] = field(default_factory=dict)
    """The trivial body that passes all tests of a hole, where one does."""

    async def prepare(
        self, source: Source, holes: Sequence[Hole], sink: EventSink
    ) -> Mapping[str, HoleResult]:
        """Read the tests, import the file, and look for holes that cannot or should not be filled."""
        tested = self.checker.read(source)
        entries = {hole.name: tested.entry(function_of(tested.document, hole)) for hole in holes}
        said = {name: obstacle(entry.specification, name) for name, entry in entries.items()}
        if all(said.values()) and not self._entries:  # in a later round, others are filled already
            raise UserError(f"{source.name}: {next(iter(said.values()))}")
        self._entries |= entries
        settled = {hole.name: _not_found(hole, said[hole.name]) for hole in holes if said[hole.name]}
        for name in nested_stubs(tested.document):
            words = "has no body; functions inside functions are not filled: move it to the top level"
            sink.emit(Note(f"{name} {words}", "warning"))
        async with self.checker.grader() as grader:
            await check_import(grader, tested)
            for tests in self.task.tests:
                if tests.name.endswith(".py"):
                    await check_tests(grader, tested, tests)
            for hole in holes:
                if hole.name not in settled:
                    settled |= await self._look(hole, grader, sink)
        return settled

    async def _look(self, hole: Hole, grader: Grader, sink: EventSink) -> Mapping[str, HoleResult]:
        """Whether the tests of a hole say anything; its result where they do not and that is not accepted."""
        entry = self._entries[hole.name]
        wanted = synthesis_task(entry.brief, entry.path) if self.task.embedded else None
        self._works[goal_of(entry.brief).subgoals] = Work(
            context_of(entry.brief),
            wanted,
            is_generator=entry.brief.is_generator,
            why_not=why_no_task(entry.brief),
        )
        body = await first_trivial(entry, grader)
        if not body:
            return {}
        self._trivial[hole.name] = body
        words = f"{body} passes all of its tests, so they say too little"
        if self.task.accept:
            sink.emit(Note(f"{hole.name}: {words}", "warning"))
            return {}
        return {hole.name: _not_found(hole, f"{words}: add some, or take what is found with --accept")}

    def make_learner(self) -> Learner:
        """The synthesiser, which needs no model."""
        return PythonLearner(self._works, self.make_proposer)

    def _work(self, name: str) -> Work | None:
        entry = self._entries.get(name)
        return None if entry is None else self._works.get(goal_of(entry.brief).subgoals)

    def charged(self, result: HoleResult) -> HoleResult:
        """The result with the CPU seconds of the synthesiser."""
        work = self._work(result.hole.name)
        spent = 0.0 if work is None else work.bill_s()
        found = None if result.found_cpu_s is None else result.found_cpu_s + spent
        reason = result.reason
        if result.reason == NOTHING_LEFT and work is not None and work.trouble and not work.effort.samples:
            reason = f"{reason}: {work.trouble}"
        return replace(result, cpu_s=result.cpu_s + spent, found_cpu_s=found, reason=reason)

    def again(self, filled: Filled) -> Sequence[str]:
        """The holes whose tests waited for bodies that are there now."""
        done = [each.hole.name for each in filled.results if each.status == "proved"]
        members = (member.name for name in done for member in self._entries[name].function.members)
        proved = {*done, *members}
        return [
            each.hole.name
            for each in filled.results
            if each.status == "not_found" and self._waits_for(each.hole.name) & proved
        ]

    def _waits_for(self, name: str) -> set[str]:
        specification = self._entries[name].specification
        return set() if specification.cases else set(specification.waits_for)

    async def advise(self, filled: Filled) -> Sequence[str]:
        """With `--strengthen`: inputs on which bodies that pass all tests differ, as examples to complete."""
        if not self.task.strengthen:
            return ()
        async with self.checker.grader() as grader:
            said = [await self._questions(result, grader) for result in filled.results]
        return [paragraph for paragraph in said if paragraph]

    async def _questions(self, result: HoleResult, grader: Grader) -> str:
        name = result.hole.name
        entry = self._entries.get(name)
        if entry is None or not entry.specification.cases:
            return ""
        bodies = [body_of(result.proof)] if result.proof is not None else []
        bodies += [self._trivial[name]] if name in self._trivial else []
        bodies += await self._others(entry, grader)
        distinct = list(dict.fromkeys(bodies))
        rng = random.Random(0)  # noqa: S311 - inputs, not secrets
        asked = await distinguish(entry, distinct, grader, rng)
        told = await telling_properties(entry, distinct, grader, rng)
        return _advice(name, len(distinct), asked, told)

    async def _others(self, entry: Entry, grader: Grader) -> list[str]:
        """More bodies that pass all tests: those that the search met, and what the synthesiser finds next."""
        session = PythonSession(entry, grader, lenient=True)
        work = self._works.get(session.root.subgoals)
        if work is None:
            return []
        alone = {session.root.subgoals: replace(work, synthesiser=None, passed=[])}
        async with PythonLearner(alone, self.make_proposer) as learner:
            proposals = await learner.propose(session.root, _PROPOSALS)
        verdicts = [(each.step, await session.apply(session.root, each.step)) for each in proposals]
        return [*work.passed, *(step.text for step, verdict in verdicts if isinstance(verdict, Proved))]

    def details(self, result: HoleResult) -> Mapping[str, object]:
        """Which tests the proposer saw, and whether they say too little."""
        entry = self._entries.get(result.hole.name)
        if entry is None:
            return {}
        specification, work = entry.specification, self._work(result.hole.name)
        level, weak = self.level, WEAK in result.axioms
        return {
            "level": level,
            "learnable": result.status == "proved" and is_learnable(level=level, weak=weak),
            "samples": 0 if work is None else work.effort.samples,
            "rounds": 0 if work is None else work.effort.rounds,
            "tests_seen": [case.name for case in specification.shown],
            "tests_hidden": [case.name for case in specification.hidden],
            "under_specified": self._trivial.get(result.hole.name),
        }

    def remark(self, result: HoleResult) -> str:
        """How many tests there were, and how many of them the proposer saw."""
        specification = self._entries[result.hole.name].specification
        seen, hidden = len(specification.shown), len(specification.hidden)
        words = f"{seen} tests seen, {hidden} hidden" if hidden else f"{seen} tests, all seen"
        resting = f"; rests on {', '.join(result.axioms)}" if result.axioms else ""
        return words + resting


def _not_found(hole: Hole, reason: str) -> HoleResult:
    return HoleResult(hole, "not_found", reason)


def _advice(name: str, bodies: int, asked: Sequence[Question], told: Sequence[Telling]) -> str:
    """What `--strengthen` prints of one hole."""
    if not asked and not told:
        return f"{name}: {bodies} bodies pass its tests; no input was found on which they differ"
    parts = []
    if asked:
        questions = "\n".join(str(each) for each in asked)
        advice = "bodies that pass its tests differ here; keep the right answer as an example"
        parts.append(f"{name}: {advice}\n{questions}")
    if told:
        tests = "\n\n".join(str(each) for each in told)
        advice = "properties that some of these bodies have and others have not; paste those that are meant"
        head = "from hypothesis import assume, given, strategies as st"
        parts.append(f"{name}: {advice}\n{head}\n\n{tests}")
    return "\n\n".join(parts)
