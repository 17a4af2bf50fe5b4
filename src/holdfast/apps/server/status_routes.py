"""How the server is: alive, ready, and what it counts."""

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from holdfast.apps.server.errors import Fault
from holdfast.apps.server.room import ERRORS, InRoom, Room
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.models.states import Absent, Failed, Loading, Ready

__all__ = ["router"]

router = APIRouter(tags=["status"], responses=ERRORS)


class Health(BaseModel):
    """The server is alive."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The server can answer."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ready"] = "ready"


@router.get("/health", summary="Alive")
async def health() -> Health:
    """Always 200 while the process answers at all."""
    return Health()


@router.get("/ready", summary="Ready", response_model=Readiness)
async def ready(room: InRoom) -> Readiness | JSONResponse:
    """200 when suggestions can be made; else 503, and why."""
    fault = _obstacle(room)
    if fault is None:
        return Readiness()
    return JSONResponse(fault.body().model_dump(), 503, {"Retry-After": "1"})


def _obstacle(room: Room) -> Fault | None:
    desk = room.desk
    if desk.state != "ready":
        return Fault(503, desk.state, desk.failure or "the proposers are being loaded")
    state = room.model.state if isinstance(room.model, ShelvedModel) else Ready()
    match state:
        case Ready():
            return None
        case Loading(percent=percent):
            return Fault(503, "loading", f"the model is being loaded ({percent} %)")
        case Failed(reason=reason):
            return Fault(503, "failed", reason)
        case Absent():
            return Fault(503, "loading", "the model is not loaded yet")


@router.get("/metrics", summary="Counters", response_class=Response)
async def metrics(room: InRoom) -> Response:
    """In Prometheus' text format."""
    return Response(room.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")
