"""Suggestions: the shapes of llmsuggest and llmstep, and our own with verdicts."""

import asyncio
import contextlib
import hashlib
import json
import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.apps.languages import language_of
from holdfast.apps.places import NoSuchPlaceError, offset_of
from holdfast.apps.server.asks import Ask, DocumentPlace, GoalSeen, Part, Remark
from holdfast.apps.server.errors import Fault, FaultError, fault_of
from holdfast.apps.server.room import ERRORS, InRoom, Room
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal
from holdfast.models.goal_text import goal_style, goal_text
from holdfast.models.prompts import Language
from holdfast.search.suggest import Mark, Suggestion, ranked

__all__ = ["router"]

router = APIRouter(tags=["suggestions"], responses=ERRORS)

_TURNSTILE = re.compile(r"^[ \t]*⊢", re.MULTILINE)
_SUGGESTED = 10
"""How many suggestions clients get that do not say how many they want."""


class StepRequest(BaseModel):
    """What the clients of llmsuggest and llmstep send; llmsuggest sends the state alone."""

    model_config = ConfigDict(extra="ignore")

    tactic_state: str
    prefix: str = ""
    context: str = ""


class StepReply(BaseModel):
    """What they read."""

    suggestions: list[str]
    """Each begins with the prefix; likeliest first."""


class TestFile(BaseModel):
    """A test file on a document."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="test_client.py", max_length=4096, pattern=r"\.(py|txt|md|rst|json)$")
    text: str


class DocumentRequest(BaseModel):
    """A place in a file."""

    model_config = ConfigDict(extra="forbid")

    text: str
    """The whole file, or what stands before the place."""
    name: str = Field(default="client.v", max_length=4096)
    """What to call it in messages; the same client's next question about it finds it warm."""
    line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)
    """Both from 1; without a column, the first word of the line, behind bullets and braces."""
    offset: int | None = Field(default=None, ge=0)
    """The place in characters from the beginning, in the place of line and column."""
    tests: list[TestFile] = Field(default_factory=list, max_length=100)
    """Test files on a Python document, beside the examples that it has itself."""

    @model_validator(mode="after")
    def _has_one_place(self) -> "DocumentRequest":
        if (self.line is None) == (self.offset is None):
            raise ValueError("name the place: either line (and column) or offset")
        return self


class SuggestRequest(BaseModel):
    """What is wanted; either a document or a goal as text."""

    model_config = ConfigDict(extra="forbid")

    document: DocumentRequest | None = None
    tactic_state: str | None = None
    """Cannot be checked: a goal as text has no proof that a step could be tried in."""
    language: Language | None = None
    """Of `tactic_state`; else Lean where it is printed as Lean prints goals, and Rocq."""
    prefix: str = Field(default="", max_length=10_000)
    count: int = Field(default=_SUGGESTED, ge=1, le=200)
    check: bool = True
    limit_s: float = Field(default=10.0, gt=0, le=120)
    """Seconds after which nothing more is checked; the rest is marked `unchecked`."""
    stream: bool = False
    """Whether to send each part as it is found, as server-sent events."""
    client: str = Field(default="", max_length=200)
    """Who asks: a newer question of the same client about the same document ends the older one."""

    @model_validator(mode="after")
    def _has_one_subject(self) -> "SuggestRequest":
        if (self.document is None) == (self.tactic_state is None):
            raise ValueError("send either document or tactic_state")
        return self


class SuggestionReply(BaseModel):
    """A step and what came of it."""

    text: str
    logprob: float
    source: str
    verdict: Mark
    """`unchecked` where no checker was asked."""
    remaining: list[str] | None
    """The goals that it leaves, where it holds."""
    reason: str
    message: str
    cpu_s: float


class SuggestReply(BaseModel):
    """The answer, whole."""

    id: str
    """For `/v1/feedback`."""
    goal: str
    """The goal at the place, as its checker prints it."""
    suggestions: list[SuggestionReply]
    """What closes the goal first, then what makes progress, then what is not known, then what is refused."""
    notes: list[str]
    """What could not be done."""


