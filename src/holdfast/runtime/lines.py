"""JSON lines on disk: appended whole or not at all, and read back after a crash."""

import contextlib
import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.core.errors import StorageError

__all__ = ["JsonLineFile", "encode_line"]

_BLOCK = 1 << 20


def encode_line(record: Mapping[str, object]) -> bytes:
    r"""A record as one line of JSON in UTF-8, newline included.

    A lone surrogate (from a file name that is not UTF-8) becomes the escape that JSON has for it.

    >>> encode_line({"name": "plus_comm", "steps": ["lia"]})
    b'{"name":"plus_comm","steps":["lia"]}\n'
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


class JsonLineFile:
    """A file of JSON objects, one a line, open for appending by one writer.

    A last line without its newline is what a killed writer leaves; it never counted and is cut off.
    """

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises StorageError where that fails or where a whole line is not JSON."""
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise StorageError(f"cannot open {path}: {error.strerror}") from error
        try:
            self.records = self._recover()
        except BaseException:
            self.close()
            raise

    def append(self, record: Mapping[str, object], *, durable: bool = True) -> None:
        """Write one record; with `durable`, return when it is on the disk.

        Raises StorageError where the disk says no: the lines before stay whole, this one is not there.
        """
        line = encode_line(record)
        try:
            self._write_whole(line)
            if durable:
                self._sync()
        except OSError as error:
            raise StorageError(f"cannot write {self._path}: {error.strerror}") from error
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

    def _write_whole(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except BaseException:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise

    def _sync(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            # Pipes and devices cannot be synced; a file that cannot be is in trouble.
            if error.errno not in {errno.EINVAL, errno.EROFS}:
                raise

    def _recover(self) -> tuple[dict[str, object], ...]:
        try:
            content = self._content()
            self._size = content.rfind(b"\n") + 1
            if self._size < len(content):
                os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            raise StorageError(f"cannot read {self._path}: {error.strerror}") from error
        lines = content[: self._size].splitlines()
        return tuple(self._parse(number, line) for number, line in enumerate(lines, start=1))

    def _content(self) -> bytes:
        blocks = []
        if os.fstat(self._descriptor).st_size:
            while block := os.read(self._descriptor, _BLOCK):
                blocks.append(block)
        return b"".join(blocks)

    def _parse(self, number: int, line: bytes) -> dict[str, object]:
        try:
            record = json.loads(line)
        except ValueError as error:
            raise StorageError(f"{self._path} is damaged: line {number} is not JSON") from error
        if not isinstance(record, dict):
            raise StorageError(f"{self._path} is damaged: line {number} is not a record")
        return record
