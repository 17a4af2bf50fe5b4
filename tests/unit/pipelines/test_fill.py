"""Filling the holes of toy files: what becomes of each hole, and of the text."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.checkers.toy.reader import ToyReader
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Hole, Source
from holdfast.core.errors import CheckerError, SourceError, UserError
from holdfast.core.events import Event, TaskFinished, TaskStarted
from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Session
from holdfast.core.steps import Proposal, Step
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.toy import EnumeratingProposer
from holdfast.pipelines.fill import fill
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.runtime.sinks import NullSink
from holdfast.search.best_first import Budget, SearchSettings

TEXT = r"""theorem id : P -> P.
admitted.
theorem peirce : ((P -> Q) -> P) -> P.
admitted.
theorem both : A /\ B -> B /\ A.
  intro H. destruct H a b. split.
  { sorry. }
  { sorry. }
qed.
"""
SOURCE = Source("a.toy", TEXT)
SMALL = Budget(cpu_s=1000.0, nodes=300)


class Recorder:
    """An event sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class Troubled(ToyChecker):
    """A toy checker that has trouble with some holes, and whose audit refuses or fails where told to."""

    def __init__(
        self,
        enter: dict[str, Exception] | None = None,
        refuse: frozenset[str] = frozenset(),
        no_audit: str = "",
    ) -> None:
        self._enter = enter or {}
        self._refuse = refuse
        self._no_audit = no_audit
        self.audits: list[str] = []
        self.opened = 0

    def open(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None = None
    ) -> AbstractAsyncContextManager[Any]:
        return self._troubled(source, observe)

    @asynccontextmanager
    async def _troubled(
        self, source: Source, observe: Callable[[Observed | Declared], None] | None
    ) -> AsyncIterator["_Reader"]:
        self.opened += observe is not None
        async with super().open(source, observe) as reader:
            yield _Reader(reader, self._enter)

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        self.audits.append(source.text)
        if self._no_audit:
            raise CheckerError(self._no_audit)
        report = await super().audit(source, original)
        judged = tuple(
            TheoremAudit(each.name, "refused", "not_a_proof", "we do not like it")
            if each.name in self._refuse and each.verdict == "proved"
            else each
            for each in report.theorems
        )
        return replace(report, theorems=judged)


class _Reader:
    def __init__(self, reader: ToyReader, enter: dict[str, Exception]) -> None:
        self._reader = reader
        self._enter = enter

    async def enter(self, hole: Hole) -> Session:
        if hole.name in self._enter:
            raise self._enter[hole.name]
        return await self._reader.enter(hole)

    async def polish(self, proof: Proof) -> Proof:
        return await self._reader.polish(proof)

    async def finish(self) -> None:
        await self._reader.finish()


async def filled(source: Source = SOURCE, checker: ToyChecker | None = None, **options: Any) -> Filled:
    checker = checker or ToyChecker()
    defaults: dict[str, Any] = {"make_learner": EnumeratingProposer, "budget": SMALL, "sink": NullSink()}
    return await fill(checker, source, checker.holes(source), **(defaults | options))


def statuses(done: Filled) -> dict[str, str]:
    return {result.hole.name: result.status for result in done.results}


@pytest.mark.asyncio
async def test_what_is_found_is_put_in_place_and_what_is_not_stays() -> None:
    done = await filled()
    assert statuses(done) == {
        "id": "proved",
        "peirce": "not_found",
        "both": "proved",
        "both#2": "proved",
    }
    assert done.source.text.count("admitted") == 1
    assert "sorry" not in done.source.text
    assert done.audit is not None
    assert {each.name: each.verdict for each in done.audit.theorems}["both"] == "proved"
    (lost,) = (result for result in done.results if result.status != "proved")
    assert (lost.proof, lost.found_cpu_s) == (None, None)
    assert lost.reason
    assert lost.nodes > 0
    assert all(result.proof and result.found_cpu_s is not None for result in done.results if result != lost)


@pytest.mark.asyncio
async def test_results_do_not_depend_on_the_number_of_workers() -> None:
    one, three = await filled(), await filled(jobs=3)
    assert one.source == three.source
    assert [replace(each, wall_s=0.0) for each in one.results] == [
        replace(each, wall_s=0.0) for each in three.results
    ]


