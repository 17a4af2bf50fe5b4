"""Where a program comes from: the prompts that led to it, the model, its versions, what its tests said."""

from typing import Any

from holdfast.apps.studio.records import Version
from holdfast.apps.studio.room import Room

__all__ = ["provenance_of"]

_VERDICTS = 20


async def provenance_of(room: Room, owner: str, version: Version) -> dict[str, Any]:
    """All that is known of a version of the user's."""
    turns = {turn.id: turn for turn in await room.turns.find(owner, version.session)}
    prompts: list[str] = []
    model = None
    at = version.turn
    while at is not None and at in turns:
        turn = turns[at]
        model = model or turn.model
        prompts.insert(0, turn.prompt)
        at = turn.parent
    return {
        "session": version.session,
        "version": version.id,
        "origin": version.origin,
        "model": model,
        "prompts": prompts,
        "versions": await _versions(room, owner, version),
        "verdicts": await _verdicts(room, owner, version),
    }


async def _versions(room: Room, owner: str, version: Version) -> list[dict[str, Any]]:
    """The versions that the program grew from, the first one first."""
    known = {each.id: each for each in await room.versions.find(owner, version.session)}
    found: list[dict[str, Any]] = []
    at: str | None = version.id
    while at is not None and at in known:
        each = known[at]
        found.insert(0, {"version": each.id, "digest": each.digest, "origin": each.origin})
        at = each.parent
    return found


async def _verdicts(room: Room, owner: str, version: Version) -> list[dict[str, Any]]:
    """What tests said of exactly this program, the newest first."""
    jobs = await room.runner.find(owner, session_id=version.session, kind="test", limit=500)
    known = await room.versions.find(owner, version.session)
    same = {each.id for each in known if each.digest == version.digest}
    told = [job for job in jobs if job.version in same and job.state == "done" and job.result]
    return [
        {
            "passed": job.result["passed"],
            "weak": job.result["weak"],
            "tests": len(job.result["cases"]),
            "isolation": job.result["isolation"],
            "at": job.ended,
        }
        for job in told[:_VERDICTS]
        if job.result is not None
    ]
