"""`holdfast doctor`: what is installed, what is missing, and the command that installs it.

`prove` can run when every check that is needed is fine; then, and only then, the exit code is 0,
and else 3.
"""

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rich.table import Table
from rich.text import Text

from holdfast import __version__
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.isolation import find_sandbox, means
from holdfast.apps.rocq.here import find_rocq
from holdfast.checkers.lean.installation import find_installation as find_lean_installation
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sandboxed import finish
from holdfast.core.errors import InfrastructureError
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

__all__ = ["Check", "Config", "advice", "run"]

_LEAST_MEMORY_MB = 2000
"""Free memory below which a checker may run out of it; one worker on MathComp takes about half."""
_PACKAGES = "coq libcoq-stdlib"
_SMOKE = "Lemma smoke : True /\\ True.\nProof.\n  split; exact I.\nQed.\n"


@dataclass(frozen=True, slots=True)
class Config:
    """What `doctor` is asked."""

    cache: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "missing", "broken", "low"]
    detail: str
    needed: bool = False
    """Whether `prove` cannot run without it."""
    package: str = ""
    """The Debian packages that have it, with spaces between; empty where there are none."""

    @property
    def stops(self) -> bool:
        """Whether this keeps `prove` from running."""
        return self.needed and self.status in {"missing", "broken"}


async def run(config: Config, sink: Output) -> Report:
    """Look at everything; exit code 0 when `prove` can run, 3 when something that it needs is missing."""
    cache = cache_directory(config.cache, os.environ)
    checks = [
        *_python(),
        *await _rocq(cache),
        *_tools(),
        await _lean(),
        *await _sandboxes(cache),
        *_machine(),
    ]
    for check in checks:
        sink.result({"kind": "check", **asdict(check)})
    packages = [check.package for check in checks if check.package and check.status in {"missing", "broken"}]
    fix = advice(packages, root=os.geteuid() == 0, apt=shutil.which("apt-get") is not None)
    ready = not any(check.stops for check in checks)
    return Report(
        ExitCode.ACHIEVED if ready else ExitCode.INFRASTRUCTURE,
        {"ready": ready, "missing": [check.name for check in checks if check.status != "ok"], "fix": fix},
        (_table(checks), _closing(ready=ready, fix=fix)),
    )


def advice(packages: Sequence[str], *, root: bool, apt: bool) -> str:
    """The command that installs Debian packages, or what else to do; empty when there is nothing to do.

    >>> advice(["coq libcoq-stdlib", "coq"], root=False, apt=True)
    'sudo apt-get install coq libcoq-stdlib'
    """
    names = " ".join(dict.fromkeys(" ".join(packages).split()))
    if not names:
        return ""
    if not apt:
        return f"install what your system has for these Debian packages: {names}"
    return f"{'' if root else 'sudo '}apt-get install {names}"


def _python() -> Iterator[Check]:
    yield Check(name="holdfast", status="ok", detail=__version__, needed=True)
    yield Check(
        name="Python",
        status="ok",
        detail=f"{platform.python_version()} at {sys.executable}",
        needed=True,
    )


async def _rocq(cache: Path) -> list[Check]:
    try:
        found = await find_rocq(cache)
    except InfrastructureError as error:
        return [Check(name="Rocq", status="missing", detail=str(error), needed=True, package=_PACKAGES)]
    chk = found.checker
    return [
        Check(name="Rocq", status="ok", detail=f"{found.version}, {' '.join(found.compiler)}", needed=True),
        Check(name="coqidetop", status="ok", detail=found.toplevel, needed=True),
        Check(
            name="coqchk",
            status="ok" if chk else "missing",
            detail=chk or "audit --coqchk cannot run",
            package="coq",
        ),
        await _compiles(found),
        _kept_apart(found),
        *await asyncio.to_thread(lambda: list(_libraries(found, cache))),
    ]


async def _compiles(found: Installation) -> Check:
    """Rocq may be there and not work: without its prelude, say, which is a package of its own."""
    name = "Rocq compiles"
    with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
        file = Path(folder) / "smoke.v"
        file.write_text(_SMOKE, encoding="utf-8")
        command = [*found.compiler, "-q", file.name]
        done = await finish(found, command, limits=Limits(wall_s=60.0), folder=Path(folder))
    if done.returncode == 0:
        return Check(name=name, status="ok", detail=f"{done.cpu_s:.2f} s for a small file", needed=True)
    words = " ".join(done.stderr.decode(errors="replace").split())[:300]
    detail = words or f"coqc ended with {done.returncode}"
    return Check(name=name, status="broken", detail=detail, needed=True, package="libcoq-stdlib")


def _kept_apart(found: Installation) -> Check:
    if found.sandbox is None:
        detail = "none holds here: Rocq runs as you do, and files can do what you can"
        return Check(name="Rocq in the sandbox", status="missing", detail=detail)
    return Check(name="Rocq in the sandbox", status="ok", detail=f"files are checked at level {found.level}")


