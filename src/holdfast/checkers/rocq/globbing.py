"""Gets the `.glob` file of a library: the one that was installed with it, or a new one."""

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Compiler, Library, Rejected
from holdfast.checkers.rocq.glob import Glob, read_glob
from holdfast.checkers.rocq.installation import Installation
from holdfast.core.errors import SourceError
from holdfast.runtime.child import Limits

__all__ = ["glob_of", "shipped"]

_LIMITS = Limits(wall_s=3600.0, cpu_s=1800.0, memory_mb=8000)


async def glob_of(
    installation: Installation, file: Path, text: str, library: str, arguments: Sequence[str] = ()
) -> Glob:
    """What names a library uses, by the byte offsets of `text`.

    Args:
        installation: compiles the library where no `.glob` file that was made from it lies beside it.
        file: the library as it is installed.
        text: the same, with blanks for comments or without.
        library: its name in full.
        arguments: options of Rocq for it, folders absolute.

    Raises:
        SourceError: Rocq does not accept the library.
        CheckerError: the compiler came to no end.
    """
    installed = await asyncio.to_thread(shipped, file)
    if installed is not None:
        return installed
    with tempfile.TemporaryDirectory(prefix="holdfast-") as name:
        if installation.sandbox is not None:
            installation.sandbox.lend(Path(name))
        folder, unit = Path(name) / "unit", Library(library)
        built = await Compiler(installation, tuple(arguments), _LIMITS).build(text, unit, folder)
        if isinstance(built, Rejected):
            raise SourceError(f"Rocq does not accept this: {' '.join(built.message.split())}", file=str(file))
        return await asyncio.to_thread(_read, folder / f"{unit.stem}.glob")


def shipped(file: Path) -> Glob | None:
    """The `.glob` file beside a library, where it was made from just that. Raises SourceError, OSError."""
    if not (file.is_file() and file.with_suffix(".glob").is_file()):
        return None
    found = _read(file.with_suffix(".glob"))
    return (
        found if found.digest == hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() else None
    )


def _read(path: Path) -> Glob:
    return read_glob(path.read_text(encoding="utf-8", errors="replace"), str(path))
