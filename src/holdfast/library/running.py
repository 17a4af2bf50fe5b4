"""Runs programs on a library, each in a sandbox of its own, and tells the state after each piece."""

import asyncio
import functools
import itertools
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from holdfast.library.banned import objection, parsed
from holdfast.library.records import Cause, Program, Ran, RunFault, Sources, State
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job
from holdfast.runtime.sandbox.jobs import Ran as JobRan
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sandbox.zygote import Zygote

__all__ = ["Foundation", "Limits", "Runner", "Shown", "open_runner"]

_INSIDE = Path(__file__).with_name("inside")
_SERVE = "from program_host import serve\nserve()\n"
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_REMEMBERED = 1 << 14
"""Pieces that were read: most are run again with each function that comes in."""
_COMMON = ("collections", "dataclasses", "functools", "itertools", "json", "math", "typing")


@dataclass(frozen=True, slots=True)
class Foundation:
    """The package that a domain begins with."""

    folder: Path
    """Where it lies."""
    module: str
    """Its name."""
    blank: State
    """Where examples begin."""
    given: tuple[str, ...] = ()
    """Names that programs find beside it."""

    @property
    def session(self) -> str:
        """The module of it that has `Session`, whose `names` a program finds, and `state(names)`."""
        return f"{self.module}.session"

    def sources(self) -> Sources:
        """Its text."""
        files = sorted((self.folder / self.module).glob("*.py"))
        return Sources(self.module, {f"{self.module}/{path.name}": path.read_text("utf-8") for path in files})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use, from its first piece to its last."""

    cpu_s: float = 5.0
    """What decides; the library's import counts."""
    wall_s: float = 60.0
    """Protects from programs that wait; twice before one is believed to."""
    memory_mb: int = 256
    state_bytes: int = 1 << 20
    """What all its states together may take as JSON."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What examples printed."""

    printed: tuple[str, ...]
    """A text for each that ran: what it printed, with the last line of what it raised."""
    fault: RunFault | None
    """Why not all of them ran."""
    is_loading: bool = False
    """Whether the library did not even load."""


