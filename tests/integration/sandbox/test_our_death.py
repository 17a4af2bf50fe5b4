"""When holdfast is killed, so are its jobs."""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from holdfast.runtime.sandbox.sandbox import Sandbox

SCRIPT = """
import asyncio, sys
from pathlib import Path
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

LIVE = "import os, sys, time\\nprint('on', flush=True)\\nsys.stdin.read(2)\\nos.fork() or os.setsid()\\n"

async def main(level, mark):
    sandbox = level_sandbox(Level(level))
    job = Job(
        argv=(PYTHON, "-c", LIVE + "print('left', flush=True)\\ntime.sleep(300)"),
        environment={"MARK": mark},
        files={Path(mark).name: b""},
        allowance=Allowance(wall_s=300.0),
    )
    async with sandbox.zygote(readable=[Path(mark)]) as zygote:
        for jobs in (sandbox, zygote):
            talk = jobs.open(job)
            await talk.request(b"x\\n", limits=Limits(wall_s=60.0), answers=2)
        print("ready", flush=True)
        await asyncio.sleep(300)

asyncio.run(main(*sys.argv[1:]))
"""


def living(mark: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # Jobs of a zygote have its words and variables, and it is told what it may read.
            if mark.encode() in (path / "environ").read_bytes() + (path / "cmdline").read_bytes():
                found.append(path.name)
    return found


def test_jobs_die_with_us(sandbox: Sandbox, tmp_path: Path) -> None:
    mark = str(tmp_path)
    ours = subprocess.Popen([sys.executable, "-c", SCRIPT, sandbox.level, mark], stdout=subprocess.PIPE)
    with ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == b"ready\n"
        # Of each job a process and its child, and those that look after them.
        assert len(living(mark)) > 4
        ours.kill()
        ours.wait()
        deadline = time.monotonic() + 30
        while living(mark) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert living(mark) == []
    folders = Path(tempfile.gettempdir()).glob(f"holdfast-job-*/job/{tmp_path.name}")
    assert list(folders) == []
