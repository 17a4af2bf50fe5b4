"""A worker in a process of its own, run by `python -m`: pickles come on standard input, leave on output.

The first value is `sys.path` of whoever started it, the second makes the worker, each further one is a task.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import MakeWorker
from holdfast.runtime.executors.pickles import framed, pack, read_pickle
from holdfast.runtime.executors.serving import Broken, Frame, serve

__all__ = ["main"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""One worker a processor: libraries that start a thread for each would keep checkers waiting."""


def main() -> None:
    """Serve until standard input ends."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    # What libraries print must not get between the pickles.
    output = os.dup(1)
    os.dup2(2, 1)
    asyncio.run(_serve(output))


async def _serve(output: int) -> None:
    stream = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    # The duplicate stays blocking for whoever else reads standard input: nobody.
    pipe = os.fdopen(os.dup(0), "rb", buffering=0)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    send = _sender(output)
    try:
        sys.path[:] = cast("list[str]", await read_pickle(stream))
        make_worker = cast("MakeWorker[Any, Any]", await read_pickle(stream))
    except asyncio.IncompleteReadError:
        return
    except Exception as error:  # noqa: BLE001 - an import that fails, most likely; whoever waits must know
        text = f"a worker cannot load what it is to do: {type(error).__name__}: {error}"
        await send(Broken(InfrastructureError(text)))
        return
    tasks: asyncio.Queue[Any] = asyncio.Queue()
    work = asyncio.create_task(serve(make_worker, tasks.get, send))
    listening = asyncio.create_task(_listen(stream, tasks))
    await asyncio.wait((work, listening), return_when=asyncio.FIRST_COMPLETED)
    for task in (work, listening):
        task.cancel()
    await asyncio.wait((work, listening))


async def _listen(stream: asyncio.StreamReader, tasks: asyncio.Queue[Any]) -> None:
    while True:
        try:
            tasks.put_nowait(await read_pickle(stream))
        except asyncio.IncompleteReadError:
            return


def _sender(output: int) -> Callable[[Frame], Awaitable[None]]:
    async def send(frame: Frame) -> None:
        rest = memoryview(framed(pack(frame)))
        while rest:
            # Waits in place when the reader is behind: nothing better is to be done meanwhile.
            rest = rest[os.write(output, rest) :]

    return send


if __name__ == "__main__":
    main()
