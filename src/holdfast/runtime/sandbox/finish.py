"""Waits for a job that is asked nothing."""

import time

from holdfast.core.errors import InfrastructureError
from holdfast.runtime.collector import Collector
from holdfast.runtime.sandbox.guard import Held
from holdfast.runtime.sandbox.jobs import Level, Ran

__all__ = ["finish"]


async def finish(held: Held, *, output_bytes: int, level: Level, missing: tuple[str, ...]) -> Ran:
    """Wait for the end of a job that has just been started, and for all that it started to be gone.

    It is killed when it writes more than `output_bytes` to one of its outputs, or when this is cancelled.
    Raises InfrastructureError where it was never started.
    """
    outputs = [Collector(pipe, output_bytes, held) for pipe in (held.stdout, held.stderr)]
    try:
        await held.wait()
    finally:
        held.kill()
        await held.wait()
        texts = [output.finish() for output in outputs]
        held.close_pipes()
    if any(output.overflowed for output in outputs):
        held.guard.breached("output")
    failure = held.failure(texts[1])
    if failure:
        raise InfrastructureError(f"the sandbox could not be built: {failure}")
    ended, code = held.how()
    return Ran(
        ended=ended,
        returncode=code,
        stdout=texts[0],
        stderr=texts[1],
        cpu_s=held.total_cpu_s,
        wall_s=time.monotonic() - held.started,
        level=level,
        memory_mb=held.guard.peak_mb,
        missing=missing,
    )