class FeedbackRequest(BaseModel):
    """What became of a suggestion."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(default=None, max_length=200)
    """That of the answer; in its place the goal itself can be sent."""
    tactic_state: str | None = None
    language: Language | None = None
    """Of `tactic_state`, as in a question."""
    suggestion: str = Field(min_length=1, max_length=20_000)
    accepted: bool

    @model_validator(mode="after")
    def _has_one_goal(self) -> "FeedbackRequest":
        if (self.id is None) == (self.tactic_state is None):
            raise ValueError("send either id or tactic_state")
        return self


class FeedbackReply(BaseModel):
    """It is kept."""

    learned: Literal[True] = True


@dataclass(slots=True)
class _Gathered:
    number: str
    language: Language
    goal: Goal | None = None
    suggestions: list[Suggestion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, part: Part) -> None:
        match part:
            case GoalSeen(goal=goal):
                self.goal = goal
            case Suggestion():
                self.suggestions.append(part)
            case Remark(text=text):
                self.notes.append(text)

    def reply(self) -> SuggestReply:
        assert self.goal is not None
        return SuggestReply(
            id=self.number,
            goal=goal_text(self.goal, goal_style(self.language)),
            suggestions=[_reply(one, self.language) for one in ranked(self.suggestions)],
            notes=self.notes,
        )


@router.post("/", summary="llmsuggest and llmstep", response_model=StepReply)
async def step(request: StepRequest, room: InRoom) -> StepReply:
    """What llmsuggest's and llmstep's servers answer, for their clients as they are."""
    ask = Ask(
        goal=request.tactic_state,
        language=_told_language(request.tactic_state),
        prefix=request.prefix,
        context=request.context,
        count=_SUGGESTED,
        check=False,
    )
    parts = [part async for part in room.desk.answer(ask)]
    return StepReply(suggestions=[part.text for part in parts if isinstance(part, Suggestion)])


@router.post(
    "/v1/suggest",
    summary="Suggestions with verdicts",
    response_model=SuggestReply,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def suggest(request: SuggestRequest, room: InRoom) -> SuggestReply | StreamingResponse:
    """Suggestions at a place of a file, each checked; or for a goal as text, unchecked.

    With `stream`, the events are `goal`, `suggestion`, `note`, and `done` with the whole answer or `error`.
    Closing the connection ends the work.
    """
    number = uuid.uuid4().hex
    gathered = _Gathered(number, _asked_language(request))
    parts = room.desk.answer(_ask(request), group=_group(request))
    if request.stream:
        first = await anext(parts)  # what cannot be answered at all is told by the status
        events = _events(first, parts, gathered, request, room)
        return StreamingResponse(
            events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )
    async with contextlib.aclosing(parts):
        async for part in parts:
            gathered.take(part)
    _remember(gathered, request, room)
    return gathered.reply()


@router.post("/v1/feedback", summary="What became of a suggestion", response_model=FeedbackReply)
async def feedback(request: FeedbackRequest, room: InRoom) -> FeedbackReply:
    """Teach the proposers that a suggestion was accepted or rejected; it is kept for good."""
    goal = request.tactic_state or ""
    language = request.language or _told_language(goal)
    room.desk.report(request.id, goal, request.suggestion, accepted=request.accepted, language=language)
    return FeedbackReply()


async def _events(
    first: Part,
    parts: AsyncGenerator[Part, None],
    gathered: _Gathered,
    request: SuggestRequest,
    room: Room,
) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(parts):
        try:
            gathered.take(first)
            yield _event(first, gathered)
            async for part in parts:
                gathered.take(part)
                yield _event(part, gathered)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the status has been sent, so the stream tells
            yield _named("error", fault_of(error).body().model_dump())
            return
    _remember(gathered, request, room)
    yield _named("done", gathered.reply().model_dump(mode="json"))


def _event(part: Part, gathered: _Gathered) -> bytes:
    match part:
        case GoalSeen(goal=goal):
            return _named(
                "goal", {"id": gathered.number, "goal": goal_text(goal, goal_style(gathered.language))}
            )
        case Suggestion():
            return _named("suggestion", _reply(part, gathered.language).model_dump(mode="json"))
        case Remark(text=text):
            return _named("note", {"note": text})


def _named(event: str, data: object) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _remember(gathered: _Gathered, request: SuggestRequest, room: Room) -> None:
    if gathered.goal is None:
        return
    name = "" if request.document is None else request.document.name
    room.desk.remember(gathered.number, gathered.goal, name, gathered.language)


def _reply(one: Suggestion, language: Language) -> SuggestionReply:
    left, style = one.remaining, goal_style(language)
    return SuggestionReply(
        text=one.text,
        logprob=one.logprob,
        source=one.source,
        verdict=one.mark,
        remaining=None if left is None else [goal_text(Goal((each,)), style) for each in left.subgoals],
        reason=one.reason,
        message=one.message,
        cpu_s=one.cpu_s,
    )


def _asked_language(request: SuggestRequest) -> Language:
    if request.document is not None:
        return _language(request.document)
    return request.language or _told_language(request.tactic_state or "")


def _told_language(goal: str) -> Language:
    """The language of a goal, by how it is printed: Lean puts a turnstile before what is to be proved."""
    return "lean" if _TURNSTILE.search(goal) else "rocq"


def _group(request: SuggestRequest) -> str | None:
    if not request.client:
        return None
    name = request.document.name if request.document is not None else ""
    return f"{request.client}\0{name}"


def _ask(request: SuggestRequest) -> Ask:
    document = request.document
    place = None
    if document is not None:
        place = _place(document, request.client)
    return Ask(
        goal=request.tactic_state or "",
        language=_asked_language(request),
        place=place,
        prefix=request.prefix,
        count=request.count,
        check=request.check and place is not None,
        limit_s=request.limit_s,
    )


def _place(document: DocumentRequest, client: str) -> DocumentPlace:
    language = _language(document)
    tests = tuple(Source(each.name, each.text) for each in document.tests)
    if tests and language != "python":
        raise FaultError(Fault(400, "invalid_request", "tests go with a .py document", "document.tests"))
    # A document keeps its tests, so that with others it is another one.
    told = hashlib.sha256(repr(tests).encode()).hexdigest() if tests else ""
    return DocumentPlace(
        key=f"{client}\0{document.name}\0{told}",
        name=document.name,
        text=document.text,
        offset=_offset(document),
        language=language,
        tests=tests,
    )


def _language(document: DocumentRequest) -> Language:
    try:
        return language_of(document.name)
    except UserError as error:
        raise FaultError(Fault(422, "unknown_file_type", str(error), "document.name")) from None


def _offset(document: DocumentRequest) -> int:
    if document.offset is None:
        return offset_of(document.text, document.line or 1, document.column)
    if document.offset > len(document.text):
        raise NoSuchPlaceError("the text is shorter than that")
    return document.offset
