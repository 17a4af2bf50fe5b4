"""What a worker does wherever it runs: set up, take one task at a time, tell what comes of it."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from holdfast.core.errors import HoldfastError, InfrastructureError, UserError
from holdfast.core.seams import MakeWorker

__all__ = ["Broken", "Done", "Frame", "Raised", "Ready", "Result", "WorkerGoneError", "serve"]


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker is set up."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The worker cannot be set up."""

    error: HoldfastError


@dataclass(frozen=True, slots=True)
class Result:
    """One result of the present task."""

    value: Any


@dataclass(frozen=True, slots=True)
class Done:
    """The present task is done."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The present task has failed; the fields are those of `Failed`."""

    kind: Literal["user", "infrastructure", "defect"]
    message: str
    detail: str


Frame: TypeAlias = Ready | Broken | Result | Done | Raised


class WorkerGoneError(Exception):
    """A worker's process has ended, or was ended, while something was due; the text says how."""


async def serve(
    make_worker: MakeWorker[Any, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Frame], Awaitable[None]],
) -> None:
    """Set up and work until cancelled; `receive` brings the next task, `send` may raise ValueError to refuse.

    A result that `send` refuses, because it cannot be pickled, fails its task.
    """
    try:
        opened = make_worker()
        work = await opened.__aenter__()
    except Exception as error:  # noqa: BLE001 - whoever shares out the work has to be told
        await send(Broken(_portable(error)))
        return
    try:
        await send(Ready())
        while True:
            task = await receive()
            try:
                async for value in work(task):
                    await send(Result(value))
            except Exception as error:  # noqa: BLE001 - a task that fails is a record, not the end
                await send(_raised(error))
            else:
                await send(Done())
    finally:
        await opened.__aexit__(None, None, None)


def _raised(error: Exception) -> Raised:
    detail = "".join(traceback.format_exception(error))
    match error:
        case UserError():
            return Raised("user", str(error), "")
        case HoldfastError():
            return Raised("infrastructure", str(error), "")
        case _:
            return Raised("defect", f"{type(error).__name__}: {error}", detail)


def _portable(error: Exception) -> HoldfastError:
    """An error that survives pickling: ours do."""
    if isinstance(error, HoldfastError):
        return error
    text = "".join(traceback.format_exception(error))
    return InfrastructureError(f"a worker could not be set up: {text}")
