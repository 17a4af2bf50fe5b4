"""The first process of a container: runs one program and looks after it; imports nothing of ours.

It reads frames from standard input: a kind of one byte, a length of four and what it says. `j` is the job,
`i` some of its standard input (none: its end), `c` an interrupt. Everything ends with standard input.
What the program writes goes straight out; what this process has to tell is written to standard error: one
line before the program begins, one after all of it is dead. The program cannot reach this process: as the
first of its namespace it hears no signals, and its memory is closed.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

__all__: list[str] = []

_DUMPABLE = 4
_MB = 1 << 20
_LOOK_S = 0.03
_GRACE_S = 5.0
"""Seconds beyond its time after which a job ends even where nobody ends it from outside."""
_OPEN_FILES = 256
_TICKS = os.sysconf("SC_CLK_TCK")
_FILES_PER_MB = 1000
_HEAD = 5
"""Bytes of a frame before what it says."""
_PLACES = ("/box", "/tmp", "/dev/shm")  # noqa: S108 - the container's own
_USED, _USED_BEFORE = "/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpuacct/cpuacct.usage"
"""Where the kernel writes down the time of a group, in version 2 and 1."""
_OOM = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class _Keeper:
    """The program and what is known of it."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.breach = ""
        self.begun = time.monotonic()
        self.before_s = _of_group() - time.process_time()
        self.pending = bytearray()
        self.is_closing = False
        source, self.sink = os.pipe()
        os.set_blocking(self.sink, False)
        self.child = os.fork()
        if self.child == 0:
            _begin(job, source)
        os.close(source)

    def feed(self, data: bytes) -> None:
        """Pass on standard input; nothing at all stands for its end."""
        self.pending += data
        self.is_closing = self.is_closing or not data
        self.flush()

    def flush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            try:
                while self.pending and self.sink >= 0:
                    del self.pending[: os.write(self.sink, self.pending)]
            except BrokenPipeError:
                self.is_closing = True
                self.pending.clear()
        if self.is_closing and not self.pending and self.sink >= 0:
            os.close(self.sink)
            self.sink = -1

    def look(self) -> str:
        """The limit that is passed, empty if none is."""
        cpu_s, memory_mb = _usage()
        # What the group has used beside this process: also in processes that nobody waited for.
        cpu_s = max(cpu_s, _of_group() - time.process_time() - self.before_s)
        held_mb, files = _filled()
        if cpu_s > self.job["cpu_s"]:
            return "cpu"
        # The kernel may have been faster, and killed one process of several.
        if memory_mb + held_mb > self.job["memory_mb"] or _has_starved():
            return "memory"
        if held_mb > self.job["disk_mb"] or files > self.job["disk_mb"] * _FILES_PER_MB:
            return "disk"
        return "timeout" if time.monotonic() - self.begun > self.job["wall_s"] + _GRACE_S else ""


def main() -> NoReturn:
    """Serve one job."""
    if os.getpid() != 1:
        # Elsewhere, all that can be killed would be all of the user's.
        sys.exit("this runs as the first process of a container only")
    ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waking, wakes = os.pipe()
    for end in (waking, wakes):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wakes)
    frames = _Frames()
    while not (whole := frames.take()) and not frames.over:
        frames.read()
    if not whole:
        os._exit(1)
    content = whole[0][1]
    job = json.loads(content[4 : 4 + int.from_bytes(content[:4], "big")])
    _write_files(job["files"], content[4 + int.from_bytes(content[:4], "big") :])
    os.write(2, b"\0begun\n")
    keeper = _Keeper(job)
    _obey(keeper, whole[1:])
    status = _serve(keeper, frames, waking)
    _kill_all()
    _say(keeper, status)
    os._exit(0)


def _serve(keeper: _Keeper, frames: "_Frames", waking: int) -> int | None:
    """Wait for the program to end; None where it was killed."""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(waking, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll(_LOOK_S * 1000)}
        # What the program did not read yet is offered again at each turn.
        keeper.flush()
        if waking in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(waking, 4096)
        status = _reap(keeper.child)
        if status is not None:
            return status
        if 0 in ready:
            frames.read()
            _obey(keeper, frames.take())
        keeper.breach = keeper.look()
        if keeper.breach or frames.over:
            return None


def _obey(keeper: _Keeper, frames: list[tuple[bytes, bytes]]) -> None:
    for kind, content in frames:
        if kind == b"i":
            keeper.feed(content)
        elif kind == b"c":
            os.kill(keeper.child, signal.SIGINT)


