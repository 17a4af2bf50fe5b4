"""Serves an editor as a command asks: opens the workroom and the pipes, and ends them."""

from contextlib import aclosing

from holdfast.apps.lsp.server import make_face
from holdfast.apps.lsp.wire import LINE_BYTES, read_messages
from holdfast.apps.pipes import standard_pipes
from holdfast.apps.workroom import Workroom, WorkroomSettings
from holdfast.core.seams import EventSink

__all__ = ["serve"]


async def serve(settings: WorkroomSettings, *, sink: EventSink) -> bool:
    """Serve until the client leaves, or this is cancelled; whether it left as the protocol wants it.

    Raises UserError where standard input and output are no pipes.
    """
    async with (
        standard_pipes(LINE_BYTES) as (reader, writer),
        aclosing(Workroom(settings, sink=sink)) as room,
        aclosing(make_face(room)) as face,
    ):
        await read_messages(reader, writer, face.protocol)
        return face.protocol.was_shut_down
