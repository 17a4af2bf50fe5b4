"""Pickles over pipes between this process and workers that it started itself."""

import asyncio
import pickle
import struct

__all__ = ["pack", "read_pickle"]

_LENGTH = struct.Struct("!Q")


def pack(value: object) -> bytes:
    """A value with its length before it. Raises ValueError on what cannot be pickled."""
    try:
        data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        # Whatever a value's own code raises while it is taken apart.
        raise ValueError(f"{type(value).__name__} cannot be sent to or from a worker: {error}") from error
    return _LENGTH.pack(len(data)) + data


async def read_pickle(stream: asyncio.StreamReader) -> object:
    """The next value, of a worker of ours only. Raises asyncio.IncompleteReadError at the end."""
    (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    return pickle.loads(await stream.readexactly(length))  # noqa: S301 - written by a process of ours
