"""Finds the strongest sandbox that holds on this machine."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias, assert_never

from holdfast.core.errors import InfrastructureError, SandboxUnavailableError
from holdfast.core.events import Note
from holdfast.core.seams import EventSink
from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.bare import start_bare
from holdfast.runtime.sandbox.box import Box
from holdfast.runtime.sandbox.bubblewrap import Inherited, words
from holdfast.runtime.sandbox.container import LACKS as CONTAINER_LACKS
from holdfast.runtime.sandbox.container import ContainerStarter
from holdfast.runtime.sandbox.filter import ON_DISK, open_filter
from holdfast.runtime.sandbox.guard import Held
from holdfast.runtime.sandbox.identity import Identity, find_identity
from holdfast.runtime.sandbox.jobs import Job, Level, Warmth
from holdfast.runtime.sandbox.landlock import LACKS, start_landlock
from holdfast.runtime.sandbox.means import Means
from holdfast.runtime.sandbox.records import Records
from holdfast.runtime.sandbox.remote import LACKS as SERVICE_LACKS
from holdfast.runtime.sandbox.remote import ServiceStarter
from holdfast.runtime.sandbox.running import Jobs, Start
from holdfast.runtime.sandbox.selftest import Outcome, attacked
from holdfast.runtime.sandbox.wasm import LACKS as WASM_LACKS
from holdfast.runtime.sandbox.wasm import WasmStarter
from holdfast.runtime.sandbox.zygote import Zygote, warm

__all__ = ["LADDER", "Sandbox", "attack_sandbox", "find_sandbox", "level_sandbox"]

LADDER = (Level.NAMESPACES, Level.LANDLOCK, Level.CONTAINER, Level.WASM)
"""Levels that keep jobs apart from the machine, strongest first."""
_LACKS = {
    Level.NAMESPACES: (),
    Level.LANDLOCK: LACKS,
    Level.CONTAINER: CONTAINER_LACKS,
    Level.WASM: WASM_LACKS,
    Level.NONE: ("nothing is kept from what runs here: programs do as they like",),
}
_FIXES = (
    "install bubblewrap and libseccomp2 (Debian, Ubuntu: apt-get install bubblewrap libseccomp2; Fedora: dnf "
    "install bubblewrap libseccomp), and allow user namespaces (Ubuntu: sysctl "
    "kernel.apparmor_restrict_unprivileged_userns=0; Debian: sysctl kernel.unprivileged_userns_clone=1; in "
    "Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined)"
)
_NO_MEANS = Means()
_Warm: TypeAlias = Callable[[Warmth], AbstractAsyncContextManager[Zygote]]


class Sandbox(Jobs):
    """A level of isolation. Belongs to no event loop and holds no process."""

    def __init__(self, level: Level, identity: Identity, start: Start, warm: _Warm) -> None:
        """Use `level_sandbox` or `find_sandbox`."""
        super().__init__(start, level, SERVICE_LACKS if isinstance(start, ServiceStarter) else _LACKS[level])
        self.identity = identity
        """Who jobs run as."""
        self.passed_over: tuple[str, ...] = ()
        """The stronger levels that were tried and do not hold here, with the reasons."""
        self._warm = warm

    def prepare(self) -> str:
        """Make what can be made before the first job, which blocks for some seconds at level `wasm`.

        Else the first job does it. Comes back with what the level is made of that is not part of the machine.
        Raises InfrastructureError where something is missing.
        """
        if isinstance(self._start, WasmStarter | ContainerStarter | ServiceStarter):
            return str(self._start.prepare())
        return ""

    def lend(self, folder: Path) -> None:
        """Let jobs pass through a folder that we made, and write to it where it is theirs."""
        self.identity.lend(folder)

    @asynccontextmanager
    async def zygote(
        self, *, preload: Sequence[str] = (), readable: Sequence[Path] = (), hash_seed: int = 0
    ) -> AsyncIterator[Zygote]:
        """An interpreter that has imported `preload`; jobs start from it much faster than by themselves.

        `readable` are folders where it finds modules, for all its jobs, and `hash_seed` decides the order in
        which they walk through sets of texts. Raises InfrastructureError where it does not start, as when a
        module of `preload` is not there.
        """
        async with self._warm(Warmth(tuple(preload), tuple(readable), hash_seed)) as zygote:
            yield zygote


def level_sandbox(level: Level, means: Means = _NO_MEANS) -> Sandbox:
    """The sandbox of a level, whether it holds or not. Starts nothing."""
    identity = find_identity()
    if level is Level.NAMESPACES:
        return Sandbox(level, identity, partial(_boxed, identity), partial(warm, identity))
    start: Start
    match level:
        case Level.LANDLOCK:
            start = partial(start_landlock, identity)
        case Level.CONTAINER:
            start = ContainerStarter(means) if means.service is None else ServiceStarter(means.service)
        case Level.WASM:
            start = WasmStarter(identity, means)
        case Level.NONE:
            start = partial(start_bare, identity)
        case _:
            assert_never(level)
    return Sandbox(level, identity, start, partial(_cold, start, level))


async def find_sandbox(
    cache: Path | None,
    *,
    accept_unsafe: bool = False,
    wanted: Level | None = None,
    means: Means | None = None,
    sink: EventSink | None = None,
) -> Sandbox:
    """The strongest level that withstands every attack here, or `wanted` if that one does.

    That a level holds is kept under `cache`, and found out anew when kernel, tools or sandbox change; that
    one does not is found out anew each time. `sink` is warned of a level that is not the strongest, with the
    reason and what to do. Raises SandboxUnavailableError where nothing holds, or `wanted` does not: there is
    no fall below what was asked for. Levels that run another interpreter than ours, and none of this
    machine's programs, are looked at only where `means` are given or they are wanted. Level `none`, which
    holds nothing, is given only with `accept_unsafe`, when it is wanted or there is no other.
    """
    if wanted is Level.NONE and accept_unsafe:
        return level_sandbox(Level.NONE)
    records = Records(cache)
    reasons: list[str] = []
    for level in _ladder(means) if wanted is None else (wanted,):
        sandbox = level_sandbox(level, replace(means or _NO_MEANS, cache=cache))
        reason = await _reason_against(sandbox, records)
        if not reason:
            return _told(sandbox, reasons, sink)
        reasons.append(f"{level}: {reason}")
    if accept_unsafe and wanted is None:
        return _told(level_sandbox(Level.NONE), reasons, sink)
    found = "no sandbox holds on this machine" if wanted is None else "the sandbox asked for does not hold"
    raise SandboxUnavailableError(f"{found} ({'; '.join(reasons)}): {_FIXES}")


def _told(sandbox: Sandbox, reasons: Sequence[str], sink: EventSink | None) -> Sandbox:
    """The sandbox, with what was stronger and does not hold; nobody falls to a weaker level unwarned."""
    sandbox.passed_over = tuple(reasons)
    if reasons and sink is not None:
        text = (
            f"programs run at level {sandbox.level}, as stronger ones do not hold here "
            f"({'; '.join(reasons)}): see `holdfast sandbox test`, and set HOLDFAST_SANDBOX={sandbox.level} "
            f"to have it so without this warning, or HOLDFAST_SANDBOX={LADDER[0]} to have no weaker one"
        )
        sink.emit(Note(text, "warning"))
    return sandbox


def _ladder(means: Means | None) -> tuple[Level, ...]:
    return LADDER[:2] if means is None else LADDER


async def attack_sandbox(sandbox: Sandbox) -> dict[str, list[Outcome]]:
    """What comes of every attack on each way in which a sandbox runs jobs: once, and from a zygote.

    Raises InfrastructureError where the sandbox does not work at all.
    """
    await asyncio.to_thread(sandbox.prepare)
    found = {"once": await attacked(sandbox.run, sandbox.identity)}
    if sandbox.level is Level.NAMESPACES:
        async with sandbox.zygote() as zygote:
            found["zygote"] = await attacked(zygote.run, sandbox.identity)
    return found


async def _reason_against(sandbox: Sandbox, records: Records) -> str:
    level = sandbox.level
    if level is Level.NONE:
        return "it has to be accepted in so many words"
    try:
        made_of = await asyncio.to_thread(sandbox.prepare)
        if records.has_held(level, made_of):
            return ""
        ways = await attack_sandbox(sandbox)
    except InfrastructureError as error:
        return str(error)
    lost = [outcome for outcomes in ways.values() for outcome in outcomes if not outcome.held]
    if lost:
        return f"it does not withstand {lost[0].attack!r} ({lost[0].detail})"
    records.add(level, made_of)
    return ""


def _boxed(identity: Identity, job: Job, is_asked: bool) -> Box:  # noqa: FBT001
    with Inherited() as inherited, Inherited() as ours:
        argv = words(job, inherited)
        filtered = inherited.take(open_filter(ON_DISK if job.folder is not None else ()))
        argv += ["--seccomp", filtered, "--", *tree.command(job)]
        prefix = identity.prefix([Path(argv[0]).resolve(), *tree.reached(job)])
        stdin = subprocess.PIPE if is_asked else int(ours.data(job.stdin))
        return Box(prefix, argv, stdin=stdin, allowance=job.allowance, inherited=inherited, folder=job.folder)


@asynccontextmanager
async def _cold(start: Start, level: Level, warmth: Warmth) -> AsyncIterator[Zygote]:
    """A zygote in name: where namespaces are missing, each job starts an interpreter by itself."""

    def begin(job: Job, is_asked: bool) -> Held:  # noqa: FBT001
        path = ":".join(str(folder) for folder in warmth.readable)
        environment = {"PYTHONPATH": path, **warmth.environment, **job.environment}
        argv = _importing(job.argv, warmth.preload)
        whole = replace(job, argv=argv, readable=(*warmth.readable, *job.readable), environment=environment)
        return start(whole, is_asked)

    yield Zygote(begin, level)


def _importing(argv: tuple[str, ...], preload: Sequence[str]) -> tuple[str, ...]:
    """The words of a program that finds imported what it would find in a zygote.

    Modules of the library are found anyway, and most programs need few of them.
    """
    wanted = [name for name in preload if name.partition(".")[0] not in sys.stdlib_module_names]
    if not wanted or "-c" not in argv[1:3]:
        return argv
    at = argv.index("-c") + 1
    return (*argv[:at], f"import {', '.join(wanted)}\n{argv[at]}", *argv[at + 1 :])
