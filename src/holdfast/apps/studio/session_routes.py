"""Sessions, their turns and versions."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from holdfast.apps.studio.errors import ERRORS
from holdfast.apps.studio.records import Diff, Job, Session, Turn, Version, VersionLine
from holdfast.apps.studio.requests import (
    AskRepair,
    AskRestore,
    AskSave,
    AskSession,
    AskSessionChange,
    AskTurn,
    AskTurnAgain,
    Line,
)
from holdfast.apps.studio.room import InRoom, Me, Room
from holdfast.apps.studio.turns import Begun, Wish
from holdfast.apps.studio.versions import compare
from holdfast.core.errors import UserError

__all__ = ["TurnBegun", "router"]

router = APIRouter(prefix="/v1", tags=["sessions"], responses=ERRORS)
_REPAIR = "Make the tests pass."
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


class TurnBegun(BaseModel):
    """A turn, and the job that works on it."""

    model_config = ConfigDict(frozen=True)

    turn: Turn
    job: Job


@router.post("/sessions", status_code=201)
async def create_session(room: InRoom, me: Me, asked: AskSession) -> Session:
    """A new session; it may stay blank."""
    models = room.workshop.models()
    if asked.model is None and not models:
        raise UserError("no model is offered: start the app with --model")
    language = asked.language or room.workshop.languages()[0].name
    return await room.sessions.create(
        me.user.id,
        title=asked.title,
        language=language,
        model=room.check_model(asked.model or models[0].name),
    )


@router.get("/sessions")
async def find_sessions(
    room: InRoom, me: Me, q: Line = "", *, deleted: bool = False, limit: Limit = 100, offset: Offset = 0
) -> list[Session]:
    """Those whose title or prompts hold all words of `q`, the one changed last first."""
    found = await room.sessions.find(me.user.id, words=q, deleted=deleted, limit=limit, offset=offset)
    return list(found)


@router.get("/sessions/{session_id}")
async def get_session(room: InRoom, me: Me, session_id: str) -> Session:
    """One session."""
    return await room.sessions.get(me.user.id, session_id)


@router.patch("/sessions/{session_id}")
async def change_session(room: InRoom, me: Me, session_id: str, asked: AskSessionChange) -> Session:
    """Rename it, or go on in another language or with another model."""
    changes = asked.model_dump(exclude_none=True, exclude={"revision"})
    if asked.model is not None:
        room.check_model(asked.model)
    return await room.sessions.change(me.user.id, session_id, changes, revision=asked.revision)


@router.delete("/sessions/{session_id}")
async def delete_session(room: InRoom, me: Me, session_id: str) -> Session:
    """Delete it, and stop what works on it; `undelete` has it back."""
    session = await room.sessions.delete(me.user.id, session_id)
    await room.runner.end(await room.sessions.running(session_id))
    return session


@router.post("/sessions/{session_id}/undelete")
async def undelete_session(room: InRoom, me: Me, session_id: str) -> Session:
    """Undo the deletion."""
    return await room.sessions.restore(me.user.id, session_id)


@router.get("/sessions/{session_id}/turns")
async def find_turns(room: InRoom, me: Me, session_id: str) -> list[Turn]:
    """All turns, the oldest first; those with the same parent are branches."""
    return list(await room.turns.find(me.user.id, session_id))


@router.post("/sessions/{session_id}/turns", status_code=202)
async def add_turn(room: InRoom, me: Me, session_id: str, asked: AskTurn) -> TurnBegun:
    """Ask for a program, or give feedback on the one there is; the answer comes with the job."""
    wish = Wish(
        prompt=asked.prompt, parent=asked.parent, base=asked.base, model=asked.model, options=asked.options()
    )
    return await _begin(room, me, session_id, wish)


@router.get("/turns/{turn_id}")
async def get_turn(room: InRoom, me: Me, turn_id: str) -> Turn:
    """One turn."""
    return await room.turns.get(me.user.id, turn_id)


@router.post("/turns/{turn_id}/again", status_code=202)
async def again(room: InRoom, me: Me, turn_id: str, asked: AskTurnAgain) -> TurnBegun:
    """Ask the same once more, or something else in its place; it becomes a branch beside the turn."""
    turn = await room.turns.get(me.user.id, turn_id)
    wish = Wish(
        prompt=turn.prompt if asked.prompt is None else asked.prompt,
        parent=turn.parent,
        first=turn.parent is None,
        base=turn.base,
        model=asked.model or turn.model,
        options=asked.options(),
    )
    return await _begin(room, me, turn.session, wish)


@router.post("/versions/{version_id}/repair", status_code=202)
async def repair(room: InRoom, me: Me, version_id: str, asked: AskRepair) -> TurnBegun:
    """Test a version, and have the model mend what fails, in a turn of its own."""
    version = await room.versions.get(me.user.id, version_id)
    options = asked.model_dump(mode="json", exclude={"model"}) | {"mend": True}
    wish = Wish(
        prompt=_REPAIR,
        parent=version.turn,
        first=version.turn is None,
        base=version.id,
        model=asked.model,
        options=options,
    )
    return await _begin(room, me, version.session, wish)


@router.post("/turns/{turn_id}/continue", status_code=202)
async def go_on(room: InRoom, me: Me, turn_id: str) -> TurnBegun:
    """One more job for a turn whose last one was stopped, interrupted or failed."""
    turn = await room.turns.get(me.user.id, turn_id)
    room.check_model(turn.model)
    await room.check_rate(me)
    return _told(room, await room.turns.again(me.user.id, turn_id))


async def _begin(room: Room, me: Me, session_id: str, wish: Wish) -> TurnBegun:
    if wish.model is not None:
        room.check_model(wish.model)
    await room.check_rate(me)
    return _told(room, await room.turns.begin(me.user.id, session_id, wish))


def _told(room: Room, begun: Begun) -> TurnBegun:
    room.runner.begin(begun.job)
    return TurnBegun(turn=begun.turn, job=begun.job)


@router.get("/sessions/{session_id}/versions")
async def find_versions(
    room: InRoom, me: Me, session_id: str, *, brief: bool = False
) -> list[Version] | list[VersionLine]:
    """All versions, the oldest first; with `brief` without their programs."""
    if brief:
        return list(await room.versions.find_lines(me.user.id, session_id))
    return list(await room.versions.find(me.user.id, session_id))


@router.post("/sessions/{session_id}/versions", status_code=201)
async def save_version(room: InRoom, me: Me, session_id: str, asked: AskSave) -> Version:
    """Keep what the user edited; 409 where another version is worked on by now."""
    return await room.versions.save(me.user.id, session_id, asked.code, base=asked.base)


@router.get("/versions/{version_id}")
async def get_version(room: InRoom, me: Me, version_id: str) -> Version:
    """One version."""
    return await room.versions.get(me.user.id, version_id)


@router.post("/versions/{version_id}/restore", status_code=201)
async def restore_version(room: InRoom, me: Me, version_id: str, asked: AskRestore) -> Version:
    """Work on an earlier version again; 409 where another one than `base` is worked on by now."""
    return await room.versions.restore(me.user.id, version_id, base=asked.base)


@router.get("/diff")
async def diff(room: InRoom, me: Me, old: Line, new: Line) -> Diff:
    """What changed between any two versions."""
    first, second = await room.versions.get(me.user.id, old), await room.versions.get(me.user.id, new)
    return await asyncio.to_thread(compare, first, second)
