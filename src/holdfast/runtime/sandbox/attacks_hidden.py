"""Attacks that take what is counted for nobody, or what a machine has once for all of its programs."""

from holdfast.runtime.sandbox.attack import Attack
from holdfast.runtime.sandbox.jobs import Allowance

__all__ = ["HIDDEN"]

_SMALL = Allowance(wall_s=50.0, cpu_s=20.0, memory_mb=160, disk_mb=16, processes=24)

HIDDEN = (
    Attack(
        name="datagrams",
        aim="reach a service by sockets that come in pairs, and need not be asked for one by one",
        source="""
def reach(kind, place):
    one, _ = socket.socketpair(socket.AF_UNIX, kind)
    return one.sendto(b"out", place)
for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
    refused(reach, kind, bait["datagrams"])
    refused(reach, kind, "\\0" + bait["datagrams"])
def listen():
    one, _ = socket.socketpair()
    return one.bind("\\0" + bait["token"])
refused(listen)
held()""",
    ),
    Attack(
        name="standard input",
        aim="fill the file in memory that it was given as its standard input",
        source="""
def fill():
    for place in (0, os.open("/proc/self/fd/0", os.O_RDWR)):
        for _ in range(640): os.write(place, b"x" * (1 << 20))
        taken("640 MB")
refused(os.write, 0, b"x")
refused(os.ftruncate, 0, 1 << 30)
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("memory", "disk"),
    ),
    Attack(
        name="hidden memory",
        aim="fill shared memory, and put it where no process is seen to have it",
        source="""
import mmap
def fill(place, flags):
    step = 4 << 20
    pages = mmap.mmap(place, 640 << 20, flags=flags)
    for start in range(0, len(pages), step):
        pages[start:start + step] = b"x" * step
        pages.madvise(mmap.MADV_DONTNEED, start, step)
    taken("640 MB")
refused(fill, -1, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
refused(lambda: fill(os.open("/dev/zero", os.O_RDWR), mmap.MAP_SHARED))
held()""",
        allowance=_SMALL,
        ends=("memory",),
    ),
    Attack(
        name="access lists",
        aim="fill the kernel's memory with lists of who may use a file",
        source="""
import struct
user = (2, 7, os.getuid())
entries = [(1, 7, 0), *[user] * 8000, (4, 7, 0), (16, 7, 0), (32, 7, 0)]
words = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in entries)
def fill():
    for count in range(2000):
        os.close(os.open(f"file-{count}", os.O_CREAT | os.O_WRONLY))
        os.setxattr(f"file-{count}", "system.posix_acl_access", words)
    taken("2000 lists")
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("memory",),
    ),
    Attack(
        name="files in flight",
        aim="write more than allowed into files that have no name and were sent to nobody",
        source="""
kept = []
def fill():
    for count in range(40):
        source, sink = socket.socketpair()
        file = os.open(f"file-{count}", os.O_CREAT | os.O_WRONLY)
        os.unlink(f"file-{count}")
        for _ in range(2): os.write(file, b"x" * (1 << 20))
        socket.send_fds(sink, [b"x"], [file])
        os.close(file)
        kept.append((source, sink))
    taken("80 MB")
refused(fill)
held()""",
        allowance=_SMALL,
        ends=("disk", "memory"),
    ),
    Attack(
        name="processor of the departed",
        aim="use more processor time than allowed in processes whose end nobody is told of",
        source="""
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(40):
    if os.fork() == 0:
        while time.process_time() < 0.8: pass
        os._exit(0)
    try:
        os.wait()
    except ChildProcessError:
        pass
taken("32 s")""",
        allowance=Allowance(wall_s=50.0, cpu_s=0.5),
        ends=("cpu",),
    ),
    Attack(
        name="memory of others",
        aim="read and delete memory that other programs share",
        source="""
libc.shmat.restype = ctypes.c_void_p
if libc.shmat(bait["segment"], None, 0) != ctypes.c_void_p(-1).value: through("attached")
if libc.shmctl(bait["segment"], 0, None) == 0: through("deleted")
held()""",
    ),
    Attack(
        name="scarce things",
        aim="take what a machine, or a user, has few of: places for input and output, watches, leases",
        source="""
call(0 if ARM else 206, 64, ctypes.byref(ctypes.c_ulong(0)))
call(26 if ARM else 294, 0)
call(444, (ctypes.c_uint64 * 2)(0, 3), 16, 0)
file = os.open(os.__file__, os.O_RDONLY)
refused(fcntl.fcntl, file, 1024, 0)
refused(fcntl.fcntl, os.open("/usr", os.O_RDONLY), 1026, 2)
held()""",
    ),
)
