"""Reads and writes the user's source files, byte for byte, and tells the user's mistakes from the disk's."""

from pathlib import Path

from holdfast.core.documents import Source
from holdfast.core.errors import SourceError, StorageError, UserError
from holdfast.runtime.runs import publish

__all__ = ["check_target", "read_source", "write_source"]

_USERS = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


def read_source(path: Path) -> Source:
    """A source file, line ends as they are.

    Raises UserError where it cannot be opened, SourceError with the place where it is not UTF-8 text, and
    StorageError where the disk fails.
    """
    try:
        data = path.read_bytes()
    except _USERS as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    try:
        return Source(str(path), data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        raise SourceError("this is not UTF-8 text", file=str(path), line=line, column=column) from error


def check_target(path: Path) -> None:
    """Raise UserError where a file cannot be put at `path`, before the work that it is to hold is done."""
    if path.is_dir():
        raise UserError(f"{path} is a folder: name a file")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent} to write {path.name} to")


def write_source(path: Path, text: str) -> None:
    """Put a source file in place whole or not at all.

    Raises UserError where the path cannot be written to, StorageError where the disk fails.
    """
    try:
        publish(path, text.encode("utf-8"))
    except StorageError as error:
        if isinstance(error.__cause__, _USERS):
            raise UserError(str(error)) from error
        raise
