"""What the environment says, read here and nowhere else."""

from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import UserError

__all__ = ["CACHE_VARIABLE", "cache_directory"]

CACHE_VARIABLE = "HOLDFAST_CACHE"


def cache_directory(chosen: Path | None, environ: Mapping[str, str]) -> Path:
    """Where learned libraries are kept; the directory need not exist.

    The option wins over `HOLDFAST_CACHE`, and that over `holdfast` in the user's cache directory, which is
    `XDG_CACHE_HOME` or else `~/.cache`. Raises UserError where there is no home directory to fall back to.
    """
    if chosen is not None:
        return chosen.absolute()
    if named := environ.get(CACHE_VARIABLE):
        return Path(named).absolute()
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    if base.is_absolute():  # the standard says to ignore a relative one
        return base / "holdfast"
    try:
        return Path.home() / ".cache" / "holdfast"
    except RuntimeError as error:
        raise UserError("no home directory is known: name a cache directory with --cache DIR") from error
