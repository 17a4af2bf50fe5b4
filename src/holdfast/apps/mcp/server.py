"""The tools as the protocol sees them: what they take and give, errors, progress, being cancelled."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from pydantic import ValidationError

from holdfast import __version__
from holdfast.apps.mcp.desk import Desk
from holdfast.apps.mcp.requests import (
    AuditRequest,
    DoctorRequest,
    GoalRequest,
    PremiseRequest,
    ProveRequest,
    ReportRequest,
    Request,
    SuggestRequest,
    TryRequest,
)
from holdfast.apps.mcp.results import (
    AuditResult,
    DoctorResult,
    GoalResult,
    PremiseResult,
    ProblemResult,
    ProveResult,
    ReportResult,
    Result,
    SuggestResult,
)
from holdfast.apps.problems import Problem, Reason, problem_of
from holdfast.core.events import Event, Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink

__all__ = ["make_server"]

_logger = logging.getLogger(__name__)
_ABOUT = (
    "Holdfast checks proofs in Rocq (.v) and Lean (.lean) and functions in Python (.py) with the checkers "
    "themselves. goal_at shows what is left at a place; try_steps tries many steps there at once; suggest "
    "offers steps; report says which one was taken; prove fills holes and returns a diff; audit alone says "
    "what is proved. Verdicts of the other tools are claims."
)


@dataclass(frozen=True, slots=True)
class _Tool:
    request: type[Request]
    result: type[Result]
    answer: Callable[[Any, EventSink], Coroutine[Any, Any, Result]]
    changes: bool = False
    """Whether it may change files."""


def make_server(desk: Desk) -> Server[dict[str, Any]]:
    """A server whose tools are answered by `desk`; many calls may be under way at the same time."""
    tools = {
        "goal_at": _Tool(GoalRequest, GoalResult, desk.goal_at),
        "suggest": _Tool(SuggestRequest, SuggestResult, desk.suggest),
        "try_steps": _Tool(TryRequest, SuggestResult, desk.try_steps),
        "report": _Tool(ReportRequest, ReportResult, desk.report),
        "prove": _Tool(ProveRequest, ProveResult, desk.prove, changes=True),
        "audit": _Tool(AuditRequest, AuditResult, desk.audit),
        "search_premises": _Tool(PremiseRequest, PremiseResult, desk.search_premises),
        "doctor": _Tool(DoctorRequest, DoctorResult, desk.doctor),
    }
    listed = types.ListToolsResult(tools=[_described(name, tool) for name, tool in tools.items()])

    async def list_tools(context: object, params: object) -> types.ListToolsResult:
        del context, params
        return listed

    async def call_tool(
        context: ServerRequestContext[dict[str, Any], Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            known = ", ".join(tools)
            return _failed(
                Problem(Reason.WRONG_REQUEST, f"there is no tool {params.name}: there are {known}")
            )
        try:
            request = tool.request.model_validate(params.arguments or {})
        except ValidationError as error:
            return _failed(_invalid(error))
        async with _reporting(context.session.report_progress) as sink:
            return await _answered(tool, request, sink)

    return Server(
        "holdfast", version=__version__, instructions=_ABOUT, on_list_tools=list_tools, on_call_tool=call_tool
    )


def _described(name: str, tool: _Tool) -> types.Tool:
    return types.Tool(
        name=name,
        description=" ".join((tool.request.__doc__ or "").split()),
        input_schema=tool.request.model_json_schema(),
        output_schema=tool.result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.changes, destructive_hint=False, open_world_hint=False
        ),
    )


async def _answered(tool: _Tool, request: Request, sink: EventSink) -> types.CallToolResult:
    # A task of its own is cancelled once, and then has time to end its checkers.
    work = asyncio.create_task(tool.answer(request, sink))
    try:
        result = await asyncio.shield(work)
    except asyncio.CancelledError:
        work.cancel()
        raise
    except Exception as error:
        problem = problem_of(error)
        if problem.reason is Reason.BUG:
            _logger.exception("a tool failed")
        return _failed(problem)
    return _content(result, failed=False)


def _failed(problem: Problem) -> types.CallToolResult:
    timed_out = problem.reason is Reason.TIMED_OUT
    return _content(
        ProblemResult(reason=problem.reason, message=problem.message, timed_out=timed_out), failed=True
    )


def _content(result: Result, *, failed: bool) -> types.CallToolResult:
    data = result.model_dump(mode="json")
    text = types.TextContent(type="text", text=json.dumps(data, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=data, is_error=failed)


def _invalid(error: ValidationError) -> Problem:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return Problem(Reason.WRONG_REQUEST, f"{place}: {first['msg']}" if place else str(first["msg"]))


class _Relay:
    """An event sink for any thread, read in the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.said: asyncio.Queue[str] = asyncio.Queue()

    def emit(self, event: Event) -> None:
        text = _told(event)
        if text:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                self._loop.call_soon_threadsafe(self.said.put_nowait, text)


def _told(event: Event) -> str:
    match event:
        case TaskStarted(task=task):
            return task
        case TaskAdvanced(task=task, done=done, detail=detail):
            return f"{task}: {done} {detail}".rstrip()
        case TaskFinished(task=task, outcome=outcome):
            return f"{task}: {outcome}"
        case Note(text=text):
            return text


@contextlib.asynccontextmanager
async def _reporting(report: Callable[..., Awaitable[None]]) -> AsyncIterator[EventSink]:
    """A sink whose events the client is told of as progress."""
    relay = _Relay()

    async def follow() -> None:
        count = 0
        while True:
            text = await relay.said.get()
            count += 1
            await report(count, None, text)

    following = asyncio.create_task(follow())
    try:
        yield relay
    finally:
        following.cancel()
