"""Attacks that reach for what lies outside: the network, files, processes, the kernel."""

from holdfast.runtime.sandbox.attack import Attack

__all__ = ["FILES", "KERNEL", "NETWORK", "PROCESSES"]

NETWORK = (
    Attack(
        name="tcp",
        aim="reach a server of this machine",
        source='refused(lambda: socket.create_connection(("127.0.0.1", bait["tcp"]), 2))\nheld()',
    ),
    Attack(
        name="udp",
        aim="send a packet to this machine",
        source="""
def send():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return one.sendto(b"out", ("127.0.0.1", bait["udp"]))
refused(send)
held()""",
    ),
    Attack(
        name="abstract socket",
        aim="reach a service by a socket without a file",
        source='refused(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + bait["abstract"]))\nheld()',
    ),
    Attack(
        name="socket file",
        aim="reach a service, as that of a container engine, by its socket file",
        source='refused(lambda: socket.socket(socket.AF_UNIX).connect(bait["socket"]))\nheld()',
    ),
    Attack(
        name="packets",
        aim="listen to the network below its protocols",
        source="""
refused(socket.socket, 16, socket.SOCK_RAW, 0)
refused(socket.socket, 17, socket.SOCK_RAW, 3)
held()""",
    ),
)
FILES = (
    Attack(name="password file", aim="read /etc/shadow", source='refused(read, "/etc/shadow")\nheld()'),
    Attack(
        name="secret file",
        aim="read a file of the user who runs us",
        source='refused(read, bait["secret"])\nrefused(os.listdir, bait["folder"])\nheld()',
    ),
    Attack(
        name="write outside",
        aim="leave a file anywhere but in its own folders",
        source="""
def write(place):
    path = os.path.join(place, "left-behind-" + bait["token"])
    with open(path, "w") as file: file.write("x")
    return path
own = [os.path.realpath(one) for one in (os.getcwd(), os.environ["TMPDIR"], "/dev/shm", "/tmp")]
for place in (bait["folder"], "/", "/usr", "/usr/lib", "/etc", "/var", "/var/tmp", "/home", "/root", "/run",
              "/dev", "/tmp", "/proc", "/sys", "/sys/fs/cgroup", "/opt", "/mnt", "/box"):
    real = os.path.realpath(place)
    if not any(real == one or real.startswith(one + "/") for one in own) and real != bait["box"]:
        refused(write, place)
held()""",
    ),
    Attack(
        name="file modes",
        aim="change who may read a file outside",
        source="""
# Where there are no modes to be changed, it may come back as if it had.
refused(lambda: (os.chmod(bait["secret"], 0o600), os.stat(bait["secret"]).st_mode))
# What may be read is enough to change the modes and attributes of files that the user owns.
descriptor = os.open(os.__file__, os.O_RDONLY)
call(52 if ARM else 91, descriptor, os.fstat(descriptor).st_mode & 0o7777)
call(7 if ARM else 190, descriptor, b"user.left", b"x", 1, 0)
call(452, -100, bait["secret"].encode(), 0o600, 0)
call(463, -100, bait["secret"].encode(), 0, b"user.left", (ctypes.c_uint64 * 2)(0, 1), 16)
refused(os.chown, bait["secret"], os.getuid(), os.getgid())
refused(os.utime, bait["secret"])
refused(os.truncate, bait["secret"], 0)
refused(os.rename, bait["secret"], bait["secret"] + "-left")
held()""",
    ),
    Attack(
        name="link outside",
        aim="reach a file outside through a link in its own folder",
        source="""
def follow(link, path):
    try:
        link(path, "link")
    except OSError:
        return os.stat("/nowhere")
    try:
        return open("link", "ab").write(b"x")
    finally:
        os.unlink("link")
for link in (os.symlink, os.link):
    refused(follow, link, bait["secret"])
    refused(follow, link, bait["folder"] + "/linked")
held()""",
    ),
    Attack(
        name="kernel settings",
        aim="have the kernel run a program of its choice (core_pattern)",
        source="""
for name in ("core_pattern", "modprobe", "hotplug"):
    refused(lambda: os.open("/proc/sys/kernel/" + name, os.O_WRONLY))
refused(lambda: os.open("/proc/sysrq-trigger", os.O_WRONLY))
refused(lambda: os.open("/sys/kernel/uevent_helper", os.O_WRONLY))
held()""",
    ),
    Attack(
        name="devices",
        aim="read or write a disk, memory or a terminal",
        source="""
for name in ("mem", "kmem", "port", "vda", "sda", "nvme0n1", "tty", "tty0", "console", "kmsg", "kvm", "fuse"):
    refused(lambda: os.open("/dev/" + name, os.O_RDWR))
refused(os.mknod, "disk", 0o60666, os.makedev(8, 0))
held()""",
    ),
)
PROCESSES = (
    Attack(
        name="other environments",
        aim="read keys from the environment of another process",
        source="""
try:
    seen = os.listdir("/proc")
except OSError:
    seen = []
for number in [bait["victim"], *map(int, filter(str.isdigit, seen))]:
    try:
        found = read(f"/proc/{number}/environ")
    except OSError:
        continue
    if bait["token"].encode() in found: through(number)
held()""",
    ),
    Attack(
        name="see processes",
        aim="see what else runs on this machine",
        source="""
try:
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
except OSError:
    held()
for number in numbers:
    try:
        words = read(f"/proc/{number}/cmdline")
    except OSError:
        continue
    if bait["victim_words"].encode() in words: through(number)
held()""",
    ),
    Attack(
        name="kill",
        aim="signal another process of the same user",
        source='refused(os.kill, bait["victim"], signal.SIGTERM)\nheld()',
    ),
    Attack(
        name="limits of others",
        aim="take another process's processor, or starve it by limits",
        source="""
limits = (ctypes.c_uint64 * 2)(1, 1)
call(261 if ARM else 302, bait["victim"], 0, limits, None)
call(122 if ARM else 203, bait["victim"], 8, (ctypes.c_uint64 * 1)(1))
call(140 if ARM else 141, 0, bait["victim"], 19)
call(30 if ARM else 251, 1, bait["victim"], 3 << 13)
call(119 if ARM else 144, bait["victim"], 5, (ctypes.c_int * 1)(0))
held()""",
    ),
    Attack(
        name="trace",
        aim="take over another process (ptrace, process_vm_readv)",
        source="""
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(16, bait["victim"], None, None) == 0: through("attached")
if libc.ptrace(0x4206, bait["victim"], None, None) == 0: through("seized")
refused(lambda: os.open(f"/proc/{bait['victim']}/mem", os.O_RDWR))
held()""",
    ),
    Attack(
        name="daemon",
        lingers=True,
        aim="leave a process behind that outlives the job",
        source="""
source, sink = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
        for descriptor in range(3): os.close(descriptor)
        os.set_inheritable(sink, True)
        program = f"import os, time; os.write({sink}, b'1'); os.close({sink}); time.sleep(600)"
        os.execv(sys.executable, [sys.executable, "-S", "-c", program, bait["token"][::-1]])
    os._exit(0)
os.close(sink)
os.read(source, 1)  # it runs, or there is nobody any more who could start it
held()""",
    ),
    Attack(
        name="descriptors",
        aim="use a file or socket that was left open by us",
        source="""
own = [os.stat(place) for place in (os.getcwd(), "/", "/tmp")] if WASM else []
for number in range(3, 4096):
    try:
        found = os.fstat(number)
    except OSError:
        continue
    # There, folders that may be used are open, and its library is a device without a number.
    if WASM and (found.st_dev == 0 or any(os.path.samestat(found, one) for one in own)): continue
    through(f"descriptor {number}")
held()""",
    ),
    Attack(
        name="environment",
        aim="read our own environment",
        source="""
if any(bait["token"] in value for value in os.environ.values()): through("token")
strange = set(os.environ) - set(bait["variables"])
if strange: through(sorted(strange)[0])
held()""",
    ),
)
KERNEL = (
    Attack(
        name="privileges",
        aim="be root, have a capability, or get either from a program",
        source="""
if 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()): through("root")
refused(os.setuid, 0)
header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(header, sets)
if sets[0] or sets[1] or sets[3] or sets[4]: through("capabilities")
if libc.prctl(39, 0, 0, 0, 0) != 1: through("new privileges")
held()""",
    ),
    Attack(
        name="namespaces",
        aim="become root in namespaces of its own",
        source="""
for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000):
    if libc.unshare(flag) == 0: through(hex(flag))
    pid = libc.syscall(ctypes.c_long(220 if ARM else 56), ctypes.c_long(flag | 17), None, None, None, None)
    if pid == 0: os._exit(0)
    if pid > 0: through("clone " + hex(flag))
held()""",
    ),
    Attack(
        name="mount",
        aim="change the file tree",
        source="""
os.mkdir("place")
if libc.mount(b"none", b"place", b"tmpfs", 0, None) == 0: through("mounted")
if libc.mount(b"none", b"/", None, 0x20 | 0x1000, None) == 0: through("remounted")
if libc.umount2(b"/proc", 2) == 0: through("unmounted")
refused(os.chroot, "place")
call(428, -100, b"/", 1)
call(430, b"tmpfs", 0)
held()""",
    ),
    Attack(
        name="io_uring",
        aim="have the kernel do forbidden calls in its place",
        source="""
call(425, 8, (ctypes.c_char * 200)())
held()""",
    ),
    Attack(
        name="bpf",
        aim="load programs into the kernel",
        source="""
call(280 if ARM else 321, 0, (ctypes.c_uint32 * 32)(2, 4, 4, 1), 128)
held()""",
    ),
    Attack(
        name="keyring",
        aim="read or leave keys in the kernel",
        source="""
call(217 if ARM else 248, b"user", b"left-" + bait["token"].encode(), b"x", 1, ctypes.c_long(-3))
call(219 if ARM else 250, 0, ctypes.c_long(-3), 0)
held()""",
    ),
    Attack(
        name="profiling",
        aim="watch the machine (perf, userfaultfd, fanotify)",
        source="""
call(241 if ARM else 298, (ctypes.c_uint32 * 32)(1, 112), 0, ctypes.c_long(-1), ctypes.c_long(-1), 0)
call(282 if ARM else 323, 1)
call(262 if ARM else 300, 0, 0)
held()""",
    ),
    Attack(
        name="typing",
        aim="type commands on the terminal that we were started from",
        source="""
for descriptor in range(3):
    refused(fcntl.ioctl, descriptor, 0x5412, b"x")
refused(lambda: os.open("/dev/tty", os.O_RDWR))
held()""",
    ),
)
