"""One Python file that somebody works on: the function at a place, its tests, and a sandbox kept warm."""

import contextlib
import os
from collections.abc import AsyncIterator, Sequence

from holdfast.apps.isolation import find_sandbox
from holdfast.apps.live import NoGoalError, Opening, Place
from holdfast.apps.python.bench import make_checker, make_synthesiser
from holdfast.apps.python.learner import MakeProposer, synthesis_task, yielding
from holdfast.apps.python.libraries import find_libraries
from holdfast.checkers.python.bodies import BodyError
from holdfast.checkers.python.brief import context_of
from holdfast.checkers.python.checker import PythonChecker
from holdfast.checkers.python.document import Document, Function, is_declaration
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.holes import slot_of
from holdfast.checkers.python.imports import check_import
from holdfast.checkers.python.reader import obstacle
from holdfast.checkers.python.session import PythonSession
from holdfast.checkers.python.suite import Suite
from holdfast.checkers.python.tested import Entry, Tested
from holdfast.checkers.python.trivial import first_trivial
from holdfast.checkers.python.verdicts import Reason
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner, Proposer
from holdfast.core.steps import Proposal
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.prompts import Language
from holdfast.models.synthesis.task import SynthesisTask

__all__ = ["PythonLive", "open_live"]


class PythonLive:
    """Fills `LiveDocument`: steps are bodies of the function at the place, judged by its tests."""

    language: Language = "python"

    def __init__(self, checker: PythonChecker, make: MakeProposer | None) -> None:
        """Start nothing yet; without `make`, no bodies are looked for."""
        self._checker = checker
        self._make = make
        self._stack = contextlib.AsyncExitStack()
        self._grader: Grader | None = None
        self._synthesis = contextlib.AsyncExitStack()
        self._task: SynthesisTask | None = None
        self._learner: Learner | None = None
        self._session: PythonSession | None = None

    async def at(self, source: Source, offset: int) -> Place:
        """The function that character `offset` stands in; see `LiveDocument.at`."""
        tested = self._checker.read(source)
        function = _function_at(tested.document, offset)
        entry = tested.entry(function)
        grader = await self._opened()
        said = obstacle(entry.specification, function.name)
        notes = [f"nothing can be judged here: {said}"] if said else await self._looked(tested, entry, grader)
        task = synthesis_task(entry.brief, entry.path)
        learner = await self._learner_of(task, is_generator=entry.brief.is_generator)
        if self._session is not None:
            self._session.close()
        self._session = PythonSession(entry, grader)
        context = context_of(entry.brief)
        return Place(self._session, self._session.root, learner, context, tuple(notes), judged=not said)

    def teach(self, item: Observed) -> None:
        """Nothing yet: synthesis does not learn."""

    def forget_learner(self) -> None:
        """Nothing: it has learned nothing."""

    async def aclose(self) -> None:
        """End the sandboxed processes."""
        self._grader = None
        await self._synthesis.aclose()
        await self._stack.aclose()

    async def _opened(self) -> Grader:
        if self._grader is None:
            self._grader = await self._stack.enter_async_context(self._checker.grader())
        return self._grader

    async def _learner_of(self, task: SynthesisTask | None, *, is_generator: bool) -> Learner | None:
        """The synthesiser for a function; the same question finds it where it stopped."""
        if self._make is None:
            return self._learner
        if self._learner is None or task != self._task:
            await self._synthesis.aclose()
            self._task = task
            made = None if task is None else await self._synthesis.enter_async_context(self._make(task))
            self._learner = _Synthesis(made, is_generator=is_generator)
        return self._learner

    async def _looked(self, tested: Tested, entry: Entry, grader: Grader) -> list[str]:
        """What the tests say of the body that is there, and whether they say enough."""
        await check_import(grader, tested)
        notes = []
        if not entry.function.is_stub and entry.function.body:
            graded = await grader.grade(
                tested.candidate, Suite(entry.specification.cases), first_failure=True
            )
            failed = next((one for one in graded.failures if one.reason is not Reason.NO_ANSWER), None)
            failed = failed or next(iter(graded.failures), None)
            said = "passes its tests" if failed is None else f"fails {failed.name}: {failed.message}"
            notes.append(f"the body that is there {said}")
        if body := await first_trivial(entry, grader):
            notes.append(f"{body} passes all of its tests, so they say too little")
        return notes


class _Synthesis:
    """Fills `Learner` with the synthesiser of one function, or with nothing."""

    def __init__(self, proposer: Proposer | None, *, is_generator: bool) -> None:
        self._proposer = proposer
        self._is_generator = is_generator

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Bodies that agree with the examples."""
        offers = () if self._proposer is None else await self._proposer.propose(goal, count)
        return yielding(offers) if self._is_generator else offers

    def learn(self, item: Observed | Declared) -> None:
        """Nothing: what is wanted stands in the examples."""

    def judged(self, step: JudgedStep) -> None:
        """Nothing: the synthesiser goes on where it stopped."""


@contextlib.asynccontextmanager
async def open_live(opening: Opening) -> AsyncIterator[PythonLive]:
    """A file of the user's, with the modules beside it."""
    sandbox = await find_sandbox(opening.cache, accept_unsafe=opening.unsafe, sink=opening.sink)
    libraries = find_libraries(opening.path, None, os.environ)
    checker = make_checker(sandbox, opening.tests, path=opening.path, libraries=libraries)
    search_s = opening.search_s
    make = make_synthesiser(sandbox, search_s, libraries=libraries, beside=checker.beside)
    document = PythonLive(checker, make if opening.embedded else None)
    async with contextlib.aclosing(document):
        yield document


def _function_at(document: Document, offset: int) -> Function:
    """The function that a place is in, or that a line behind its end goes on.

    Raises NoGoalError where the place is in no function, SourceError where no body can be written there.
    """
    found = [each for each in document.functions if _covers(document, each, offset)]
    line, column = document.place(offset)
    name = document.source.name
    if not found:
        raise NoGoalError("no function is here", file=name, line=line, column=column)
    function = found[-1]
    if is_declaration(function):
        text = f"{function.name} is meant to have no body"
        raise NoGoalError(text, file=name, line=line, column=column)
    try:
        slot_of(document, function)
    except BodyError as error:
        raise SourceError(f"{function.name}: {error}", file=name, line=function.node.lineno) from None
    return function


def _covers(document: Document, function: Function, offset: int) -> bool:
    places, node = document.places, function.node
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    start, end = places.starts[first - 1], places.end(node)
    if start <= offset <= end:
        return True
    between = document.source.text[end:offset]
    written = document.source.text[offset:].partition("\n")[0].strip()
    deeper = len(between.rpartition("\n")[2].expandtabs()) > len(places.margin(node.lineno).expandtabs())
    return offset > end and not between.strip() and not written and deeper
