"""Standard input and output for a protocol alone: what else is printed goes to standard error."""

import asyncio
import contextlib
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from holdfast.core.errors import UserError

__all__ = ["standard_pipes"]

_NO_PIPES = "standard input and output are no pipes: this is started by an editor or an agent"


@contextlib.asynccontextmanager
async def standard_pipes(limit: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Standard input and output as streams; meanwhile descriptor 0 is empty and 1 is standard error.

    Waiting on them can be cancelled. `limit` is the most bytes that a line may have. Raises UserError where
    they are files or devices.
    """
    with _taken() as (taken, given):
        reader = asyncio.StreamReader(limit)
        # Transports close what they are given.
        source = os.fdopen(os.dup(taken), "rb", buffering=0)
        sink = os.fdopen(os.dup(given), "wb", buffering=0)
        with contextlib.ExitStack() as files:
            files.callback(source.close)
            files.callback(sink.close)
            incoming, writer = await _connected(reader, source, sink)
            files.callback(incoming.close)
            files.callback(writer.close)
            files.pop_all()
        try:
            yield reader, writer
        finally:
            incoming.close()
            writer.close()


@contextlib.contextmanager
def _taken() -> Iterator[tuple[int, int]]:
    """Descriptors in the place of 0 and 1, which lead nowhere and to standard error meanwhile."""
    sys.stdout.flush()
    taken, given, nowhere = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    os.close(nowhere)
    try:
        yield taken, given
    finally:
        for number, mine in ((0, taken), (1, given)):
            os.set_blocking(mine, True)
            os.dup2(mine, number)
            os.close(mine)


async def _connected(
    reader: asyncio.StreamReader, source: BinaryIO, sink: BinaryIO
) -> tuple[asyncio.ReadTransport, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    if not all(map(_can_wait, (source, sink))):
        raise UserError(_NO_PIPES)
    try:
        incoming, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
        outgoing, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sink)
    except ValueError:
        raise UserError(_NO_PIPES) from None
    return incoming, asyncio.StreamWriter(outgoing, protocol, reader, loop)


def _can_wait(file: BinaryIO) -> bool:
    """Whether a loop can wait on it: with /dev/null it fails later, where nobody catches it."""
    mode = os.fstat(file.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or file.isatty()
