"""How a job ended is told by one word, and never mistaken for our own failure."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from holdfast.core.errors import CheckerDiedError, CheckerTimeoutError, MissingToolError, UserError
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Ran
from holdfast.runtime.sandbox.running import Jobs
from holdfast.runtime.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.asyncio
ECHO = "import sys\nfor line in sys.stdin: print(eval(line), flush=True)"


@pytest_asyncio.fixture(params=["once", "zygote"])
async def jobs(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Jobs]:
    if request.param == "once":
        yield sandbox
        return
    async with sandbox.zygote() as zygote:
        yield zygote


def python(source: str, **allowance: float) -> Job:
    return Job(argv=(PYTHON, "-c", source), allowance=replace(Allowance(), **allowance))


@pytest.mark.parametrize(
    ("job", "ended", "code"),
    [
        (python("pass"), "exit", 0),
        (python("raise SystemExit(7)"), "exit", 7),
        (python("raise SystemExit('words')"), "exit", 1),
        (python("1/0"), "exit", 1),
        (python("import os; os._exit(5)"), "exit", 5),
        (python("import ctypes; ctypes.string_at(0)"), "signal", -11),
        (python("import time; time.sleep(60)", wall_s=0.5), "timeout", -9),
        (python("while True: pass", cpu_s=0.3, wall_s=30.0), "cpu", -9),
        (python("while True: print('x' * 10000)", output_bytes=50_000), "output", -9),
        (Job(argv=("sh", "-c", "exit 3")), "exit", 3),
    ],
)
async def test_endings(jobs: Jobs, job: Job, ended: str, code: int) -> None:
    ran = await jobs.run(job)
    assert (ran.ended, ran.returncode) == (ended, code), ran
    assert ran.level is jobs.level


async def test_what_goes_in_and_comes_out(jobs: Jobs) -> None:
    source = (
        "import os, sys; print(open('a/b.txt').read(), input(), os.environ['X']); sys.stderr.write('told')"
    )
    job = Job(
        argv=(PYTHON, "main.py", "word"),
        files={"main.py": source.encode(), "a/b.txt": "é".encode()},
        stdin=b"line\n",
        environment={"X": "y"},
    )
    ran = await jobs.run(job)
    assert (ran.stdout.decode(), ran.stderr, ran.returncode) == ("é line y\n", b"told", 0)
    assert 0 < ran.cpu_s < 10
    assert 0 < ran.wall_s < 60


async def test_output_is_kept_up_to_the_limit(jobs: Jobs) -> None:
    ran = await jobs.run(python("while True: print('x' * 1000)", output_bytes=3000))
    assert ran.ended == "output"
    assert len(ran.stdout) == 3000


async def test_memory_of_several_processes(jobs: Jobs) -> None:
    source = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        block = b"x" * (90 << 20)
        time.sleep(20)
        os._exit(len(block) == 0)
time.sleep(20)"""
    ran = await jobs.run(python(source, memory_mb=150, wall_s=60.0, cpu_s=60.0))
    assert ran.ended == "memory"


async def test_memory_of_a_long_job(jobs: Jobs) -> None:
    """Where control groups can be made, one bounds it."""
    source = "import os\nfor _ in range(3): os.fork()\nblock = b'x' * (60 << 20)\nimport time; time.sleep(20)"
    ran = await jobs.run(python(source, memory_mb=150, wall_s=100.0, cpu_s=60.0))
    assert ran.ended == "memory"


async def test_memory_of_one_process_is_refused_to_it(jobs: Jobs) -> None:
    ran = await jobs.run(python("x = bytearray(400 << 20)", memory_mb=150))
    assert (ran.ended, ran.returncode) == ("exit", 1)
    assert ran.stderr.endswith(b"MemoryError\n")


async def test_errors_look_as_they_do_elsewhere(jobs: Jobs) -> None:
    ran = await jobs.run(Job(argv=(PYTHON, "f.py"), files={"f.py": b"def f():\n    1/0\nf()\n"}))
    lines = ran.stderr.decode().splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert sum("File" in line for line in lines) == 2


async def test_wrong_jobs(jobs: Jobs) -> None:
    with pytest.raises(UserError, match="stay in the job's folder"):
        await jobs.run(Job(argv=(PYTHON, "-c", "pass"), files={"../x": b""}))
    with pytest.raises(MissingToolError, match="no-such-program is not installed"):
        await jobs.run(Job(argv=("no-such-program",)))


