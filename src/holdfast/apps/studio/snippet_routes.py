"""The library: keep, find, change, share, export and import snippets."""

import asyncio
import base64
import hashlib
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from holdfast.apps.server.bodies import media_type
from holdfast.apps.studio.errors import ERRORS, Fault, FaultError
from holdfast.apps.studio.job_routes import program_of
from holdfast.apps.studio.provenance import provenance_of
from holdfast.apps.studio.records import Snippet
from holdfast.apps.studio.requests import AskSnippet, AskSnippetChange, Line
from holdfast.apps.studio.room import InRoom, Me
from holdfast.apps.studio.session_routes import Limit, Offset
from holdfast.apps.studio.sharing import (
    STYLE,
    decoded,
    html_page,
    json_lines,
    markdown,
    read_json_lines,
    read_zip,
    zipped,
)
from holdfast.apps.studio.snippets import Asked, NewSnippet

__all__ = ["router"]

router = APIRouter(tags=["snippets"], responses=ERRORS)
_EVERYTHING = 20_000
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file",
        "content": {
            each: {"schema": {"type": "string", "format": "binary"}}
            for each in ("application/zip", "application/x-ndjson", "text/html", "text/markdown")
        },
    }
}
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            each: {"schema": {"type": "string", "format": "binary"}}
            for each in ("application/zip", "application/x-ndjson", "application/octet-stream")
        },
    }
}


@router.post("/v1/snippets", status_code=201)
async def add_snippet(room: InRoom, me: Me, asked: AskSnippet) -> Snippet:
    """Keep a program: one that is sent, or a version with all that is known of it."""
    language, code, _ = await program_of(room, me, asked.language, asked.code, asked.version)
    provenance = {}
    if asked.version is not None:
        version = await room.versions.get(me.user.id, asked.version)
        provenance = await provenance_of(room, me.user.id, version)
    new = NewSnippet(title=asked.title, language=language, code=code, tags=asked.tags, provenance=provenance)
    return (await room.snippets.add(me.user.id, [new]))[0]


@router.get("/v1/snippets")
async def find_snippets(
    room: InRoom,
    me: Me,
    q: Line = "",
    tag: Line | None = None,
    language: Line | None = None,
    *,
    deleted: bool = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[Snippet]:
    """Those in which every word of `q` begins a word of title, tags, program or prompts."""
    asked = Asked(words=q, tag=tag, language=language, deleted=deleted, limit=limit, offset=offset)
    return list(await room.snippets.find(me.user.id, asked))


@router.get("/v1/snippets/tags")
async def find_tags(room: InRoom, me: Me) -> dict[str, int]:
    """All tags in use, and how many snippets have each."""
    return await room.snippets.tags(me.user.id)


@router.get("/v1/snippets/export", response_class=Response, responses=_FILE)
async def export(room: InRoom, me: Me, form: Literal["zip", "jsonl"] = "zip") -> Response:
    """All snippets but the deleted ones, as a file that `import` reads."""
    found = await room.snippets.find(me.user.id, Asked(limit=_EVERYTHING))
    snippets = sorted(found, key=lambda each: (each.created, each.id))
    if form == "jsonl":
        return _file(json_lines(snippets), "application/x-ndjson", "snippets.jsonl")
    suffixes = {each.name: each.suffix for each in room.workshop.languages()}
    packed = await asyncio.to_thread(zipped, snippets, suffixes)
    return _file(packed, "application/zip", "snippets.zip")


@router.post("/v1/snippets/import", status_code=201, openapi_extra=_UPLOAD)
async def import_snippets(request: Request, room: InRoom, me: Me) -> list[Snippet]:
    """Keep all snippets of a file that `export` made; all of them, or none."""
    data = await request.body()
    kind = media_type(request.headers)
    if kind == "application/octet-stream":
        kind = "application/zip" if data.startswith(b"PK") else "application/x-ndjson"
    match kind:
        case "application/zip":
            new = await asyncio.to_thread(read_zip, data)
        case "application/x-ndjson" | "application/jsonl":
            new = await asyncio.to_thread(read_json_lines, decoded(data))
        case _:
            text = "an import is a zip or JSON lines"
            raise FaultError(
                Fault(
                    415, "not_an_export", text, "send Content-Type: application/zip or application/x-ndjson"
                )
            )
    return list(await room.snippets.add(me.user.id, new))


@router.get("/v1/snippets/{snippet_id}")
async def get_snippet(room: InRoom, me: Me, snippet_id: str) -> Snippet:
    """One snippet."""
    return await room.snippets.get(me.user.id, snippet_id)


@router.patch("/v1/snippets/{snippet_id}")
async def change_snippet(room: InRoom, me: Me, snippet_id: str, asked: AskSnippetChange) -> Snippet:
    """Rename it, or give it other tags."""
    return await room.snippets.change(
        me.user.id, snippet_id, title=asked.title, tags=asked.tags, revision=asked.revision
    )


@router.delete("/v1/snippets/{snippet_id}")
async def delete_snippet(room: InRoom, me: Me, snippet_id: str) -> Snippet:
    """Delete it; `undelete` has it back."""
    return await room.snippets.delete(me.user.id, snippet_id)


@router.post("/v1/snippets/{snippet_id}/undelete")
async def undelete_snippet(room: InRoom, me: Me, snippet_id: str) -> Snippet:
    """Undo the deletion."""
    return await room.snippets.restore(me.user.id, snippet_id)


@router.put("/v1/snippets/{snippet_id}/share")
async def share_snippet(room: InRoom, me: Me, snippet_id: str) -> Snippet:
    """Give it a page that everybody can read who knows its address, `/s/` and what `share` says."""
    return await room.snippets.share(me.user.id, snippet_id, shared=True)


@router.delete("/v1/snippets/{snippet_id}/share")
async def unshare_snippet(room: InRoom, me: Me, snippet_id: str) -> Snippet:
    """Take the page away; the address never works again."""
    return await room.snippets.share(me.user.id, snippet_id, shared=False)


@router.get("/v1/snippets/{snippet_id}/file", response_class=Response, responses=_FILE)
async def snippet_file(
    room: InRoom, me: Me, snippet_id: str, form: Literal["html", "markdown"] = "html"
) -> Response:
    """The snippet as one file to give away."""
    snippet = await room.snippets.get(me.user.id, snippet_id)
    if form == "markdown":
        return _file(markdown(snippet), "text/markdown; charset=utf-8", "snippet.md")
    return _file(html_page(snippet), "text/html; charset=utf-8", "snippet.html")


def _file(content: str | bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


@router.get("/s/{share}", response_class=HTMLResponse, include_in_schema=False)
async def shared_page(room: InRoom, share: str) -> HTMLResponse:
    """The public page of a snippet, for everybody who knows its address."""
    page = html_page(await room.snippets.shared(share))
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})