def _libraries(found: Installation, cache: Path) -> Iterator[Check]:
    contributed = found.library / "user-contrib"
    # Up to Coq 8.20 the standard library is part of Coq, since Rocq 9.0 it is contributed.
    standard = contributed / "Stdlib"
    wanted = (
        (
            "standard library",
            standard if standard.is_dir() else found.library / "theories",
            "libcoq-stdlib",
            "prove learns from it",
        ),
        ("MathComp", contributed / "mathcomp", "libcoq-mathcomp", "for files that use it"),
        ("CoqHammer", contributed / "Hammer", "libcoq-hammer", "adds sauto to the search"),
    )
    for name, folder, package, use in wanted:
        compiled, sources = (sum(1 for _ in folder.rglob(f"*.{end}")) for end in ("vo", "v"))
        detail = f"{compiled} modules, {sources} with source" if compiled else f"not installed; {use}"
        yield Check(name=name, status="ok" if compiled else "missing", detail=detail, package=package)
    learned = sum(1 for _ in (cache / "rocq").glob("*/[!.]*.npz"))
    detail = (
        f"{learned} modules in {cache}" if learned else f"none yet in {cache}; prove learns what it needs"
    )
    yield Check(name="learned libraries", status="ok", detail=detail)


async def _lean() -> Check:
    try:
        home = Path(os.environ["HOME"]) if "HOME" in os.environ else None
        found = await find_lean_installation(os.environ.get("PATH"), home=home)
    except InfrastructureError as error:
        return Check(name="Lean", status="missing", detail=f"{error}; for files of Lean alone")
    return Check(name="Lean", status="ok", detail=f"{found.version}, {found.program}")


def _tools() -> Iterator[Check]:
    setpriv = shutil.which("setpriv")
    yield Check(
        name="setpriv",
        status="ok" if setpriv else "missing",
        detail=setpriv or "checkers may outlive holdfast if it is killed",
        package="util-linux",
    )
    bubblewrap = shutil.which("bwrap")
    yield Check(
        name="bubblewrap",
        status="ok" if bubblewrap else "missing",
        detail=bubblewrap or "the sandbox for files and for generated programs",
        package="bubblewrap",
    )


async def _sandboxes(cache: Path) -> list[Check]:
    """What programs run in, and what they could run in where the machine lends no walls of its own."""
    return [
        await _sandbox(cache),
        *[await asyncio.to_thread(_level, level, cache) for level in (Level.CONTAINER, Level.WASM)],
    ]


def _level(level: Level, cache: Path) -> Check:
    name = f"level {level}"
    try:
        level_sandbox(level, means(os.environ, cache)).prepare()
    except InfrastructureError as error:
        return Check(name=name, status="missing", detail=f"not needed where the sandbox is ok: {error}")
    return Check(name=name, status="ok", detail="can be tried: holdfast sandbox test")


async def _sandbox(cache: Path) -> Check:
    """The first time, and whenever something has changed, every attack is tried, which takes seconds."""
    try:
        sandbox = await find_sandbox(cache)
    except InfrastructureError as error:
        return Check(name="sandbox", status="broken", detail=str(error), package="bubblewrap libseccomp2")
    lacks = f"; {'; '.join(sandbox.missing)}" if sandbox.missing else ""
    over = "".join(f"; {reason}" for reason in sandbox.passed_over)
    return Check(
        name="sandbox",
        status="low" if over else "ok",
        detail=f"programs run at level {sandbox.level}, which withstands every attack{lacks}{over}",
    )


def _machine() -> Iterator[Check]:
    yield Check(name="cores", status="ok", detail=str(_cores()))
    free_mb = _free_memory_mb()
    if free_mb is not None:
        status: Literal["ok", "low"] = "ok" if free_mb >= _LEAST_MEMORY_MB else "low"
        yield Check(name="free memory", status=status, detail=f"{free_mb} MB")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _free_memory_mb() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    free = next((line for line in lines if line.startswith("MemAvailable:")), None)
    return None if free is None else int(free.split()[1]) // 1024


def _table(checks: Sequence[Check]) -> Table:
    styles = {"ok": "green", "low": "yellow", "missing": "yellow", "broken": "red"}
    table = Table(box=None, pad_edge=False, show_header=False)
    for check in checks:
        style = "red" if check.stops else styles[check.status]
        table.add_row(Text(check.status, style), check.name, Text(check.detail, overflow="fold"))
    return table


def _closing(*, ready: bool, fix: str) -> str:
    first = "\nholdfast prove can run.\n" if ready else "\nholdfast prove cannot run yet.\n"
    return f"{first}To install what is missing: {fix}\n" if fix else first
