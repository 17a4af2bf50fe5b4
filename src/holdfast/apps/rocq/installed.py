"""Where the sources of installed libraries of Rocq are."""

import os
from collections.abc import Callable
from pathlib import Path

from holdfast.apps.rocq.workbench import installed_roots
from holdfast.checkers.rocq.installation import find_installation
from holdfast.checkers.rocq.libraries import find_libraries
from holdfast.core.errors import MissingToolError, UserError

__all__ = ["library_finder"]


async def library_finder() -> Callable[[str], Path] | None:
    """What finds the source of a library by its logical name; None where there is no Rocq.

    What comes back raises UserError on a name that is not installed.
    """
    try:
        installation = await find_installation(None, environ=os.environ)
    except MissingToolError:
        return None
    libraries = find_libraries(installed_roots(installation))

    def find(name: str) -> Path:
        for library in libraries.under(name):
            if library.name == name:
                return library.path
        raise UserError(f"there is no library {name} in Rocq {installation.version}: is it installed?")

    return find
