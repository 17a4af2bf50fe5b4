"""Children that answer, hang, spin, die, eat memory, and leave children of their own behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from holdfast.core.errors import CheckerDiedError, CheckerTimeoutError, MissingToolError
from holdfast.runtime.child import Child, Limits, run
from holdfast.runtime.crowd import Crowd

LONG = Limits(wall_s=60.0)
SPIN = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('on', flush=True)
while True:
    pass
"""
PIECES = """
import sys, time
for part in ('a</va', 'lue', '>b</value>'):
    sys.stdout.write(part)
    sys.stdout.flush()
    time.sleep(0.05)
time.sleep(60)
"""
TREE = "sleep 1000 & echo $!; wait"


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _runs(pid)


@pytest.mark.asyncio
async def test_run_gives_back_all_that_a_program_says(tmp_path: Path) -> None:
    done = await run(["sh", "-c", "cat; pwd >&2; exit 3"], limits=LONG, cwd=tmp_path, stdin=b"text")
    assert (done.returncode, done.ended, done.stdout) == (3, "exit", b"text")
    assert done.stderr.decode().strip() == str(tmp_path)


@pytest.mark.asyncio
async def test_run_passes_only_the_given_environment() -> None:
    done = await run(["env"], limits=LONG, env={"PATH": os.defpath, "A": "b"})
    assert set(done.stdout.split()) == {b"PATH=" + os.defpath.encode(), b"A=b"}


@pytest.mark.asyncio
@pytest.mark.parametrize("limits", [Limits(wall_s=0.3), Limits(wall_s=60, cpu_s=0.3)], ids=["wall", "cpu"])
async def test_run_kills_a_program_that_uses_up_its_time(limits: Limits) -> None:
    done = await run([sys.executable, "-c", SPIN], limits=limits)
    assert done.ended == "timeout"
    assert done.returncode == -signal.SIGKILL


@pytest.mark.asyncio
async def test_run_kills_what_the_program_started() -> None:
    done = await run(["sh", "-c", TREE], limits=Limits(wall_s=0.5))
    assert done.ended == "timeout"
    assert _ends(int(done.stdout))


@pytest.mark.asyncio
async def test_run_leaves_nothing_behind_when_the_program_ends_by_itself() -> None:
    done = await run(["sh", "-c", "sleep 1000 & echo $!"], limits=LONG)
    assert done.ended == "exit"
    assert _ends(int(done.stdout))


@pytest.mark.asyncio
async def test_run_stops_a_flood() -> None:
    done = await run(["yes"], limits=LONG, output_limit=1000)
    assert done.ended == "output"
    assert len(done.stdout) == 1000


@pytest.mark.asyncio
async def test_run_tells_a_death_by_signal() -> None:
    done = await run(["sh", "-c", "kill -SEGV $$"], limits=LONG)
    assert (done.ended, done.returncode) == ("signal", -signal.SIGSEGV)


@pytest.mark.asyncio
async def test_run_caps_memory() -> None:
    limits = Limits(wall_s=60, memory_mb=200)
    done = await run(
        [sys.executable, "-c", "import time; time.sleep(0.2); bytearray(300 << 20)"], limits=limits
    )
    assert b"MemoryError" in done.stderr


@pytest.mark.asyncio
async def test_a_missing_program_is_named() -> None:
    with pytest.raises(MissingToolError, match="no-such-program"):
        await run(["no-such-program"], limits=LONG)


