"""The warm interpreter itself: what it imports, when it is replaced, and what happens when it dies."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from holdfast.core.errors import CheckerDiedError, InfrastructureError, UserError
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox import census, nursery
from holdfast.runtime.sandbox.jobs import PYTHON, Job
from holdfast.runtime.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.asyncio
ECHO = Job(argv=(PYTHON, "-u", "-c", "import sys\nfor line in sys.stdin: print(line, end='')"))


def python(source: str) -> Job:
    return Job(argv=(PYTHON, "-c", source))


async def test_modules_are_imported_before(namespaces: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "slow_module.py").write_text("import os\nPID = os.getpid()\nPLACE = __file__\n")
    source = "import sys\nprint('slow_module' in sys.modules, sys.modules['slow_module'].PLACE)"
    async with namespaces.zygote(preload=["slow_module"], readable=[tmp_path]) as zygote:
        ran = await zygote.run(python(source))
    assert ran.stdout.decode().split() == ["True", str(tmp_path / "slow_module.py")], ran


async def test_modules_that_are_not_there(namespaces: Sandbox) -> None:
    with pytest.raises(InfrastructureError, match="No module named 'no_such_module'"):
        async with namespaces.zygote(preload=["no_such_module"]):
            pass


async def test_folders_are_those_of_the_zygote(namespaces: Sandbox, tmp_path: Path) -> None:
    async with namespaces.zygote() as zygote:
        with pytest.raises(UserError, match="for the whole zygote"):
            await zygote.run(Job(argv=(PYTHON, "-c", "pass"), readable=(tmp_path,)))


async def test_interpreters_are_replaced(namespaces: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "_MOST_JOBS", 4)
    before = set(census.children(os.getpid()))
    async with namespaces.zygote() as zygote:
        first = zygote.open(ECHO)
        for number in range(13):
            assert (await zygote.run(python(f"print({number})"))).stdout == b"%d\n" % number
        # A job of a worn interpreter is left alone.
        assert (await first.request(b"still here\n", limits=Limits(wall_s=30.0))).data == b"still here\n"
        await first.aclose()
        async with asyncio.timeout(30):
            while len(set(census.children(os.getpid())) - before) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert set(census.children(os.getpid())) <= before


async def test_the_death_of_the_interpreter(namespaces: Sandbox) -> None:
    before = set(census.children(os.getpid()))
    async with namespaces.zygote() as zygote:
        talk = zygote.open(ECHO)
        await talk.request(b"x\n", limits=Limits(wall_s=30.0))
        sleeping = asyncio.create_task(zygote.run(python("import time; time.sleep(60)")))
        await asyncio.sleep(0.2)
        (monitor,) = set(census.children(os.getpid())) - before
        os.kill(monitor, signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="the warm interpreter ended"):
            await sleeping
        with pytest.raises(CheckerDiedError):
            await talk.request(b"y\n", limits=Limits(wall_s=30.0))
        assert (await zygote.run(python("print(2)"))).stdout == b"2\n"


async def test_other_options_start_an_interpreter(namespaces: Sandbox) -> None:
    async with namespaces.zygote() as zygote:
        ran = await zygote.run(Job(argv=(PYTHON, "-O", "-c", "assert False\nprint(__debug__)")))
        assert ran.stdout == b"False\n"
        ran = await zygote.run(Job(argv=("sh", "-c", "echo $HOME; ls /proc | grep -c '^[0-9]*$'")))
        assert ran.stdout == b"/box/job\n3\n"
