"""How the app is: alive, ready; which models, languages and which sandbox it has."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from holdfast.apps.studio.errors import ERRORS
from holdfast.apps.studio.records import Job
from holdfast.apps.studio.requests import AskLoad
from holdfast.apps.studio.room import InRoom, Me, Room
from holdfast.coding.records import LanguageInfo, ModelInfo

__all__ = ["load_job", "router"]

router = APIRouter(tags=["status"], responses=ERRORS)


class Health(BaseModel):
    """The app is alive."""

    model_config = ConfigDict(frozen=True)

    health_check: Literal["OK"] = "OK"


class SandboxInfo(BaseModel):
    """How programs are kept apart from the machine."""

    model_config = ConfigDict(frozen=True)

    level: str
    """Empty where no program runs here."""
    missing: tuple[str, ...]
    """What the level does not hold here, in words; where no program runs, why."""


@router.get("/", summary="Alive")
async def health() -> Health:
    """Always 200 while the process answers at all."""
    return Health()


@router.get("/ready", summary="Ready")
async def ready(room: InRoom) -> Health:
    """200 when the database answers; else 503."""
    await room.people.find()
    return Health()


@router.get("/v1/models")
async def models(room: InRoom, me: Me) -> list[ModelInfo]:
    """The models that may be asked, and how far each is loaded."""
    del me
    return list(room.workshop.models())


@router.post("/v1/models/load", status_code=202)
async def load(room: InRoom, me: Me, asked: AskLoad) -> Job:
    """Load a model ahead; the job tells how far it is."""
    return await load_job(room, me, room.check_model(asked.model))


async def load_job(room: Room, me: Me, model: str) -> Job:
    """The user's job that loads a model: the one that is under way, else a new one."""
    for job in await room.runner.find(me.user.id, kind="load", limit=20):
        if job.ended is None and job.request.get("model") == model:
            return job
    await room.check_rate(me)
    return await room.runner.add(me.user.id, "load", {"model": model})


@router.get("/v1/languages")
async def languages(room: InRoom, me: Me) -> list[LanguageInfo]:
    """The languages, and what can be done with each on this machine."""
    del me
    return list(room.workshop.languages())


@router.get("/v1/sandbox")
async def sandbox(room: InRoom, me: Me) -> SandboxInfo:
    """How programs are kept apart from the machine."""
    del me
    return SandboxInfo(level=room.workshop.isolation, missing=room.workshop.missing)
