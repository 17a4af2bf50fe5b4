"""Which Lean is used here, and how it is kept apart from the machine."""

import os
from pathlib import Path

from holdfast.checkers.lean.installation import Installation, find_installation, find_project
from holdfast.core.errors import SandboxUnavailableError
from holdfast.runtime.sandbox.sandbox import find_sandbox

__all__ = ["find_lean"]


async def find_lean(file: Path, cache: Path, *, unsafe: bool = False) -> Installation:
    """The Lean for a file, in the strongest sandbox that holds here: elaborating a file runs its code.

    Raises MissingToolError where there is no Lean, UserError where it is not the one that the project asks
    for, SandboxUnavailableError where no sandbox holds, unless running without one was accepted.
    """
    project = find_project(file)
    home = Path(os.environ["HOME"]) if "HOME" in os.environ else None
    found = await find_installation(os.environ.get("PATH"), project=project, home=home)
    try:
        sandbox = await find_sandbox(cache)
    except SandboxUnavailableError:
        if not unsafe:
            raise
        return found
    return found.within(sandbox)
