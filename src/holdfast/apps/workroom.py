"""What editors and agents ask of a file: its goals, steps to try, proofs and audits, whoever asks and how.

Nothing here writes to the user's files: what was found is handed back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from holdfast.apps.advice import Suggests, advise
from holdfast.apps.bench import Bench, Task, open_bench, recall_of
from holdfast.apps.kept import KeptFiles, Turn
from holdfast.apps.languages import language_of
from holdfast.apps.live import Opening, Place, open_live
from holdfast.apps.mixed import open_mixed
from holdfast.apps.models import prepare_model
from holdfast.apps.questions import Found, Proved, Spot, Wish, WorkroomSettings
from holdfast.apps.reports import Reports
from holdfast.apps.rounds import Rounds, fill_file
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import CheckerTimeoutError, MissingToolError, ModelError, SourceError, UserError
from holdfast.core.seams import EventSink, Learner
from holdfast.core.steps import Proposal, Step
from holdfast.models.prompts import Language
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.runtime.loops import LoopThread
from holdfast.runtime.sinks import NullSink
from holdfast.search.suggest import Mark, Suggestion, judge, ranked, unchecked

__all__ = ["Workroom"]

_T = TypeVar("_T")
_GIVEN = Proposal(Step(""), 0.0, "given")


class Workroom:
    """Answers questions about files; for one event loop. Close it to end all that runs for it."""

    def __init__(self, settings: WorkroomSettings, *, sink: EventSink | None = None) -> None:
        """Start nothing yet; `sink` is told what is noticed while files are opened.

        Raises UserError where the settings name a model that cannot be asked.
        """
        self._settings = settings
        answers = settings.cache / "answers.db"
        named = settings.model
        self._model = None if named is None else prepare_model(named, settings.environ, cache=answers)
        self._sink = sink or NullSink()
        self._files = KeptFiles(settings.files)
        self._reports = Reports(settings.cache, self._files, self._sink)
        self._turns = asyncio.Semaphore(settings.searches)

    async def aclose(self) -> None:
        """End every checker, and the model."""
        await self._files.aclose()
        if self._model is not None:
            await self._model.aclose()
        self._reports.close()

    def report(self, answer: str, step: str, *, accepted: bool) -> None:
        """Learn what became of a step of an answer; see `Reports.report`."""
        self._reports.report(answer, step, accepted=accepted)

    def _noted(self, spot: Spot, found: Found) -> Found:
        """`found`, as an answer that can be reported on."""
        if not found.suggestions:
            return found
        name, language = spot.source.name, language_of(spot.path)
        return replace(found, answer=self._reports.remember(found.goal, name, language))

    async def goal(self, spot: Spot, *, limit_s: float) -> Found:
        """What is to be done at a place. Raises SourceError, UserError, InfrastructureError."""

        async def look(place: Place, turn: Turn) -> Found:
            del turn
            return Found(place.goal, notes=place.notes)

        return await self._ask(spot, look, limit_s)

    async def suggest(
        self,
        spot: Spot,
        *,
        prefix: str = "",
        count: int = 10,
        check: bool = True,
        limit_s: float,
        breakable: bool = True,
    ) -> Found:
        """Steps that could be taken at a place, those that hold first; raises what `goal` does.

        `breakable` says whether cancelling this breaks off the reading of the file.
        """
        language = language_of(spot.path)

        async def suggested(place: Place, turn: Turn) -> Found:
            async with self._asked(language) as (model, said):
                advice = await advise(
                    place.learner,
                    model,
                    place.goal,
                    count,
                    prefix=prefix,
                    context=place.context,
                    language=language,
                    recall=place.recall,
                )
            notes = (*place.notes, *said, *advice.notes)
            if not (check and place.judged):
                return Found(place.goal, tuple(map(unchecked, advice.proposals)), notes)
            found = await _judged(place, advice.proposals, turn)
            return Found(place.goal, tuple(ranked(found)), notes, _is_cut(found))

        return self._noted(spot, await self._ask(spot, suggested, limit_s, breakable=breakable))

    async def try_steps(self, spot: Spot, steps: Sequence[str], *, limit_s: float) -> Found:
        """What comes of each step at a place, in the order given; raises what `goal` does."""
        given = [Proposal(Step(text), _GIVEN.logprob, _GIVEN.source) for text in steps]

        async def tried(place: Place, turn: Turn) -> Found:
            if not place.judged:
                return Found(place.goal, tuple(map(unchecked, given)), place.notes)
            found = await _judged(place, given, turn)
            return Found(place.goal, tuple(found), place.notes, _is_cut(found))

        return self._noted(spot, await self._ask(spot, tried, limit_s))

    async def prove(self, wish: Wish) -> Proved:
        """Fill holes with what the audit passes. Raises SourceError, UserError, InfrastructureError."""
        known: dict[str, HoleResult] = {}
        holes: list[Hole] = []
        clock = asyncio.timeout(wish.limit_s)
        try:
            async with clock:
                return await self._apart(lambda: self._prove(wish, holes, known))
        except TimeoutError:
            if not clock.expired():
                raise
            results = [_cut_off(hole, known.get(hole.name)) for hole in holes]
            return Proved(Filled(wish.source, tuple(results), None), timed_out=True)

    async def audit(self, wish: Wish, original: Source | None = None) -> AuditReport:
        """Re-check a file in a fresh process, against `original` where that is given.

        Raises what `prove` does, and CheckerTimeoutError after `wish.limit_s` seconds.
        """

        async def judged() -> AuditReport:
            async with open_bench(self._task(wish.path, wish.source, wish)) as bench:
                return await bench.checker.audit(wish.source, original)

        clock = asyncio.timeout(wish.limit_s)
        try:
            async with clock:
                return await self._apart(judged)
        except TimeoutError:
            if not clock.expired():
                raise
            raise CheckerTimeoutError(f"the audit was not done after {wish.limit_s:g} s") from None

    async def look(self, wish: Wish) -> Sequence[HoleResult]:
        """The holes that cannot or should not be filled, and why; raises what `prove` does."""

        async def looked() -> Sequence[HoleResult]:
            async with open_bench(self._task(wish.path, wish.source, wish)) as bench:
                holes = bench.checker.holes(wish.source, wish.names)
                try:
                    return tuple((await bench.prepare(wish.source, holes, wish.sink)).values())
                except SourceError:
                    raise
                except UserError as error:  # none of them can be
                    return [HoleResult(hole, "not_found", str(error)) for hole in holes]

        return await self._apart(looked)

    async def _ask(
        self,
        spot: Spot,
        work: Callable[[Place, Turn], Coroutine[Any, Any, _T]],
        limit_s: float,
        *,
        breakable: bool = True,
    ) -> _T:
        settings = self._settings
        self._reports.hear()
        opening = Opening(
            path=spot.path,
            source=spot.source,
            offset=spot.offset,
            sink=self._sink,
            cache=settings.cache,
            learn_s=settings.learn_s,
            tests=spot.tests,
            premises=self._premises(spot.path),
            accepted=partial(self._reports.accepted, language_of(spot.path)),
            unsafe=settings.unsafe,
            lean_backend=settings.lean_backend,
            rocq_backend=settings.rocq_backend,
        )
        key = (spot.path, spot.tests)
        return await self._files.ask(
            key,
            lambda: open_live(opening),
            spot.source,
            spot.offset,
            work,
            limit_s=limit_s,
            breakable=breakable,
        )

    def _premises(self, path: Path) -> int:
        """How many theorems prompts about a file name; its format may be for another language."""
        if self._model is None:
            return 0
        with suppress(UserError):
            return self._settings.premises if self._model.takes_premises(language_of(path)) else 0
        return 0

    @asynccontextmanager
    async def _asked(self, language: Language) -> AsyncIterator[tuple[Suggests | None, Sequence[str]]]:
        """The model for the event loop of a file, and why it cannot be asked where that is so."""
        if self._model is None:
            yield None, ()
            return
        try:
            made = await asyncio.to_thread(self._model.make)
        except (ModelError, MissingToolError) as error:
            yield None, (str(error),)
            return
        async with aclosing(made):
            yield self._model.proposer(language, made), ()

    def _opened_learner(self, bench: Bench, path: Path) -> AbstractAsyncContextManager[Callable[[], Learner]]:
        """What makes the proposer of a worker of a search."""
        settings = self._settings
        if settings.model is None:
            return nullcontext(bench.make_learner)
        return open_mixed(
            settings.model,
            settings.environ,
            cache=settings.cache,
            language=language_of(path),
            embedded=bench.make_learner,
            report=lambda _: None,
            recall=partial(recall_of, bench),
        )

    async def _apart(self, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Run work that takes long in a thread of its own; being cancelled ends it."""
        async with self._turns:
            thread = LoopThread("search")
            try:
                return await asyncio.wrap_future(thread.submit(work()))
            finally:
                await asyncio.shield(_ended(thread))

    async def _prove(self, wish: Wish, holes: list[Hole], known: dict[str, HoleResult]) -> Proved:
        task = replace(self._task(wish.path, wish.source, wish), premises=self._premises(wish.path))
        async with open_bench(task) as bench:
            found = bench.checker.holes(wish.source, wish.names)
            holes += [each for each in found if not wish.holes or each.name in wish.holes]
            if not holes:
                return Proved(Filled(wish.source, (), None))
            async with self._opened_learner(bench, wish.path) as make_learner:
                rounds = Rounds(
                    bench=bench,
                    make_learner=make_learner,
                    budget_s=wish.budget_s,
                    jobs=wish.jobs,
                    sink=wish.sink,
                    report=lambda result: known.update({result.hole.name: result}),
                )
                filled = await fill_file(wish.source, holes, rounds)
            remarks = {
                each.hole.name: bench.remark(each) for each in filled.results if each.status == "proved"
            }
            return Proved(filled, tuple(await bench.advise(filled)), remarks=remarks)

    def _task(self, path: Path, source: Source, wish: Wish | None = None) -> Task:
        return Task(
            path=path,
            source=source,
            sink=self._sink if wish is None else wish.sink,
            cache=self._settings.cache,
            jobs=1 if wish is None else wish.jobs,
            learn_s=self._settings.learn_s,
            budget_s=0.0 if wish is None else wish.budget_s,
            tests=() if wish is None else wish.tests,
            accept=wish is not None and wish.accept,
            unsafe=self._settings.unsafe,
            lean_backend=self._settings.lean_backend,
            rocq_backend=self._settings.rocq_backend,
        )


async def _ended(thread: LoopThread) -> None:
    """End a thread when what was cancelled in it has ended: cancelling it again would cut that short."""
    await thread.run(_others())
    await asyncio.to_thread(thread.close)


async def _others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)


async def _judged(place: Place, proposals: Iterable[Proposal], turn: Turn) -> list[Suggestion]:
    observe = None if place.learner is None else place.learner.judged
    judged = judge(place.session, place.goal, proposals, observe=observe, go_on=turn.goes_on)
    return [one async for one in judged]


def _is_cut(found: Sequence[Suggestion]) -> bool:
    return any(one.mark is Mark.UNCHECKED for one in found)


def _cut_off(hole: Hole, known: HoleResult | None) -> HoleResult:
    """What is known of a hole when the time is over: what was found has not been audited."""
    if known is None:
        return HoleResult(hole, "undecided", "the time was over before its search had ended")
    if known.status != "proved":
        return known
    return HoleResult(hole, "undecided", "found, but the time was over before its audit")
