"""Starts Rocq's programs on texts that nobody vouches for: in the sandbox wherever the machine has one.

A program sees the system, Rocq with its libraries, and the folders that its options name; nothing else of the
user's. Where there is no sandbox it runs as anything does that the user starts.
"""

import os
import re
import signal
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import assert_never

from holdfast.checkers.rocq import coqidetop
from holdfast.checkers.rocq.installation import Installation
from holdfast.core.errors import CheckerDiedError, SandboxUnavailableError
from holdfast.core.seams import EventSink
from holdfast.runtime.child import Child, Completed, Ended, Limits, run
from holdfast.runtime.crowd import Crowd
from holdfast.runtime.sandbox.jobs import Allowance, Job, Level, Ran
from holdfast.runtime.sandbox.records import Records
from holdfast.runtime.sandbox.sandbox import Sandbox, find_sandbox
from holdfast.runtime.sandbox.tree import system

__all__ = ["finish", "hidden", "read_output", "shown", "start", "strongest"]

_ABSOLUTE = re.compile(r'"(/[^"]*)"')
_LEVELS = (Level.NAMESPACES, Level.LANDLOCK)
"""The levels at which programs of this machine run, strongest first."""
_LONGEST_BYTES = 1 << 28
"""What one program may write before somebody reads it, and all that one that is not asked may write."""
_FOLDER_OPTIONS = {"-Q": 3, "-R": 3, "-I": 2, "-include": 2}
"""The options that name a folder, and how many words they are."""
_LIVE_S = 30 * 86_400.0
"""How long a program may live that is asked again and again: its requests have limits of their own."""
_LIVE_DISK_MB = 256
_DISK_MB = 2048
_MEMORY_MB = 8192
_CORES = 4
"""CPU seconds that a program may use for each second that it may last, where nobody says."""
_SHARED = ("/tmp", "/var/tmp")  # noqa: S108 - nothing is written there
_LIVING = ("/proc", "/sys", "/dev", "/run", "/etc")
_PRIVATE = (
    ".ssh", ".gnupg", ".pki", ".aws", ".azure", ".kube", ".docker", ".config", ".mozilla", ".thunderbird",
    ".password-store", ".netrc", ".git-credentials",
)  # fmt: skip
"""What a home folder holds that no project needs, whatever its options say."""
_COMPILED = frozenset({".vo", ".vos", ".vio", ".cmxs", ".cma", ".cmi", ".cmo"})


async def strongest(
    cache: Path | None,
    testing: Callable[[], None] = lambda: None,
    *,
    wanted: Level | None = None,
    sink: EventSink | None = None,
) -> Sandbox | None:
    """The strongest sandbox for Rocq here, None where none holds.

    `cache` and `sink` are as in `find_sandbox`. `testing` is called once if a level is attacked first, which
    takes seconds. Raises SandboxUnavailableError where one was `wanted` that does not hold.
    """
    records = Records(cache)
    if not any(map(records.has_held, _LEVELS)):
        testing()
    try:
        return await find_sandbox(cache, wanted=wanted, sink=sink)
    except SandboxUnavailableError:
        if wanted is not None:
            raise
        return None


def start(
    installation: Installation,
    words: Sequence[str],
    *,
    variables: Mapping[str, str],
    memory_mb: int,
    folder: Path,
    crowd: Crowd | None = None,
) -> Child:
    """Start a program that is asked in the protocol of coqidetop. Needs a running loop.

    `words` are the program and its options, `variables` go into its environment; `folder` is where it works
    where there is no sandbox. Raises MissingToolError, InfrastructureError.
    """
    process = None
    if installation.sandbox is not None:
        process = installation.sandbox.start(_live(installation, words, variables, memory_mb))
    return Child(
        ("env", *(f"{name}={value}" for name, value in variables.items()), *words),
        name="Rocq",
        delimiter=coqidetop.DELIMITER,
        crowd=crowd,
        memory_mb=memory_mb,
        cwd=folder,
        process=process,
        longest=_LONGEST_BYTES,
    )


def _live(
    installation: Installation, words: Sequence[str], variables: Mapping[str, str], memory_mb: int
) -> Job:
    allowance = Allowance(
        wall_s=_LIVE_S,
        cpu_s=_LIVE_S,
        memory_mb=memory_mb,
        disk_mb=_LIVE_DISK_MB,
        output_bytes=_LONGEST_BYTES,
    )
    return Job(
        argv=tuple(words),
        allowance=allowance,
        readable=shown(installation, words),
        environment={**installation.variables, **variables},
    )


