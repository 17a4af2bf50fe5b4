"""The installed libraries that a Python file is meant to run with, found without running anything."""

import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from holdfast.core.errors import UserError

__all__ = ["find_libraries", "own_libraries", "preloaded"]

_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_ENVIRONMENTS = (".venv", "venv")
_HIGHEST = 8
"""How many folders above the file are looked at."""


def own_libraries() -> tuple[Path, ...]:
    """Where our own interpreter has its libraries: tests find pytest and hypothesis there."""
    return tuple({Path(sysconfig.get_path(name)): None for name in ("purelib", "platlib")})


def find_libraries(file: Path, python: Path | None, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders of libraries of `python`, an interpreter or the folder of an environment.

    Without one: those of the active environment, else of a `.venv` beside the file or above it, else our own.
    Programs are run by our interpreter, so that only libraries for its version will do.

    Raises UserError where `python` has none.
    """
    if python is not None:
        found = tuple(_folders(python.absolute())) if python.exists() else ()
        if not found:
            raise UserError(
                f"{python} has no libraries for {_VERSION}, which runs programs here: name another"
            )
        return found
    active = environ.get("VIRTUAL_ENV")
    above = [file.absolute().parent, *file.absolute().parent.parents][:_HIGHEST]
    places = [Path(active)] if active else []
    places += [folder / name for folder in above for name in _ENVIRONMENTS]
    for place in places:
        found = tuple(_folders(place)) if (place / "pyvenv.cfg").is_file() else ()
        if found:
            return found
    return own_libraries()


def preloaded(imports: Sequence[str], libraries: Sequence[Path]) -> tuple[str, ...]:
    """Which imported modules are installed libraries: importing these once saves it for each program."""
    return tuple(
        name for name in imports if any((folder / name / "__init__.py").is_file() for folder in libraries)
    )


def _folders(place: Path) -> Iterator[Path]:
    """The libraries of an environment, or of an interpreter in a folder `bin`."""
    prefixes = [place] if place.is_dir() else [place.parent.parent, place.resolve().parent.parent]
    for prefix in dict.fromkeys(prefixes):
        folders = (
            prefix / "lib" / _VERSION / "site-packages",
            prefix / "lib64" / _VERSION / "site-packages",
            prefix / "local" / "lib" / _VERSION / "dist-packages",
            prefix / "lib" / "python3" / "dist-packages",
        )
        # `lib64` is a link to `lib` in many environments.
        found = {folder.resolve(): folder for folder in reversed(folders) if folder.is_dir()}
        if found:
            yield from reversed(found.values())
            return