@pytest.mark.asyncio
async def test_cancelling_a_run_kills_its_tree(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    task = asyncio.create_task(run(["sh", "-c", f"sleep 1000 & echo $! > {note}; wait"], limits=LONG))
    while not (note.exists() and note.read_text(encoding="utf-8").strip()):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _ends(int(note.read_text(encoding="utf-8")))


@pytest.mark.asyncio
async def test_a_child_answers_small_and_large_requests() -> None:
    async with Child(["cat"], name="cat", delimiter=b"\n") as child:
        assert (await child.request(b"a\nb\nc", limits=LONG, answers=2)).data == b"a\nb\n"
        large = b"x" * 3_000_000 + b"\n"
        assert (await child.request(large, limits=LONG)).data == b"c" + large
        assert child.requests == 2
        assert child.alive


@pytest.mark.asyncio
async def test_a_delimiter_that_comes_in_pieces_is_found() -> None:
    async with Child([sys.executable, "-c", PIECES], name="parts", delimiter=b"</value>") as child:
        assert (await child.request(b"", limits=LONG, answers=2)).data == b"a</value>b</value>"


@pytest.mark.asyncio
async def test_a_child_that_ends_is_told_with_its_last_words() -> None:
    async with Child(["sh", "-c", "read x; echo broken >&2; exit 1"], name="sh", delimiter=b"\n") as child:
        with pytest.raises(CheckerDiedError, match="sh ended unexpectedly: broken"):
            await child.request(b"x\n", limits=LONG)
        assert not child.alive
        with pytest.raises(CheckerDiedError):
            await child.request(b"x\n", limits=LONG)


@pytest.mark.asyncio
async def test_a_limit_interrupts_first() -> None:
    script = (
        "import sys\nfor line in sys.stdin:\n try:\n  while line == 'spin\\n': pass\n"
        " except KeyboardInterrupt: line = 'interrupted\\n'\n print(line, end='', flush=True)"
    )
    async with Child([sys.executable, "-c", script], name="python", delimiter=b"\n") as child:
        await child.request(b"ready\n", limits=LONG)
        reply = await child.request(b"spin\n", limits=Limits(wall_s=60, cpu_s=0.5))
        assert reply.data == b"interrupted\n"
        assert reply.interrupted
        assert not (await child.request(b"again\n", limits=LONG)).interrupted


@pytest.mark.asyncio
async def test_a_child_that_ignores_the_interrupt_is_killed() -> None:
    async with Child([sys.executable, "-c", SPIN], name="python", delimiter=b"\n") as child:
        await child.request(b"", limits=LONG)
        with pytest.raises(CheckerTimeoutError, match="python did not answer in time"):
            await child.request(b"x\n", limits=Limits(wall_s=60, cpu_s=0.3))
        assert _ends(child.pid)


@pytest.mark.asyncio
async def test_an_abandoned_request_ends_the_child() -> None:
    async with Child(["sleep", "1000"], name="sleep", delimiter=b"\n") as child:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(child.request(b"x\n", limits=LONG), 0.1)
        assert not child.alive
        assert _ends(child.pid)


PARENT = """
import asyncio, sys
from holdfast.runtime.child import Child, Limits, run
from holdfast.runtime.crowd import Crowd
async def main():
    async with Child(["cat"], name="cat", delimiter=b"\\n") as child:
        task = asyncio.create_task(run(["sleep", "1000"], limits=Limits(wall_s=1000)))
        while not (pids := open(f"/proc/self/task/{__import__('os').getpid()}/children").read().split())[1:]:
            await asyncio.sleep(0.01)
        print(*pids, flush=True)
        if sys.argv[1] == "raise":
            task.cancel()
            raise SystemExit(4)
        await task
asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL", "raise"])
def test_no_orphan_however_the_parent_ends(how: str) -> None:
    with subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-c", PARENT, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        if how != "raise":
            parent.send_signal(getattr(signal, how))
        assert all(_ends(pid) for pid in pids)


@pytest.mark.asyncio
async def test_children_of_one_crowd_work_at_the_same_time() -> None:
    script = "import sys, time\nfor line in sys.stdin:\n time.sleep(0.003)\n print(line, end='', flush=True)"
    order: list[int] = []

    async def ask(child: Child, number: int) -> None:
        for count in range(20):
            reply = await child.request(f"{number} {count}\n".encode(), limits=LONG)
            assert reply.data == f"{number} {count}\n".encode()
            order.append(number)

    crowd = Crowd()
    children = [
        Child([sys.executable, "-c", script], name="slow", delimiter=b"\n", crowd=crowd) for _ in range(3)
    ]
    try:
        for child in children:  # starting takes longer on a busy machine than all that is looked at here
            await child.request(b"ready\n", limits=LONG)
        async with asyncio.TaskGroup() as group:
            for number, child in enumerate(children):
                group.create_task(ask(child, number))
    finally:
        for child in children:
            await child.aclose()
    assert crowd.busy == 0
    # Were one to hold up the others, its answers would stand in one block.
    first_done = min(max(at for at, who in enumerate(order) if who == number) for number in range(3))
    assert {order[at] for at in range(first_done)} == {0, 1, 2}


@pytest.mark.asyncio
async def test_closing_that_is_cancelled_leaves_nothing_unreaped() -> None:
    child = Child([sys.executable, "-c", SPIN], name="Python", delimiter=b"\n")
    closing = asyncio.create_task(child.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
