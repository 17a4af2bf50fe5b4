"""Answers what agents ask; knows nothing of the protocol."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from holdfast.apps.languages import check_endings, language_of
from holdfast.apps.mcp.folder import Folder
from holdfast.apps.mcp.requests import (
    AtPlace,
    AuditRequest,
    DoctorRequest,
    GoalRequest,
    PremiseRequest,
    ProveRequest,
    ReportRequest,
    SuggestRequest,
    TryRequest,
)
from holdfast.apps.mcp.results import (
    AuditResult,
    Checked,
    CheckResult,
    DoctorResult,
    GoalResult,
    HoleOutcome,
    PremiseFound,
    PremiseResult,
    ProveResult,
    ReportResult,
    SuggestResult,
    TheoremVerdict,
)
from holdfast.apps.patches import patch
from holdfast.apps.places import offset_of
from holdfast.apps.problems import WrongRequestError
from holdfast.apps.questions import Found, Proved, Spot, Wish
from holdfast.apps.rocq.live import refuse_acts
from holdfast.apps.rocq.premise_search import PremiseQuestion, open_premises
from holdfast.apps.workroom import Workroom
from holdfast.checkers.rocq.sentences import Lexer
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.seams import EventSink
from holdfast.core.steps import RefusalReason
from holdfast.models.goal_text import goal_style, goal_text
from holdfast.pipelines.results import HoleResult
from holdfast.search.suggest import Suggestion

__all__ = ["Desk", "Examine"]

Examine = Callable[[], Awaitable[Sequence[Mapping[str, object]]]]
"""The records that `holdfast doctor --json` prints, the summary last."""


class Desk:
    """One method a tool. Raises UserError, SourceError and InfrastructureError; see `problem_of`."""

    def __init__(self, workroom: Workroom, folder: Folder, cache: Path, examine: Examine) -> None:
        """Answer about the files of `folder`."""
        self._workroom = workroom
        self._folder = folder
        self._cache = cache
        self._examine = examine

    async def goal_at(self, request: GoalRequest, sink: EventSink) -> GoalResult:
        """The goal at a place."""
        del sink
        found = await self._workroom.goal(self._spot(request), limit_s=request.limit_s)
        goal = found.goal
        return GoalResult(
            goals=_goals(request, goal.subgoals),
            behind=sum(map(len, goal.background)),
            shelved=len(goal.shelved),
            given_up=len(goal.given_up),
            notes=found.notes,
        )

    async def suggest(self, request: SuggestRequest, sink: EventSink) -> SuggestResult:
        """Steps to try."""
        del sink
        found = await self._workroom.suggest(
            self._spot(request),
            prefix=request.prefix,
            count=request.count,
            check=request.check,
            limit_s=request.limit_s,
        )
        return _suggested(request, found)

    async def try_steps(self, request: TryRequest, sink: EventSink) -> SuggestResult:
        """What comes of steps."""
        del sink
        spot = self._spot(request)
        return _suggested(
            request, await self._workroom.try_steps(spot, request.steps, limit_s=request.limit_s)
        )

    async def report(self, request: ReportRequest, sink: EventSink) -> ReportResult:
        """Learn what became of a step."""
        del sink
        self._workroom.report(request.answer, request.step, accepted=request.accepted)
        return ReportResult(learned=True)

    async def prove(self, request: ProveRequest, sink: EventSink) -> ProveResult:
        """Fill holes."""
        if request.write and request.text is not None:
            raise WrongRequestError("a draft cannot be written to: leave out text, or write")
        wish = Wish(
            path=self._known(request.file),
            source=self._source(request.file, request.text),
            names=request.names,
            tests=self._tests(request.tests),
            budget_s=request.budget_s,
            limit_s=request.limit_s,
            accept=request.accept,
            sink=sink,
        )
        proved = await self._workroom.prove(wish)
        found = proved.filled.source
        written = request.write and found.text != wish.source.text
        if written:
            self._folder.write(request.file, wish.source, found)
        return ProveResult(
            holes=tuple(_hole(each, proved) for each in proved.filled.results),
            diff=patch(wish.source, found),
            written=written,
            notes=proved.advice,
            timed_out=proved.timed_out,
        )

    async def audit(self, request: AuditRequest, sink: EventSink) -> AuditResult:
        """Judge a file."""
        wish = Wish(
            path=self._known(request.file),
            source=self._source(request.file, request.text),
            tests=self._tests(request.tests),
            limit_s=request.limit_s,
            sink=sink,
        )
        original = None if request.original is None else self._folder.source(request.original)
        report = await self._workroom.audit(wish, original)
        theorems = tuple(
            TheoremVerdict(
                name=each.name,
                line=each.line,
                verdict=each.verdict,
                reason=each.reason,
                message=each.message,
                axioms=each.axioms,
            )
            for each in report.theorems
        )
        sound = not report.problems and all(each.verdict == "proved" for each in theorems) and bool(theorems)
        return AuditResult(
            proved=sound, theorems=theorems, problems=report.problems, checks=tuple(report.checks)
        )

    async def search_premises(self, request: PremiseRequest, sink: EventSink) -> PremiseResult:
        """Find theorems."""
        path = source = None
        if request.file is not None:
            path, source = self._known(request.file), self._folder.source(request.file)
            if path.suffix != ".v":
                raise UserError(f"{request.file}: premises are searched for .v files")
        question = PremiseQuestion(libraries=request.libraries, source=source, path=path)
        index = await open_premises(question, self._cache, sink)
        return PremiseResult(
            premises=tuple(
                PremiseFound(**asdict(each.premise), score=round(each.score, 3))
                for each in await index.search(request.query, request.count)
            ),
            searched=len(index),
        )

    async def doctor(self, request: DoctorRequest, sink: EventSink) -> DoctorResult:
        """What is installed."""
        del request, sink
        *checks, summary = await self._examine()
        return DoctorResult(
            ready=bool(summary["ready"]),
            checks=tuple(
                CheckResult.model_validate({name: check[name] for name in CheckResult.model_fields})
                for check in checks
            ),
            fix=str(summary["fix"]),
        )

    def _spot(self, request: AtPlace) -> Spot:
        path = self._known(request.file)
        source = self._source(request.file, request.text)
        offset = offset_of(source.text, request.line, request.column)
        return Spot(path=path, source=source, offset=offset, tests=self._tests(request.tests))

    def _known(self, name: str) -> Path:
        path = self._folder.path(name)
        check_endings([path])
        return path

    def _source(self, name: str, text: str | None) -> Source:
        """A text to run. Where there is no sandbox for Rocq, this is the one wall; else it is the second."""
        source = self._folder.source(name, text)
        if source.name.endswith(".v"):
            refuse_acts(source, Lexer().upto(source, len(source.text)))
        return source

    def _tests(self, names: Sequence[str]) -> tuple[Source, ...]:
        return tuple(self._folder.source(name) for name in names)


def _goals(request: AtPlace, subgoals: Sequence[Subgoal]) -> tuple[str, ...]:
    style = goal_style(language_of(request.file))
    return tuple(goal_text(Goal((each,)), style) for each in subgoals)


def _suggested(request: AtPlace, found: Found) -> SuggestResult:
    return SuggestResult(
        goals=_goals(request, found.goal.subgoals),
        steps=tuple(_checked(request, each) for each in found.suggestions),
        answer=found.answer,
        notes=found.notes,
        timed_out=found.timed_out,
    )


def _checked(request: AtPlace, one: Suggestion) -> Checked:
    return Checked(
        text=one.text,
        verdict=one.mark,
        source=one.source,
        logprob=round(one.logprob, 6),
        remaining=None if one.remaining is None else _goals(request, one.remaining.subgoals),
        reason=one.reason,
        message=one.message,
        timed_out=one.reason == RefusalReason.TIMEOUT,
        cpu_s=round(one.cpu_s, 4),
    )


def _hole(result: HoleResult, proved: Proved) -> HoleOutcome:
    return HoleOutcome(
        name=result.hole.name,
        line=result.hole.line,
        status=result.status,
        reason=result.reason,
        remark=proved.remarks.get(result.hole.name, ""),
        steps=() if result.proof is None else tuple(step.text for step in result.proof.steps()),
        axioms=result.axioms,
        cpu_s=round(result.cpu_s, 4),
        tried=result.nodes,
    )
