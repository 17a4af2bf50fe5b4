"""Rocq as tests use it: in the strongest sandbox here, or at the level that HOLDFAST_TEST_LEVEL names."""

import asyncio
import fcntl
import os
import shutil
from pathlib import Path

from holdfast.checkers.rocq import installation as rocq
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sandboxed import strongest
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox

__all__ = ["find_installation", "seed", "seeded"]

_KEPT = Path(__file__).parents[1] / ".pytest_cache" / "holdfast"


async def find_installation(path: str | None = None) -> Installation:
    """The installation along `path`, None for that of this process."""
    return await rocq.find_installation(path, sandbox=await _sandbox(), environ=os.environ)


async def seeded(cache: Path) -> Path:
    """`cache`, with what the sandbox's self-test has found out, so that a command need not repeat it."""
    await _sandbox()
    if (_KEPT / "sandbox").is_dir():
        shutil.copytree(_KEPT / "sandbox", cache / "sandbox", dirs_exist_ok=True)
    return cache


def seed(cache: Path) -> str:
    """The same where no event loop runs, as a word."""
    return os.fspath(asyncio.run(seeded(cache)))


async def _sandbox() -> Sandbox | None:
    wanted = os.environ.get("HOLDFAST_TEST_LEVEL")
    if wanted:
        return None if wanted == Level.NONE else level_sandbox(Level(wanted))
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker of the tests finds out for all
        return await strongest(_KEPT)