class Runner:
    """Runs programs of one domain. Belongs to one event loop; `open_runner` makes it."""

    def __init__(
        self, zygote: Zygote, foundation: Foundation, limits: Limits, workers: int, allowed: frozenset[str]
    ) -> None:
        self.foundation = foundation
        """What programs begin with."""
        self.allowed = allowed
        """Modules that programs may import beside the library."""
        self._zygote = zygote
        self.begun = foundation.sources()
        """The text of it."""
        self._shipped = dict(self.begun.files)
        self._limits = limits
        self._places = asyncio.Semaphore(workers)

    async def run(
        self,
        programs: Sequence[Program],
        starts: Mapping[str, State],
        library: Sources,
        is_state: Callable[[State], bool],
    ) -> list[Ran]:
        """Run each program on its own, from the start of its task, in the order given.

        `is_state` tells states from what else a program may claim to have reached. Raises
        InfrastructureError where the sandbox fails.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._one(each, starts[each.task], library, is_state))
                    for each in programs
                ]
        except ExceptionGroup as several:
            raise several.exceptions[0] from several
        return [task.result() for task in tasks]

    async def _one(
        self, program: Program, start: State, library: Sources, is_state: Callable[[State], bool]
    ) -> Ran:
        if fault := _forbidden(program, {library.module, self.foundation.module, *self.allowed}):
            return Ran((None,) * len(program.pieces), fault)
        ran = await self._twice({"start": start, "pieces": program.pieces, "show": False}, library)
        return _read(ran, len(program.pieces), is_state)

    async def show(self, examples: Sequence[str], library: Sources) -> Shown:
        """Run examples one after another, as a prompt does, and tell what they print.

        Raises InfrastructureError where the sandbox fails.
        """
        request = {"start": self.foundation.blank, "pieces": tuple(examples), "show": True}
        return _heard(await self._twice(request, library), len(examples))

    async def _twice(self, request: Mapping[str, object], library: Sources) -> JobRan:
        """Run a job, and once more where it was late: only what waits is late twice, whatever the load."""
        job = self._job(request, library)
        async with self._places:
            ran = await self._zygote.run(job)
            return await self._zygote.run(job) if ran.ended == "timeout" else ran

    def _job(self, request: Mapping[str, object], library: Sources) -> Job:
        files = {path: text for path, text in library.files.items() if self._shipped.get(path) != text}
        fresh = sorted({path.partition("/")[0].removesuffix(".py") for path in files})
        if self.foundation.module in fresh:
            # A package is imported from one place: all of it comes from the library then.
            files = dict(library.files)
        whole = {"library": library.module, "session": self.foundation.session, "fresh": fresh, **request}
        limits = self._limits
        allowance = Allowance(
            wall_s=limits.wall_s,
            cpu_s=limits.cpu_s,
            memory_mb=limits.memory_mb,
            output_bytes=limits.state_bytes,
        )
        return Job(
            argv=(PYTHON, "-c", _SERVE),
            files={path: text.encode() for path, text in files.items()},
            stdin=json.dumps(whole).encode(),
            allowance=allowance,
        )


@asynccontextmanager
async def open_runner(
    sandbox: Sandbox,
    foundation: Foundation,
    *,
    allowed: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    workers: int | None = None,
) -> AsyncIterator[Runner]:
    """A runner for this event loop; `workers` programs run at a time, one a processor if not told.

    Raises InfrastructureError where the sandbox does not start.
    """
    preload = ("program_host", foundation.session, *_COMMON)
    async with sandbox.zygote(preload=preload, readable=(_INSIDE, foundation.folder)) as zygote:
        count = workers or os.cpu_count() or 1
        yield Runner(zygote, foundation, limits or Limits(), count, allowed)


def _forbidden(program: Program, modules: set[str]) -> RunFault | None:
    """What is wrong with a program before it runs."""
    allowed = frozenset(modules)
    for at, piece in enumerate(program.pieces):
        if said := _said_against(piece, allowed):
            return RunFault(*said, at)
    return None


@functools.lru_cache(_REMEMBERED)
def _said_against(piece: str, modules: frozenset[str]) -> tuple[Cause, str] | None:
    try:
        tree = parsed(piece)
    except ValueError as error:
        return "parse", str(error)
    said = objection(tree, modules)
    return ("banned", said) if said else None


def _read(ran: JobRan, count: int, is_state: Callable[[State], bool]) -> Ran:
    """The states that a program reached, and what stopped it."""
    answers, fault, _ = _answers(ran, count, "state")
    states = tuple(itertools.takewhile(is_state, answers))
    if len(states) < len(answers):
        fault = RunFault("no answer", "what it left is no state of this domain", len(states))
    return Ran((*states, *(None,) * (count - len(states))), fault, ran.cpu_s)


def _heard(ran: JobRan, count: int) -> Shown:
    answers, fault, is_loading = _answers(ran, count, "printed")
    return Shown(tuple(_written(str(answer)) for answer in answers), fault, is_loading)


def _answers(ran: JobRan, count: int, key: str) -> tuple[list[State], RunFault | None, bool]:
    """What the host wrote under a key, at most `count` of them, then what stopped the program.

    The last says whether the library did not load. Nothing that is read here is trusted.
    """
    found: list[State] = []
    for line in ran.stdout.split(b"\n", count + 1)[:-1]:
        answer = _answer(line)
        if len(found) == count:
            break
        if key not in answer:
            return found, _told(answer, len(found)), answer.get("loading") is True
        found.append(answer[key])
    return found, None if len(found) == count else RunFault(*_ending(ran), len(found)), False


def _answer(line: bytes) -> Mapping[str, State]:
    """One line of the host; empty for what is none."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _told(answer: Mapping[str, State], piece: int) -> RunFault:
    cause: Cause = "memory" if answer.get("fault") == "memory" else "exception"
    message = answer.get("message")
    if not isinstance(message, str):
        return RunFault("no answer", "what it wrote is not what a program writes", piece)
    if answer.get("loading") is True:
        message = f"the library does not load: {message}"
    # Where an object lies is another each time, and says nothing.
    return RunFault(cause, _ADDRESS.sub(" at 0x...", _written(message)), piece)


def _written(text: str) -> str:
    """The text as files can hold it: half characters become question marks."""
    return text.encode("utf-8", "replace").decode()


def _ending(ran: JobRan) -> tuple[Cause, str]:
    """Why a program ended before it had reached all states."""
    match ran.ended:
        case "cpu" | "timeout":
            return "timeout", f"it ran for longer than it may ({ran.cpu_s:.1f} s of CPU)"
        case "memory":
            return "memory", "it used more memory than it may have"
        case "exit":
            return "no answer", "it ended itself"
        case _:
            return "no answer", f"it was stopped: {ran.ended}"
