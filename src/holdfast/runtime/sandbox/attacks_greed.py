"""Attacks that take more than was given: processes, memory, disk, time, output."""

from dataclasses import replace

from holdfast.runtime.sandbox.attack import Attack
from holdfast.runtime.sandbox.jobs import Allowance

__all__ = ["GREED"]

_SMALL = Allowance(wall_s=50.0, cpu_s=20.0, memory_mb=160, disk_mb=16, processes=24)

GREED = (
    Attack(
        name="fork bomb",
        aim="start more processes than allowed",
        source="""
for count in range(200):
    try:
        if os.fork() == 0: rest()
    except OSError:
        held()
through(f"{count} processes")""",
        # Processes that do nothing are to be stopped as such, not for their memory.
        allowance=replace(_SMALL, memory_mb=1024),
    ),
    Attack(
        name="threads",
        aim="start more threads than allowed",
        source="""
import threading
for count in range(200):
    try:
        threading.Thread(target=rest, daemon=True).start()
    except (RuntimeError, MemoryError):
        held()
through(f"{count} threads")""",
        allowance=_SMALL,
    ),
    Attack(
        name="memory",
        aim="fill more memory than allowed",
        source="""
try:
    block = b"x" * (640 << 20)
except MemoryError:
    held()
taken(f"{len(block) >> 20} MB")""",
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
        libc.prctl(4, 0, 0, 0, 0)  # nobody may look into it
        block = b"x" * (120 << 20)
        os.write(sink, b"1"); rest()
full = 0
while full < 6: full += len(os.read(source, 1))
taken(f"{full * 120} MB")""",
        allowance=_SMALL,
        ends=("memory", "disk"),
    ),
    Attack(
        name="memory of the headless",
        aim="fill more memory than allowed in processes whose first thread has ended",
        source="""
import threading
source, sink = os.pipe()
first = ctypes.c_int(1)
def fill():
    while first.value: time.sleep(0.001)  # the kernel clears it when the first thread has ended
    block = b"x" * (120 << 20)
    os.write(sink, b"1"); rest()
for _ in range(6):
    if os.fork() == 0:
        libc.syscall(ctypes.c_long(96 if ARM else 218), ctypes.byref(first))
        threading.Thread(target=fill).start()
        libc.syscall(ctypes.c_long(93 if ARM else 60), 0)
full = 0
while full < 6: full += len(os.read(source, 1))
taken(f"{full * 120} MB")""",
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
    taken("720 MB")
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
    taken("640 MB")
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("memory",),
    ),
    Attack(
        name="page tables",
        aim="fill the kernel's memory with tables of pages that hold nothing",
        source="""
libc.mmap.restype = ctypes.c_void_p
size = 160 << 30
def look():
    start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))
    if start == ctypes.c_void_p(-1).value: held()
    libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 15)
    for place in range(start, start + size, 2 << 20): ctypes.c_char.from_address(place).value
    taken("tables of 160 GB")
refused(look)
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
        name="queues",
        aim="fill the kernel's memory with semaphores and queues of messages",
        source="""
for count in range(20):
    if libc.semget(0, 32000, 0o1600) < 0 and libc.msgget(0, 0o1600) < 0: held()
through(f"{count} sets")""",
        allowance=_SMALL,
    ),
    Attack(
        name="buffers",
        aim="fill the kernel's memory with what nobody reads",
        source="""
source, sink = os.pipe()
for _ in range(12):
    if os.fork() == 0:
        kept = []
        for _ in range(110):
            kept.append(socket.socketpair())
            for one in kept[-1]:
                one.setblocking(False)
                try:
                    while True: one.send(b"x" * 65536)
                except BlockingIOError:
                    pass
        os.write(sink, b"1"); rest()
full = 0
while full < 12: full += len(os.read(source, 1))
taken(f"{full * 110} pairs of sockets")""",
        allowance=_SMALL,
        ends=("memory",),
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
if total > 2 * 16: taken(f"{total} MB")
held()""",
        allowance=_SMALL,
        ends=("disk", "memory"),
    ),
    Attack(
        name="nameless files",
        aim="write more than allowed into files that have no name any more",
        source="""
kept = []
def fill():
    for count in range(8):
        kept.append(open(f"file-{count}", "wb", 0))
        os.unlink(f"file-{count}")
        for _ in range(10): kept[-1].write(b"x" * (1 << 20))
    taken("80 MB")
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("disk", "memory"),
    ),
    Attack(
        name="hidden files",
        aim="write more than allowed where nobody can look: in a closed folder, and far down",
        source="""
os.umask(0)
os.mkdir("closed", 0o333)
os.chdir("closed")
def fill():
    for _ in range(1200):
        try:
            os.mkdir("d"); os.chdir("d")
        except OSError:
            break
    for count in range(8):
        with open(f"file-{count}", "wb", 0) as file:
            for _ in range(10): file.write(b"x" * (1 << 20))
    taken("80 MB")
refused(fill)
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
    for count in range(40000): os.close(os.open(f"file-{count}", os.O_CREAT | os.O_WRONLY))
except OSError:
    held()
taken(f"{count} files")""",
        allowance=_SMALL,
        ends=("disk", "memory"),
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
os.write(1, b"taken all its time ")
while True: pass""",
        allowance=Allowance(wall_s=0.5, cpu_s=20.0),
        ends=("timeout",),
    ),
    Attack(
        name="processor",
        aim="use more processor time than allowed, spread over many processes",
        source="""
source, sink = os.pipe()
for _ in range(7):
    if os.fork() == 0:
        while time.process_time() < 0.8: pass  # less than a limit of the kernel would be for one process
        os.write(sink, b"1"); rest()
full = 0
while full < 7: full += len(os.read(source, 1))
taken("5.6 s")""",
        allowance=Allowance(wall_s=50.0, cpu_s=0.5),
        ends=("cpu",),
    ),
    Attack(
        name="output",
        aim="write gigabytes to whoever reads",
        source="""
block = b"x" * (1 << 20)
for _ in range(3000): os.write(1, block)
os.write(2, b"wrote it all"); os._exit(0)""",
        allowance=Allowance(wall_s=50.0, cpu_s=20.0, output_bytes=1 << 16),
        ends=("output",),
    ),
)
