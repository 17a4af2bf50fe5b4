"""Which sandbox generated programs run in, as the environment asks for it.

`HOLDFAST_SANDBOX` names a level, and no other is used then. `HOLDFAST_EXEC` is the socket of an exec service,
which then runs all programs, and nothing here does. `HOLDFAST_CONTAINER_IMAGE` is the image of level
`container`, `HOLDFAST_WASM_PYTHON` the file with the Python of level `wasm`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import UserError
from holdfast.core.seams import EventSink
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.means import Means
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sandbox.sandbox import find_sandbox as find

__all__ = ["SETTINGS", "find_sandbox", "means", "native", "wanted"]

SETTINGS = ("HOLDFAST_SANDBOX", "HOLDFAST_EXEC", "HOLDFAST_CONTAINER_IMAGE", "HOLDFAST_WASM_PYTHON")
"""The variables that are read here."""


async def find_sandbox(
    cache: Path | None, *, accept_unsafe: bool = False, sink: EventSink | None = None
) -> Sandbox:
    """The strongest level that holds here, of all that can run generated Python, or the one asked for.

    `sink` is warned where stronger ones do not hold. Raises as `runtime.sandbox.sandbox.find_sandbox` does,
    and UserError where a setting makes no sense.
    """
    level = wanted(os.environ)
    if level is Level.NONE and not accept_unsafe:
        raise UserError("HOLDFAST_SANDBOX=none takes --i-accept-unsafe-execution as well")
    found = means(os.environ, cache)
    return await find(cache, accept_unsafe=accept_unsafe, wanted=level, means=found, sink=sink)


def wanted(environ: Mapping[str, str]) -> Level | None:
    """The level that is asked for, None where none is. Raises UserError where it is no level."""
    name = environ.get("HOLDFAST_SANDBOX", "").strip()
    if environ.get("HOLDFAST_EXEC", "").strip():
        if name not in {"", Level.CONTAINER}:
            raise UserError(f"HOLDFAST_SANDBOX={name} and HOLDFAST_EXEC exclude each other: set one of them")
        return Level.CONTAINER
    try:
        return Level(name) if name else None
    except ValueError as error:
        raise UserError(f"HOLDFAST_SANDBOX={name} is none of the levels {', '.join(Level)}") from error


def native(environ: Mapping[str, str]) -> Level | None:
    """The level that is asked for, where programs of this machine can run at it: Rocq's and Lean's.

    Raises UserError where what is asked for is no level.
    """
    level = wanted(environ)
    return level if level in {Level.NAMESPACES, Level.LANDLOCK} else None


def means(environ: Mapping[str, str], cache: Path | None) -> Means:
    """What the levels need that not every machine has. Raises UserError where the file is not there."""
    named = environ.get("HOLDFAST_WASM_PYTHON", "").strip()
    if named and not Path(named).is_file():
        raise UserError(f"HOLDFAST_WASM_PYTHON={named}: there is no such file")
    image = environ.get("HOLDFAST_CONTAINER_IMAGE", "").strip()
    if image.startswith("-"):
        raise UserError(f"HOLDFAST_CONTAINER_IMAGE={image} is no name of an image")
    service = environ.get("HOLDFAST_EXEC", "").strip()
    return Means(
        image=image,
        service=Path(service) if service else None,
        wasm=Path(named).absolute() if named else None,
        cache=cache,
    )
