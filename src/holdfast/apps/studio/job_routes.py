"""Jobs: what they are, what they say as it comes, and how they are ended; running and testing begin some."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from holdfast.apps.studio.errors import ERRORS
from holdfast.apps.studio.journal import Journal
from holdfast.apps.studio.provenance import provenance_of
from holdfast.apps.studio.records import Job, JobEvent, JobKind
from holdfast.apps.studio.requests import AskRun, AskSuggest, AskTest, Line
from holdfast.apps.studio.room import InRoom, Me, Room
from holdfast.apps.studio.session_routes import Limit
from holdfast.core.errors import StorageError

__all__ = ["program_of", "router"]

router = APIRouter(prefix="/v1", tags=["jobs"], responses=ERRORS)
_LONG = frozenset({
    "code", "reference", "task", "feedback", "output", "tests", "cases", "stdin", "stdout", "stderr",
    "candidates",
})  # fmt: skip
"""What of requests and results may be long."""
_EVENT = {
    "type": "object",
    "properties": {each: {"type": "string"} for each in ("id", "event", "data")},
    "required": ["id", "event", "data"],
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": _EVENT}}, "description": "Events; `data` is JSON"}
}


@router.get("/jobs")
async def find_jobs(
    room: InRoom,
    me: Me,
    session: Line | None = None,
    kind: JobKind | None = None,
    limit: Limit = 100,
    *,
    brief: bool = False,
) -> list[Job]:
    """The newest first.

    With `brief`, requests and results are without programs, prompts, tests, inputs and outputs; where several
    answers were judged, the result has their number, `judged`. A job that is asked for by itself has all.
    """
    found = await room.runner.find(me.user.id, session_id=session, kind=kind, limit=limit)
    return [_brief(job) for job in found] if brief else list(found)


def _brief(job: Job) -> Job:
    """The job without what may be long."""
    request = {name: value for name, value in job.request.items() if name not in _LONG}
    if job.result is None:
        return job.model_copy(update={"request": request})
    result = {name: value for name, value in job.result.items() if name not in _LONG}
    if "candidates" in job.result:
        result["judged"] = len(job.result["candidates"])
    return job.model_copy(update={"request": request, "result": result})


@router.get("/jobs/{job_id}")
async def get_job(room: InRoom, me: Me, job_id: str) -> Job:
    """One job, with its result or its error when it has ended."""
    return await room.runner.get(me.user.id, job_id)


@router.get("/jobs/{job_id}/events", response_class=StreamingResponse, responses=_STREAM)
async def job_events(
    room: InRoom,
    me: Me,
    job_id: str,
    after: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    last_event_id: Annotated[int, Header(ge=0, le=1_000_000_000)] = 0,
) -> StreamingResponse:
    """What the job says, as server-sent events, from the beginning or behind number `after` or Last-Event-ID.

    Kinds: `state` (while it waits, with its `place`: how many jobs begin before it), `progress`, `text` (a
    piece of the answer), `candidate`, `result`, `error`, and `end`, which comes last. The stream ends with
    the job; whoever lost it asks again with the last number that came.
    """
    await room.runner.get(me.user.id, job_id)
    return StreamingResponse(
        _streamed(room.journal, job_id, max(after, last_event_id)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _streamed(journal: Journal, job: str, after: int) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    try:
        async for event in journal.follow(job, after):
            yield ": still here\n\n" if event is None else _event(event)
    except StorageError:
        return  # the client comes again, with the number that it has


def _event(event: JobEvent) -> str:
    return f"id: {event.number}\nevent: {event.kind}\ndata: {json.dumps(event.data)}\n\n"


@router.post("/jobs/{job_id}/cancel")
async def cancel_job(room: InRoom, me: Me, job_id: str) -> Job:
    """End the job; what it wrote is kept. One that has ended stays as it is."""
    return await room.runner.stop(me.user.id, job_id)


@router.post("/runs", status_code=202)
async def run(room: InRoom, me: Me, asked: AskRun) -> Job:
    """Run a program in the sandbox: what it printed, how it ended and what it took are the job's result."""
    return await _program_job(room, me, "run", asked)


@router.post("/tests", status_code=202)
async def test(room: InRoom, me: Me, asked: AskTest) -> Job:
    """Test a program in the sandbox, or check a proof: the verdicts are the job's result."""
    return await _program_job(room, me, "test", asked)


@router.post("/tests/suggest", status_code=202)
async def suggest_tests(room: InRoom, me: Me, asked: AskSuggest) -> Job:
    """Have a model propose tests for a program: they are the job's result, for a person to look at."""
    await room.check_rate(me)
    language, code, session = await _program(room, me, asked)
    prompts: list[str] = []
    known = asked.version
    if asked.session is not None:  # edits of the program that is worked on there
        known = (await room.sessions.get(me.user.id, asked.session)).head
    if known is not None:
        version = await room.versions.get(me.user.id, known)
        prompts = (await provenance_of(room, me.user.id, version))["prompts"]
    request = {
        "model": room.check_model(asked.model or await _model(room, me, session)),
        "language": language,
        "reference": code,
        "task": prompts[0] if prompts else "Write tests for this program.",
        "feedback": prompts[1:],
    }
    return await room.runner.add(me.user.id, "suggest", request, session_id=session, version_id=asked.version)


async def _model(room: Room, me: Me, session: str | None) -> str:
    """The model of the session, else the first one."""
    if session is not None:
        return (await room.sessions.get(me.user.id, session)).model
    return room.workshop.models()[0].name


async def _program_job(room: Room, me: Me, kind: str, asked: AskRun | AskTest) -> Job:
    await room.check_rate(me)
    language, code, session = await _program(room, me, asked)
    request = asked.model_dump(mode="json", exclude={"version", "session"})
    request |= {"language": language, "code": code}
    return await room.runner.add(me.user.id, kind, request, session_id=session, version_id=asked.version)


async def _program(room: Room, me: Me, asked: AskRun | AskTest | AskSuggest) -> tuple[str, str, str | None]:
    """Language, program and session. Raises NotFoundError."""
    if asked.session is not None:
        await room.sessions.get(me.user.id, asked.session)
    language, code, session = await program_of(room, me, asked.language, asked.code, asked.version)
    return language, code, asked.session or session


async def program_of(
    room: Room, me: Me, language: str | None, code: str | None, version: str | None
) -> tuple[str, str, str | None]:
    """Language, program and session of what was named by a version, or sent. Raises NotFoundError."""
    if version is not None:
        found = await room.versions.get(me.user.id, version)
        return found.language, found.code, found.session
    assert language is not None, "requests are read so"
    assert code is not None, "requests are read so"
    return language, code, None
