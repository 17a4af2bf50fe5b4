"""Which Rocq is used here, and how it is kept apart from the machine."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from holdfast.apps.isolation import native
from holdfast.checkers.rocq.installation import Installation, find_installation
from holdfast.checkers.rocq.sandboxed import strongest
from holdfast.core.events import Note
from holdfast.core.seams import EventSink
from holdfast.runtime.sinks import NullSink

__all__ = ["find_rocq"]

_TESTING = "trying every attack on the sandbox, once for this machine as it is"


async def find_rocq(cache: Path, path: str | None = None, *, sink: EventSink | None = None) -> Installation:
    """The Rocq along `path` (None: the PATH of this process), in the strongest sandbox that holds here.

    Where none holds, it runs as the user does; its `level` says so, and `sink` is told. Raises
    MissingToolError where there is no Rocq, and SandboxUnavailableError where HOLDFAST_SANDBOX asks for a
    level that does not hold.
    """
    installation = await find_installation(path, environ=os.environ)
    sink = sink or NullSink()
    testing = partial(sink.emit, Note(_TESTING))
    sandbox = await strongest(cache, testing, wanted=native(os.environ), sink=sink)
    if sandbox is None:
        sink.emit(Note("Rocq runs without a sandbox: holdfast doctor says what is missing", "warning"))
    return replace(installation, sandbox=sandbox)
