"""Gathers what a program writes, without waiting and without end."""

import asyncio
import os
from typing import IO

from holdfast.runtime.process import Process

__all__ = ["Collector"]

_CHUNK = 1 << 16


class Collector:
    """Gathers one output of a program, up to a number of bytes."""

    def __init__(self, pipe: IO[bytes], limit: int, process: Process) -> None:
        """Read `pipe` whenever something is there; `process` is killed when it writes beyond `limit`."""
        self._descriptor = pipe.fileno()
        self._limit = limit
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._bytes = bytearray()
        self._open = True
        self.overflowed = False
        """Whether more came than the limit allows."""
        os.set_blocking(self._descriptor, False)
        self._loop.add_reader(self._descriptor, self._read)

    def _read(self) -> bool:
        try:
            data = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._stop()
            return False
        self._bytes += data
        if len(self._bytes) > self._limit:
            del self._bytes[self._limit :]
            self.overflowed = True
            self._stop()
            self._process.kill()
        return self._open

    def _stop(self) -> None:
        if self._open:
            self._open = False
            self._loop.remove_reader(self._descriptor)

    def finish(self) -> bytes:
        """All that was written; for use after the program ended."""
        while self._open and self._read():
            pass
        self._stop()
        return bytes(self._bytes)
