"""Work that the user of an editor sees, and can cancel there."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from holdfast.core.events import Event, Note, TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink

__all__ = ["CancelledByUserError", "with_progress"]

_T = TypeVar("_T")
_ASKED_S = 10.0
"""Longest wait for the editor to say that it shows progress."""


class CancelledByUserError(Exception):
    """The user has cancelled the work in the editor."""


class _Teller:
    """Takes events in any thread and tells of them in the event loop."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._tell = tell

    def emit(self, event: Event) -> None:
        """Take one event."""
        text = _told(event)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
            self._loop.call_soon_threadsafe(self._tell, text)


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


async def with_progress(
    server: LanguageServer,
    title: str,
    token: types.ProgressToken | None,
    work: Callable[[EventSink], Coroutine[Any, Any, _T]],
) -> _T:
    """What `work` returns; meanwhile the editor shows what the sink is told.

    With a `token` the editor shows it its own way; without one, in a place that it makes. Raises
    CancelledByUserError where the user cancels it there.
    """
    if token is None:
        token = await _own_token(server)
    if token is None:
        return await work(_Teller(lambda _: None))
    shown, progress = token, server.work_done_progress
    progress.begin(shown, types.WorkDoneProgressBegin(title=title, cancellable=True))
    sink = _Teller(lambda text: progress.report(shown, types.WorkDoneProgressReport(message=text)))
    task = asyncio.ensure_future(work(sink))
    loop = asyncio.get_running_loop()
    cancelled = progress.tokens[shown]
    cancelled.add_done_callback(lambda _: loop.call_soon_threadsafe(task.cancel))
    try:
        return await task
    except asyncio.CancelledError:
        if cancelled.cancelled():
            raise CancelledByUserError from None
        task.cancel()
        raise
    finally:
        progress.tokens.pop(shown, None)
        progress.end(shown, types.WorkDoneProgressEnd())


async def _own_token(server: LanguageServer) -> str | None:
    window = server.client_capabilities.window
    if window is None or not window.work_done_progress:
        return None
    token = f"holdfast-{uuid.uuid4().hex}"
    try:
        async with asyncio.timeout(_ASKED_S):
            await server.work_done_progress.create_async(token)
    except Exception:  # noqa: BLE001 - an editor that shows no progress is no reason to do no work
        return None
    return token
