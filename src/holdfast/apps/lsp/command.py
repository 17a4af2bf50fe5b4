"""Serves an editor as a command asks: opens the workroom and the pipes, and ends them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

from holdfast.apps.lsp.server import Face, make_face
from holdfast.apps.lsp.wire import LINE_BYTES, read_messages
from holdfast.apps.pipes import standard_pipes
from holdfast.apps.questions import WorkroomSettings
from holdfast.apps.workroom import Workroom
from holdfast.core.seams import EventSink

__all__ = ["serve"]


async def serve(settings: WorkroomSettings, *, sink: EventSink) -> bool:
    """Serve until the client leaves, or this is cancelled; False where it left without a shutdown.

    Raises UserError where standard input and output are no pipes.
    """
    with suppress(asyncio.CancelledError):
        async with standard_pipes(LINE_BYTES) as (reader, writer), _opened(settings, sink) as face:
            await read_messages(reader, writer, face.protocol)
            return face.protocol.was_shut_down
    return True


@asynccontextmanager
async def _opened(settings: WorkroomSettings, sink: EventSink) -> AsyncIterator[Face]:
    async with aclosing(Workroom(settings, sink=sink)) as room, aclosing(make_face(room)) as face:
        yield face
