"""Starts a program that was built for a Lean, where that Lean runs."""

import os
from collections.abc import Mapping
from pathlib import Path

from holdfast.checkers.lean.installation import Installation
from holdfast.runtime.child import Child
from holdfast.runtime.sandbox.conversation import Conversation
from holdfast.runtime.sandbox.jobs import Allowance, Job

__all__ = ["launch"]

_LONG_S = 86_400.0


def launch(
    argv: tuple[str, ...],
    lean: Installation | None,
    *,
    name: str,
    delimiter: bytes,
    memory_mb: int,
    longest_bytes: int,
) -> Child | Conversation:
    """A process that finds Lean and the project's libraries, in the sandbox of `lean` where it has one.

    Without `lean` it inherits the environment.
    """
    if lean is None:
        return Child(argv, name=name, delimiter=delimiter, longest=longest_bytes)
    if lean.sandbox is None:
        environment = {"LANG": "C.UTF-8", **_variables(lean)}
        return Child(argv, name=name, delimiter=delimiter, longest=longest_bytes, env=environment)
    allowance = Allowance(
        wall_s=_LONG_S, cpu_s=_LONG_S, memory_mb=memory_mb, processes=256, output_bytes=longest_bytes
    )
    job = Job(
        argv=argv,
        allowance=allowance,
        readable=(*lean.places, Path(argv[0]).resolve().parent),
        environment=_variables(lean),
    )
    return lean.sandbox.open(job, delimiter=delimiter, name=name)


def _variables(lean: Installation) -> Mapping[str, str]:
    """Where Lean's own library is: else they would ask the `lean` on the PATH."""
    path = os.pathsep.join((str(lean.prefix / "bin"), "/usr/bin", "/bin"))
    return {"PATH": path, "LEAN_SYSROOT": str(lean.prefix), **lean.variables}