@pytest.mark.asyncio
async def test_events_and_results_come_as_the_work_is_done() -> None:
    sink, told = Recorder(), list[HoleResult]()
    await filled(sink=sink, report=told.append)
    started = [event.task for event in sink.events if isinstance(event, TaskStarted)]
    finished = [(event.task, event.outcome) for event in sink.events if isinstance(event, TaskFinished)]
    *searched, audit = started
    assert searched == [result.hole.name for result in told] == ["id", "peirce", "both", "both#2"]
    assert finished == [
        ("id", "found"),
        ("peirce", "not found"),
        ("both", "found"),
        ("both#2", "found"),
        (audit, "passed"),
    ]


@pytest.mark.asyncio
async def test_a_theorem_with_an_open_hole_stays_as_it_was() -> None:
    text = TEXT.replace(r"theorem both : A /\ B -> B /\ A", r"theorem both : (A \/ Z) /\ B -> B /\ A")
    done = await filled(Source("a.toy", text))
    assert statuses(done)["both"] == "not_found"
    reasons = {result.hole.name: result.reason for result in done.results}
    assert reasons["both"] == "found, but another hole of the same theorem is still open"
    assert done.source.text.count("sorry") == text.count("sorry")
    assert statuses(done)["id"] == "proved"


@pytest.mark.asyncio
async def test_what_the_audit_refuses_is_dropped_and_the_rest_audited_again() -> None:
    checker = Troubled(refuse=frozenset({"both"}))
    done = await filled(checker=checker)
    assert statuses(done) == {
        "id": "proved",
        "peirce": "not_found",
        "both": "not_found",
        "both#2": "not_found",
    }
    assert {result.reason for result in done.results if result.hole.name.startswith("both")} == {
        "the audit refused it: we do not like it"
    }
    first, second = checker.audits
    assert "sorry" not in first
    assert second == done.source.text
    assert second.count("sorry") == 2


@pytest.mark.asyncio
async def test_nothing_is_filled_where_the_audit_refuses_all() -> None:
    done = await filled(checker=Troubled(refuse=frozenset({"both", "id"})))
    assert done.source == SOURCE
    assert done.audit is None
    assert set(statuses(done).values()) == {"not_found"}


@pytest.mark.asyncio
async def test_an_audit_without_a_verdict_leaves_what_was_found_undecided() -> None:
    done = await filled(checker=Troubled(no_audit="the compiler was killed"))
    assert done.source == SOURCE
    assert statuses(done) == {
        "id": "undecided",
        "peirce": "not_found",
        "both": "undecided",
        "both#2": "undecided",
    }
    assert all(
        "the compiler was killed" in each.reason for each in done.results if each.status == "undecided"
    )
    assert done.results[0].proof is not None


@pytest.mark.asyncio
async def test_a_reader_that_broke_is_replaced() -> None:
    checker = Troubled(enter={"peirce": CheckerError("it died")})
    done = await filled(checker=checker)
    assert checker.opened == 2
    assert statuses(done) == {"id": "proved", "peirce": "undecided", "both": "proved", "both#2": "proved"}
    assert done.results[1].reason == "it died"


@pytest.mark.asyncio
async def test_a_hole_that_cannot_be_opened_says_why_and_the_others_go_on() -> None:
    checker = Troubled(enter={"id": UserError("it stands in a place where nothing can stand")})
    done = await filled(checker=checker)
    assert checker.opened == 1
    assert (done.results[0].status, done.results[0].reason) == (
        "not_found",
        "it stands in a place where nothing can stand",
    )
    assert statuses(done)["both"] == "proved"


@pytest.mark.asyncio
@pytest.mark.parametrize("jobs", [1, 2])
async def test_a_source_that_is_not_accepted_is_an_error(jobs: int) -> None:
    checker = Troubled(enter={"both": SourceError("no such thing", file="a.toy", line=6, column=3)})
    with pytest.raises(SourceError, match=r"^a\.toy:6:3: no such thing$"):
        await filled(checker=checker, jobs=jobs)
    assert not checker.audits


