"""Nothing passes from one job of a zygote to another, and nothing is left on the machine."""

import asyncio
import contextlib
import os
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox import census
from holdfast.runtime.sandbox.jobs import PYTHON, Job, Level
from holdfast.runtime.sandbox.running import Jobs
from holdfast.runtime.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.asyncio
LIMITS = Limits(wall_s=60.0)
SECRET = "q7Vx-9a2kk-MARK"
"""Never written in full by what looks for it."""

LEAVE = {
    "file in its folder": "open('left', 'w').write(S)",
    "temporary file": "open('/tmp/left', 'w').write(S)",
    "shared memory": "open('/dev/shm/left', 'w').write(S)",
    "poisoned module": "import json; json.loads = lambda *_: S; json.LEFT = S",
    "poisoned builtins": "import builtins; builtins.LEFT = S; builtins.len = lambda _: S",
    "environment": "import os; os.environ['LEFT'] = S",
    "daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(20)",
    "memory": "kept = [S + str(i) for i in range(1000)]",
    "path": "import sys; sys.path.append(S); sys.modules['left'] = S",
    "handlers": "import signal, atexit; signal.signal(10, signal.SIG_IGN); atexit.register(print, S)",
    "limits": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))",
    "random": "import random; random.seed(1)",
    "folder": "import os; os.chdir('/tmp'); os.umask(0o777)",
}
LOOK = """
import os, sys, json, builtins, signal, resource, atexit
S = "-".join(["q7Vx", "9a2kk", "MARK"])
found = []
for folder in (".", "/tmp", "/dev/shm", "/box"):
    for name in os.listdir(folder):
        if name not in ("job", "tmp", "shm"): found.append(f"{folder}/{name}")
if json.loads("1") != 1 or hasattr(json, "LEFT"): found.append("module")
if hasattr(builtins, "LEFT") or len("ab") != 2: found.append("builtins")
if "LEFT" in os.environ or S in sys.path or "left" in sys.modules: found.append("environment")
if [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]: found.append("process")
if signal.getsignal(10) is not signal.SIG_DFL: found.append("handler")
if resource.getrlimit(resource.RLIMIT_NOFILE) != (256, 256): found.append("limit")
if os.getcwd() != "/box/job": found.append(os.getcwd())
mask = os.umask(0); os.umask(mask)
if mask == 0o777: found.append("mask")
# What is looked for is itself in memory, a few times; what others left would be there hundreds of times.
needle, count = S.encode() + b"1", 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        place, rights = line.split()[:2]
        start, end = (int(one, 16) for one in place.split("-"))
        if rights.startswith("rw") and end < 1 << 62:
            memory.seek(start)
            while start < end and (block := memory.read(min(end - start, 1 << 20))):
                count += block.count(needle)
                start += len(block)
if count > 50: found.append("memory")
print(found)
"""


@pytest.mark.slow
async def test_random_pairs_of_jobs(namespaces: Sandbox) -> None:
    rng = random.Random(3)
    kinds = Counter(rng.choice(sorted(LEAVE)) for _ in range(200))
    assert len(kinds) == len(LEAVE)
    async with namespaces.zygote(preload=["json"]) as zygote:
        control = f"S = {SECRET!r}\n{LEAVE['memory']}\n{LEAVE['temporary file']}\n"
        seen = await zygote.run(Job(argv=(PYTHON, "-c", control + LOOK)))
        assert seen.stdout == b"['/tmp/left', 'memory']\n", seen
        for kind in rng.sample(list(kinds.elements()), 200):
            left = await zygote.run(Job(argv=(PYTHON, "-c", f"S = {SECRET!r}\n{LEAVE[kind]}")))
            assert (left.ended, left.returncode) == ("exit", 0), (kind, left)
            after = await zygote.run(Job(argv=(PYTHON, "-c", LOOK)))
            assert after.stdout == b"[]\n", (kind, after)


async def test_jobs_at_the_same_time_do_not_meet(namespaces: Sandbox) -> None:
    source = (
        "import os, sys\nopen('/dev/shm/a', 'x')\nprint(len(os.listdir('/proc/self/task')), flush=True)\n"
    )
    source += "for line in sys.stdin: print([n for n in os.listdir('/proc') if n.isdigit()], flush=True)"
    async with namespaces.zygote() as zygote:
        from_one, from_two = (zygote.open(Job(argv=(PYTHON, "-c", source))) for _ in range(2))
        async with from_one, from_two:
            for talk in (from_one, from_two, from_one):
                reply = await talk.request(b"\n", limits=LIMITS, answers=1)
                assert reply.data in {b"1\n", b"['1']\n"}


def remains(mark: str) -> Counter[str]:
    """Processes, folders, control groups and descriptors that sandboxes leave when they leave something.

    Processes are those that have `mark` among their words or variables: others may run sandboxes as well.
    """
    found: Counter[str] = Counter()
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
            found["processes"] += mark.encode() in words
    for folder in Path(tempfile.gettempdir()).glob("holdfast-job-*"):
        with contextlib.suppress(OSError):
            found["folders"] += (folder / "job" / mark.rpartition("/")[2]).exists()
    found["groups"] = sum(1 for _ in Path("/sys/fs/cgroup").glob(f"*/**/holdfast-{os.getpid()}-*"))
    found["children"] = len(census.children(os.getpid()))
    found["descriptors"] = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return found


def marked(source: str, tmp_path: Path) -> Job:
    argv = (PYTHON, "-c", source)
    return Job(argv=argv, files={tmp_path.name: b""}, environment={"MARK": str(tmp_path)})


@pytest.mark.slow
async def test_many_runs_leave_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    job = marked(LEAVE["daemon"], tmp_path)
    talking = marked("import sys\nfor line in sys.stdin: print(line, end='', flush=True)", tmp_path)

    async def worker(jobs: Jobs, count: int) -> None:
        for _ in range(count):
            assert (await jobs.run(job)).ended == "exit"
            async with jobs.open(talking) as talk:
                await talk.request(b"x\n", limits=LIMITS)

    # What is made once and kept is made now.
    await sandbox.run(job)
    async with sandbox.zygote(readable=[tmp_path]) as zygote:
        await zygote.run(job)
    before = remains(str(tmp_path))
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(worker(sandbox, 15))
    async with sandbox.zygote(readable=[tmp_path]) as zygote, asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(worker(zygote, 110 if sandbox.level is Level.NAMESPACES else 5))
    assert remains(str(tmp_path)) - before == Counter()
    assert before["processes"] == 0


async def test_cancelled_jobs_leave_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    job = marked("import os, time\nos.fork()\nos.setsid()\ntime.sleep(60)", tmp_path)
    await sandbox.run(marked("pass", tmp_path))
    before = remains(str(tmp_path))
    for pause_s in (0.0, 0.001, 0.01, 0.05, 0.3):
        task = asyncio.create_task(sandbox.run(job))
        await asyncio.sleep(pause_s)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert remains(str(tmp_path)) - before == Counter()