async def finish(
    installation: Installation,
    words: Sequence[str],
    *,
    limits: Limits,
    folder: Path,
) -> Completed:
    """Run a program to its end in `folder`, which it may write to.

    Raises CheckerDiedError where it was killed for what it used other than time, InfrastructureError.
    """
    sandbox = installation.sandbox
    if sandbox is None:
        return await run(words, limits=limits, cwd=folder, output_limit=_LONGEST_BYTES)
    sandbox.lend(folder)
    allowance = Allowance(
        wall_s=limits.wall_s,
        cpu_s=limits.cpu_s or limits.wall_s * _CORES,
        memory_mb=limits.memory_mb or _MEMORY_MB,
        disk_mb=_DISK_MB,
        output_bytes=_LONGEST_BYTES,
    )
    job = Job(
        argv=tuple(words),
        allowance=allowance,
        readable=shown(installation, words),
        folder=folder,
        environment=installation.variables,
    )
    return _completed(await sandbox.run(job), Path(words[0]).name)


def _completed(ran: Ran, name: str) -> Completed:
    ended, code = _ended(ran, name), ran.returncode
    if ended == "signal" and code == -signal.SIGHUP:
        # Rocq ends with 129 after an anomaly, which is how shells tell of this signal.
        ended, code = "exit", 128 + signal.SIGHUP
    return Completed(
        returncode=code,
        stdout=ran.stdout,
        stderr=ran.stderr,
        cpu_s=ran.cpu_s,
        wall_s=ran.wall_s,
        ended=ended,
    )


def _ended(ran: Ran, name: str) -> Ended:
    match ran.ended:
        case "timeout" | "cpu":
            return "timeout"
        case "exit" | "signal" | "output":
            return ran.ended
        case "memory" | "disk":
            raise CheckerDiedError(f"{name} used more {ran.ended} than it may and was killed")
        case "killed":
            raise CheckerDiedError(f"{name} was killed, as when the whole machine has no memory left")
    assert_never(ran.ended)


def read_output(file: Path) -> str | None:
    """What a program has written to a file in its folder, None where there is no such file.

    The folder was the program's: what is not a plain file, such as a link to somewhere else, is not read.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(_LONGEST_BYTES).decode(errors="replace")


def shown(installation: Installation, words: Sequence[str]) -> tuple[Path, ...]:
    """What a program with these options may read beside the system: Rocq, and the folders that they name.

    Of a folder that holds more than a project, as the user's home does, only the compiled files are shown.
    """
    found = list(installation.places)
    at = 0
    while at < len(words):
        width = _FOLDER_OPTIONS.get(words[at], 1)
        if width > 1 and at + 1 < len(words):
            found += _of_folder(Path(words[at + 1]), installation.homes)
        at += width
    return tuple(dict.fromkeys(found))


def hidden(installation: Installation, words: Sequence[str], sentence: str) -> Path | None:
    """A file or folder of this machine that a sentence names in full and the program may not read, if any."""
    if installation.sandbox is None:
        return None
    seen = (*shown(installation, words), *(Path(place) for place, _ in system()))
    named = [Path(name + end) for name in _ABSOLUTE.findall(sentence) for end in ("", ".v")]
    return next((path for path in named if path.exists() and not _is_below(path, seen)), None)


def _is_below(path: Path, places: Iterable[Path]) -> bool:
    return any(path.is_relative_to(place) for place in places)


def _of_folder(folder: Path, homes: Sequence[Path]) -> Iterator[Path]:
    if not _is_broad(folder.resolve(), homes):
        if folder.is_dir():
            yield folder
        return
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return
    yield from (folder / name for name in sorted(names) if Path(name).suffix in _COMPILED)


def _is_broad(folder: Path, homes: Sequence[Path]) -> bool:
    """Whether much lies in a folder that is nothing to Rocq."""
    if folder == Path("/") or os.fspath(folder) in _SHARED:
        return True
    if any(home.is_relative_to(folder) for home in homes):
        return True
    if _is_below(folder, (home / name for home in homes for name in _PRIVATE)):
        return True
    return _is_below(folder, map(Path, _LIVING))