class _Frames:
    """What comes in by standard input."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.over = False

    def read(self) -> None:
        data = os.read(0, 1 << 16)
        self.over = not data
        self._bytes += data

    def take(self) -> list[tuple[bytes, bytes]]:
        """Those that are there as a whole."""
        found = []
        while len(self._bytes) >= _HEAD:
            end = _HEAD + int.from_bytes(self._bytes[1:_HEAD], "big")
            if len(self._bytes) < end:
                break
            found.append((bytes(self._bytes[:1]), bytes(self._bytes[_HEAD:end])))
            del self._bytes[:end]
        return found


def _write_files(files: list[list[Any]], content: bytes) -> None:
    for place in ("/box/job", "/box/tmp"):
        Path(place).mkdir()
    start = 0
    for name, size in files:
        path = Path("/box/job", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[start : start + size])
        start += size


def _begin(job: dict[str, Any], source: int) -> NoReturn:
    """Become the program."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        os.dup2(source, 0)
        os.chdir("/box/job")
        cpu_s, data = int(job["cpu_s"]) + 1, job["memory_mb"] * _MB
        for kind, soft, hard in (
            (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
            (resource.RLIMIT_DATA, data, data),
            (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
            (resource.RLIMIT_CORE, 0, 0),
        ):
            resource.setrlimit(kind, (soft, hard))
        argv = job["argv"]
        if argv[0] == "python":
            argv = [sys.executable, "-s", "-P", *argv[1:]]
        os.closerange(3, _OPEN_FILES)
        os.execvpe(argv[0], argv, job["environment"])  # noqa: S606
    except OSError as error:
        os.write(2, f"{job['argv'][0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _reap(child: int) -> int | None:
    """Take notice of all that has ended; the exit status of the program, if it is among them."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return found
            if pid == child:
                found = status
    return found


def _kill_all() -> None:
    """Kill all that is left, however often it forks: this reaches every process of the namespace but this."""
    with contextlib.suppress(ChildProcessError):
        while True:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            os.waitpid(-1, 0)


def _say(keeper: _Keeper, status: int | None) -> None:
    """The last line, of a length that is always the same."""
    starved = _has_starved()
    code = -signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)
    breach = keeper.breach or ("memory" if starved and code < 0 else "")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = json.dumps({"code": code, "breach": breach, "cpu_s": round(used.ru_utime + used.ru_stime, 6)})
    # The pipe may be full of what the program wrote.
    flags = fcntl.fcntl(2, fcntl.F_GETFL)
    fcntl.fcntl(2, fcntl.F_SETFL, flags & ~os.O_NONBLOCK)
    os.write(2, f"\0{line:<94}\n".encode())


def _has_starved() -> bool:
    """Whether the kernel has killed a process of this container because its memory was full."""
    for events in _OOM:
        with contextlib.suppress(OSError):
            lines = Path(events).read_text(encoding="ascii").splitlines()
            return any(line.startswith("oom_kill ") and not line.endswith(" 0") for line in lines)
    return False


def _of_group() -> float:
    """CPU seconds of all that has ever run in this container, 0 where the kernel does not say."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(_USED).read_text(encoding="ascii").split()[1]) / 1e6  # the first line is the total
    with contextlib.suppress(OSError, ValueError):
        return int(Path(_USED_BEFORE).read_text(encoding="ascii")) / 1e9
    return 0.0


def _usage() -> tuple[float, float]:
    """CPU seconds and megabytes of all processes but this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks, memory_mb = 0, 0.0
    for path in Path("/proc").glob("[2-9]*"), Path("/proc").glob("1?*"):
        for process in path:
            with contextlib.suppress(OSError, ValueError, IndexError):
                times = (process / "stat").read_bytes().rpartition(b")")[2].split()
                ticks += sum(map(int, times[11:15]))
                memory_mb += _memory_mb(process)
    return used.ru_utime + used.ru_stime + ticks / _TICKS, memory_mb


def _memory_mb(process: Path) -> float:
    """Memory of a process, tables of pages included."""
    shared_out = _kilobytes(process, "smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:"))
    own = _kilobytes(process, "status", (b"RssAnon:", b"RssShmem:"))
    return ((shared_out or own) + _kilobytes(process, "status", (b"VmPTE:",))) / 1024


def _kilobytes(process: Path, name: str, wanted: tuple[bytes, ...]) -> int:
    """The sum of some lines; a process whose first thread has ended is asked by another of its threads."""
    for thread in (process, *(process / "task").iterdir()):
        with contextlib.suppress(OSError):
            lines = (thread / name).read_bytes().splitlines()
            found = [int(line.split()[1]) for line in lines if line.startswith(wanted)]
            if found:
                return sum(found)
    return 0


def _filled() -> tuple[float, int]:
    """Megabytes and files of all that can be written to."""
    size, count = 0.0, 0
    for place in _PLACES:
        with contextlib.suppress(OSError):
            found = os.statvfs(place)
            if found.f_blocks and not found.f_flag & os.ST_RDONLY:
                size += (found.f_blocks - found.f_bfree) * found.f_frsize / _MB
                count += found.f_files - found.f_ffree
    return size, count


if __name__ == "__main__":
    main()