async def test_conversations(jobs: Jobs) -> None:
    limits = Limits(wall_s=30.0)
    async with jobs.open(python(ECHO, wall_s=120.0)) as talk:
        for number in range(20):
            assert (await talk.request(b"6 * %d\n" % number, limits=limits)).data == b"%d\n" % (6 * number)
        assert talk.ended is None
    assert not talk.alive


async def test_a_conversation_that_takes_too_long(jobs: Jobs) -> None:
    async with jobs.open(python("import signal; signal.signal(2, lambda *_: None)\n" + ECHO)) as talk:
        await talk.request(b"1\n", limits=Limits(wall_s=30.0))
        with pytest.raises(CheckerTimeoutError):
            await talk.request(b"__import__('time').sleep(60)\n", limits=Limits(wall_s=0.2))
        assert talk.ended == "timeout"
        with pytest.raises(CheckerDiedError):
            await talk.request(b"1\n", limits=Limits(wall_s=30.0))


async def test_a_conversation_that_ends_itself(jobs: Jobs) -> None:
    async with jobs.open(python(ECHO)) as talk:
        with pytest.raises(CheckerDiedError):
            await talk.request(b"__import__('os')._exit(4)\n", limits=Limits(wall_s=30.0))
        assert talk.ended == "exit"


async def test_a_conversation_that_says_too_much(jobs: Jobs) -> None:
    async with jobs.open(python(ECHO, output_bytes=10_000)) as talk:
        assert len((await talk.request(b"'x' * 9000\n", limits=Limits(wall_s=30.0))).data) == 9001
        with pytest.raises(CheckerDiedError, match="more than 10000 bytes"):
            await talk.request(b"__import__('os').write(1, b'x' * 20000)\n", limits=Limits(wall_s=30.0))
        assert talk.ended == "output"


async def test_a_conversation_beyond_its_allowance(jobs: Jobs) -> None:
    async with jobs.open(python(ECHO, cpu_s=0.4)) as talk:
        with pytest.raises(CheckerDiedError):
            await talk.request(b"sum(iter(int, 1))\n", limits=Limits(wall_s=30.0))
        assert talk.ended == "cpu"


async def test_interrupts_reach_the_program(jobs: Jobs) -> None:
    source = """
import sys, time
for line in sys.stdin:
    try:
        time.sleep(float(line))
        print("slept", flush=True)
    except KeyboardInterrupt:
        print("stopped", flush=True)"""
    async with jobs.open(python(source)) as talk:
        assert (await talk.request(b"0\n", limits=Limits(wall_s=30.0))).data == b"slept\n"
        reply = await talk.request(b"60\n", limits=Limits(wall_s=1.0))
        assert (reply.data, reply.interrupted) == (b"stopped\n", True)


async def test_folders_of_the_machine(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text("seen")
    source = f"print(open({str(tmp_path / 'seen.txt')!r}).read())"
    job = Job(argv=(PYTHON, "-c", source))
    assert (await sandbox.run(replace(job, readable=(tmp_path,)))).stdout == b"seen\n"
    assert (await sandbox.run(job)).returncode == 1
    writing = Job(argv=(PYTHON, "-c", f"open({str(tmp_path / 'new')!r}, 'w')"), readable=(tmp_path,))
    assert (await sandbox.run(writing)).returncode == 1
    assert not (tmp_path / "new").exists()


async def test_threads_and_processes_of_its_own(jobs: Jobs) -> None:
    source = """
import concurrent.futures, subprocess, asyncio, sqlite3, tempfile
with concurrent.futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(abs, range(-3, 0))))
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout.strip())
async def main(): await asyncio.sleep(0); return 5
print(asyncio.run(main()))
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone()[0])
with tempfile.NamedTemporaryFile("w+") as file: file.write("t"); file.seek(0); print(file.read())
"""
    ran = await jobs.run(python(source))
    assert ran.stdout.split() == [b"6", b"child", b"5", b"2", b"t"], ran.stderr


async def test_ran_says_what_is_missing(sandbox: Sandbox) -> None:
    ran: Ran = await sandbox.run(python("pass"))
    assert ran.missing == sandbox.missing
