"""JSON lines on disk: appended whole or not at all, and read back after a crash."""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.core.errors import StorageError

__all__ = ["JsonLineFile", "encode_line"]


def encode_line(record: Mapping[str, object]) -> bytes:
    """A record as one line of JSON in UTF-8, newline included.

    A lone surrogate (from a file name that is not UTF-8) is written as the escape that JSON has for it.
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


class JsonLineFile:
    """A file of JSON objects, one a line, open for appending.

    A last line without its newline is what a killed writer leaves; it never counted and is cut off.
    """

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises StorageError where that fails or a whole line is not JSON."""
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise _refused(path, error) from error
        try:
            self.records, self._size = self._read()
        except BaseException:
            os.close(self._descriptor)
            raise

    def append(self, record: Mapping[str, object]) -> None:
        """Write one record and wait until it is on the disk.

        Raises StorageError where the disk says no; the lines before are whole, and this one is not there.
        """
        line = encode_line(record)
        try:
            self._write(line)
            # A device that cannot be synced has nothing to lose.
            with contextlib.suppress(OSError):
                os.fsync(self._descriptor)
        except OSError as error:
            raise _refused(self._path, error) from error
        self._size += len(line)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
