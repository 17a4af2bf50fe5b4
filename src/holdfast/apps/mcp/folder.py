"""The one folder that agents may name files of."""

from pathlib import Path

from holdfast.apps.problems import WrongRequestError
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, StorageError, UserError
from holdfast.runtime.runs import publish

__all__ = ["Folder"]

_LARGEST = 16_000_000
"""Bytes of a file that is read."""


class Folder:
    """Reads and writes files below a folder; a path that leads out of it is refused, links followed."""

    def __init__(self, root: Path) -> None:
        """Raises UserError where `root` is no folder."""
        try:
            self._root = root.resolve(strict=True)
        except (OSError, RuntimeError):
            raise UserError(f"there is no folder {root}: name another one with --root") from None
        if not self._root.is_dir():
            raise UserError(f"{root} is no folder: name one with --root")

    def path(self, name: str) -> Path:
        """Where a file is, or would be. Raises WrongRequestError where that is not in the folder."""
        try:
            path = (self._root / name).resolve()
        except (OSError, ValueError, RuntimeError):
            raise WrongRequestError(f"{name!r} is no path") from None
        if not path.is_relative_to(self._root):
            raise WrongRequestError(
                f"{name} is outside of {self._root}, the folder that this server works in"
            )
        return path

    def source(self, name: str, text: str | None = None) -> Source:
        """A file of the folder, or a draft of it. Raises what `path` does, and UserError or SourceError."""
        path = self.path(name)
        shown = path.relative_to(self._root).as_posix()
        return Source(shown, _read(path, shown) if text is None else text)

    def write(self, name: str, before: Source, after: Source) -> None:
        """Put a text in place of the one that was read.

        Raises WrongRequestError where the file says something else by now, StorageError where it cannot be
        written.
        """
        if self.source(name).text != before.text:
            raise WrongRequestError(f"{name} was changed meanwhile, so it was not written: ask again")
        publish(self.path(name), after.text.encode())


def _read(path: Path, shown: str) -> str:
    try:
        if not path.is_file():
            raise WrongRequestError(f"there is no file {shown}: name one, or send its text")
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise StorageError(f"cannot read {shown}: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise UserError(f"{shown} is larger than {_LARGEST} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError("this is not UTF-8 text", file=shown, line=line) from None
