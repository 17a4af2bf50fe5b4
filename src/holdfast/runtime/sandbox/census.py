"""What a job uses at this moment: all processes below one, counted in the machine's process table."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

__all__ = [
    "Meter",
    "Usage",
    "below",
    "children",
    "count_of_user",
    "has_memory",
    "resident_mb",
    "shared_out_mb",
    "speaker",
    "usage",
]

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MB = 1 << 20
_RESIDENT = (b"RssAnon:", b"RssShmem:")
_ELSEWHERE = (b"VmSwap:", b"HugetlbPages:")
"""Memory that is not where the rest is: a process can have its own moved there."""
_TABLES = b"VmPTE:"
"""What the kernel needs to know of pages, be they ever so empty."""
_USER_TIME, _START_TIME = 11, 19
"""The places of the first of four times, and of its start, in the line of a process, after its name."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree of processes uses."""

    cpu_s: float = 0.0
    """CPU seconds so far, those of ended processes included once their parents have taken notice."""
    memory_mb: float = 0.0
    """Memory of their own, in units of 2**20 bytes; what several share is counted for each."""
    processes: int = 0
    open_files: int = 0
    """Descriptors of all of them together; 0 on kernels before 6.2."""
    own_s: Mapping[tuple[int, int], float] = field(default_factory=dict)
    """CPU seconds of each process without its children, by its number and when it was started."""


class Meter:
    """Counts the CPU time of a tree of processes, with that of processes that nobody waits for.

    The kernel forgets those: a process that ignores the end of its children is not told what they used. Each
    is taken to have used what it had when it was last seen, so what lives shorter than from one look to the
    next is counted in part.
    """

    def __init__(self) -> None:
        """Nothing was used yet."""
        self._living: Mapping[tuple[int, int], float] = {}
        self._gone_s = 0.0
        self._most_s = 0.0

    def read(self, root: int) -> Usage:
        """As `usage`, with the CPU time of all that was ever seen; it never falls."""
        found = usage(root)
        self._gone_s += sum(used for one, used in self._living.items() if one not in found.own_s)
        self._living = found.own_s
        self._most_s = max(self._most_s, found.cpu_s, self._gone_s + sum(found.own_s.values()))
        return replace(found, cpu_s=self._most_s)


def usage(root: int) -> Usage:
    """What process `root` and all below it use; zero once they are gone."""
    cpu, kilobytes, count, files = 0, 0, 0, 0
    own: dict[tuple[int, int], float] = {}
    for pid in below(root):
        try:
            times = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            speaker, status = _status(pid)
            files += Path(f"/proc/{speaker}/fd").stat().st_size
        except OSError:
            continue
        each = list(map(int, times[_USER_TIME : _USER_TIME + 4]))
        own[pid, int(times[_START_TIME])] = sum(each[:2]) / _TICKS
        cpu += sum(each)
        kilobytes += _sum(status, (*_RESIDENT, *_ELSEWHERE, _TABLES))
        count += 1
    return Usage(cpu / _TICKS, kilobytes / 1024, count, files, own)


def shared_out_mb(root: int) -> float:
    """Memory of process `root` and all below it in units of 2**20 bytes, what they share divided among them.

    Costs much more to find out than `usage` does.
    """
    total = 0
    for pid in below(root):
        try:
            speaker, status = _status(pid)
            total += _sum(status, (*_ELSEWHERE, _TABLES))
            try:
                lines = Path(f"/proc/{speaker}/smaps_rollup").read_bytes().splitlines()
                total += _sum(lines, (b"Pss_Anon:", b"Pss_Shmem:"))
            except PermissionError:  # it has closed itself to those who look: then nothing is shared out
                total += _sum(status, _RESIDENT)
        except OSError:
            continue
    return total / 1024


def has_memory(pid: int) -> bool:
    """Whether a process still runs: what has ended and was not reaped yet has no memory, nor files."""
    try:
        return any(line.startswith(_RESIDENT) for line in _status(pid)[1])
    except OSError:
        return False


def speaker(pid: int) -> int:
    """The number by which to ask for a process: its own, or that of a thread where its first one has ended.

    A process whose first thread has ended looks as if all of it had.
    """
    try:
        return _status(pid)[0]
    except OSError:
        return pid


def _status(pid: int) -> tuple[int, list[bytes]]:
    lines = Path(f"/proc/{pid}/status").read_bytes().splitlines()
    if any(line.startswith(_RESIDENT) for line in lines):
        return pid, lines
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found = (thread / "status").read_bytes().splitlines()
            if any(line.startswith(_RESIDENT) for line in found):
                return int(thread.name), found
    return pid, lines


def _sum(lines: list[bytes], names: tuple[bytes, ...]) -> int:
    return sum(int(line.split()[1]) for line in lines if line.startswith(names))


def resident_mb(pid: int) -> float:
    """Resident memory of one process in units of 2**20 bytes, 0.0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * _PAGE / _MB


def count_of_user(uid: int | None) -> int:
    """How many threads a user has, None for the one that we are."""
    wanted = os.geteuid() if uid is None else uid
    count = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid == wanted:
                count += sum(1 for _ in (path / "task").iterdir())
        except OSError:
            continue
    return count


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not been reaped."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    except OSError:
        return found
    return found


def below(root: int) -> Iterator[int]:
    """A process and all below it."""
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children(pid)
