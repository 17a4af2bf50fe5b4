"""Which executor a command works on: processes of this machine, or a Ray cluster."""

import contextlib
from collections.abc import Iterator
from enum import StrEnum

from holdfast.core.errors import UserError
from holdfast.core.seams import Executor
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.local import LocalExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings

__all__ = ["ExecutorKind", "executor_kind", "open_executor"]


class ExecutorKind(StrEnum):
    """Where workers run."""

    LOCAL = "local"
    RAY = "ray"


def executor_kind(name: str) -> ExecutorKind:
    """The kind that a user writes. Raises UserError where there is none."""
    try:
        return ExecutorKind(name)
    except ValueError as error:
        raise UserError(f"there is no executor {name}: write local or ray") from error


@contextlib.contextmanager
def open_executor(
    kind: ExecutorKind = ExecutorKind.LOCAL,
    *,
    jobs: int = 1,
    address: str | None = None,
    silence_s: float | None = None,
) -> Iterator[Executor]:
    """An executor of `jobs` workers. A single local worker is this process itself.

    Args:
        kind: where workers run.
        jobs: how many there are at most.
        address: of the Ray cluster, as `RaySettings` has it.
        silence_s: after how long a worker that says nothing counts as dead; None for the default.

    Raises:
        UserError: an address without Ray, or a cluster in which no worker fits.
        MissingToolError: Ray is not installed.
        InfrastructureError: the cluster cannot be reached.
    """
    settings = ExecutorSettings(jobs=jobs)
    if silence_s is not None:
        settings = settings.model_copy(update={"silence_s": silence_s})
    if kind is ExecutorKind.LOCAL:
        if address is not None:
            raise UserError("--ray-address is of use with --executor ray only")
        yield InlineExecutor(settings) if jobs == 1 else LocalExecutor(settings)
        return
    from holdfast.runtime.executors.ray import RaySettings, open_ray  # noqa: PLC0415 - as late as can be

    # A worker and its checker take turns, so each pair keeps one processor busy.
    with open_ray(settings, RaySettings(address=address)) as executor:
        yield executor
