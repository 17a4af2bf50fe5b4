"""The two routes that wait for their answer: one program a request, nothing kept but the job."""

import asyncio
import contextlib
from typing import Any, NoReturn

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from holdfast.apps.studio.errors import ERRORS, Fault, FaultError
from holdfast.apps.studio.records import Job
from holdfast.apps.studio.requests import AskAdjust, AskGenerate
from holdfast.apps.studio.room import InRoom, Me, Room
from holdfast.apps.studio.status_routes import load_job

__all__ = ["router"]

router = APIRouter(tags=["generate and adjust"], responses=ERRORS)
_LOOK_S = 0.2
"""Between two looks at whether the client is still there."""


class CodeOut(BaseModel):
    """A program."""

    model_config = ConfigDict(frozen=True)

    code_out: str


@router.post("/generate", response_model=CodeOut)
async def generate(request: Request, room: InRoom, me: Me, asked: AskGenerate) -> CodeOut | JSONResponse:
    """A program that does what the prompt says."""
    return await _answered(request, room, me, "generate", asked, {"task": asked.original_prompt})


@router.post("/adjust", response_model=CodeOut)
async def adjust(request: Request, room: InRoom, me: Me, asked: AskAdjust) -> CodeOut | JSONResponse:
    """The program, changed as the feedback says."""
    wanted = {
        "task": asked.original_prompt,
        "feedback": [asked.feedback_prompt],
        "reference": asked.reference_code,
    }
    return await _answered(request, room, me, "adjust", asked, wanted)


async def _answered(
    request: Request, room: Room, me: Me, kind: str, asked: AskGenerate, wanted: dict[str, Any]
) -> CodeOut:
    model = room.check_model(asked.model_name)
    await _loaded(room, me, model)
    await room.check_rate(me)
    job = await room.runner.add(me.user.id, kind, {"model": model, "language": asked.language, **wanted})
    return _code_of(await _ended(request, room, me, job))


async def _loaded(room: Room, me: Me, model: str) -> None:
    """See to it that the model is loaded. Raises FaultError where that fails, or takes more than a moment."""
    if any(each.name == model and each.state == "ready" for each in room.workshop.models()):
        return
    loading = await load_job(room, me, model)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(room.settings.load_s):
            await room.runner.wait(loading.id)
    loading = await room.runner.get(me.user.id, loading.id)
    if loading.state == "failed":
        _raise(loading)
    if loading.state != "done":
        text = f"the model {model} is being loaded"
        fault = Fault(503, "model_loading", text, "try again in a moment", loading.id, retry_after_s=2)
        raise FaultError(fault)


async def _ended(request: Request, room: Room, me: Me, job: Job) -> Job:
    """The job when it has ended; it is stopped when the client goes, or when it takes too long."""
    waiting = asyncio.ensure_future(room.runner.wait(job.id))
    try:
        async with asyncio.timeout(room.settings.answer_s):
            while not waiting.done() and not await request.is_disconnected():
                await asyncio.wait([waiting], timeout=_LOOK_S)
    except TimeoutError:
        await room.runner.stop(me.user.id, job.id)
        text = f"there was no answer within {room.settings.answer_s:.0f} seconds"
        raise FaultError(Fault(504, "timed_out", text, "ask for less", job.id)) from None
    finally:
        waiting.cancel()
    return await room.runner.stop(me.user.id, job.id)


def _raise(job: Job) -> NoReturn:
    error = job.error or {}
    status = int(error.get("status", 502))
    wait_s = 2.0 if status in {429, 503} else None
    raise FaultError(Fault(status, error["code"], error["message"], error["hint"], job.id, wait_s))


def _code_of(job: Job) -> CodeOut:
    if job.state == "failed":
        _raise(job)
    result = job.result or {}
    if job.state != "done":
        raise FaultError(Fault(503, "stopped", "the job was stopped", "ask again", job.id, 2.0))
    refusal = result.get("refusal")
    if refusal is not None:
        text = f"the model gave no program: {refusal['message']}"
        raise FaultError(Fault(422, f"refused_{refusal['kind']}", text, "say it another way", job.id))
    return CodeOut(code_out=str(result["code"]))
