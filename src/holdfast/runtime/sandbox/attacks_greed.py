"""Attacks that take more than was given: processes, memory, disk, time, output."""

from holdfast.runtime.sandbox.attack import Attack
from holdfast.runtime.sandbox.jobs import Allowance

__all__ = ["GREED"]

_SMALL = Allowance(wall_s=10.0, cpu_s=5.0, memory_mb=160, disk_mb=16, processes=24)

GREED = (
    Attack(
        name="fork bomb",
        aim="start more processes than allowed",
        source="""
for count in range(200):
    try:
        if os.fork() == 0:
            time.sleep(8); os._exit(0)
    except OSError:
        held()
through(f"{count} processes")""",
        allowance=_SMALL,
    ),
    Attack(
        name="threads",
        aim="start more threads than allowed",
        source="""
import threading
for count in range(200):
    try:
        threading.Thread(target=time.sleep, args=(8,), daemon=True).start()
    except (RuntimeError, MemoryError):
        held()
through(f"{count} threads")""",
        allowance=_SMALL,
    ),
    Attack(
        name="memory",
        aim="fill more memory than allowed",
        source='refused(lambda: len(b"x" * (640 << 20)))\nheld()',
        allowance=_SMALL,
        ends=("memory",),
    ),
    Attack(
        name="memory of many",
        aim="fill more memory than allowed, no process more than its share",
        source="""
source, sink = os.pipe()
for _ in range(6):
    if os.fork() == 0:
        block = b"x" * (120 << 20)
        os.write(sink, b"1"); time.sleep(8); os._exit(len(block) == 0)
full = 0
while full < 6: full += len(os.read(source, 1))
time.sleep(0.5)
through(f"{full * 120} MB")""",
        allowance=_SMALL,
        ends=("memory",),
    ),
    Attack(
        name="shared memory",
        aim="fill more memory than allowed in files that have no name",
        source="""
kept = []
def fill():
    for _ in range(60):
        kept.append(os.memfd_create("x"))
        for _ in range(12): os.write(kept[-1], b"x" * (1 << 20))
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("memory", "disk"),
    ),
    Attack(
        name="shared pages",
        aim="fill more memory than allowed in pages that processes could share",
        source="""
import mmap
def fill():
    pages = mmap.mmap(-1, 640 << 20)
    for start in range(0, len(pages), 4096): pages[start] = 1
    return len(pages)
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("memory",),
    ),
    Attack(
        name="segments",
        aim="leave shared memory behind that belongs to no process",
        source="""
number = libc.shmget(0, ctypes.c_size_t(64 << 20), 0o1600)
if number >= 0: through(number)
held()""",
        allowance=_SMALL,
    ),
    Attack(
        name="disk",
        aim="write more than allowed",
        source="""
block, total = b"x" * (1 << 20), 0
for place in (os.getcwd(), os.environ["TMPDIR"], "/dev/shm", "/tmp", "/var/tmp", "/dev", "/"):
    for count in range(12):
        try:
            with open(os.path.join(place, f"big-{count}-{bait['token']}"), "wb") as file:
                for _ in range(8):
                    file.write(block); total += 1
        except OSError:
            break
time.sleep(0.3)
if total > 2 * 16: through(f"{total} MB")
held()""",
        allowance=_SMALL,
        ends=("disk", "memory"),
    ),
    Attack(
        name="small files",
        aim="fill the kernel's memory with empty files",
        source="""
count = 0
try:
    for count in range(60000): os.close(os.open(f"file-{count}", os.O_CREAT | os.O_WRONLY))
except OSError:
    held()
through(f"{count} files")""",
        allowance=_SMALL,
        ends=("disk", "memory", "timeout", "cpu"),
    ),
    Attack(
        name="deadline",
        aim="run on, whatever signals come",
        source="""
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
end = time.monotonic() + 4
while time.monotonic() < end: pass
through("ran on")""",
        allowance=Allowance(wall_s=0.5, cpu_s=60.0),
        ends=("timeout",),
    ),
    Attack(
        name="processor",
        aim="use more processor time than allowed, spread over many processes",
        source="""
for _ in range(7):
    if os.fork() == 0: break
end = time.monotonic() + 6
while time.monotonic() < end: pass
through("ran on")""",
        allowance=Allowance(wall_s=5.0, cpu_s=0.5),
        ends=("cpu",),
    ),
    Attack(
        name="output",
        aim="write gigabytes to whoever reads",
        source="""
block = b"x" * (1 << 20)
for _ in range(3000): os.write(1, block)
os.write(2, b"wrote it all"); os._exit(0)""",
        allowance=Allowance(wall_s=20.0, cpu_s=10.0, output_bytes=1 << 16),
        ends=("output",),
    ),
)
