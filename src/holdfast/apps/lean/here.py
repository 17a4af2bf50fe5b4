"""Which Lean is used here, and how it is kept apart from the machine."""

import os
from pathlib import Path

from holdfast.apps.isolation import native
from holdfast.checkers.lean.installation import Installation, find_installation, find_project
from holdfast.core.errors import SandboxUnavailableError
from holdfast.core.seams import EventSink
from holdfast.runtime.sandbox.sandbox import find_sandbox

__all__ = ["find_lean"]


async def find_lean(
    file: Path, cache: Path, *, unsafe: bool = False, sink: EventSink | None = None
) -> Installation:
    """The Lean for a file, in the strongest sandbox that holds here: elaborating a file runs its code.

    `sink` is warned where that is not the strongest of all. Raises MissingToolError where there is no Lean,
    UserError where it is not the one that the project asks for, SandboxUnavailableError where no sandbox
    holds, unless running without one was accepted.
    """
    project = find_project(file)
    home = Path(os.environ["HOME"]) if "HOME" in os.environ else None
    found = await find_installation(os.environ.get("PATH"), project=project, home=home)
    wanted = native(os.environ)
    try:
        sandbox = await find_sandbox(cache, wanted=wanted, sink=sink)
    except SandboxUnavailableError:
        if not unsafe or wanted is not None:
            raise
        return found
    return found.within(sandbox)
