"""The sandboxes of this machine; tests of a level that it does not have are skipped, with the reason."""

import asyncio
import functools

import pytest

from holdfast.core.errors import InfrastructureError
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox

LEVELS = (Level.NAMESPACES, Level.LANDLOCK)


@functools.cache
def reason_against(level: Level) -> str:
    try:
        asyncio.run(level_sandbox(level).run(Job(argv=(PYTHON, "-c", "pass"))))
    except InfrastructureError as error:
        return f"{level}: {error}"
    return ""


def _sandbox(level: Level) -> Sandbox:
    if reason := reason_against(level):
        pytest.skip(reason)
    return level_sandbox(level)


@pytest.fixture(params=LEVELS)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """One level after the other."""
    return _sandbox(request.param)


@pytest.fixture
def namespaces() -> Sandbox:
    """The strongest level."""
    return _sandbox(Level.NAMESPACES)
