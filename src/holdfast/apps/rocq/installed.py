"""Where the sources of installed libraries of Rocq are."""

from collections.abc import Callable
from pathlib import Path

from holdfast.apps.rocq.workbench import open_workbench
from holdfast.core.errors import MissingToolError, UserError

__all__ = ["library_finder"]


async def library_finder(cache: Path) -> Callable[[str], Path] | None:
    """What finds the source of a library by its logical name; None where there is no Rocq.

    What comes back raises UserError on a name that is not installed.
    """
    try:
        bench = await open_workbench(cache)
    except MissingToolError:
        return None

    def find(name: str) -> Path:
        for library in bench.libraries.under(name):
            if library.name == name:
                return library.path
        raise UserError(f"there is no library {name} in Rocq {bench.identity.version}: is it installed?")

    return find
