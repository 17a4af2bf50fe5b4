"""Levels `container` and `wasm` hold what the others hold, and programs are judged in them as elsewhere."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.sandbox.other_levels import other_sandbox

from holdfast.checkers.python.collect import collect
from holdfast.checkers.python.grader import open_grader
from holdfast.checkers.python.program import CallLimits, Candidate
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerDiedError, CheckerTimeoutError, MissingToolError, UserError
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Level
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sandbox.selftest import attacked

pytestmark = pytest.mark.slow
ECHO = "import sys\nfor line in sys.stdin: print(eval(line), flush=True)"
PATIENT = Allowance(wall_s=120.0, cpu_s=60.0)
GOOD = '''def double(n):
    """
    >>> double(2)
    4
    >>> double("ab")
    'abab'
    """
    return n + n
'''
WRONG = (
    "return n * n",
    "import os; os._exit(0)",
    "raise SystemExit(0)",
    "print(4); print('passed'); return None",
    'import os\n    os.write(1, b\'{"n": "1", "v": 4}\\n\')\n    return 5',
    "class Same(int):\n        __eq__ = lambda *_: True\n    return Same(7)",
)


TYPICAL = (
    "tcp", "secret file", "write outside", "kernel settings", "daemon", "descriptors", "privileges",
    "namespaces", "keyring", "fork bomb", "memory of the headless", "disk", "deadline", "output",
)  # fmt: skip


@pytest.fixture(params=[Level.CONTAINER, Level.WASM])
def other(request: pytest.FixtureRequest) -> Sandbox:
    return other_sandbox(request.param)


def python(source: str, **allowance: float) -> Job:
    return Job(argv=(PYTHON, "-c", source), allowance=replace(PATIENT, **allowance))


@pytest.mark.asyncio
async def test_no_attack_gets_through(other: Sandbox) -> None:
    """All of them on wasm; a container takes too long to start for more than one of a kind."""
    await asyncio.to_thread(other.prepare)
    chosen = ATTACKS if other.level is Level.WASM else [one for one in ATTACKS if one.name in TYPICAL]
    found = await attacked(other.run, other.identity, chosen)
    assert [(one.attack, one.detail) for one in found if not one.held] == []
    assert len(found) == len(chosen) >= len(TYPICAL)


@pytest.mark.asyncio
async def test_endings(other: Sandbox) -> None:
    cases = [
        (python("raise SystemExit(200)"), "exit", 200),
        (python("1/0"), "exit", 1),
        (python("import os; os._exit(5)"), "exit", 5),
        (python("import time; time.sleep(60)", wall_s=1.0), "timeout", -9),
        (python("while True: pass", cpu_s=0.5), "cpu", -9),
        (python("while True: print('x' * 10000)", output_bytes=50_000), "output", -9),
        (python("x = bytearray(400 << 20)", memory_mb=150), "exit", 1),
        (python("for n in range(3): open(f'f{n}', 'wb').write(bytes(6 << 20))\n"
                "import time; time.sleep(60)", disk_mb=8), "disk", -9),
    ]  # fmt: skip
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(other.run(job)) for job, _, _ in cases]
    found = [(task.result().ended, task.result().returncode) for task in tasks]
    if other.level is Level.CONTAINER:  # the disk itself is too small there, which its program is told
        assert found.pop() in {("exit", 1), ("disk", -9)}
        del cases[-1]
    assert found == [(ended, code) for _, ended, code in cases]
    assert all(task.result().level is other.level for task in tasks)
    assert tasks[6].result().stderr.endswith(b"MemoryError\n")
    assert len(tasks[5].result().stdout) == 50_000
    assert tasks[4].result().cpu_s >= 0.5


@pytest.mark.asyncio
async def test_what_goes_in_and_comes_out(other: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text("seen")
    tmp_path.chmod(0o755)  # noqa: ASYNC240
    source = (
        "import os, sys\nprint(open('a/b.txt').read(), input(), os.environ['X'], os.environ.get('HOME'))\n"
        f"print(open({os.fspath(tmp_path / 'seen.txt')!r}).read(), len(sys.stdin.read()))\n"
        f"try: open({os.fspath(tmp_path / 'new')!r}, 'w')\n"
        "except OSError: sys.stderr.write('told')\n"
    )
    job = Job(
        argv=(PYTHON, "main.py"),
        files={"main.py": source.encode(), "a/b.txt": "é".encode()},
        stdin=b"line\n" + b"x" * 300_000,
        environment={"X": "y"},
        readable=(tmp_path,),
        allowance=PATIENT,
    )
    ran = await other.run(job)
    home = "/" if other.level is Level.WASM else "/box/job"
    assert ran.stdout.decode() == f"é line y {home}\nseen 300000\n", ran
    assert (ran.stderr, ran.returncode) == (b"told", 0)
    with pytest.raises(UserError, match="stay in the job's folder"):
        await other.run(replace(job, files={"../x": b""}))
    with pytest.raises(UserError, match="not in one on disk"):
        await other.run(replace(job, folder=tmp_path))
    with pytest.raises(MissingToolError):
        await other.run(Job(argv=("/usr/bin/env",)))


@pytest.mark.asyncio
async def test_conversations(other: Sandbox) -> None:
    limits = Limits(wall_s=60.0)
    async with other.open(python(ECHO)) as talk, other.open(python(ECHO, output_bytes=10_000)) as small:
        for number in range(20):
            assert (await talk.request(b"6 * %d\n" % number, limits=limits)).data == b"%d\n" % (6 * number)
        assert len((await talk.request(b"'x' * 500_000\n", limits=limits)).data) == 500_001
        with pytest.raises(CheckerTimeoutError):
            await talk.request(b"__import__('time').sleep(60)\n", limits=Limits(wall_s=0.5))
        assert talk.ended == "timeout"
        with pytest.raises(CheckerDiedError):
            await small.request(b"__import__('os').write(1, b'x' * 20000)\n", limits=limits)
        assert small.ended == "output"
    async with other.open(python(ECHO)) as talk:
        with pytest.raises(CheckerDiedError):
            await talk.request(b"__import__('os')._exit(4)\n", limits=limits)
        assert talk.ended == "exit"


@pytest.mark.asyncio
async def test_programs_are_judged(other: Sandbox) -> None:
    limits = CallLimits(call_cpu_s=30.0, call_wall_s=60.0, memory_mb=512)
    source = Source("double.py", GOOD)
    suite = collect(source, []).suite
    async with open_grader(other) as grader:
        right = await grader.grade(Candidate("double", GOOD), suite, limits=limits)
        assert [one.passed for one in right.verdicts] == [True, True], right
        assert right.level == other.level
        # A container takes long to start.
        for body in WRONG if other.level is Level.WASM else WRONG[-1:]:
            program = GOOD.replace("return n + n", body)
            graded = await grader.grade(Candidate("double", program), suite, limits=limits)
            assert not all(one.passed for one in graded.verdicts), (body, graded)


SCRIPT = """
import asyncio, sys
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Level
from tests.integration.sandbox.other_levels import other_sandbox

