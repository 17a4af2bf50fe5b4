"""An exec service runs jobs as other sandboxes do, and ends them with whoever asked for them."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sandbox_here import sandbox_here

from holdfast.checkers.python.collect import collect
from holdfast.checkers.python.grader import open_grader
from holdfast.checkers.python.program import Candidate
from holdfast.core.documents import Source
from holdfast.core.errors import InfrastructureError, SandboxUnavailableError, UserError
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Level
from holdfast.runtime.sandbox.means import Means
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox
from holdfast.runtime.sandbox.selftest import attacked

PATIENT = Allowance(wall_s=120.0, cpu_s=60.0)
ECHO = "import sys\nfor line in sys.stdin: print(eval(line), flush=True)"
PROGRAM = 'def double(n):\n    """\n    >>> double(4)\n    8\n    """\n    return {}\n'
# Attacks of each kind; all of them are done to the service by itself, when it starts.
TYPICAL = ("tcp", "secret file", "write outside", "daemon", "fork bomb", "disk", "deadline", "output")


class Service:
    """A service, and what asks it."""

    def __init__(self, path: Path, process: "subprocess.Popen[str]") -> None:
        self.path, self.process = path, process
        self.sandbox: Sandbox = level_sandbox(Level.CONTAINER, Means(service=path))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    sandbox_here()
    with tempfile.TemporaryDirectory(prefix="hf-exec-") as folder:
        path = Path(folder) / "exec.sock"
        # Without the attacks on itself, which take seconds; `test_attacks.py` is about those.
        program = (
            "import asyncio, sys; from pathlib import Path\n"
            "from tests.sandbox_here import sandbox_here\n"
            "from holdfast.runtime.sandbox.service import serve\n"
            "ready = lambda: print('ready', flush=True)\n"
            "asyncio.run(serve(sandbox_here(), Path(sys.argv[1]), 'a test', ready))"
        )
        command = [sys.executable, "-c", program, str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield Service(path, process)
        finally:
            process.kill()
            process.communicate(timeout=60)


def python(source: str, allowance: Allowance = PATIENT, **more: object) -> Job:
    return Job(argv=(PYTHON, "-c", source), allowance=allowance, **more)  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_endings(service: Service) -> None:
    assert service.sandbox.prepare() == "a test"
    source = "import sys, os; print(open('a/b').read() + sys.stdin.read()); os.write(2, b'v'); sys.exit(7)"
    job = python(source, files={"a/b": b"file "}, stdin=b"input")
    ran = await service.sandbox.run(job)
    assert (ran.ended, ran.returncode, ran.stdout, ran.stderr) == ("exit", 7, b"file input\n", b"v")
    assert ran.cpu_s > 0
    assert (ran.level, len(ran.missing)) == (Level.CONTAINER, 1)
    for source, allowance, ended in (
        ("while True: pass", Allowance(wall_s=120.0, cpu_s=0.3), "cpu"),
        ("import time; time.sleep(600)", Allowance(wall_s=0.5, cpu_s=60.0), "timeout"),
        ("print('x' * 3_000_000)", Allowance(wall_s=120.0, cpu_s=60.0), "output"),
        ("import os; os.kill(os.getpid(), 11)", PATIENT, "signal"),
    ):
        assert (await service.sandbox.run(python(source, allowance))).ended == ended


@pytest.mark.asyncio
async def test_what_cannot_be_run(service: Service, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="runs Python"):
        await service.sandbox.run(Job(argv=("/bin/sh", "-c", "true")))
    with pytest.raises(InfrastructureError, match="could not be built"):
        await service.sandbox.run(python("pass", readable=(tmp_path / "gone",)))
    nobody = level_sandbox(Level.CONTAINER, Means(service=tmp_path / "nobody"))
    with pytest.raises(SandboxUnavailableError, match="does not answer"):
        nobody.prepare()
    with pytest.raises(InfrastructureError, match="cannot be reached"):
        await nobody.run(python("pass"))


@pytest.mark.asyncio
async def test_programs_are_judged(service: Service) -> None:
    for body, passed in (("n + n", True), ("n * n", False)):
        source = PROGRAM.format(body)
        async with open_grader(service.sandbox) as grader:
            graded = await grader.grade(Candidate("m", source), collect(Source("m.py", source), []).suite)
        assert [verdict.passed for verdict in graded.verdicts] == [passed]


@pytest.mark.asyncio
async def test_a_conversation(service: Service) -> None:
    async with service.sandbox.open(Job(argv=(PYTHON, "-u", "-c", ECHO), allowance=PATIENT)) as talk:
        for number in range(3):
            reply = await talk.request(f"{number} + 1\n".encode(), limits=Limits(wall_s=60.0))
            assert reply.data == f"{number + 1}\n".encode()


@pytest.mark.asyncio
async def test_a_job_ends_with_whoever_asked_for_it(service: Service) -> None:
    """The relay is killed, as it would be with the app: nothing of the job is left in the service."""
    held = service.sandbox.start(python("import time; print('up', flush=True); time.sleep(600)"))
    assert await asyncio.to_thread(held.stdout.readline) == b"up\n"
    below = _below(service.process.pid)
    assert below
    os.kill(held.pid, signal.SIGKILL)
    await held.wait()
    held.close_pipes()
    assert held.how()[0] == "killed"
    await asyncio.to_thread(_until_gone, below)
    assert service.process.poll() is None
    assert (await service.sandbox.run(python("print(1)"))).stdout == b"1\n"


@pytest.mark.asyncio
async def test_typical_attacks(service: Service) -> None:
    chosen = [one for one in ATTACKS if one.name in TYPICAL]
    found = await attacked(service.sandbox.run, service.sandbox.identity, chosen)
    assert [(one.attack, one.detail) for one in found if not one.held] == []
    assert len(found) == len(TYPICAL)


def _below(pid: int) -> set[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(each) for each in path.read_text(encoding="ascii").split()}


def _until_gone(pids: set[int]) -> None:
    """Wait until processes have ended; the test's own time-out is the longest wait."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        with os.fdopen(handle):
            select.select([handle], [], [])
