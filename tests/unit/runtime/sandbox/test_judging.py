"""What is concluded from how a job ended, and from what an attack said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core.errors import SandboxUnavailableError
from holdfast.runtime.sandbox import census
from holdfast.runtime.sandbox.attack import Attack
from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.bait import Bait
from holdfast.runtime.sandbox.guard import Guard
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import Allowance, Job, Level, Ran
from holdfast.runtime.sandbox.records import Records
from holdfast.runtime.sandbox.sandbox import find_sandbox, level_sandbox
from holdfast.runtime.sandbox.selftest import attacked

ATTACK = Attack(name="a", aim="b", source="", ends=("memory",))


def ran(**fields: object) -> Ran:
    usual = {"ended": "exit", "returncode": 0, "stdout": b"", "stderr": b"", "cpu_s": 0.0, "wall_s": 0.0}
    return Ran(**(usual | {"level": Level.NONE} | fields))


@pytest.mark.parametrize(
    ("result", "held"),
    [
        (ran(stdout=b"held\n"), True),
        (ran(ended="memory", returncode=-9), True),
        (ran(stdout=b"through x\n"), False),
        (ran(stdout=b"through\nheld\n", ended="memory"), False),
        (ran(), False),
        (ran(returncode=1, stderr=b"SyntaxError"), False),
        (ran(ended="timeout", returncode=-9), False),
        (ran(stdout=b"held\n", ended="killed"), False),
        (ran(stdout=b"taken 9 MB\n", ended="memory", returncode=-9), True),
        (ran(stdout=b"taken 9 MB\n", ended="timeout", returncode=-9), False),
        (ran(stdout=b"taken 9 MB\n", ended="killed", returncode=-9), False),
    ],
)
@pytest.mark.asyncio
async def test_attacks_that_give_no_answer_are_not_held(result: Ran, held: bool) -> None:
    async def run(job: Job) -> Ran:
        return result

    (outcome,) = await attacked(run, Identity(None), [ATTACK])
    assert outcome.held is held


def test_no_attack_is_held_by_a_slow_machine() -> None:
    """Time that runs out is an end that load brings about: only the attack on the deadline may count it."""
    assert [one.name for one in ATTACKS if {"timeout", "killed"} & set(one.ends)] == ["deadline"]


@pytest.mark.asyncio
async def test_no_answer_is_asked_for_again() -> None:
    answers = [ran(), ran(returncode=1), ran(stdout=b"held\n"), ran(stdout=b"through\n")]

    async def run(job: Job) -> Ran:
        return answers.pop(0)

    (outcome,) = await attacked(run, Identity(None), [ATTACK])
    assert (outcome.held, len(answers)) == (True, 1)


@pytest.mark.asyncio
async def test_harm_to_the_bait_counts_whatever_is_said() -> None:
    async with Bait(Identity(None)) as bait:
        assert bait.damage() == ""
        folder = Path(json.loads(bait.words())["folder"])
        (folder / "left").write_text("x")
        assert bait.damage() == "left left behind"
        (folder / "left").unlink()
        (folder / "secret").write_text("x")
        assert bait.damage() == "the secret was changed"


def test_attacks_are_many_and_have_names_of_their_own() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 18
    for attack in ATTACKS:
        compile(attack.program, attack.name, "exec")


@pytest.mark.parametrize(
    ("breach", "code", "cpu_s", "ended"),
    [
        (None, 0, 0.0, "exit"),
        (None, 3, 99.0, "exit"),
        (None, -11, 0.0, "signal"),
        (None, -9, 0.1, "killed"),
        (None, -9, 5.0, "cpu"),
        (None, -24, 0.1, "cpu"),
        ("memory", -9, 5.0, "memory"),
        ("timeout", 0, 0.0, "timeout"),
    ],
)
@pytest.mark.asyncio
async def test_how(breach: str | None, code: int, cpu_s: float, ended: str) -> None:
    guard = Guard(Allowance(cpu_s=2.0), lambda: None)
    guard.stop()
    guard.breach = breach
    assert guard.how(code, cpu_s) == ended


def test_records(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert not records.has_held(Level.NAMESPACES)
    records.add(Level.NAMESPACES)
    assert Records(tmp_path).has_held(Level.NAMESPACES)
    assert not records.has_held(Level.LANDLOCK)
    (file,) = (tmp_path / "sandbox").iterdir()
    text = file.read_text()
    for spoiled in (text.replace(os.uname().release, "0.0"), "{", "[]", ""):
        file.write_text(spoiled)
        assert not records.has_held(Level.NAMESPACES)
    assert not Records(None).has_held(Level.NAMESPACES)


@pytest.mark.asyncio
async def test_no_sandbox_has_to_be_accepted(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailableError, match="in so many words"):
        await find_sandbox(tmp_path, wanted=Level.NONE)
    accepted = await find_sandbox(tmp_path, wanted=Level.NONE, accept_unsafe=True)
    assert accepted.level is Level.NONE
    assert accepted.missing == level_sandbox(Level.NONE).missing != ()


def test_processor_time_of_processes_that_nobody_waits_for() -> None:
    """A shell that runs one process after the other, and is told of the end of none."""
    script = "import os, signal, sys, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    script += "for line in sys.stdin:\n    pid = os.fork()\n    if pid == 0:\n"
    script += "        while time.process_time() < 0.2: pass\n        os.write(1, b'.'); time.sleep(600)\n"
    script += "    sys.stdin.readline(); os.kill(pid, 9)\n    try: os.wait()\n"
    script += "    except ChildProcessError: os.write(1, b'!')\n"
    meter = census.Meter()
    with subprocess.Popen([sys.executable, "-uc", script], stdin=-1, stdout=-1, bufsize=0) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(3):
            parent.stdin.write(b"\n")
            assert parent.stdout.read(1) == b"."
            seen = meter.read(parent.pid).cpu_s
            parent.stdin.write(b"\n")
            assert parent.stdout.read(1) == b"!"
        assert 0.5 < seen <= meter.read(parent.pid).cpu_s
        assert census.usage(parent.pid).cpu_s < 0.5
        parent.stdin.close()


def test_census() -> None:
    child = os.posix_spawn("/bin/sleep", ["sleep", "30"], {})
    try:
        assert child in census.children(os.getpid())
        assert census.resident_mb(child) > 0
        found = census.usage(os.getpid())
        assert found.processes >= 2
        assert found.memory_mb > census.usage(child).memory_mb
        assert census.shared_out_mb(os.getpid()) > 0
        assert census.count_of_user(None) >= 2
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert census.usage(child).processes == 0