@pytest.mark.asyncio
async def test_a_source_that_is_not_accepted_behind_its_holes_is_an_error() -> None:
    broken = Source("a.toy", TEXT + "theorem wrong : A -> B.\n  intro H. exact H.\nqed.\n")
    with pytest.raises(SourceError) as caught:
        await filled(broken)
    assert caught.value.line == 11


@pytest.mark.asyncio
async def test_what_was_done_before_is_audited_and_not_searched() -> None:
    first = await filled()
    sink = Recorder()
    again = await filled(done={each.hole.name: each for each in first.results}, sink=sink)
    assert again == first
    assert len([event for event in sink.events if isinstance(event, TaskStarted)]) == 1  # the audit
    sink.events.clear()
    partly = await filled(done={first.results[1].hole.name: first.results[1]}, sink=sink)
    assert partly.source == first.source
    tasks = [event.task for event in sink.events if isinstance(event, TaskStarted)]
    assert tasks[:-1] == ["id", "both", "both#2"]


@pytest.mark.asyncio
async def test_a_claim_from_before_that_does_not_hold_is_refused() -> None:
    hole = ToyChecker().holes(SOURCE)[1]
    claim = HoleResult(hole, "proved", proof=Proof(Step("intro H"), (Proof(Step("assumption")),)))
    done = await filled(done={"peirce": claim})
    assert statuses(done)["peirce"] == "not_found"
    assert done.results[1].reason.startswith("the audit refused it")
    assert statuses(done)["id"] == "proved"


@pytest.mark.asyncio
async def test_steps_that_are_a_proof_already_need_no_search() -> None:
    done = await filled(Source("a.toy", "theorem id : P -> P.\n  intro H. exact H.\nadmitted.\n"))
    assert done.source.text == "theorem id : P -> P.\n  intro H. exact H.\nqed.\n"
    assert (done.results[0].status, done.results[0].nodes, done.results[0].proof) == ("proved", 0, None)


@pytest.mark.asyncio
async def test_without_a_budget_nothing_is_found_and_nothing_changed() -> None:
    done = await filled(budget=Budget(cpu_s=0.0))
    assert done.source == SOURCE
    assert set(statuses(done).values()) == {"not_found"}
    assert all("budget" in each.reason for each in done.results if not each.hole.name.startswith("both"))


@pytest.mark.asyncio
async def test_what_a_hole_may_rest_on_is_told() -> None:
    text = "axiom em : A \\/ ~ A.\ntheorem here : P \\/ ~ P.\nadmitted.\n"
    done = await filled(Source("a.toy", text))
    assert (done.results[0].status, done.results[0].axioms) == ("proved", ("em",))


@pytest.mark.asyncio
async def test_a_cancelled_fill_ends_its_workers() -> None:
    began, before = asyncio.Event(), threading.active_count()
    loop = asyncio.get_running_loop()

    class Endless(EnumeratingProposer):
        async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
            loop.call_soon_threadsafe(began.set)
            await asyncio.sleep(3600)
            return []

    task = asyncio.ensure_future(filled(make_learner=Endless, jobs=2))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (len(asyncio.all_tasks()), threading.active_count()) == (1, before)


@pytest.mark.asyncio
async def test_a_learner_that_has_to_be_closed_is_closed_by_its_worker() -> None:
    seen: list[tuple[str, int]] = []

    class Held(EnumeratingProposer):
        async def __aenter__(self) -> "Held":
            seen.append(("entered", threading.get_ident()))
            return self

        async def __aexit__(self, *_error: object) -> None:
            seen.append(("left", threading.get_ident()))

    done = await filled(make_learner=Held)
    assert statuses(done)["id"] == "proved"
    (entered, one), (left, other) = seen
    assert (entered, left, one) == ("entered", "left", other)
    assert one != threading.get_ident()


@pytest.mark.asyncio
async def test_how_to_search_can_be_told() -> None:
    asked: list[int] = []

    class Counting(EnumeratingProposer):
        async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
            asked.append(count)
            return await super().propose(goal, count)

    await filled(make_learner=Counting, settings=SearchSettings(batch=1))
    assert min(asked) == 1