async def main(level, mark):
    source = "import sys, time\\nfor line in sys.stdin: print(line, end='', flush=True)"
    job = Job(argv=(PYTHON, "-c", source), files={mark: b""}, allowance=Allowance(wall_s=300.0))
    sandbox = other_sandbox(Level(level))
    talk = sandbox.open(job)
    await talk.request(b"x\\n", limits=Limits(wall_s=100.0))
    print("ready", flush=True)
    await asyncio.sleep(300)

asyncio.run(main(*sys.argv[1:]))
"""


def test_jobs_die_with_us(other: Sandbox, tmp_path: Path) -> None:
    mark = f"mark-{os.getpid()}-{tmp_path.name}"
    words = [sys.executable, "-c", SCRIPT, other.level, mark]
    with subprocess.Popen(words, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE) as ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == b"ready\n"
        assert _left(other, ours.pid, mark)
        ours.kill()
        ours.wait()
        deadline = time.monotonic() + 60
        while _left(other, ours.pid, mark) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _left(other, ours.pid, mark) == []


def _left(other: Sandbox, pid: int, mark: str) -> list[str]:
    """Containers or folders of the process `pid`, with a file called `mark` in them."""
    if other.level is Level.CONTAINER:
        program = other.prepare().split()[1]
        words = [program, "ps", "--all", "--format={{.Names}}", f"--filter=name=holdfast-{pid}-"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    folders = Path(tempfile.gettempdir()).glob(f"holdfast-job-*/job/{mark}")
    return [str(folder) for folder in folders]
