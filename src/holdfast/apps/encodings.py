"""Workers that encode goals, each with an encoder of its own."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from holdfast.apps.value import open_encoder
from holdfast.core.seams import MakeWorker, Work
from holdfast.core.vectors import Vector

__all__ = ["make_encoding"]


def make_encoding(spec: str) -> MakeWorker[Sequence[str], Sequence[Vector | None]]:
    """What sets up a worker that encodes as `open_encoder(spec)` does; it travels to where it will run."""
    return partial(_encoding, spec)


@asynccontextmanager
async def _encoding(spec: str) -> AsyncIterator[Work[Sequence[str], Sequence[Vector | None]]]:
    async with open_encoder(spec, os.environ) as encoder:

        async def work(texts: Sequence[str]) -> AsyncIterator[Sequence[Vector | None]]:
            yield await encoder.encode(texts)

        yield work
