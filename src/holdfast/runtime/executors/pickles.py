"""Pickles over pipes between this process and workers that it started itself."""

import asyncio
import pickle
import struct

__all__ = ["framed", "pack", "read_pickle", "unpack"]

_LENGTH = struct.Struct("!Q")


def pack(value: object) -> bytes:
    """A value as bytes. Raises ValueError on what cannot be pickled."""
    try:
        return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        # Whatever a value's own code raises while it is taken apart.
        raise ValueError(f"{type(value).__name__} cannot be sent to or from a worker: {error}") from error


def unpack(data: bytes) -> object:
    """What `pack` made bytes of, in a process of ours only: a pickle can do anything."""
    return pickle.loads(data)  # noqa: S301 - written by a process of ours


def framed(data: bytes) -> bytes:
    """Bytes as they go over a pipe, with their length before them."""
    return _LENGTH.pack(len(data)) + data


async def read_pickle(stream: asyncio.StreamReader) -> object:
    """The next value on a pipe. Raises asyncio.IncompleteReadError at the end."""
    (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    return unpack(await stream.readexactly(length))
