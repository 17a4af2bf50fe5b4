"""The sandbox as tests use it that try something else: the strongest level that runs anything here."""

import asyncio
import functools

import pytest

from holdfast.core.errors import InfrastructureError
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox

__all__ = ["sandbox_here"]


def sandbox_here() -> Sandbox:
    """A sandbox that keeps programs apart; the test is skipped where there is none.

    What it withstands is looked at by the tests of sandboxes, not again by each that uses one.
    """
    found = _found()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@functools.cache
def _found() -> Sandbox | str:
    reasons = []
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        sandbox = level_sandbox(level)
        try:
            asyncio.run(sandbox.run(Job(argv=(PYTHON, "-c", "pass"))))
        except InfrastructureError as error:
            reasons.append(f"{level}: {error}")
        else:
            return sandbox
    return "; ".join(reasons)
